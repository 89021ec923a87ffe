//! Which nonces have been used, for as long as their timestamp would still be accepted.
//!
//! Bounded: beyond [`MOST`] the oldest is forgotten first.

use super::timestamp::WINDOW;
use crate::clock::Millis;
use sha2::{Digest, Sha256};
use std::collections::{HashSet, VecDeque};

const MOST: usize = 1_000_000;

#[derive(Debug, Default)]
pub(crate) struct Nonces {
    used: HashSet<u128>,
    /// Roughly by age: the signing time of a later arrival may be earlier, which only keeps it a
    /// little longer.
    order: VecDeque<(Millis, u128)>,
}

impl Nonces {
    pub fn seen(&mut self, access_key_id: &str, nonce: &str, now: Millis) -> bool {
        self.forget_old(now);
        self.used.contains(&digest(access_key_id, nonce))
    }

    pub fn remember(&mut self, access_key_id: &str, nonce: &str, signed_at: Millis, now: Millis) {
        let digest = digest(access_key_id, nonce);
        if self.used.insert(digest) {
            self.order.push_back((signed_at.max(now) + WINDOW, digest));
        }
        while self.order.len() > MOST {
            self.forget_first();
        }
    }

    fn forget_old(&mut self, now: Millis) {
        while self.order.front().is_some_and(|(until, _)| *until < now) {
            self.forget_first();
        }
    }

    fn forget_first(&mut self) {
        if let Some((_, digest)) = self.order.pop_front() {
            self.used.remove(&digest);
        }
    }
}

fn digest(access_key_id: &str, nonce: &str) -> u128 {
    let mut hash = Sha256::new();
    hash.update(access_key_id.as_bytes());
    hash.update([0]);
    hash.update(nonce.as_bytes());
    let digest = hash.finalize();
    digest.iter().take(16).fold(0, |number, byte| number << 8 | u128::from(*byte))
}
