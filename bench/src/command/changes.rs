//! What a change takes besides the cloud and the deliberate wait between its two read-backs.
//!
//! The clock runs from before the confirmation until somebody who looks finds the change verified in the memory. The wait
//! between two equal reads is taken off, at the pace of production, and nothing else: the simulated cloud answers at once,
//! and what it computes on the same two cores, connections and timers are counted as the portal's.
//!
//! Calls that are made one after the other where they could be made at once would hide there. So it is measured again with
//! a latency, and the times compared: each call that waits for another one adds it once.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use domain::access::{Access, AccessState};
use domain::change::{Ending, VerifiedBy};
use domain::id::InstanceKey;
use domain::inventory::{InstanceFilter, InstanceSort};
use domain::person::Scope;
use domain::review::Review;
use serde_json::{Map, Value, json};
use service::{Confirmation, Lasts, Portal, SignedIn, Start, Timing};
use simulator::{Options, Settle};
use store::fleet::PageOf;
use tokio::time::MissedTickBehavior;

use crate::fleet;
use crate::report::{Report, Target, keep};
use crate::stopwatch::{Times, millis, rounded};

const INSTANCES: usize = 1000;
/// Of each direction.
const CHANGES: usize = 200;
/// They begin this far apart, so that each meets some fifty others under way.
const APART: Duration = Duration::from_millis(100);
/// Where calls one after the other are to be seen.
const LATENCY: Duration = Duration::from_millis(100);
const SEEN: usize = 40;
/// A fresh look of five calls at once, the call, and two read-backs: each needs the one before.
const ROUNDS: f64 = 4.0;

pub async fn run(report: &mut Report) -> Result<()> {
    report.heading("changes: what is added to the cloud's time and to the wait between read-backs");
    let mut results = Map::new();
    for database in ["sqlite", "postgres"] {
        let (free, required) = measure(database, CHANGES, Duration::ZERO).await?;
        let mut all = free.clone();
        all.add_all(&required);
        report.note(&format!(
            "{database}: {} changes, ten a second: {:.1} ms (p50), {:.1} ms (p95), {:.1} ms (p99); to password-free {:.1} ms, \
             back {:.1} ms (p50)",
            all.len(),
            all.median(),
            all.percentile(0.95),
            all.percentile(0.99),
            free.median(),
            required.median(),
        ));
        let (slow_free, slow_required) = measure(database, SEEN, LATENCY).await?;
        let mut slow = slow_free;
        slow.add_all(&slow_required);
        let rounds = (slow.median() - all.median()) / millis(LATENCY);
        if database == "sqlite" {
            report.check("added to a change, ms, p50", all.median(), Target::AtMost(25.0));
        }
        report.check("calls one after the other", rounds, Target::AtMost(ROUNDS + 0.5));
        results.insert(
            database.to_owned(),
            json!({
                "changes": all.len(), "p50_ms": rounded(all.median()),
                "p95_ms": rounded(all.percentile(0.95)), "p99_ms": rounded(all.percentile(0.99)),
                "to_password_free_p50_ms": rounded(free.median()),
                "to_password_required_p50_ms": rounded(required.median()),
                "calls_one_after_the_other": rounded(rounds),
            }),
        );
    }
    results.insert("taken_off_ms".to_owned(), json!(millis(Timing::REAL.proof_distance())));
    results.insert("apart_ms".to_owned(), json!(millis(APART)));
    keep("changes", &Value::Object(results))
}

