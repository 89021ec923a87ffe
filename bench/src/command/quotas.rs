//! A first reading that the quotas hold up: how much of them is used, and how often a call is refused.
//!
//! Two regions with so many instances that the calls with 200 a minute take three minutes of the cloud. The first two
//! are looked at: a whole number of the cloud's windows, so that none counts as unused that was not over.

use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::json;
use simulator::Options;
use store::DatabaseUrl;

use crate::fleet;
use crate::report::{Report, Target, keep};
use crate::stopwatch::{count, number, rounded};

const REGIONS: usize = 2;
const INSTANCES: usize = 1000;
const LATENCY: Duration = Duration::from_millis(50);
/// Calls a minute of these actions, by the cloud's own page; two windows of them.
const ALLOWED: f64 = 200.0;
const WINDOWS: f64 = 2.0;
/// Of every instance.
const LIMITED: [&str; 2] = ["DescribeSecurityIps", "DescribeDBInstanceNetInfo"];

pub async fn run(report: &mut Report) -> Result<()> {
    report.heading("quotas on: 1,000 instances in 2 regions, 50 ms a call, two minutes");
    let options = Options { latency: LATENCY, quotas: true, ..fleet::options(INSTANCES, REGIONS) };
    let cloud = fleet::cloud(options).await?;
    let folder = tempfile::tempdir()?;
    let database = DatabaseUrl::Sqlite(folder.path().join("portal.db"));
    let portal = fleet::portal(Some(&cloud), &database, fleet::once()).await?;
    let started = Instant::now();
    let reader = tokio::spawn(portal.clone().read_fleet());
    // The second window's calls go out within seconds of its beginning; the third has not begun.
    let until = started + Duration::from_secs(115);
    tokio::time::sleep_until(until.into()).await;
    reader.abort();

    let counters = cloud.control().counters();
    let limited: u64 = counters
        .iter()
        .filter(|counter| LIMITED.contains(&counter.action.as_str()))
        .map(|counter| counter.calls - counter.throttled)
        .sum();
    let allowed = ALLOWED * WINDOWS * count(REGIONS) * count(LIMITED.len());
    let used = number(limited) / allowed * 100.0;
    let (calls, throttled) = fleet::calls(&cloud);
    let refused = number(throttled) / number(calls) * 100.0;
    report.note(&format!(
        "{limited} of {allowed} calls that the limited actions allow; {throttled} of all {calls} calls refused"
    ));
    report.check("allowed rate used, %", used, Target::AtLeast(90.0));
    report.check("refused for load, %", refused, Target::AtMost(1.0));
    keep(
        "quotas",
        &json!({
            "instances": INSTANCES, "regions": REGIONS, "windows": WINDOWS, "limited_actions": LIMITED,
            "answered": limited, "allowed": allowed, "used_percent": rounded(used),
            "calls": calls, "throttled": throttled, "throttled_percent": rounded(refused),
        }),
    )
}
