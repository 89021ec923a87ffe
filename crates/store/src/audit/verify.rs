//! Whether the audit is as it was written, row by row, and where it is not.

use std::collections::BTreeMap;

use domain::time::Timestamp;

use super::anchor::{Anchor, AnchorFile};
use super::chain::{Head, digest_of_unsealed, seal_of};
use super::key::{AuditKey, Seal};
use super::row::{Row, select};
use crate::database::{Db, on};
use crate::{Error, Store};

const PAGE: i64 = 1000;

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// Written before there was a chain: covered as a whole by the first seal, and by none of their own.
    pub unsealed: i64,
    pub epochs: Vec<Epoch>,
    /// The last row that is as it was written.
    pub last: Option<Place>,
    pub anchor: AnchorFile,
    /// The first thing that is not as it was written; what comes after it was not looked at.
    pub flaw: Option<Flaw>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Epoch {
    pub number: i64,
    pub rows: i64,
    /// Fingerprint of its key.
    pub key: String,
    /// `first`, `key` or `restore`.
    pub cause: String,
    pub began_at: Timestamp,
}

/// A row's place in the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub epoch: i64,
    pub position: i64,
    pub sequence: i64,
    pub at: Timestamp,
    pub mac: String,
}

/// What is not as it was written, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Flaw {
    /// A column of this row is not what was sealed.
    Edited { sequence: i64, epoch: i64, position: i64 },
    /// This row, and `count - 1` after it, are gone.
    Deleted { epoch: i64, position: i64, count: i64 },
    /// This row stands where another one was.
    Swapped { sequence: i64, epoch: i64, position: i64, belongs_at: i64 },
    /// The rows after this one are gone, as far as the head or the anchor tells.
    Cut { epoch: i64, position: i64, known: Anchor },
    /// A row that no portal wrote.
    Added { sequence: i64 },
    /// The head was set back, past this row.
    HeadMoved { epoch: i64, position: i64 },
    /// Rows of before the chain are not what they were when it began.
    UnsealedTouched { were: String, are: i64 },
    /// The epoch was sealed with a key that is not given.
    OtherKey { epoch: i64, key: String },
}

struct Walk {
    keys: BTreeMap<String, AuditKey>,
    seal: Seal,
    epoch: i64,
    position: i64,
    found: Verification,
}

impl Store {
    /// Reads all of it. `other_keys`: of epochs before the present one. It can be done beside a running portal.
    pub async fn verify_audit(&self, other_keys: &[AuditKey]) -> Result<Verification, Error> {
        let own = self.chain().key.clone();
        let keys = [&[own], other_keys].concat();
        let mut walk = Walk {
            keys: keys.into_iter().map(|key| (key.name().to_owned(), key)).collect(),
            seal: [0; 32],
            epoch: 0,
            position: 0,
            found: Verification {
                unsealed: 0,
                epochs: Vec::new(),
                last: None,
                anchor: self.read_audit_anchor()?,
                flaw: None,
            },
        };
        let mut db = self.read().await?;
        let flaw = walk.all(&mut db).await?;
        drop(db);
        let flaw = match (flaw, &walk.found.anchor) {
            (None, AnchorFile::Good(anchor)) if !self.contains_anchor(anchor).await? => {
                Some(walk.cut(anchor.clone()))
            }
            (flaw, _) => flaw,
        };
        Ok(Verification { flaw, ..walk.found })
    }
}

impl Walk {
    async fn all(&mut self, db: &mut Db) -> Result<Option<Flaw>, Error> {
        loop {
            let rows: Vec<Row> = on!(db, |c| {
                sqlx::query_as(select!(
                    "WHERE position > 0 AND (epoch, position) > ($1, $2) ORDER BY epoch, position LIMIT $3"
                ))
                .bind(self.epoch)
                .bind(self.position)
                .bind(PAGE)
                .fetch_all(c)
                .await
            })?;
            for row in &rows {
                if let Some(flaw) = self.step(db, row).await? {
                    return Ok(Some(flaw));
                }
            }
            // The head is committed with its rows: whatever was read so far is not beyond it.
            let head: Head = on!(db, |c| sqlx::query_as(
                "SELECT epoch, position, mac, key_name, older_than FROM audit_head WHERE id = 1"
            )
            .fetch_one(c)
            .await)?;
            let (here, there) = ((self.epoch, self.position), (head.epoch, head.position));
            if here > there {
                let (epoch, position) = there;
                return Ok(Some(Flaw::HeadMoved { epoch, position }));
            }
            if here == there && seal_of(&head.mac)? != self.seal {
                let (epoch, position) = there;
                return Ok(Some(Flaw::HeadMoved { epoch, position }));
            }
            if rows.is_empty() && here < there {
                let known = Anchor {
                    epoch: head.epoch,
                    position: head.position,
                    mac: head.mac,
                    key: head.key_name,
                    at: Timestamp::from_millis(0),
                };
                return Ok(Some(self.cut(known)));
            }
            if rows.is_empty() {
                return self.foreign(db).await;
            }
        }
    }