/// To password-free, and back.
async fn measure(database: &str, changes: usize, latency: Duration) -> Result<(Times, Times)> {
    // Nothing settles: a change whose first read-back finds it has the fewest waits.
    let settle = Settle::Between(Duration::ZERO, Duration::ZERO);
    let options = Options { settle, ..fleet::options(INSTANCES, fleet::REGIONS) };
    let cloud = fleet::cloud(options).await?;
    fleet::refuse_no_version(&cloud);
    let folder = tempfile::tempdir()?;
    let database = fleet::database(database, folder.path())?;
    let portal = fleet::portal(Some(&cloud), &database, fleet::once()).await?;
    let who = fleet::open(&portal, INSTANCES).await?;
    cloud.control().set_latency(latency);
    let keys = with_password(&portal).await?;
    let free = all(&portal, &who, &keys, changes, Access::PasswordFree).await?;
    let opened: Vec<_> = free.iter().map(|(key, _)| key.clone()).collect();
    let required = all(&portal, &who, &opened, changes, Access::PasswordRequired).await?;
    let times = |found: Vec<(InstanceKey, Duration)>| {
        let mut times = Times::default();
        for (_, took) in found {
            times.add(took);
        }
        times
    };
    Ok((times(free), times(required)))
}

async fn with_password(portal: &Portal) -> Result<Vec<InstanceKey>> {
    let filter =
        InstanceFilter { access: Some(AccessState::PasswordRequired), ..InstanceFilter::default() };
    let page = PageOf { filter: &filter, sort: InstanceSort::Name, after: None, limit: 1000 };
    let rows = portal.store().list_instances(&Scope::Everything, page).await?;
    Ok(rows.into_iter().map(|row| row.key).collect())
}

/// As many as are wanted, whether or not those before are over. They are reviewed before the clock runs.
async fn all(
    portal: &Portal,
    who: &SignedIn,
    keys: &[InstanceKey],
    changes: usize,
    to: Access,
) -> Result<Vec<(InstanceKey, Duration)>> {
    let operator = portal.operator(who, "bench").await?;
    let mut reviews = Vec::with_capacity(changes);
    for key in keys {
        if reviews.len() < changes {
            let review = operator.take_review(key, to).await?;
            reviews.extend((!review.preflight.is_blocked()).then_some(review));
        }
    }
    ensure!(reviews.len() == changes, "{} instances can be changed", reviews.len());
    let mut clock = tokio::time::interval(APART);
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut under_way = Vec::with_capacity(changes);
    for review in reviews {
        clock.tick().await;
        let (portal, who, key) = (portal.clone(), who.clone(), review.instance.clone());
        under_way.push((key, tokio::spawn(async move { one(&portal, &who, &review).await })));
    }
    let mut times = Vec::with_capacity(changes);
    for (key, one) in under_way {
        times.push((key, one.await??));
    }
    Ok(times)
}

/// What it took, but for the wait.
async fn one(portal: &Portal, who: &SignedIn, review: &Review) -> Result<Duration> {
    let operator = portal.operator(who, "bench").await?;
    let confirmation = confirmation(review)?;
    let begun = Instant::now();
    let id = operator.confirm(confirmation).await?;
    let wait = Timing::REAL.proof_distance();
    // It cannot be over before: whoever looks until then only disturbs.
    tokio::time::sleep(wait.saturating_sub(begun.elapsed())).await;
    let ended = loop {
        let change = portal.store().find_change(&Scope::Everything, id).await?;
        let change = change.context("the change is gone")?;
        if change.state.is_terminal() {
            break change;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    };
    let took = begun.elapsed();
    let by = VerifiedBy::Worker;
    ensure!(ended.ending == Some(Ending::Verified { by }), "{ended:?}");
    took.checked_sub(wait).context("it took less than it has to")
}

/// With whatever could be asked for.
fn confirmation(review: &Review) -> Result<Confirmation> {
    let acknowledged = review.to_acknowledge();
    Ok(Confirmation {
        review: review.id,
        reason: Some("a measurement, OPS-1".parse()?),
        typed_name: Some(review.name.to_string()),
        acknowledged: acknowledged.iter().map(|one| one.code().to_owned()).collect(),
        lasts: Lasts::Usual,
        start: Start::Now,
        break_glass: false,
        key: review.id.to_string().parse()?,
    })
}
