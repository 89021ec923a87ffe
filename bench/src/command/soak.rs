//! Everything that people do, at a modest rate, for a long time: whether memory and open files grow, whether anything
//! fails, and whether at the end every change is over and the audit is whole.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, ensure};
use domain::person::{Role, Scope};
use serde_json::Value;
use store::change::ChangeFilter;
use store::{DatabaseUrl, Store};
use tokio::task::JoinSet;
use tokio::time::{Instant, interval, sleep, timeout};

use crate::fleet;
use crate::latchkey::{self, Latchkey, PASSWORD, Person};
use crate::report::{Report, keep_page};
use crate::stopwatch::until;

const INSTANCES: usize = 300;
const READERS: usize = 5;
const PEOPLE: [(&str, Role); 4] = [
    ("vera", Role::Viewer),
    ("oleg", Role::Operator),
    ("anna", Role::Approver),
    ("adam", Role::Admin),
];
const PAGES: [&str; 7] = [
    "/instances",
    "/instances?q=cache",
    "/overview",
    "/changes",
    "/audit",
    "/inbox",
    "/instances/export.csv",
];
const PAGE_EVERY: Duration = Duration::from_secs(1);
const CHANGE_EVERY: Duration = Duration::from_secs(5);
const SIGN_IN_EVERY: Duration = Duration::from_secs(10);
/// As long as somebody looks at a page.
const STREAM_LASTS: Duration = Duration::from_mins(1);
/// Whatever a change waits for is over by then.
const CHANGES_END: Duration = Duration::from_mins(20);

/// What was asked and how it ended.
#[derive(Debug, Default)]
struct Tally {
    pages: AtomicUsize,
    streams: AtomicUsize,
    told: AtomicUsize,
    sign_ins: AtomicUsize,
    asked: AtomicUsize,
    /// Of changes: by a check, or since one is under way.
    refused: AtomicUsize,
    errors: AtomicUsize,
}

/// A minute.
struct Minute {
    number: u64,
    memory: f64,
    files: usize,
    asked: usize,
    errors: usize,
}

pub async fn run(report: &mut Report, program: Option<&Path>, minutes: u64) -> Result<()> {
    let own = latchkey::binary();
    report.heading("a soak: readers, streams, changes, and people who come and go");
    let cloud = fleet::cloud(fleet::options(INSTANCES, 6)).await?;
    fleet::refuse_no_version(&cloud);
    let folder = tempfile::tempdir()?;
    let database = DatabaseUrl::Sqlite(folder.path().join("portal.db"));
    let beside = fleet::portal(None, &database, fleet::once()).await?;
    for (name, role) in PEOPLE {
        beside.add_user(&name.parse()?, role, PASSWORD.into()).await?;
    }
    beside.store().clone().close().await;
    drop(beside);
    let portal = Latchkey::start_as(program.unwrap_or(&own), &cloud, &database, "").await?;
    let mut signed_in = Vec::new();
    for (name, _) in PEOPLE {
        signed_in.push(portal.sign_in_as(name).await?);
    }
    until("the fleet", async || {
        sleep(Duration::from_secs(1)).await;
        let (list, _) = signed_in[0].get("/instances/export.json").await?;
        let list: Value = serde_json::from_str(&list)?;
        Ok(list["coverage"]["read"].as_u64() == u64::try_from(INSTANCES).ok())
    })
    .await?;
    let portal = Arc::new(portal);
    let tally = Arc::new(Tally::default());
    let load = load(&portal, &signed_in, &tally);
    let found = watch(report, &portal, &tally, minutes).await?;
    // Nobody asks any more.
    drop(load);
    let ends = settle(&database, &portal).await?;
    let text = page(&found, &tally, &ends);
    report.note(&text);
    let portal = Arc::into_inner(portal);
    if let Some(portal) = portal {
        portal.stop().await?;
    }
    keep_page("soak", &text)
}

