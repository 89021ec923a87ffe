//! `latchkey audit …`: works beside a running portal.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use app::text::machine_time;
use domain::audit::{Actor, AuditCode, AuditEvent, Outcome};
use domain::person::Scope;
use domain::time::Timestamp;
use store::Store;
use store::audit::{AnchorFile, AuditFilter, AuditKey, Flaw, Standing, Verification};

use super::{failed, failed_by, load, mistaken, say};
use crate::cli::{AuditFormat, Place};
use crate::config::Environment;
use crate::{audit_file, outside};

/// The audit is not as it was written.
const ALTERED: u8 = 3;
/// It cannot be told without another key.
const OTHER_KEY: u8 = 4;

const PAGE: i64 = 1000;

async fn open(place: &Place) -> Result<Store, ExitCode> {
    let config = load(&Environment::of_process(), place).map_err(|found| mistaken(&found))?;
    Store::open_beside(&config.database, "latchkey audit", &config.audit)
        .await
        .map_err(|error| failed_by(&error))
}

pub async fn verify(previous_keys: &[PathBuf], place: &Place) -> ExitCode {
    let mut keys = Vec::new();
    for path in previous_keys {
        match AuditKey::read(path) {
            Ok(key) => keys.push(key),
            Err(error) => {
                failed(&format!("--previous-key: the file {} {error}", path.display()));
                return ExitCode::from(2);
            }
        }
    }
    let store = match open(place).await {
        Ok(store) => store,
        Err(code) => return code,
    };
    match store.verify_audit(&keys).await {
        Ok(found) => {
            report(&found);
            match &found.flaw {
                None => ExitCode::SUCCESS,
                Some(Flaw::OtherKey { .. }) => ExitCode::from(OTHER_KEY),
                Some(_) => ExitCode::from(ALTERED),
            }
        }
        Err(error) => failed_by(&error),
    }
}

fn report(found: &Verification) {
    if found.unsealed > 0 {
        say(format_args!(
            "unsealed  {} rows of before the chain: covered as a whole, not one by one",
            found.unsealed
        ));
    }
    for epoch in &found.epochs {
        say(format_args!(
            "epoch {}   {} rows, key {}, began {} ({})",
            epoch.number,
            epoch.rows,
            epoch.key,
            machine_time(epoch.began_at),
            epoch.cause
        ));
    }
    match &found.last {
        Some(last) => say(format_args!(
            "head      epoch {} position {} of {}, seal {}",
            last.epoch,
            last.position,
            machine_time(last.at),
            last.mac
        )),
        None => say("head      nothing is sealed yet"),
    }
    match &found.anchor {
        AnchorFile::None => say("anchor    there is none"),
        AnchorFile::Broken => say("anchor    the file is not one of this portal's, or was edited"),
        AnchorFile::Good(anchor) => say(format_args!(
            "anchor    epoch {} position {} as of {}",
            anchor.epoch,
            anchor.position,
            machine_time(anchor.at)
        )),
    }
    match &found.flaw {
        None => say("Every row is as it was written."),
        Some(flaw) => say(format_args!("! {}", words(flaw))),
    }
}

fn words(flaw: &Flaw) -> String {
    match flaw {
        Flaw::Edited { sequence, epoch, position } => {
            format!(
                "edited: row {sequence} (epoch {epoch}, position {position}) is not what was sealed"
            )
        }
        Flaw::Deleted { epoch, position, count } => {
            format!("deleted: {count} row(s) from epoch {epoch}, position {position} on are gone")
        }
        Flaw::Swapped { sequence, epoch, position, belongs_at } => {
            format!(
                "swapped: row {sequence} at epoch {epoch}, position {position} belongs at position {belongs_at}"
            )
        }
        Flaw::Cut { epoch, position, known } => format!(
            "cut off: the rows after epoch {epoch}, position {position} are gone; there was one at epoch {}, position {}",
            known.epoch, known.position
        ),
        Flaw::Added { sequence } => {
            format!("added: row {sequence} has no place in the chain, so no portal wrote it")
        }
        Flaw::HeadMoved { epoch, position } => {
            format!(
                "set back: the head stands at epoch {epoch}, position {position}, and rows go on from there or end otherwise"
            )
        }
        Flaw::UnsealedTouched { were, are } => format!(
            "touched: of before the chain there were {were} rows and are {are}, or one of them was edited"
        ),
        Flaw::OtherKey { epoch, key } => format!(
            "another key: epoch {epoch} was sealed with the key {key}, which is none of those given (--previous-key FILE)"
        ),
    }
}

pub async fn export(
    format: AuditFormat,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    place: &Place,
) -> ExitCode {
    let store = match open(place).await {
        Ok(store) => store,
        Err(code) => return code,
    };
    let filter = AuditFilter { since: from, until: to, ..AuditFilter::default() };
    let mut out = std::io::stdout().lock();
    let mut after = i64::MIN;
    let mut head = audit_file::head(format);
    loop {
        let rows = match store.walk_audit(&Scope::Everything, &filter, after, PAGE).await {
            Ok(rows) => rows,
            Err(error) => return failed_by(&error),
        };
        let bytes = match audit_file::rows(format, &rows) {
            Ok(bytes) => bytes,
            Err(error) => return failed_by(&error),
        };
        let written =
            out.write_all(&std::mem::take(&mut head)).and_then(|()| out.write_all(&bytes));
        if let Err(error) = written.and_then(|()| out.flush()) {
            return failed_by(&error);
        }
        match rows.last() {
            Some(last) => after = last.sequence,
            None => return ExitCode::SUCCESS,
        }
    }
}

pub async fn acknowledge_restore(place: &Place) -> ExitCode {
    let store = match open(place).await {
        Ok(store) => store,
        Err(code) => return code,
    };
    let now = outside::now();
    let anchor = match store.keep_audit_anchor(now).await {
        Ok(Standing::Older { anchor }) => anchor,
        Ok(Standing::Whole) => {
            say("There is nothing to acknowledge: the database goes on from its anchor.");
            return ExitCode::SUCCESS;
        }
        Err(error) => return failed_by(&error),
    };
    let event = AuditEvent::new(
        now,
        AuditCode::AuditRestoreAcknowledged,
        Outcome::Succeeded,
        Actor::CommandLine,
    );
    match store.acknowledge_restore(event).await {
        Ok(_) => {
            say(format_args!(
                "Acknowledged: what was known up to epoch {}, position {} ({}) is not in this database. Changes go on.",
                anchor.epoch,
                anchor.position,
                machine_time(anchor.at)
            ));
            ExitCode::SUCCESS
        }
        Err(error) => failed_by(&error),
    }
}
