//! From 100 to 100,000 instances: calls, time, memory and size of the database.
//!
//! Up to 10,000 the portal's reader reads everything from the simulated cloud, without latency and without quotas, so
//! that the time is the portal's own (and the simulator's, which shares the machine). The largest fleet is listed by it
//! and its facts are recorded directly; its calls are those that the reader would make.

use std::time::Instant;

use anyhow::{Context as _, Result};
use domain::person::Role;
use serde_json::{Value, json};
use store::DatabaseUrl;

use crate::latchkey::{self, Latchkey, NAME, PASSWORD};
use crate::plot::{self, Line};
use crate::report::{Report, folder, keep};
use crate::stopwatch::{Times, count, file_size, number, rounded, until};
use crate::{fill, fleet};

/// How many, and whether the reader reads every fact.
const SIZES: [(usize, bool); 4] = [(100, true), (1000, true), (10_000, true), (100_000, false)];
/// Of each instance, after it was listed.
const CALLS_OF_EACH: f64 = 5.0;

struct Grown {
    instances: usize,
    /// By the reader, call by call.
    read: bool,
    calls: f64,
    seconds: f64,
    memory: f64,
    database: f64,
    page: f64,
}

pub async fn run(report: &mut Report) -> Result<()> {
    report.heading("growth: 30 regions, no latency, no quotas, SQLite");
    latchkey::build().await?;
    report.note(&format!(
        "{:>9} {:>9} {:>9} {:>9} {:>9} {:>9}",
        "instances", "calls", "s", "MiB", "MiB disk", "page ms"
    ));
    let mut all = Vec::new();
    for (instances, read) in SIZES {
        let grown = grow(instances, read).await?;
        report.note(&format!(
            "{:>9} {:>9} {:>9.2} {:>9.0} {:>9.1} {:>9.2}",
            grown.instances, grown.calls, grown.seconds, grown.memory, grown.database, grown.page
        ));
        all.push(grown);
    }
    let line = |name: &'static str, value: fn(&Grown) -> f64| Line {
        name,
        points: all.iter().map(|grown| (count(grown.instances), value(grown))).collect(),
    };
    let read = Line {
        name: "reading it all, s",
        points: all
            .iter()
            .filter(|grown| grown.read)
            .map(|grown| (count(grown.instances), grown.seconds))
            .collect(),
    };
    let lines = [
        line("calls of a cold inventory", |grown| grown.calls),
        line("memory of the server, MiB", |grown| grown.memory),
        line("database, MiB", |grown| grown.database),
        read,
        line("page of the list, median, ms", |grown| grown.page),
    ];
    plot::draw(&folder().join("growth.svg"), &lines)?;
    let rows: Vec<Value> = all
        .iter()
        .map(|grown| {
            json!({
                "instances": grown.instances, "by_the_reader": grown.read, "calls": grown.calls, "s": rounded(grown.seconds),
                "memory_mib": rounded(grown.memory), "database_mib": rounded(grown.database),
                "page_p50_ms": rounded(grown.page),
            })
        })
        .collect();
    keep("growth", &Value::Array(rows))
}

async fn grow(instances: usize, read: bool) -> Result<Grown> {
    let cloud = fleet::cloud(fleet::options(instances, fleet::REGIONS)).await?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("portal.db");
    let database = DatabaseUrl::Sqlite(file.clone());
    let portal = fleet::portal(Some(&cloud), &database, fleet::once()).await?;
    let started = Instant::now();
    if read {
        let reader = tokio::spawn(portal.clone().read_fleet());
        until("the inventory", async || fleet::is_read(&portal, instances).await).await?;
        reader.abort();
        let _ = reader.await;
    } else {
        fill::fill(&portal).await?;
    }
    let seconds = started.elapsed().as_secs_f64();
    let (calls, _) = fleet::calls(&cloud);
    let calls = number(calls) + if read { 0.0 } else { count(instances) * CALLS_OF_EACH };
    portal.add_user(&NAME.parse()?, Role::Viewer, PASSWORD.into()).await?;
    portal.store().clone().close().await;
    drop(portal);
    let size = file_size(&file);

    let server = Latchkey::start(&cloud, &database).await?;
    let person = server.sign_in().await.context("nobody can sign in")?;
    // Until the first list of the new process is over.
    let mut before = 0;
    until("the list", async || {
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        let (calls, _) = fleet::calls(&cloud);
        Ok(std::mem::replace(&mut before, calls) == calls)
    })
    .await?;
    let mut pages = Times::default();
    for _ in 0..50 {
        pages.add(person.get("/instances").await?.1);
    }
    let (_, memory) = server.memory()?;
    server.stop().await?;
    Ok(Grown { instances, read, calls, seconds, memory, database: size, page: pages.median() })
}