/// Everybody at once, until it is dropped.
fn load(portal: &Arc<Latchkey>, people: &[Person], tally: &Arc<Tally>) -> JoinSet<()> {
    let mut load = JoinSet::new();
    for reader in 0..READERS {
        let (person, tally) = (people[reader % people.len()].clone(), tally.clone());
        load.spawn(async move { reads(&person, &tally, reader).await });
    }
    for person in people {
        let (person, tally) = (person.clone(), tally.clone());
        load.spawn(async move { listens(&person, &tally).await });
    }
    let (oleg, counted) = (people[1].clone(), tally.clone());
    load.spawn(async move { changes(&oleg, &counted).await });
    // Without holding the portal: it is stopped when the load is over.
    let (portal, counted) = (Arc::downgrade(portal), tally.clone());
    load.spawn(async move {
        let mut clock = interval(SIGN_IN_EVERY);
        loop {
            clock.tick().await;
            let Some(portal) = portal.upgrade() else { return };
            counted.note(comes_and_goes(&portal).await, &counted.sign_ins);
        }
    });
    load
}

async fn reads(person: &Person, tally: &Tally, first: usize) {
    let mut clock = interval(PAGE_EVERY);
    for path in PAGES.iter().cycle().skip(first) {
        clock.tick().await;
        tally.note(person.get(path).await.map(drop), &tally.pages);
    }
}

async fn listens(person: &Person, tally: &Tally) {
    loop {
        let heard = async {
            let mut stream = person.listen().await?;
            tally.streams.fetch_add(1, Ordering::Relaxed);
            while let Some(piece) = stream.chunk().await? {
                let told = piece.windows(5).filter(|word| word == b"data:").count();
                tally.told.fetch_add(told, Ordering::Relaxed);
            }
            Err::<(), _>(anyhow!("a stream ended by itself"))
        };
        // Leaving after a while is no error.
        if let Ok(Err(error)) = timeout(STREAM_LASTS, heard).await {
            tally.note(Err(error), &tally.streams);
            sleep(SIGN_IN_EVERY).await;
        }
    }
}

async fn comes_and_goes(portal: &Latchkey) -> Result<()> {
    let person = portal.sign_in_as("vera").await?;
    person.get("/instances").await?;
    let (status, _) = person.post("/api/ui/session/sign-out", &[]).await?;
    ensure!(status == 200, "signing out: {status}");
    Ok(())
}

/// One after the other, each to what it is not.
async fn changes(person: &Person, tally: &Tally) {
    let mut clock = interval(CHANGE_EVERY);
    loop {
        let rows = match development(person).await {
            Ok(rows) => rows,
            Err(error) => {
                tally.note(Err(error), &tally.pages);
                Vec::new()
            }
        };
        for row in rows {
            clock.tick().await;
            match change(person, &row).await {
                Ok(true) => tally.note(Ok(()), &tally.asked),
                Ok(false) => tally.note(Ok(()), &tally.refused),
                Err(error) => tally.note(Err(error), &tally.asked),
            }
        }
        clock.tick().await;
    }
}

async fn development(person: &Person) -> Result<Vec<Value>> {
    let (list, _) = person.get("/instances/export.json").await?;
    let list: Value = serde_json::from_str(&list)?;
    let rows = list["instances"].as_array().context("no list")?;
    Ok(rows.iter().filter(|row| row["environment"] == "development").cloned().collect())
}

/// Whether it was taken up; `false`: a check or another change is in the way.
async fn change(person: &Person, row: &Value) -> Result<bool> {
    let text = |name: &str| row[name].as_str().unwrap_or_default();
    let to = if text("access") == "password-free" { "password-required" } else { "password-free" };
    let wish = [
        ("account", text("account")),
        ("region", text("region")),
        ("id", text("instance_id")),
        ("to", to),
    ];
    let (status, review) = person.post("/api/ui/review/take", &wish).await?;
    ensure!(status == 200, "a review: {status} {review}");
    let review: String = serde_json::from_str(&review)?;
    let fields = [("review", review.as_str()), ("key", &review), ("reason", "a soak, OPS-1")];
    let (status, said) = person.post("/api/ui/change/confirm", &fields).await?;
    ensure!(matches!(status, 200 | 400 | 409), "a change: {status} {said}");
    Ok(status == 200)
}

