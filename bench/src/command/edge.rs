//! What somebody calm notices while others are slow, huge, malformed or many.
//!
//! The issue promises that others are answered within a second, and that memory stays within 128 MiB above what it is
//! when nothing happens. Both are numbers here, and said beside the promise: only a portal that is gone is a failure.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::person::Role;
use service::Portal;
use sha2::{Digest as _, Sha256};
use store::DatabaseUrl;
use store::session::SessionRow;
use tokio::task::JoinSet;

use crate::attack::{self, Ends};
use crate::calm::{Noticed, meanwhile};
use crate::fleet;
use crate::latchkey::{self, Latchkey, NAME, PASSWORD, Person};
use crate::report::{Report, Target, keep_page};

const INSTANCES: usize = 1000;
const SESSIONS: usize = 10_000;
const SLOW: usize = 50;
const AT_A_TIME: usize = 32;
/// Of ten thousand people together.
const PAGES_A_SECOND: u32 = 50;
/// Between two attacks.
const PAUSE: Duration = Duration::from_secs(5);
const ANSWER: f64 = 1000.0;
const MEMORY: f64 = 128.0;

/// One attack, and what came of it.
struct Row {
    what: &'static str,
    noticed: Noticed,
    ends: Ends,
}

pub async fn run(report: &mut Report, program: Option<&Path>, seconds: u64) -> Result<()> {
    let own = latchkey::binary();
    let program = program.unwrap_or(&own);
    report.heading("the edge: somebody calm, ten times a second, beside attackers");
    let cloud = fleet::cloud(fleet::options(INSTANCES, 6)).await?;
    let folder = tempfile::tempdir()?;
    let database = DatabaseUrl::Sqlite(folder.path().join("portal.db"));
    let crowd = people_and_sessions(&database).await?;
    let portal =
        Latchkey::start_as(program, &cloud, &database, "trusted_proxies = [\"127.0.0.1\"]").await?;
    let person = portal.with_cookie(portal.sign_in().await?.cookie())?;
    settled(&portal, &person).await?;
    let idle = portal.memory()?.0;
    report.note(&format!("idle: {idle:.0} MiB, {INSTANCES} instances, {SESSIONS} sessions"));
    let rows = attacks(report, &portal, &person, &crowd, Duration::from_secs(seconds)).await?;
    let most = portal.memory()?.1;
    let text = page(&rows, idle, most, seconds, program);
    report.note(&text);
    let slowest = rows.iter().map(|row| row.noticed.times.percentile(1.0)).fold(0.0, f64::max);
    report.check("slowest answer, ms", slowest, Target::AtMost(ANSWER));
    report.check("most memory above idle, MiB", most - idle, Target::AtMost(MEMORY));
    portal.stop().await?;
    keep_page("edge", &text)
}

/// One after the other, each with a pause behind it.
async fn attacks(
    report: &mut Report,
    portal: &Latchkey,
    person: &Person,
    crowd: &[String],
    lasts: Duration,
) -> Result<Vec<Row>> {
    let host = portal.host();
    let slow_body = attack::slow_body();
    let mut rows = Vec::new();
    let mut keep = |what: &'static str, (noticed, ends): (Noticed, Ends)| {
        report.note(&format!(
            "{what}: p50 {:.1} ms, p99 {:.1} ms, slowest {:.1} ms, {} errors, {:.0} MiB",
            noticed.times.median(),
            noticed.times.percentile(0.99),
            noticed.times.percentile(1.0),
            noticed.errors,
            noticed.most
        ));
        if let Some(error) = &noticed.first_error {
            report.note(&format!("  the first error: {error}"));
        }
        rows.push(Row { what, noticed, ends });
    };
    let nobody = async {
        tokio::time::sleep(lasts).await;
        Ok(Ends::new())
    };
    keep("nobody else", meanwhile(portal, person, nobody).await?);
    let heads = attack::slow(host, attack::SLOW_HEAD, SLOW, lasts);
    keep("50 slow heads", meanwhile(portal, person, heads).await?);
    tokio::time::sleep(PAUSE).await;
    let bodies = attack::slow(host, &slow_body, SLOW, lasts);
    keep("50 slow bodies", meanwhile(portal, person, bodies).await?);
    tokio::time::sleep(PAUSE).await;
    let many = crowd_asks(person, crowd, lasts);
    keep("10,000 sessions, 50 pages a second", meanwhile(portal, person, many).await?);
    tokio::time::sleep(PAUSE).await;
    let monsters = attack::send(host, attack::monsters(), AT_A_TIME, lasts);
    keep("huge and malformed, 32 at a time", meanwhile(portal, person, monsters).await?);
    tokio::time::sleep(PAUSE).await;
    let flood = attack::sign_in_flood(host, AT_A_TIME, lasts);
    keep("sign-ins from everywhere, 32 at a time", meanwhile(portal, person, flood).await?);
    tokio::time::sleep(PAUSE).await;
    let again = async {
        tokio::time::sleep(lasts).await;
        Ok(Ends::new())
    };
    keep("nobody else, afterwards", meanwhile(portal, person, again).await?);
    Ok(rows)
}

