//! Memory of the server with 100,000 instances known, and the rows that reading them again writes.

use std::time::Duration;

use anyhow::{Context as _, Result};
use domain::person::{Person, Role};
use serde_json::{Value, json};
use service::viewer::EventFilter;
use service::{Portal, SignedIn};
use simulator::Simulator;
use store::DatabaseUrl;

use crate::latchkey::{self, Latchkey, NAME, PASSWORD};
use crate::report::{Report, Target, keep};
use crate::stopwatch::{rounded, until};
use crate::{fill, fleet, python};

const INSTANCES: usize = 100_000;
/// Enough to see whether the others are touched.
const WATCHED: usize = 1000;
/// The reader lists every minute: two of its lists are waited for.
const LOOKED_AT_FOR: Duration = Duration::from_secs(80);

pub async fn run(report: &mut Report) -> Result<()> {
    latchkey::build().await?;
    report.heading("memory of the server: 100,000 instances known, listed twice, pages read");
    let (memory, most) = resident().await?;
    report.note(&format!("resident after it all: {memory:.0} MiB"));
    report.check("the most it ever was, MiB", most, Target::AtMost(150.0));

    report.heading("rows written when one of 1,000 instances has changed");
    let (one, again) = rows_written(report).await?;
    keep(
        "memory",
        &json!({
            "instances": INSTANCES, "resident_mib": rounded(memory), "resident_most_mib": rounded(most),
            "rows_when_one_changed": one, "rows_when_listed_again": again,
        }),
    )
}

async fn resident() -> Result<(f64, f64)> {
    let cloud = fleet::cloud(fleet::options(INSTANCES, fleet::REGIONS)).await?;
    let folder = tempfile::tempdir()?;
    let database = DatabaseUrl::Sqlite(folder.path().join("portal.db"));
    let portal = fleet::portal(Some(&cloud), &database, fleet::once()).await?;
    fill::fill(&portal).await?;
    portal.add_user(&NAME.parse()?, Role::Viewer, PASSWORD.into()).await?;
    portal.store().clone().close().await;
    drop(portal);
    let server = Latchkey::start(&cloud, &database).await?;
    let person = server.sign_in().await?;
    let end = tokio::time::Instant::now() + LOOKED_AT_FOR;
    while tokio::time::Instant::now() < end {
        for path in ["/instances", "/instances?q=cache", "/instances?access=password-free"] {
            person.get(path).await?;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let memory = server.memory()?;
    server.stop().await?;
    Ok(memory)
}

/// Rows by table: for one changed instance that is read again, and for a list in which nothing changed.
async fn rows_written(report: &mut Report) -> Result<(Value, Value)> {
    let cloud = fleet::cloud(fleet::options(WATCHED, fleet::REGIONS)).await?;
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("portal.db");
    let file = path.to_str().context("a path that is text")?.to_owned();
    let database = DatabaseUrl::Sqlite(path);
    let portal = fleet::portal(Some(&cloud), &database, fleet::once()).await?;
    let reader = tokio::spawn(portal.clone().read_fleet());
    until("the inventory", async || fleet::is_read(&portal, WATCHED).await).await?;
    reader.abort();
    // The reader is over when whatever it was writing is.
    let _ = reader.await;
    python::run("rows_written.py", &["watch", &file], &Value::Null).await?;

    portal.list_fleet_once().await?;
    let again = python::run("rows_written.py", &["tell", &file], &Value::Null).await?;
    report.note(&format!("listed again, nothing new: {again}"));

    change_one(&cloud, &portal).await?;
    let one = python::run("rows_written.py", &["tell", &file], &Value::Null).await?;
    report.note(&format!("one changed and read again: {one}"));
    let touched = ["instances", "facts", "readings"]
        .iter()
        .filter_map(|table| one[*table]["instances"].as_f64())
        .fold(0.0, f64::max);
    report.check("instances that were touched", touched, Target::AtMost(1.0));
    Ok((one, again))
}

/// Changes the mode of one behind the portal's back, and has the reader read it as a person would.
async fn change_one(cloud: &Simulator, portal: &Portal) -> Result<()> {
    let who = SignedIn {
        person: Person::everywhere(domain::id::UserId::from_u128(1), NAME.parse()?, Role::Viewer),
        session: "s-bench".into(),
        address: None,
        language: None,
        theme: None,
        proven_at: None,
    };
    let viewer = portal.viewer(&who);
    let filter = domain::inventory::InstanceFilter {
        access: Some(domain::access::AccessState::PasswordRequired),
        ..domain::inventory::InstanceFilter::default()
    };
    let sort = domain::inventory::InstanceSort::Name;
    let page = service::viewer::PageOf { filter: &filter, sort, after: None, limit: 1 };
    let first = viewer.list_instances(page).await?;
    let key = first.into_iter().next().context("no instance asks for a password")?.key;
    cloud.control().set_field(key.id.as_str(), "VpcAuthMode", json!("Close"))?;
    let reader = tokio::spawn(portal.clone().read_fleet());
    let now = fleet::now();
    portal.store().want_instance(&key, now, now).await?;
    until("the event", async || {
        let events = EventFilter { instance: Some(key.clone()), before: None };
        let events = viewer.list_events(&events, 10).await?;
        let detail = viewer.get_instance(&key).await?;
        let fresh = detail.sentinel.read_at.is_some_and(|at| at >= now)
            && detail.whitelist.read_at.is_some_and(|at| at >= now)
            && detail.endpoints.read_at.is_some_and(|at| at >= now)
            && detail.release.read_at.is_some_and(|at| at >= now);
        Ok(fresh && events.iter().any(|event| event.field == "access"))
    })
    .await?;
    reader.abort();
    let _ = reader.await;
    Ok(())
}