/// A line each minute.
async fn watch(
    report: &mut Report,
    portal: &Latchkey,
    tally: &Tally,
    minutes: u64,
) -> Result<Vec<Minute>> {
    let mut found = Vec::new();
    let began = Instant::now();
    for number in 1..=minutes {
        tokio::time::sleep_until(began + Duration::from_mins(number)).await;
        let (asked, errors) = (tally.all(), tally.errors.load(Ordering::Relaxed));
        let minute =
            Minute { number, memory: portal.memory()?.0, files: portal.files()?, asked, errors };
        report.note(&format!(
            "minute {number}: {:.0} MiB, {} open files, {asked} asked, {errors} errors",
            minute.memory, minute.files
        ));
        found.push(minute);
    }
    Ok(found)
}

/// How the changes ended, once all of them have; the audit is whole, or it is an error.
async fn settle(database: &DatabaseUrl, portal: &Latchkey) -> Result<Vec<(String, usize)>> {
    let store = Store::open_beside(database, "a soak", &portal.audit()).await?;
    let began = Instant::now();
    while !store.list_open_changes().await?.is_empty() {
        ensure!(began.elapsed() < CHANGES_END, "changes are stuck");
        sleep(Duration::from_secs(1)).await;
    }
    let verified = store.verify_audit(&[]).await?;
    ensure!(verified.flaw.is_none(), "the audit: {:?}", verified.flaw);
    let all = ChangeFilter::default();
    let changes = store.list_changes(&Scope::Everything, &all, 1_000_000);
    let mut ends = std::collections::BTreeMap::<String, usize>::new();
    for change in changes.await? {
        *ends.entry(change.state.code().to_owned()).or_insert(0) += 1;
    }
    store.close().await;
    Ok(ends.into_iter().collect())
}

impl Tally {
    fn note(&self, ended: Result<()>, kind: &AtomicUsize) {
        kind.fetch_add(1, Ordering::Relaxed);
        if let Err(error) = ended {
            self.errors.fetch_add(1, Ordering::Relaxed);
            // Whoever watches sees which.
            let _ = std::io::Write::write_fmt(&mut std::io::stderr(), format_args!("{error:#}\n"));
        }
    }

    fn all(&self) -> usize {
        [&self.pages, &self.streams, &self.sign_ins, &self.asked, &self.refused]
            .map(|one| one.load(Ordering::Relaxed))
            .iter()
            .sum()
    }
}

fn page(found: &[Minute], tally: &Tally, ends: &[(String, usize)]) -> String {
    let count = |one: &AtomicUsize| one.load(Ordering::Relaxed);
    let mut text = format!(
        "# A soak\n\nMade by `bench soak`: {} minutes on SQLite with {INSTANCES} instances; {} pages and files, {} streams with {} messages, {} sign-ins \
         and sign-outs, {} changes and {} that a check or another change was in the way of; {} errors. Afterwards every change was over (",
        found.len(),
        count(&tally.pages),
        count(&tally.streams),
        count(&tally.told),
        count(&tally.sign_ins),
        count(&tally.asked),
        count(&tally.refused),
        count(&tally.errors),
    );
    let ends: Vec<String> = ends.iter().map(|(end, count)| format!("{end}: {count}")).collect();
    // Writing to a text cannot fail.
    let _ = writeln!(text, "{}) and the audit whole.\n", ends.join(", "));
    let _ = writeln!(text, "| minute | MiB | open files | asked | errors |\n|---|---|---|---|---|");
    // Some twenty rows say as much as all.
    for minute in found.iter().step_by((found.len() / 20).max(1)).chain(found.last()) {
        let Minute { number, memory, files, asked, errors } = minute;
        let _ = writeln!(text, "| {number} | {memory:.0} | {files} | {asked} | {errors} |");
    }
    let middle = |part: &[Minute]| {
        let mut sizes: Vec<f64> = part.iter().map(|minute| minute.memory).collect();
        sizes.sort_unstable_by(f64::total_cmp);
        sizes.get(sizes.len() / 2).copied().unwrap_or(0.0)
    };
    let third = (found.len() / 3).max(1);
    let second = found.get(third..(2 * third).min(found.len())).unwrap_or_default();
    let last = found.get(found.len().saturating_sub(third)..).unwrap_or_default();
    let _ = writeln!(
        text,
        "\nMemory, in the middle of the second third and of the last: {:.1} and {:.1} MiB.",
        middle(second),
        middle(last)
    );
    text
}
