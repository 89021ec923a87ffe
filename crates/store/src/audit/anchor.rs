//! What the end of the audit was, kept outside of the database: so that a cut tail and a restored backup are noticed.
//!
//! The anchor names a row and its seal. As long as that row is there, nothing before it can be gone. Where it is not, the
//! database is another than the one the anchor was taken from: until somebody acknowledges that, no change is stored and
//! no call is made (see [`require_whole`]), while everything can be read and people can sign in.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use domain::audit::{Actor, AuditCode, AuditEvent, Outcome};
use domain::inbox::{Audience, Notice, NoticeKind};
use domain::person::Role;
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::chain::Head;
use super::{AuditKey, append};
use crate::database::{Tx, on};
use crate::key_file::with_ending;
use crate::{Error, Store, inbox, json};

/// The end of the audit, as it was once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Anchor {
    pub epoch: i64,
    pub position: i64,
    pub mac: String,
    /// Which key sealed it.
    pub key: String,
    pub at: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    #[serde(flatten)]
    anchor: Anchor,
    /// Over all of the above.
    seal: String,
}

/// How the database stands to what is known of it outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It goes on from the anchor, which is now as far as the database.
    Whole,
    /// The anchor's row is not in it: it was restored from a backup, or its end was cut off.
    Older { anchor: Anchor },
}

/// What the file of the anchor holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AnchorFile {
    None,
    Good(Anchor),
    /// Not one of ours, or edited.
    Broken,
}

impl Store {
    /// Compares the database with the anchor and, where they agree, moves the anchor on. What does not agree is recorded
    /// and stands until [`Store::acknowledge_restore`].
    pub async fn keep_audit_anchor(&self, now: Timestamp) -> Result<Standing, Error> {
        let head = self.find_audit_head().await?;
        if let Some(found) = &head.older_than {
            return Ok(Standing::Older { anchor: json::read("anchor", found)? });
        }
        let anchor = match self.read_audit_anchor()? {
            AnchorFile::None => None,
            AnchorFile::Good(anchor) => Some(anchor),
            AnchorFile::Broken => Some(Anchor::nowhere(now)),
        };
        if let Some(anchor) = anchor
            && !self.contains_anchor(&anchor).await?
        {
            return self.note_restore(anchor, now).await;
        }
        self.write_audit_anchor(&head, now)?;
        Ok(Standing::Whole)
    }

    pub async fn find_audit_head(&self) -> Result<Head, Error> {
        let mut db = self.read().await?;
        Ok(on!(db, |c| sqlx::query_as(
            "SELECT epoch, position, mac, key_name, older_than FROM audit_head WHERE id = 1"
        )
        .fetch_one(c)
        .await)?)
    }

