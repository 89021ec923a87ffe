//! The end of the audit is kept outside of the database, too, all the time; and the audit goes out as a file.

use std::time::Duration;

use domain::audit::{AuditCode, AuditEvent, Outcome, RecordedEvent};
use store::audit::{AuditFilter, Standing};

use crate::{Portal, ServiceError, Viewer};

/// What is cut off within this time of being written is not missed.
const ANCHOR_EVERY: Duration = Duration::from_secs(5);
/// Rows of an export are read so many at a time.
pub const EXPORT_PAGE: i64 = 500;

impl Portal {
    /// Moves the anchor on, now and for ever.
    pub async fn keep_anchor(self) {
        loop {
            tokio::time::sleep(ANCHOR_EVERY).await;
            if let Err(error) = self.anchor_audit().await {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "the end of the audit could not be kept outside of the database"
                );
            }
        }
    }

    /// Compares the audit with its anchor, and moves that on. Where the database turns out to be older than the anchor,
    /// nothing that leads to a call of the cloud is stored from then on.
    pub async fn anchor_audit(&self) -> Result<(), ServiceError> {
        let standing = self.store().keep_audit_anchor(self.now()).await?;
        let was = self.is_restored();
        match standing {
            Standing::Older { anchor } if !was => {
                tracing::error!(
                    epoch = anchor.epoch,
                    position = anchor.position,
                    at = anchor.at.as_millis(),
                    "the database is older than the anchor of its audit: it was restored from a backup, or its end was \
                     cut off. Nothing is changed at the cloud until `latchkey audit acknowledge-restore`"
                );
                self.set_restored(true);
            }
            Standing::Whole if was => {
                tracing::warn!("that the database was restored is acknowledged: changes go on");
                self.set_restored(false);
            }
            Standing::Older { .. } | Standing::Whole => {}
        }
        Ok(())
    }
}

impl Viewer<'_> {
    /// A page of an export: the oldest first, those after `after`.
    pub async fn walk_audit(
        &self,
        filter: &AuditFilter,
        after: i64,
    ) -> Result<Vec<RecordedEvent>, ServiceError> {
        let (store, scope, filter) =
            (self.portal.store(), self.who.person.sees(), self.shown(filter));
        Ok(store.walk_audit(&scope, &filter, after, EXPORT_PAGE).await?)
    }

    /// Keeps who took which part of the audit with them. An export that cannot be recorded is not given out.
    pub async fn record_audit_export(&self, query: &str, format: &str) -> Result<(), ServiceError> {
        let event = AuditEvent {
            detail: vec![
                ("format".to_owned(), format.to_owned()),
                ("query".to_owned(), query.to_owned()),
            ],
            ..self.who.event(self.portal.now(), AuditCode::AuditExported, Outcome::Succeeded)
        };
        Ok(self.portal.store().record(&event).await?)
    }
}
