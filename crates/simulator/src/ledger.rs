//! Every mutating request that arrived, whatever became of it: what a test compares a client's own
//! records with.
//!
//! An entry is written when the request arrives, before anything is applied, and completed when it
//! is answered.

use crate::clock::{Millis, moment};
use crate::transport::request::Scheme;
use serde::Serialize;
use std::collections::{BTreeMap, VecDeque};
use time::OffsetDateTime;

/// Older entries are dropped beyond this many.
const MOST: usize = 200_000;

/// One mutating request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LedgerEntry {
    /// From 1, in order of arrival.
    pub number: u64,
    #[serde(serialize_with = "crate::clock::rfc3339")]
    pub at: OffsetDateTime,
    /// `None`: the key belongs to nobody.
    pub account: Option<String>,
    pub access_key_id: Option<String>,
    /// `RoleSessionName` of the session that signed; `None`: a long-lived key, or nobody's.
    pub session: Option<String>,
    /// Name of the role that signed.
    pub role: Option<String>,
    pub nonce: Option<String>,
    pub action: String,
    /// Business parameters only: no signature, no token.
    pub parameters: BTreeMap<String, String>,
    pub scheme: Scheme,
    pub instance: Option<String>,
    pub result: LedgerResult,
    pub request_id: String,
    /// The product took the change.
    #[serde(serialize_with = "crate::clock::rfc3339_option")]
    pub accepted_at: Option<OffsetDateTime>,
    /// The new value is what a read returns.
    #[serde(serialize_with = "crate::clock::rfc3339_option")]
    pub applied_at: Option<OffsetDateTime>,
}

/// What the caller was told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LedgerResult {
    /// HTTP status; `None` when no answer was sent, or none yet.
    pub status: Option<u16>,
    /// The code of a refusal.
    pub code: Option<String>,
}

#[derive(Debug, Default)]
pub(crate) struct Ledger {
    entries: VecDeque<LedgerEntry>,
    last: u64,
}

impl Ledger {
    /// Numbers and keeps an entry.
    pub fn arrived(&mut self, mut entry: LedgerEntry) -> u64 {
        self.last += 1;
        entry.number = self.last;
        self.entries.push_back(entry);
        if self.entries.len() > MOST {
            self.entries.pop_front();
        }
        self.last
    }

    pub fn accepted(&mut self, number: u64, at: Millis) {
        self.with(number, |entry| entry.accepted_at = Some(moment(at)));
    }

    pub fn applied(&mut self, number: u64, at: Millis) {
        self.with(number, |entry| entry.applied_at = Some(moment(at)));
    }

    pub fn answered(&mut self, number: u64, result: LedgerResult) {
        self.with(number, |entry| entry.result = result);
    }

    pub fn entries(&self) -> impl Iterator<Item = &LedgerEntry> {
        self.entries.iter()
    }

    pub fn clear(&mut self) {
        self.entries.clear();
    }

    fn with(&mut self, number: u64, write: impl FnOnce(&mut LedgerEntry)) {
        let first = self.entries.front().map_or(0, |entry| entry.number);
        let index = number.checked_sub(first).and_then(|index| usize::try_from(index).ok());
        if let Some(entry) = index.and_then(|index| self.entries.get_mut(index)) {
            write(entry);
        }
    }
}
