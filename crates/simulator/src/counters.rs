//! How often each action was called, by account and region.

use serde::Serialize;
use std::collections::BTreeMap;

/// The calls of one account to one action in one region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Counter {
    pub account: String,
    pub region: String,
    pub action: String,
    /// Rightly signed calls, refused ones included.
    pub calls: u64,
    /// Of these, refused by a quota or a fault with a throttling code.
    pub throttled: u64,
    /// Of these, refused with any other code.
    pub refused: u64,
}

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Count {
    pub calls: u64,
    pub throttled: u64,
    pub refused: u64,
}

/// (account, region, action) → counts
pub(crate) type Counters = BTreeMap<(u16, u16, &'static str), Count>;
