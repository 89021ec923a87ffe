//! The list of 10,000 and of 100,000 instances, on both databases, for one client who is signed in.
//!
//! Each list is fetched many times over one connection: whole pages from the server process, and the same questions
//! asked of the service alone, which tells what is the database's and what is the rendering's.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use domain::access::AccessState;
use domain::environment::Environment;
use domain::inventory::{InstanceFilter, InstanceSort};
use domain::person::Role;
use scratch_postgres::ScratchPostgres;
use serde_json::{Map, Value, json};
use service::viewer::{PageOf, cursor_after};
use service::{Portal, SignedIn};
use simulator::Simulator;
use store::DatabaseUrl;

use crate::latchkey::{self, Latchkey, NAME, PASSWORD, Person};
use crate::report::{Report, Target, keep};
use crate::stopwatch::{Times, rounded, until};
use crate::{fill, fleet};

const SIZES: [usize; 2] = [10_000, 100_000];
/// Rows of a page.
const ROWS: i64 = 50;
const WARM_UP: usize = 10;
const TIMES: usize = 100;
/// PostgreSQL counts its rows by itself once a minute, and plans badly before it has.
const AUTOVACUUM: Duration = Duration::from_secs(80);

/// The pages that are asked for: what, and the address. To measure another list, add a line.
const PAGES: [(&str, &str); 10] = [
    ("all", "/instances"),
    ("password-free", "/instances?access=password-free"),
    ("production", "/instances?environment=production"),
    ("one region", "/instances?region=cn-beijing"),
    (
        "password-free, staging, one region",
        "/instances?access=password-free&environment=staging&region=cn-beijing",
    ),
    ("text, frequent", "/instances?q=cache"),
    ("text, two Chinese characters", "/instances?q=%E8%AE%A2%E5%8D%95"),
    ("text, rare", "/instances?q=wallet-leaderboard-dev"),
    ("text and filter", "/instances?q=orders&access=password-free"),
    ("text that nobody has", "/instances?q=no-such-instance"),
];

/// `only`: fleets whose title holds this, such as `sqlite` or `postgres 100000`.
pub async fn run(report: &mut Report, only: &str) -> Result<()> {
    report.heading("lists: 50 rows with filters and counts, one client");
    latchkey::build().await?;
    let mut results = Map::new();
    for size in SIZES {
        let cloud = fleet::cloud(fleet::options(size, fleet::REGIONS)).await?;
        for database in ["sqlite", "postgres"] {
            let title = format!("{database} {size}");
            if !title.contains(only) {
                continue;
            }
            let folder = tempfile::tempdir()?;
            let url = match database {
                "sqlite" => DatabaseUrl::Sqlite(folder.path().join("portal.db")),
                _ => ScratchPostgres::shared()?.database()?.parse()?,
            };
            let measured = measure(report, &cloud, &url, &title).await?;
            results.insert(title, measured);
        }
    }
    judge(report, &results);
    if only.is_empty() { keep("lists", &Value::Object(results)) } else { Ok(()) }
}

async fn measure(
    report: &mut Report,
    cloud: &Simulator,
    database: &DatabaseUrl,
    title: &str,
) -> Result<Value> {
    let portal = fleet::portal(Some(cloud), database, fleet::once()).await?;
    let filled = fill::fill(&portal).await?;
    report.note(&format!(
        "{title}: filled in {:.1} s ({:.1} s of it listing)",
        (filled.listing + filled.recording).as_secs_f64(),
        filled.listing.as_secs_f64()
    ));
    portal.add_user(&NAME.parse()?, Role::Viewer, PASSWORD.into()).await?;
    if matches!(database, DatabaseUrl::Postgres(_)) {
        tokio::time::sleep(AUTOVACUUM).await;
    }
    let service = ask_service(&portal).await?;
    portal.store().clone().close().await;
    drop(portal);

    cloud.control().clear_counters();
    let server = Latchkey::start(cloud, database).await?;
    let person = server.sign_in().await?;
    // The first list of everything begins with the process.
    let reading = ask_pages(&person, 20).await?;
    listed(cloud).await?;
    let pages = ask_pages(&person, TIMES).await?;
    let next = next_page(&person).await?;
    let (memory, most) = server.memory()?;
    server.stop().await?;
    report.note(&format!("  {:<40} {:>10} {:>10}", "whole page, over HTTP", "p50 ms", "p99 ms"));
    let mut all = Times::default();
    for (what, times) in pages.iter().chain(&next) {
        line(report, what, times);
        all.add_all(times);
    }
    line(report, "together", &all);
    let mut while_listing = Times::default();
    for (_, times) in &reading {
        while_listing.add_all(times);
    }
    line(report, "together, while the fleet is listed", &while_listing);
    report.note("  service alone");
    for (what, times) in &service {
        line(report, what, times);
    }
    report.note(&format!("  memory of the server: {memory:.0} MiB, at most {most:.0} MiB"));
    let table = |rows: &[(String, Times)]| -> Value {
        rows.iter()
            .map(|(what, times)| (what.clone(), summary(times)))
            .collect::<Map<_, _>>()
            .into()
    };
    Ok(json!({
        "page": summary(&all), "page_while_listing": summary(&while_listing),
        "pages": table(&pages), "next": table(&next), "service": table(&service),
        "fill_s": rounded((filled.listing + filled.recording).as_secs_f64()),
        "listing_s": rounded(filled.listing.as_secs_f64()),
        "memory_mib": rounded(memory), "memory_most_mib": rounded(most),
    }))
}

