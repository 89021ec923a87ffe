//! The simulated cloud as a whole: one lock around everything that changes, and the way of a call
//! through it.
//!
//! [`Cloud::admit`] runs the gateway's checks and looks up faults; [`Cloud::carry_out`] lets the
//! product work. They are apart because a fault may make a call wait in between. Whoever takes the
//! lock first lets time pass.

mod admission;

pub(crate) use admission::{Admission, Carried};

use crate::clock::{Millis, millis, whole_millis};
use crate::conduct::Conduct;
use crate::counters::Counters;
use crate::fault::Faults;
use crate::fleet;
use crate::gate::keyring::{Account, Keyring};
use crate::gate::{Nonces, quota::Quotas};
use crate::ledger::Ledger;
use crate::metadata::Metadata;
use crate::options::{Options, Settle};
use crate::ram::{PlatformTokens, Roles};
use crate::seed::Dice;
use crate::world::{Region, World, take_regions};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

pub(crate) struct Cloud {
    pub accounts: Vec<Account>,
    pub regions: Vec<Region>,
    options: Options,
    state: Mutex<State>,
}

/// Everything that changes.
pub(crate) struct State {
    pub world: World,
    pub keyring: Keyring,
    pub roles: Roles,
    pub tokens: PlatformTokens,
    pub metadata: Metadata,
    pub nonces: Nonces,
    pub quotas: Quotas,
    pub faults: Faults,
    pub ledger: Ledger,
    pub counters: Counters,
    pub conduct: Conduct,
    pub settle: Settle,
    pub latency: Duration,
    /// Added to the clock.
    pub clock_offset: Millis,
    pub dice: Dice,
    settle_dice: Dice,
}

impl Cloud {
    pub fn new(options: Options) -> Result<Self, serde_json::Error> {
        let accounts: Vec<Account> = (0..options.accounts.max(1))
            .map(|number| Account::generate(options.seed, number))
            .collect();
        let regions = take_regions(options.regions.max(1))?;
        let state = Mutex::new(State::new(&options, &accounts, &regions));
        Ok(Self { accounts, regions, options, state })
    }

    /// The state, after everything that is due by now has happened, and the time.
    pub fn lock(&self) -> (MutexGuard<'_, State>, Millis) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock_now().saturating_add(state.clock_offset);
        state.advance(now);
        (state, now)
    }

    /// Back to the beginning: fleet, keys, faults, ledger, everything.
    pub fn reset(&self) {
        let fresh = State::new(&self.options, &self.accounts, &self.regions);
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = fresh;
    }

    pub fn account(&self, name: &str) -> Option<u16> {
        (0u16..)
            .zip(&self.accounts)
            .find(|(_, account)| account.name == name)
            .map(|(index, _)| index)
    }

    pub fn region(&self, id: &str) -> Option<u16> {
        (0u16..).zip(&self.regions).find(|(_, region)| region.id == id).map(|(index, _)| index)
    }

    fn clock_now(&self) -> Millis {
        millis((self.options.clock)())
    }
}

impl State {
    fn new(options: &Options, accounts: &[Account], regions: &[Region]) -> Self {
        let started = millis((options.clock)());
        Self {
            world: fleet::generate(options, accounts, regions),
            keyring: Keyring::of(accounts),
            roles: Roles::of(accounts),
            tokens: PlatformTokens::default(),
            metadata: Metadata::default(),
            nonces: Nonces::default(),
            quotas: Quotas::new(options.quotas),
            faults: Faults::default(),
            ledger: Ledger::default(),
            counters: Counters::default(),
            conduct: Conduct::default(),
            settle: options.settle,
            latency: options.latency,
            clock_offset: 0,
            dice: Dice::stream(options.seed ^ started.unsigned_abs(), "request ids"),
            settle_dice: Dice::stream(options.seed, "settle"),
        }
    }

    /// Lets everything happen that is due by `now`, and notes it in the ledger.
    pub fn advance(&mut self, now: Millis) {
        self.world.advance(now);
        for (entry, at) in self.world.take_applied() {
            self.ledger.applied(entry, at);
        }
    }

    /// How long the next change takes; `None`: until it is told to finish.
    fn settles_in(&mut self) -> Option<Millis> {
        match self.settle {
            Settle::Explicit => None,
            Settle::Between(shortest, longest) => {
                let (shortest, longest) = (whole_millis(shortest), whole_millis(longest));
                let spread = longest.saturating_sub(shortest).max(0).unsigned_abs();
                let extra = self.settle_dice.below(spread.saturating_add(1));
                Some(shortest.saturating_add_unsigned(extra))
            }
        }
    }
}