    async fn step(&mut self, db: &mut Db, row: &Row) -> Result<Option<Flaw>, Error> {
        let (epoch, position) = (row.epoch, row.position.unwrap_or_default());
        let detail = if epoch > self.epoch && position == 1 { details(row) } else { None };
        if let Some(detail) = &detail
            && let Some(flaw) = self.begin(db, row, detail).await?
        {
            return Ok(Some(flaw));
        }
        let expected = if epoch == self.epoch { self.position.saturating_add(1) } else { 1 };
        if position != expected {
            let count = position.saturating_sub(expected);
            return Ok(Some(Flaw::Deleted { epoch, position: expected, count }));
        }
        let key = self.found.epochs.last().filter(|known| known.number == epoch);
        let Some(key) = key.and_then(|known| self.keys.get(&known.key)).cloned() else {
            // The first row of an epoch says whose it is: one that does not is not what was written.
            return Ok(Some(Flaw::Edited { sequence: row.sequence, epoch, position }));
        };
        let seal = key.seal(&self.seal, &row.bytes(epoch, position));
        if row.mac.as_deref() != Some(hex::encode(seal).as_str()) {
            return Ok(Some(self.edited_or_swapped(db, row, &key).await?));
        }
        if let Some(last) = self.found.last.as_ref().filter(|last| last.sequence >= row.sequence) {
            return Ok(Some(Flaw::Swapped {
                sequence: row.sequence,
                epoch,
                position,
                belongs_at: last.position.saturating_add(1),
            }));
        }
        (self.epoch, self.position, self.seal) = (epoch, position, seal);
        if let Some(epoch) = self.found.epochs.last_mut() {
            epoch.rows = position;
        }
        self.found.last = Some(Place {
            epoch,
            position,
            sequence: row.sequence,
            at: Timestamp::from_millis(row.at),
            mac: hex::encode(seal),
        });
        Ok(None)
    }

    /// The first row of an epoch.
    async fn begin(
        &mut self,
        db: &mut Db,
        row: &Row,
        detail: &BTreeMap<String, String>,
    ) -> Result<Option<Flaw>, Error> {
        let said = |name: &str| detail.get(name).cloned().unwrap_or_default();
        let key = said("key");
        let Some(known) = self.keys.get(&key).cloned() else {
            return Ok(Some(Flaw::OtherKey { epoch: row.epoch, key }));
        };
        let after = (said("after_epoch").parse(), said("after_position").parse());
        if let (Ok(epoch), Ok(position)) = after
            && (self.epoch, self.position) < (epoch, position)
        {
            let at = Timestamp::from_millis(row.at);
            let known = Anchor { epoch, position, mac: String::new(), key, at };
            return Ok(Some(self.cut(known)));
        }
        if self.found.epochs.is_empty() {
            let (rows, digest) = digest_of_unsealed(db, &known).await?;
            self.found.unsealed = rows;
            let were = said("unsealed_rows");
            if (were.as_str(), said("unsealed_digest")) != (rows.to_string().as_str(), digest) {
                return Ok(Some(Flaw::UnsealedTouched { were, are: rows }));
            }
        }
        self.found.epochs.push(Epoch {
            number: row.epoch,
            rows: 0,
            key,
            cause: said("cause"),
            began_at: Timestamp::from_millis(row.at),
        });
        Ok(None)
    }

    /// A row that would fit at another place of its epoch was moved there.
    async fn edited_or_swapped(
        &self,
        db: &mut Db,
        row: &Row,
        key: &AuditKey,
    ) -> Result<Flaw, Error> {
        let (sequence, epoch) = (row.sequence, row.epoch);
        let position = row.position.unwrap_or_default();
        let (mut before, mut at) = (self.seal, self.position.saturating_sub(1));
        loop {
            let places: Vec<(i64, Option<String>)> = on!(db, |c| {
                sqlx::query_as(
                    "SELECT position, mac FROM audit_events WHERE epoch = $1 AND position > $2
                     ORDER BY position LIMIT $3",
                )
                .bind(epoch)
                .bind(at)
                .bind(PAGE)
                .fetch_all(c)
                .await
            })?;
            if places.is_empty() {
                return Ok(Flaw::Edited { sequence, epoch, position });
            }
            for (place, mac) in places {
                let would = hex::encode(key.seal(&before, &row.bytes(epoch, place)));
                let fits = row.mac.as_deref() == Some(&would) || mac.as_deref() == Some(&would);
                if place != position && fits {
                    return Ok(Flaw::Swapped { sequence, epoch, position, belongs_at: place });
                }
                at = place;
                before = mac.as_deref().and_then(|mac| seal_of(mac).ok()).unwrap_or(before);
            }
        }
    }

    /// Rows that stand outside of the chain.
    async fn foreign(&self, db: &mut Db) -> Result<Option<Flaw>, Error> {
        let sequence: Option<i64> = on!(db, |c| {
            sqlx::query_scalar(
                "SELECT sequence FROM audit_events
                 WHERE epoch < 0 OR (epoch > 0 AND (position IS NULL OR position < 1))
                 ORDER BY sequence LIMIT 1",
            )
            .fetch_optional(c)
            .await
        })?;
        Ok(sequence.map(|sequence| Flaw::Added { sequence }))
    }

    fn cut(&self, known: Anchor) -> Flaw {
        Flaw::Cut { epoch: self.epoch, position: self.position, known }
    }
}

fn details(row: &Row) -> Option<BTreeMap<String, String>> {
    let pairs: Vec<(String, String)> = serde_json::from_str(&row.detail).ok()?;
    Some(pairs.into_iter().collect())
}
