//! What a refused input must leave as it was, read beside the portal after each row.

use std::fmt::Write as _;

use domain::audit::{AuditCode, Outcome, RecordedEvent};
use domain::person::Scope;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, Connection as _};
use store::audit::AuditFilter;
use store::{DatabaseUrl, Store};

use crate::MARK;
use crate::ground::Ground;
use crate::process::HANG;

/// Everything that people and changes write; what reading the cloud writes goes on by itself.
const TABLES: [&str; 25] = [
    "api_tokens",
    "group_members",
    "identities",
    "passkey_challenges",
    "passkeys",
    "recovery_codes",
    "reset_links",
    "second_factors",
    "user_groups",
    "approvals",
    "attempts",
    "batch_items",
    "batches",
    "changes",
    "inbox_notices",
    "inbox_readers",
    "outbox",
    "policies",
    "read_backs",
    "returns",
    "reviews",
    "saved_views",
    "sessions",
    "users",
    "change_guards",
];
/// When a session was used last is noted by design; a guard row's lease is renewed.
const PASSING: [&str; 5] = ["seen_at", "driver", "driver_until", "epoch", "late_until"];

/// That something was refused is recorded by design.
const REFUSALS: [AuditCode; 4] = [
    AuditCode::AccessDenied,
    AuditCode::CrossSiteRefused,
    AuditCode::SignInRefused,
    AuditCode::SignInThrottled,
];
/// No stranger writes more than this into a row of the audit.
const MOST_DETAIL: usize = 300;

/// Looks at the memory and the cloud again and again.
pub struct Trace {
    beside: SqliteConnection,
    store: Store,
    last: i64,
    tables: Vec<(&'static str, String)>,
    writes: usize,
}

impl Trace {
    pub async fn of(ground: &Ground) -> Self {
        let DatabaseUrl::Sqlite(file) = &ground.database else { panic!("not in a file") };
        let options = SqliteConnectOptions::new().filename(file).busy_timeout(HANG);
        let beside = SqliteConnection::connect_with(&options).await.unwrap();
        let store = ground.store().await;
        let mut trace = Self { beside, store, last: i64::MIN, tables: Vec::new(), writes: 0 };
        trace.changed(ground).await;
        trace
    }

    /// What is different since the last look, in words; and what the audit says on top of refusals.
    pub async fn changed(&mut self, ground: &Ground) -> Vec<String> {
        let mut changed = Vec::new();
        let writes = ground.cloud.control().ledger().len();
        if writes != self.writes {
            changed.push(format!("the cloud was written to: {} calls", writes - self.writes));
        }
        self.writes = writes;
        let mut tables = Vec::new();
        for table in TABLES {
            let rows = self.rows(table).await;
            let before = self.tables.iter().find(|(known, _)| *known == table);
            if before.is_some_and(|(_, before)| *before != rows) {
                changed.push(format!("the table {table} was written to"));
            }
            tables.push((table, rows));
        }
        self.tables = tables;
        for recorded in self.recorded().await {
            changed.extend(amiss(&recorded));
        }
        changed
    }

    /// What the audit says since the last look.
    async fn recorded(&mut self) -> Vec<RecordedEvent> {
        let filter = AuditFilter::default();
        let events = self.store.walk_audit(&Scope::Everything, &filter, self.last, 10_000).await;
        let events = events.unwrap();
        self.last = events.last().map_or(self.last, |last| last.sequence);
        events
    }

    /// Every value of a table, as one text.
    async fn rows(&mut self, table: &str) -> String {
        let names = format!("SELECT name FROM pragma_table_info('{table}')");
        let names: Vec<String> =
            sqlx::query_scalar(AssertSqlSafe(names)).fetch_all(&mut self.beside).await.unwrap();
        let mut line = String::from("''");
        for name in names.iter().filter(|name| !PASSING.contains(&name.as_str())) {
            write!(line, " || '|' || quote({name})").unwrap();
        }
        let rows = format!("SELECT {line} AS line FROM {table} ORDER BY line");
        let rows: Vec<String> =
            sqlx::query_scalar(AssertSqlSafe(rows)).fetch_all(&mut self.beside).await.unwrap();
        assert!(!names.is_empty(), "no such table: {table}");
        rows.join("\n")
    }
}

fn amiss(recorded: &RecordedEvent) -> Option<String> {
    let event = &recorded.event;
    let refusal = REFUSALS.contains(&event.code) && event.outcome == Outcome::Refused;
    let text = format!("{event:?}");
    let long = event.detail.iter().any(|(_, value)| value.len() > MOST_DETAIL);
    (!refusal || text.contains(MARK) || long)
        .then(|| format!("the audit says {} {:.200}", event.code.code(), text))
}

/// Does something to the memory that no portal does.
pub async fn sql(ground: &Ground, text: &str) {
    let DatabaseUrl::Sqlite(file) = &ground.database else { panic!("not in a file") };
    let options = SqliteConnectOptions::new().filename(file).busy_timeout(HANG);
    let mut beside = SqliteConnection::connect_with(&options).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(text.to_owned())).execute(&mut beside).await.unwrap();
    beside.close().await.unwrap();
}
