//! What a sealed row of the audit costs over a bare one, alone and with eight writers at once, and how fast all are
//! verified.
//!
//! The bare one is a transaction that inserts one row elsewhere: it waits for the disk as long as the sealed one.

use std::time::Instant;

use anyhow::{Result, ensure};
use domain::audit::{Actor, AuditCode, AuditEvent, Outcome};
use domain::time::Timestamp;
use scratch_postgres::ScratchPostgres;
use serde_json::{Map, Value, json};
use store::audit::AuditFiles;
use store::{DatabaseUrl, Store};

use crate::fleet;
use crate::report::{Report, keep};
use crate::stopwatch::{Times, number, rounded};

const ALONE: i64 = 2000;
const WRITERS: i64 = 8;
const EACH: i64 = 500;

pub async fn run(report: &mut Report) -> Result<()> {
    report.heading("audit: sealed rows");
    let mut results = Map::new();
    for database in ["sqlite", "postgres"] {
        let folder = tempfile::tempdir()?;
        let url = match database {
            "sqlite" => DatabaseUrl::Sqlite(folder.path().join("portal.db")),
            _ => ScratchPostgres::shared()?.database()?.parse()?,
        };
        let key = Some(fleet::audit_key(folder.path())?);
        let files = AuditFiles { key, ..AuditFiles::default() };
        let store = Store::open_with(&url, "a measurement", &files).await?;
        results.insert(database.to_owned(), measure(report, &store, database).await?);
    }
    keep("audit", &Value::Object(results))
}

async fn measure(report: &mut Report, store: &Store, title: &str) -> Result<Value> {
    let (mut bare, mut sealed) = (Times::default(), Times::default());
    // In turns, so that both meet the same disk.
    for number in 0..ALONE {
        let (at, id) = (Timestamp::from_millis(number), format!("{number:032x}"));
        let begun = Instant::now();
        store.put_notice(&id, None, "{}", at).await?;
        bare.add(begun.elapsed());
        let begun = Instant::now();
        store.record(&event(number)).await?;
        sealed.add(begun.elapsed());
    }
    let begun = Instant::now();
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let store = store.clone();
            tokio::spawn(async move {
                for number in 0..EACH {
                    store.record(&event(writer * EACH + number)).await?;
                }
                Ok::<_, store::Error>(())
            })
        })
        .collect();
    for writer in writers {
        writer.await??;
    }
    let together = begun.elapsed().as_secs_f64();
    let rate = number(u64::try_from(WRITERS * EACH)?) / together;
    let begun = Instant::now();
    let found = store.verify_audit(&[]).await?;
    let took = begun.elapsed().as_secs_f64();
    ensure!(found.flaw.is_none(), "{:?}", found.flaw);
    let rows: i64 = found.epochs.iter().map(|epoch| epoch.rows).sum();
    let verified = number(u64::try_from(rows)?) / took;
    report.note(&format!(
        "{title}: a bare row {:.2} ms, a sealed one {:.2} ms (p50), {:.2} and {:.2} ms (p99); {WRITERS} at once seal {rate:.0} a \
         second; {verified:.0} rows a second are verified",
        bare.median(),
        sealed.median(),
        bare.percentile(0.99),
        sealed.percentile(0.99),
    ));
    Ok(json!({
        "bare_p50_ms": rounded(bare.median()), "bare_p99_ms": rounded(bare.percentile(0.99)),
        "sealed_p50_ms": rounded(sealed.median()), "sealed_p99_ms": rounded(sealed.percentile(0.99)),
        "writers": WRITERS, "sealed_a_second": rounded(rate),
        "rows": rows, "verified_a_second": rounded(verified),
    }))
}

/// As large as one of a change.
fn event(number: i64) -> AuditEvent {
    AuditEvent {
        before: Some("password-required".to_owned()),
        after: Some("password-free".to_owned()),
        reason: Some("a drill, OPS-1234".to_owned()),
        detail: vec![("number".to_owned(), number.to_string())],
        ..AuditEvent::new(
            Timestamp::from_millis(number),
            AuditCode::ReviewTaken,
            Outcome::Succeeded,
            Actor::Portal,
        )
    }
}
