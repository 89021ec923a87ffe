//! A cold inventory: everything about 900 instances in 30 regions, from nothing, at 50 ms a call.
//!
//! The bound is what nobody can beat who makes these calls, so many at once: calls × latency / calls at once.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use serde_json::json;
use simulator::{Options, Simulator};
use store::DatabaseUrl;

use crate::report::{Report, Target, keep};
use crate::stopwatch::{count, number, rounded, until};
use crate::{fleet, python};

const INSTANCES: usize = 900;
const LATENCY: Duration = Duration::from_millis(50);
/// A plain script takes minutes: it reads this many and is scaled by calls.
const SAMPLE: usize = 60;
const THREADS: u32 = 16;

pub async fn run(report: &mut Report) -> Result<()> {
    report.heading("cold inventory: 900 instances, 30 regions, 50 ms a call, no quotas");
    let options = Options { latency: LATENCY, ..fleet::options(INSTANCES, fleet::REGIONS) };
    let cloud = fleet::cloud(options).await?;

    let folder = tempfile::tempdir()?;
    let database = DatabaseUrl::Sqlite(folder.path().join("portal.db"));
    let portal = fleet::portal(Some(&cloud), &database, fleet::once()).await?;
    let at_once = portal.settings().calls_at_once;
    let started = Instant::now();
    let reader = tokio::spawn(portal.clone().read_fleet());
    until("the inventory", async || fleet::is_read(&portal, INSTANCES).await).await?;
    let ours = started.elapsed().as_secs_f64();
    reader.abort();
    let (calls, _) = fleet::calls(&cloud);
    let bound = number(calls) * LATENCY.as_secs_f64() / count(at_once);
    report.note(&format!(
        "portal: {ours:.2} s for {calls} calls, {at_once} at once; the bound is {bound:.2} s"
    ));

    let sequential = script(&cloud, 1, SAMPLE).await?;
    let scaled = sequential.seconds * number(calls) / sequential.calls;
    report.note(&format!(
        "official SDK, one call after the other: {:.2} s for {} calls, so {scaled:.1} s for {calls}",
        sequential.seconds, sequential.calls
    ));
    let threaded = script(&cloud, THREADS, INSTANCES).await?;
    report.note(&format!(
        "official SDK, {THREADS} threads: {:.2} s for {} calls",
        threaded.seconds, threaded.calls
    ));

    report.check("portal : bound", ours / bound, Target::AtMost(1.25));
    report.check("sequential script : portal", scaled / ours, Target::AtLeast(12.0));
    report.note(&format!("threaded script : portal: {:.2}", threaded.seconds / ours));
    keep(
        "inventory",
        &json!({
            "instances": INSTANCES, "regions": fleet::REGIONS, "latency_ms": LATENCY.as_millis(),
            "calls": calls, "calls_at_once": at_once,
            "portal_s": rounded(ours), "bound_s": rounded(bound),
            "sequential_sample": { "instances": SAMPLE, "calls": sequential.calls, "s": rounded(sequential.seconds) },
            "sequential_s": rounded(scaled), "threaded_s": rounded(threaded.seconds),
            "portal_by_bound": rounded(ours / bound),
            "sequential_by_portal": rounded(scaled / ours),
            "threaded_by_portal": rounded(threaded.seconds / ours),
        }),
    )
}

struct Script {
    calls: f64,
    seconds: f64,
}

async fn script(cloud: &Simulator, threads: u32, most: usize) -> Result<Script> {
    let account = cloud.accounts().first().context("the simulated cloud has no account")?;
    let setup = json!({
        "endpoint": cloud.base_url(), "access_key_id": account.access_key_id,
        "access_key_secret": account.access_key_secret, "threads": threads, "most": most,
    });
    let done = python::run("inventory.py", &[], &setup).await?;
    ensure!(done["instances"].as_u64() == u64::try_from(most).ok(), "the script read {done}");
    let field = |name: &str| done[name].as_f64().context("the script says no number");
    Ok(Script { calls: field("calls")?, seconds: field("seconds")? })
}
