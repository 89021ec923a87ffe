//! `latchkey doctor`: what the portal would meet, tried before it does.
//!
//! Nothing is changed, at the cloud or in the database: reads only, each once, a few at once, all within two minutes.
//! What is printed has the cloud's codes and request ids, never its messages, and no part of a key.

mod examine;
mod json;
mod text;
mod verdict;

use std::process::ExitCode;
use std::time::Duration;

use futures_util::StreamExt as _;
use store::{DatabaseUrl, Store, Tables};
use tokio::time::Instant;

use super::{failed, load, mistaken, say, whole};
use crate::cli::{Doctor, Output};
use crate::config::Environment;
use crate::telemetry;

use examine::Examination;

/// What is not known by then is not waited for.
const DEADLINE: Duration = Duration::from_mins(2);
const ACCOUNTS_AT_ONCE: usize = 4;

/// All that was found.
struct Findings {
    database: DatabaseFinding,
    accounts: Vec<Examination>,
}

struct DatabaseFinding {
    label: String,
    /// In words: why a portal would not start on it.
    tables: Result<Tables, String>,
}

/// 0: all is fine. 1: something is missing. 2: the configuration does not do.
pub async fn run(arguments: &Doctor) -> ExitCode {
    let environment = Environment::of_process();
    telemetry::start(environment.get(crate::config::LOG), "off");
    let mut config = match load(&environment, &arguments.place) {
        Ok(config) => config,
        Err(mistakes) => return mistaken(&mistakes),
    };
    if let Some(wanted) = &arguments.account {
        let names: Vec<String> =
            config.accounts.iter().map(|account| account.name.to_string()).collect();
        config.accounts.retain(|account| account.name == *wanted);
        if config.accounts.is_empty() {
            let known = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
            failed(&format!("no account is named {wanted}; configured: {known}"));
            return ExitCode::from(2);
        }
    }
    let deadline = Instant::now() + DEADLINE;
    let timeout = Duration::from_secs(arguments.timeout);
    let accounts = futures_util::stream::iter(config.accounts)
        .map(|account| Examination::of(account, &environment, timeout, deadline))
        .buffered(ACCOUNTS_AT_ONCE)
        .collect();
    let (database, accounts) = tokio::join!(look_at(&config.database, deadline), accounts);
    let findings = Findings { database, accounts };
    match arguments.output {
        Output::Text => say(text::of(&findings)),
        Output::Json => say(json::of(&findings)),
    }
    if findings.problems() == 0 { ExitCode::SUCCESS } else { ExitCode::from(1) }
}

async fn look_at(url: &DatabaseUrl, deadline: Instant) -> DatabaseFinding {
    let tables = match tokio::time::timeout_at(deadline, Store::inspect(url)).await {
        Ok(inspected) => inspected.map_err(|error| whole(&error)),
        Err(_) => Err("it did not answer in time".to_owned()),
    };
    DatabaseFinding { label: url.label(), tables }
}

impl Findings {
    /// How many things somebody has to do something about.
    fn problems(&self) -> usize {
        let database = usize::from(self.database.tables.is_err());
        let none = usize::from(self.accounts.is_empty());
        let accounts: usize = self.accounts.iter().map(Examination::problems).sum();
        database + none + accounts
    }
}
