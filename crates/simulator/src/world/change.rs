//! What a write does to an instance, at once and after a while.

use super::{Instance, Slot, WhitelistGroup, Word, World};
use crate::clock::Millis;

/// What an accepted write asks for.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    Mode {
        slot: Slot,
        mode: Word,
        /// Also pass through `Changing` when the mode is already there.
        even_if_same: bool,
    },
    Whitelist {
        slot: Slot,
        groups: Vec<WhitelistGroup>,
    },
}

/// A change of the mode under way.
#[derive(Clone, Debug)]
pub(crate) struct Settling {
    pub mode: Word,
    pub ledger: u64,
    /// `None`: only when told.
    pub until: Option<(Millis, u64)>,
}

#[derive(Clone, Debug)]
pub(super) enum Due {
    Begin { change: Change, ledger: u64, settles_in: Option<Millis> },
    Finish(Slot),
}

impl World {
    /// Starts a change now. `settles_in`: how long an instance stays `Changing`; `None` until it is
    /// finished by hand.
    pub fn begin(&mut self, change: Change, ledger: u64, settles_in: Option<Millis>, now: Millis) {
        match change {
            Change::Whitelist { slot, groups } => {
                if let Some(instance) = self.get_mut(slot) {
                    instance.whitelist = groups;
                    self.applied.push((ledger, now));
                }
            }
            Change::Mode { slot, mode, even_if_same } => {
                self.begin_mode(slot, mode, even_if_same, ledger, settles_in, now);
            }
        }
    }

    /// Starts a change at a later time.
    pub fn begin_later(
        &mut self,
        change: Change,
        ledger: u64,
        settles_in: Option<Millis>,
        at: Millis,
    ) {
        let key = self.next_key(at);
        self.due.insert(key, Due::Begin { change, ledger, settles_in });
    }

    /// Lets everything happen that is due by `now`.
    pub fn advance(&mut self, now: Millis) {
        while let Some((&key, _)) = self.due.first_key_value() {
            if key.0 > now {
                return;
            }
            match self.due.remove(&key) {
                Some(Due::Begin { change, ledger, settles_in }) => {
                    self.begin(change, ledger, settles_in, key.0);
                }
                Some(Due::Finish(slot)) => {
                    self.finish(slot, key.0);
                }
                None => {}
            }
        }
    }

    /// Ends a change that is under way. False when there is none.
    pub fn finish(&mut self, slot: Slot, now: Millis) -> bool {
        let Some(settling) = self.get_mut(slot).and_then(|instance| instance.settling.take())
        else {
            return false;
        };
        if let Some(key) = settling.until {
            self.due.remove(&key);
        }
        if let Some(instance) = self.get_mut(slot) {
            instance.status = "Normal".into();
            instance.vpc_auth_mode = Some(settling.mode);
        }
        self.applied.push((settling.ledger, now));
        true
    }

    /// Ends every change that is under way; says how many.
    pub fn finish_all(&mut self, now: Millis) -> usize {
        let slots: Vec<Slot> = (0..)
            .zip(&self.instances)
            .filter(|(_, instance)| {
                instance.as_ref().is_some_and(|instance: &Instance| instance.settling.is_some())
            })
            .map(|(slot, _)| slot)
            .collect();
        slots.iter().filter(|slot| self.finish(**slot, now)).count()
    }

    fn begin_mode(
        &mut self,
        slot: Slot,
        mode: Word,
        even_if_same: bool,
        ledger: u64,
        settles_in: Option<Millis>,
        now: Millis,
    ) {
        let until = settles_in.map(|wait| self.next_key(now.saturating_add(wait)));
        let Some(instance) = self.get_mut(slot) else { return };
        if instance.vpc_auth_mode.as_deref() == Some(&*mode) && !even_if_same {
            self.applied.push((ledger, now));
            return;
        }
        instance.status = "Changing".into();
        let before = instance.settling.replace(Settling { mode, ledger, until });
        if let Some(key) = before.and_then(|before| before.until) {
            self.due.remove(&key);
        }
        if let Some(key) = until {
            self.due.insert(key, Due::Finish(slot));
        }
    }

    fn next_key(&mut self, at: Millis) -> (Millis, u64) {
        self.sequence += 1;
        (at, self.sequence)
    }
}