fn line(report: &mut Report, what: &str, times: &Times) {
    report.note(&format!("  {what:<40} {:>10.2} {:>10.2}", times.median(), times.percentile(0.99)));
}

fn summary(times: &Times) -> Value {
    json!({
        "p50_ms": rounded(times.median()), "p99_ms": rounded(times.percentile(0.99)), "times": times.len(),
    })
}

/// Until no list is under way: the reader begins the next one a minute later.
async fn listed(cloud: &Simulator) -> Result<()> {
    let mut before = 0;
    until("the list", async || {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let (calls, _) = fleet::calls(cloud);
        Ok(std::mem::replace(&mut before, calls) == calls && calls > 0)
    })
    .await
}

async fn ask_pages(person: &Person, times: usize) -> Result<Vec<(String, Times)>> {
    let mut measured = Vec::new();
    for (what, path) in PAGES {
        for _ in 0..WARM_UP.min(times) {
            person.get(path).await?;
        }
        let mut taken = Times::default();
        for _ in 0..times {
            taken.add(person.get(path).await?.1);
        }
        measured.push((what.to_owned(), taken));
    }
    Ok(measured)
}

/// The hundred pages that follow the first one: each is another place in the order.
async fn next_page(person: &Person) -> Result<Vec<(String, Times)>> {
    let mut taken = Times::default();
    let mut path = "/instances".to_owned();
    for _ in 0..=TIMES {
        let (page, time) = person.get(&path).await?;
        taken.add(time);
        let link = page.split("href=\"").find_map(|rest| {
            let link = rest.split('"').next()?;
            (link.starts_with("/instances?") && link.contains("after=")).then(|| link.to_owned())
        });
        let Some(link) = link else { break };
        path = link.replace("&amp;", "&");
    }
    Ok(vec![("the pages after the first".to_owned(), taken)])
}

async fn ask_service(portal: &Portal) -> Result<Vec<(String, Times)>> {
    let name = NAME.parse()?;
    let user = portal.store().find_user(&name).await?.context("nobody was added")?;
    let person = user.person;
    let who = SignedIn {
        person,
        session: "s-bench".into(),
        address: None,
        language: None,
        theme: None,
        proven_at: None,
    };
    let viewer = portal.viewer(&who);
    let all = InstanceFilter::default();
    let text = |text: &str| InstanceFilter { text: text.into(), ..InstanceFilter::default() };
    let filtered = InstanceFilter {
        access: Some(AccessState::PasswordFree),
        environment: Some(Environment::Staging),
        ..InstanceFilter::default()
    };
    let lists = [
        ("rows, by name", &all, InstanceSort::Name),
        ("rows, by exposure", &all, InstanceSort::Exposure),
        ("rows, by age", &all, InstanceSort::Age),
        ("rows, by place", &all, InstanceSort::Place),
        ("rows, filtered, by name", &filtered, InstanceSort::Name),
        ("rows, filtered, by exposure", &filtered, InstanceSort::Exposure),
        ("rows, filtered, by age", &filtered, InstanceSort::Age),
        ("rows, frequent text, by exposure", &text("cache"), InstanceSort::Exposure),
        ("rows, 订单, by name", &text("订单"), InstanceSort::Name),
        ("rows, 订单, by age", &text("订单"), InstanceSort::Age),
        ("rows, rare text, by name", &text("wallet-leaderboard-dev"), InstanceSort::Name),
    ];
    let mut measured = Vec::new();
    for (what, filter, sort) in lists {
        let page = PageOf { filter, sort, after: None, limit: ROWS };
        let first = viewer.list_instances(page.clone()).await?;
        let after = first.last().map(|row| cursor_after(sort, row));
        let mut taken = Times::default();
        for number in 0..TIMES {
            // The first page and the second, in turns.
            let after = after.as_ref().filter(|_| number % 2 == 1);
            let started = Instant::now();
            viewer.list_instances(PageOf { after, ..page.clone() }).await?;
            taken.add(started.elapsed());
        }
        measured.push((what.to_owned(), taken));
    }
    let mut counts = Times::default();
    let mut coverage = Times::default();
    let mut matches = Times::default();
    for _ in 0..TIMES {
        let started = Instant::now();
        viewer.count_instances(&filtered).await?;
        counts.add(started.elapsed());
        let started = Instant::now();
        viewer.get_coverage().await?;
        coverage.add(started.elapsed());
        let started = Instant::now();
        viewer.count_matches(&text("cache")).await?;
        matches.add(started.elapsed());
    }
    measured.push(("filter counts".to_owned(), counts));
    measured.push(("coverage".to_owned(), coverage));
    measured.push(("how many match a frequent text".to_owned(), matches));
    Ok(measured)
}

/// Of a page that was asked for: at most so many milliseconds, with 10,000 instances; twice that with 100,000.
const PROMISED: [(&str, f64); 2] = [("p50_ms", 10.0), ("p99_ms", 50.0)];

fn judge(report: &mut Report, results: &Map<String, Value>) {
    for (title, measured) in results {
        let times = if title.ends_with(" 100000") { 2.0 } else { 1.0 };
        for (which, most) in PROMISED {
            let what = format!("{title}: {} of a page", which.replace("_ms", ", ms"));
            let value = measured["page"][which].as_f64().unwrap_or(f64::NAN);
            report.check(&what, value, Target::AtMost(most * times));
        }
    }
}
