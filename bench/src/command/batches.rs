//! How long a batch takes, against what the cloud's pace and the three stages (one, a tenth, all) allow.
//!
//! The bound is 1.1 × instances ÷ pace + 3 × (settling + the wait between read-backs). Ten writes a second are as many as can
//! be under way at once: a change is under way for as long as its instance settles and is read back.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use domain::access::{Access, AccessState};
use domain::batch::{AT_ONCE, BatchLasts, BatchState};
use domain::id::{BatchId, InstanceKey};
use domain::inventory::InstanceFilter;
use serde_json::{Map, Value, json};
use service::{BatchStart, Portal, SignedIn, Timing};
use simulator::{Options, Settle, Simulator};

use crate::fleet;
use crate::report::{Report, Target, keep};
use crate::stopwatch::{count, rounded};

const SIZES: [usize; 2] = [200, 500];
/// Writes a second.
const PACE: u32 = 10;
const SETTLE: Duration = Duration::from_secs(5);
const LATENCY: Duration = Duration::from_millis(50);

pub async fn run(report: &mut Report) -> Result<()> {
    report.heading("batches: 200 and 500 instances at ten writes a second");
    let mut results = Map::new();
    for database in ["sqlite", "postgres"] {
        for size in SIZES {
            let found = measure(database, size).await?;
            let bound = bound(size);
            report.note(&format!(
                "{database}, {size}: {:.1} s, at most {bound:.1} s; {:.1} writes a second, {} in the busiest",
                found.seconds, found.pace, found.busiest,
            ));
            let ratio = found.seconds / bound;
            report.check(&format!("{database}, {size}: batch : bound"), ratio, Target::AtMost(1.0));
            results.insert(
                format!("{database} {size}"),
                json!({
                    "instances": size, "s": rounded(found.seconds), "bound_s": rounded(bound),
                    "by_bound": rounded(ratio), "writes_a_second": rounded(found.pace),
                    "in_the_busiest_second": found.busiest,
                }),
            );
        }
    }
    results.insert("settle_s".to_owned(), json!(SETTLE.as_secs()));
    results.insert("at_once".to_owned(), json!(at_once()));
    keep("batches", &Value::Object(results))
}

fn bound(size: usize) -> f64 {
    let stage = SETTLE + Timing::REAL.proof_distance();
    1.1 * count(size) / f64::from(PACE) + 3.0 * stage.as_secs_f64()
}

/// So many are under way where ten begin each second.
fn at_once() -> u32 {
    let stage = SETTLE + Timing::REAL.proof_distance();
    let wanted = u32::try_from(stage.as_secs()).unwrap_or(u32::MAX).saturating_mul(PACE);
    wanted.clamp(*AT_ONCE.start(), *AT_ONCE.end())
}

struct Found {
    seconds: f64,
    /// From the first write to the last.
    pace: f64,
    /// Writes.
    busiest: u64,
}

async fn measure(database: &str, size: usize) -> Result<Found> {
    let instances = size * 2;
    let settle = Settle::Between(SETTLE, SETTLE);
    let options = Options { latency: LATENCY, settle, ..fleet::options(instances, fleet::REGIONS) };
    let cloud = fleet::cloud(options).await?;
    fleet::refuse_no_version(&cloud);
    trim(&cloud, instances, size).await?;
    let folder = tempfile::tempdir()?;
    let database = fleet::database(database, folder.path())?;
    let portal = fleet::portal(Some(&cloud), &database, fleet::once()).await?;
    let who = fleet::open(&portal, instances).await?;
    let (id, lines) = draft(&portal, &who).await?;
    ensure!(lines.len() == size, "{} instances would change", lines.len());
    cloud.control().clear_ledger();
    let begun = Instant::now();
    let start = BatchStart {
        batch: id,
        reason: Some("a measurement, OPS-1".parse()?),
        lasts: BatchLasts::Usual,
        at_once: at_once(),
        failures_allowed: Some(0),
        typed_count: Some(size),
        acknowledged: Vec::new(),
    };
    portal.operator(&who, "bench").await?.start_batch(start).await?;
    while portal.viewer(&who).get_batch(id).await?.batch.state == BatchState::Running {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let seconds = begun.elapsed().as_secs_f64();
    let detail = portal.viewer(&who).get_batch(id).await?;
    let verified = detail.items.iter().filter(|item| item.is_verified()).count();
    ensure!(verified == size, "{verified} of {size} were verified: {:?}", detail.batch);
    let (pace, busiest) = paces(&cloud)?;
    Ok(Found { seconds, pace, busiest })
}

/// Leaves so many instances that would change.
async fn trim(cloud: &Simulator, instances: usize, size: usize) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let database = fleet::database("sqlite", folder.path())?;
    let portal = fleet::portal(Some(cloud), &database, fleet::once()).await?;
    let who = fleet::open(&portal, instances).await?;
    let (_, lines) = draft(&portal, &who).await?;
    for surplus in lines.iter().skip(size) {
        cloud.control().set_field(surplus.id.as_str(), "VpcAuthMode", json!("Close"))?;
    }
    Ok(())
}

async fn draft(portal: &Portal, who: &SignedIn) -> Result<(BatchId, Vec<InstanceKey>)> {
    let filter =
        InstanceFilter { access: Some(AccessState::PasswordRequired), ..InstanceFilter::default() };
    let operator = portal.operator(who, "bench").await?;
    let id = operator.draft_batch(&filter, Access::PasswordFree).await?;
    let detail = operator.viewer().get_batch(id).await?;
    Ok((id, detail.will_change().map(|item| item.instance.clone()).collect()))
}

/// Writes a second from the first to the last, and in the busiest second.
fn paces(cloud: &Simulator) -> Result<(f64, u64)> {
    let ledger = cloud.control().ledger();
    let mut times: Vec<_> = ledger.iter().map(|entry| entry.at).collect();
    times.sort_unstable();
    let (first, last) = (times.first().context("no write")?, times.last().context("no write")?);
    let pace = count(times.len()) / (*last - *first).as_seconds_f64();
    let busiest = times.iter().enumerate().map(|(begin, from)| {
        let after = &times[begin..];
        after.iter().take_while(|at| (**at - *from).as_seconds_f64() < 1.0).count()
    });
    Ok((pace, u64::try_from(busiest.max().unwrap_or(0))?))
}