    pub fn read_audit_anchor(&self) -> Result<AnchorFile, Error> {
        let Some(path) = self.anchor_path() else { return Ok(AnchorFile::None) };
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(AnchorFile::None);
            }
            Err(source) => return Err(Error::Anchor { path: path.to_owned(), source }),
        };
        let Ok(sealed) = serde_json::from_str::<Sealed>(&text) else {
            return Ok(AnchorFile::Broken);
        };
        // One of another key cannot be checked, but its row can.
        let key = &self.chain().key;
        let ours = sealed.anchor.key == key.name();
        let fits = sealed.anchor.seal(key)? == sealed.seal;
        Ok(if ours && !fits { AnchorFile::Broken } else { AnchorFile::Good(sealed.anchor) })
    }

    /// Whether the row of the anchor is there; or the end of what it knew was acknowledged since.
    pub(super) async fn contains_anchor(&self, anchor: &Anchor) -> Result<bool, Error> {
        let mut db = self.read().await?;
        let found: i64 = on!(db, |c| {
            sqlx::query_scalar(
            "SELECT COUNT(*) FROM audit_events
             WHERE (epoch = $1 AND position = $2 AND mac = $3) OR (epoch > $1 AND position = 1 AND code = $4)"
        )
        .bind(anchor.epoch)
        .bind(anchor.position)
        .bind(&anchor.mac)
        .bind(AuditCode::AuditRestoreAcknowledged.code())
        .fetch_one(c)
        .await
        })?;
        Ok(found > 0)
    }

    async fn note_restore(&self, anchor: Anchor, now: Timestamp) -> Result<Standing, Error> {
        let mut tx = self.write().await?;
        let first = on!(tx, |c| sqlx::query(
            "UPDATE audit_head SET older_than = $1 WHERE id = 1 AND older_than IS NULL"
        )
        .bind(json::write(&anchor)?)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))?;
        if first {
            let event = AuditEvent {
                detail: anchor.detail(),
                ..AuditEvent::new(
                    now,
                    AuditCode::AuditRestoreNoticed,
                    Outcome::Failed,
                    Actor::Portal,
                )
            };
            append(&mut tx, &event).await?;
            let once = format!("audit-restored:{}:{}", anchor.epoch, anchor.mac);
            let notice = Notice::new(NoticeKind::AuditRestored, now, once);
            inbox::notify(&mut tx, &notice, &Audience::covering(Role::Admin)).await?;
            tx.commit().await?;
        }
        Ok(Standing::Older { anchor })
    }

    /// Begins a new epoch on what is there. `false`: there was nothing to acknowledge.
    pub async fn acknowledge_restore(&self, event: AuditEvent) -> Result<bool, Error> {
        let Some(found) = self.find_audit_head().await?.older_than else { return Ok(false) };
        let anchor: Anchor = json::read("anchor", &found)?;
        let at = event.at;
        let mut tx = self.write().await?;
        let mine = on!(tx, |c| sqlx::query(
            "UPDATE audit_head SET older_than = NULL WHERE id = 1 AND older_than = $1"
        )
        .bind(&found)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))?;
        if !mine {
            return Ok(false);
        }
        // Above every epoch that the lost rows had, so that no anchor from there is taken for one of this.
        tx.begin_epoch(
            anchor.epoch,
            AuditEvent { detail: [anchor.detail(), event.detail.clone()].concat(), ..event },
        );
        tx.commit().await?;
        let head = self.find_audit_head().await?;
        self.write_audit_anchor(&head, at)?;
        Ok(true)
    }

    /// Whole or not at all, and on the disk before the one before is gone.
    fn write_audit_anchor(&self, head: &Head, now: Timestamp) -> Result<(), Error> {
        let (Some(path), true) = (self.anchor_path(), head.epoch > 0) else { return Ok(()) };
        if let AnchorFile::Good(anchor) = self.read_audit_anchor()?
            && (anchor.epoch, anchor.position, &anchor.mac)
                == (head.epoch, head.position, &head.mac)
        {
            return Ok(());
        }
        // Only this process's key can be vouched for.
        let key = &self.chain().key;
        let anchor = Anchor {
            epoch: head.epoch,
            position: head.position,
            mac: head.mac.clone(),
            key: key.name().to_owned(),
            at: now,
        };
        let seal = anchor.seal(key)?;
        let text = json::write(&Sealed { anchor, seal })?;
        replace(path, &text).map_err(|source| Error::Anchor { path: path.to_owned(), source })
    }
}

impl Anchor {
    /// Stands for a file that nobody can read: no row is like it.
    fn nowhere(at: Timestamp) -> Self {
        Self { epoch: 0, position: 0, mac: String::new(), key: String::new(), at }
    }

    fn seal(&self, key: &AuditKey) -> Result<String, Error> {
        Ok(key.seal_anchor(&json::write(self)?))
    }

    fn detail(&self) -> Vec<(String, String)> {
        let known = [
            ("anchor_epoch", self.epoch.to_string()),
            ("anchor_position", self.position.to_string()),
            ("anchor_mac", self.mac.clone()),
            ("anchor_at", self.at.as_millis().to_string()),
        ];
        known.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

/// Refuses, in a transaction that would lead to a call of the cloud, while the database is known to be older than it was.
pub(crate) async fn require_whole(tx: &mut Tx) -> Result<(), Error> {
    let older: Option<String> = on!(tx, |c| {
        sqlx::query_scalar("SELECT older_than FROM audit_head WHERE id = 1").fetch_one(c).await
    })?;
    if older.is_some() { Err(Error::Restored) } else { Ok(()) }
}

fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    let draft = with_ending(path, ".new");
    let mut file =
        OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
    writeln!(file, "{text}")?;
    file.sync_all()?;
    std::fs::rename(&draft, path)
}