/// Somebody to sign in, and cookies of ten thousand live sessions of theirs, as if each had.
async fn people_and_sessions(database: &DatabaseUrl) -> Result<Vec<String>> {
    let portal = fleet::portal(None, database, fleet::once()).await?;
    portal.add_user(&NAME.parse()?, Role::Viewer, PASSWORD.into()).await?;
    let cookies = sessions(&portal).await;
    portal.store().clone().close().await;
    cookies
}

async fn sessions(portal: &Portal) -> Result<Vec<String>> {
    let user = portal.store().find_user(&NAME.parse()?).await?.context("nobody was added")?;
    let (now, mut cookies) = (fleet::now(), Vec::with_capacity(SESSIONS));
    for number in 0..SESSIONS {
        let mut id = [0; 16];
        id.copy_from_slice(&Sha256::digest(number.to_be_bytes())[..16]);
        let id_hash = hex::encode(Sha256::digest(id));
        let row = SessionRow {
            label: format!("s-{}", &id_hash[..8]),
            id_hash,
            user: Some(user.person.id),
            body: format!("{{\"user\":\"{}\"}}", user.person.id),
            address: None,
            user_agent: None,
            created_at: now,
            seen_at: now,
            expires_at: now.plus(Duration::from_hours(1)),
        };
        portal.store().create_session(&row).await?;
        // A cookie has the bytes the other way round.
        id.reverse();
        cookies.push(format!("__Host-portal={}", URL_SAFE_NO_PAD.encode(id)));
    }
    Ok(cookies)
}

/// Until all of the fleet is known: reading it is no rest.
async fn settled(portal: &Latchkey, person: &Person) -> Result<()> {
    let mut before = 0.0;
    crate::stopwatch::until("the fleet", async || {
        tokio::time::sleep(Duration::from_secs(2)).await;
        let (list, _) = person.get("/instances/export.json").await?;
        let list: serde_json::Value = serde_json::from_str(&list)?;
        let known = list["instances"].as_array().map_or(0, Vec::len);
        let read = list["coverage"]["read"].as_u64().and_then(|read| usize::try_from(read).ok());
        let memory = portal.memory()?.0;
        let rests = (memory - std::mem::replace(&mut before, memory)).abs() < 1.0;
        Ok(known == INSTANCES && read == Some(INSTANCES) && rests)
    })
    .await
}

/// One page after the other, each of another person.
async fn crowd_asks(person: &Person, crowd: &[String], lasts: Duration) -> Result<Ends> {
    let mut clock = tokio::time::interval(Duration::from_secs(1) / PAGES_A_SECOND);
    let mut asked = JoinSet::new();
    let end = tokio::time::Instant::now() + lasts;
    // A prime away from the one before: everybody in turn.
    for cookie in crowd.iter().cycle().step_by(7919) {
        if tokio::time::timeout_at(end, clock.tick()).await.is_err() {
            break;
        }
        let person = person.with(cookie);
        asked.spawn(async move { person.get("/changes").await });
    }
    let mut ends = Ends::new();
    while let Some(answer) = asked.join_next().await {
        let end = answer?.map_or_else(|error| format!("{error:#}"), |_| "200".to_owned());
        *ends.entry(end).or_insert(0) += 1;
    }
    Ok(ends)
}

fn page(rows: &[Row], idle: f64, most: f64, seconds: u64, program: &Path) -> String {
    let debug = if program.components().any(|part| part.as_os_str() == "debug") {
        " **A debug build: no measure of what is shipped.**"
    } else {
        ""
    };
    let mut text = format!(
        "# The edge under attack\n\nMade by `bench edge`: each attack for {seconds} s, one after the other, while somebody calm asks for `/instances` \
         ten times a second on a new connection each, in milliseconds. Attackers, the simulated cloud and the portal share the machine.{debug}\n\n\
         | meanwhile | p50 | p99 | slowest | errors | asked | MiB at most | how the attackers ended |\n|---|---|---|---|---|---|---|---|\n"
    );
    for Row { what, noticed, ends } in rows {
        let ends: Vec<String> = ends.iter().map(|(end, count)| format!("{end}: {count}")).collect();
        let Noticed { times, errors, most, .. } = noticed;
        // Writing to a text cannot fail.
        let _ = writeln!(
            text,
            "| {what} | {:.1} | {:.1} | {:.1} | {errors} | {} | {most:.0} | {} |",
            times.median(),
            times.percentile(0.99),
            times.percentile(1.0),
            times.len() + errors,
            ends.join(", ")
        );
    }
    let slowest = rows.iter().map(|row| row.noticed.times.percentile(1.0)).fold(0.0, f64::max);
    let errors: usize = rows.iter().map(|row| row.noticed.errors).sum();
    let held = |held: bool| if held { "held" } else { "NOT HELD" };
    let _ = writeln!(
        text,
        "\n| promised | found | |\n|---|---|---|\n| others are answered within 1 s | {slowest:.0} ms at most, {errors} errors | {} |\n\
         | at most 128 MiB above idle | {idle:.0} MiB idle, {most:.0} MiB at most | {} |",
        held(slowest <= ANSWER && errors == 0),
        held(most - idle <= MEMORY)
    );
    text
}
