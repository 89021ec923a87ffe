//! What the portal's memory has to be, in the simplest words: a few lists in one place, and no two things at once.

use std::collections::BTreeMap;

use domain::access::Access;
use domain::change::{Cause, ChangeState, SendOutcome};
use proptest::prelude::*;
use proptest::sample::select;
use proptest_state_machine::ReferenceStateMachine;

pub const INSTANCES: usize = 3;
const KEYS: usize = 4;
/// How long a duty that was taken is left to whoever took it, and the waits after it. Seconds.
pub const AGAIN: i64 = 60;
pub const BUSY: i64 = 15;
pub const PAUSE: i64 = 30;

#[derive(Debug, Clone)]
pub struct Wish {
    pub instance: usize,
    pub to: Access,
    pub cause: Cause,
    /// Seconds.
    pub lasts: Option<i64>,
    pub key: String,
    pub arguments: bool,
    pub state: ChangeState,
    pub version: i64,
    pub attempts: Vec<Option<SendOutcome>>,
}

#[derive(Debug, Clone)]
pub struct Duty {
    /// The number of a wish.
    pub opened_by: usize,
    pub due: i64,
    pub next_try: i64,
    pub tries: i32,
    pub last_try: Option<usize>,
}

#[derive(Debug, Clone, Default)]
pub struct Model {
    pub now: i64,
    /// Every change there ever was.
    pub wishes: Vec<Wish>,
    /// By instance.
    pub duties: BTreeMap<usize, Duty>,
}

/// What a mover writes about the signed call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    Nothing,
    Open,
    /// With the nonce of the first call there ever was.
    OpenUsedNonce,
    Finish(SendOutcome),
}

#[derive(Debug, Clone)]
pub enum Step {
    Ask {
        instance: usize,
        to: Access,
        lasts: Option<i64>,
        /// `None`: one that nobody used.
        key: Option<usize>,
        arguments: bool,
    },
    /// Two people at the same moment.
    AskTwice {
        instance: usize,
        to: Access,
    },
    Move {
        wish: usize,
        to: ChangeState,
        /// The mover saw an earlier version.
        stale: bool,
        call: Call,
    },
    /// Two movers at the same moment, from what both saw.
    MoveTwice {
        wish: usize,
        to: ChangeState,
    },
    Pass {
        seconds: i64,
    },
    /// Two replicas at the same moment.
    TakeDue,
    BeginReturn {
        instance: usize,
        /// The replica dies before it notes the try.
        dies: bool,
    },
    Extend {
        instance: usize,
        stale: bool,
        by: i64,
    },
    Release {
        instance: usize,
    },
    /// Past the portal, with all rights on the tables.
    Forge {
        wish: usize,
        forgery: Forgery,
    },
}

#[derive(Debug, Clone, Copy)]
pub enum Forgery {
    /// Only where it is no legal move.
    State(ChangeState),
    /// A legal move without its version, or two.
    Version(i64),
    /// The opposite of what the state says.
    OpenFlag,
    Target,
    Delete,
    /// Only where there is an attempt.
    AttemptOutcome,
    AttemptDelete,
    /// Only where the last attempt may have happened.
    AttemptAdded,
    /// Only where the change is open.
    Guard,
}

impl Model {
    pub fn open_wish(&self, instance: usize) -> Option<usize> {
        self.wishes.iter().position(|wish| wish.instance == instance && !wish.state.is_terminal())
    }

    /// Which wish a key was used for.
    pub fn with_key(&self, key: &str) -> Option<usize> {
        self.wishes.iter().position(|wish| wish.key == key)
    }

    pub fn due(&self) -> Vec<usize> {
        let due = self.duties.iter().filter(|(_, duty)| duty.next_try <= self.now);
        due.map(|(instance, _)| *instance).collect()
    }

    /// The key of an answer's `Ask`.
    pub fn key(&self, key: Option<usize>) -> String {
        key.map_or_else(
            || format!("fresh-key-{:06}", self.wishes.len()),
            |key| format!("pooled-key-{key:06}"),
        )
    }

    pub fn return_key(&self, instance: usize) -> Option<String> {
        let duty = self.duties.get(&instance)?;
        Some(format!("return-{:06}-{:04}", duty.opened_by, duty.tries + 1))
    }

    /// Whether a move is one: the mover saw what is, it is in the table, and the call fits.
    pub fn allows(&self, wish: usize, to: ChangeState, stale: bool, call: Call) -> bool {
        let wish = &self.wishes[wish];
        let call_fits = match call {
            Call::Nothing => true,
            Call::Open => wish.attempts.iter().all(|end| end.is_some_and(proves_nothing)),
            Call::OpenUsedNonce => self.wishes.iter().all(|wish| wish.attempts.is_empty()),
            Call::Finish(_) => matches!(wish.attempts.last(), Some(None)),
        };
        !stale && wish.state.may_become(to) && call_fits
    }

    fn ask(&mut self, wish: Wish) {
        if self.with_key(&wish.key).is_none() && self.open_wish(wish.instance).is_none() {
            self.wishes.push(wish);
        }
    }

    fn move_on(&mut self, wish: usize, to: ChangeState, call: Call) {
        let now = self.now;
        let moved = &mut self.wishes[wish];
        moved.state = to;
        moved.version += 1;
        match call {
            Call::Nothing => {}
            Call::Open | Call::OpenUsedNonce => moved.attempts.push(None),
            Call::Finish(outcome) => {
                if let Some(last) = moved.attempts.last_mut() {
                    *last = Some(outcome);
                }
            }
        }
        if to == ChangeState::Verified {
            let (instance, lasts) = (moved.instance, moved.lasts.filter(|_| moved.to.opens()));
            self.duties.remove(&instance);
            if let Some(lasts) = lasts {
                let due = now + lasts;
                let duty = Duty { opened_by: wish, due, next_try: due, tries: 0, last_try: None };
                self.duties.insert(instance, duty);
            }
        }
    }

    fn begin_return(&mut self, instance: usize, dies: bool) {
        let Some(key) = self.return_key(instance) else { return };
        let now = self.now;
        let used = self.with_key(&key);
        if used.is_none() && self.open_wish(instance).is_some() {
            if let Some(duty) = self.duties.get_mut(&instance) {
                duty.next_try = now + BUSY;
            }
            return;
        }
        let begun = used.unwrap_or(self.wishes.len());
        self.ask(Wish { cause: Cause::Return, key, ..wish(instance, Access::PasswordRequired) });
        if let Some(duty) = self.duties.get_mut(&instance).filter(|_| !dies) {
            (duty.tries, duty.last_try, duty.next_try) = (duty.tries + 1, Some(begun), now + PAUSE);
        }
    }
}

/// Said here again: what the memory believes must not be what it is compared with.
fn proves_nothing(outcome: SendOutcome) -> bool {
    use SendOutcome::{Accepted, ClockWrong, Denied, NotSent, Throttled, Unclear};
    match outcome {
        Throttled | ClockWrong | Denied | NotSent => true,
        Accepted | Unclear => false,
    }
}

pub fn wish(instance: usize, to: Access) -> Wish {
    Wish {
        instance,
        to,
        cause: Cause::Wish,
        lasts: None,
        key: String::new(),
        arguments: false,
        state: ChangeState::Requested,
        version: 0,
        attempts: vec![],
    }
}

impl ReferenceStateMachine for Model {
    type State = Self;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Self> {
        Just(Self { now: 1_000, ..Self::default() }).boxed()
    }

    fn transitions(model: &Self) -> BoxedStrategy<Step> {
        let to = prop_oneof![3 => Just(Access::PasswordFree), 2 => Just(Access::PasswordRequired)];
        let lasts = proptest::option::weighted(0.7, 20..90_i64);
        let ask = (
            0..INSTANCES,
            to.clone(),
            lasts,
            proptest::option::weighted(0.2, 0..KEYS),
            any::<bool>(),
        )
            .prop_map(|(instance, to, lasts, key, arguments)| Step::Ask {
                instance,
                to,
                lasts,
                key,
                arguments,
            });
        let twice = (0..INSTANCES, to).prop_map(|(instance, to)| Step::AskTwice { instance, to });
        let others = prop_oneof![
            4 => (1..60_i64).prop_map(|seconds| Step::Pass { seconds }),
            3 => Just(Step::TakeDue),
            3 => (0..INSTANCES, proptest::bool::weighted(0.2))
                .prop_map(|(instance, dies)| Step::BeginReturn { instance, dies }),
            2 => (0..INSTANCES, proptest::bool::weighted(0.3), 10..200_i64)
                .prop_map(|(instance, stale, by)| Step::Extend { instance, stale, by }),
            1 => (0..INSTANCES).prop_map(|instance| Step::Release { instance }),
        ];
        if model.wishes.is_empty() {
            return prop_oneof![3 => ask, 1 => twice, 1 => others].boxed();
        }
        // Mostly a change that is open, and mostly on its way.
        let open: Vec<usize> =
            (0..INSTANCES).filter_map(|instance| model.open_wish(instance)).collect();
        let all: Vec<usize> = (0..model.wishes.len()).collect();
        let on_the_way = if open.is_empty() { all.clone() } else { open };
        let some = prop_oneof![6 => select(on_the_way), 1 => select(all)];
        let wishes = model.wishes.clone();
        let step = some.clone().prop_flat_map(move |number| {
            let wish = &wishes[number];
            let any_state = select(ChangeState::ALL.to_vec());
            let next = next(wish.state);
            let to = if next.is_empty() {
                any_state.boxed()
            } else {
                prop_oneof![9 => select(next), 1 => any_state].boxed()
            };
            let ended = wish.attempts.last().is_none_or(Option::is_some);
            let call = to.prop_flat_map(move |to| {
                let fits = match to {
                    ChangeState::Intent if ended => Just(Call::Open).boxed(),
                    _ if ended => Just(Call::Nothing).boxed(),
                    _ => select(SendOutcome::ALL.to_vec()).prop_map(Call::Finish).boxed(),
                };
                (Just(to), prop_oneof![5 => fits, 1 => call()])
            });
            (Just(number), call, proptest::bool::weighted(0.05))
        });
        let step = step.prop_map(|(wish, (to, call), stale)| Step::Move { wish, to, stale, call });
        let race = (some.clone(), select(ChangeState::ALL.to_vec()))
            .prop_map(|(wish, to)| Step::MoveTwice { wish, to });
        let forged = (some, forgery()).prop_map(|(wish, forgery)| Step::Forge { wish, forgery });
        prop_oneof![4 => ask, 1 => twice, 22 => step, 2 => race, 8 => others, 3 => forged].boxed()
    }

    fn preconditions(model: &Self, step: &Step) -> bool {
        match step {
            Step::Move { wish, .. } | Step::MoveTwice { wish, .. } => *wish < model.wishes.len(),
            Step::Forge { wish, forgery } => {
                model.wishes.get(*wish).is_some_and(|wish| match forgery {
                    Forgery::State(to) => !wish.state.may_become(*to),
                    Forgery::Version(grows) => *grows != 1,
                    Forgery::OpenFlag | Forgery::Target | Forgery::Delete => true,
                    Forgery::AttemptOutcome => wish.attempts.iter().any(Option::is_some),
                    Forgery::Guard => !wish.state.is_terminal(),
                    Forgery::AttemptDelete => !wish.attempts.is_empty(),
                    Forgery::AttemptAdded => {
                        wish.attempts.iter().any(|end| !end.is_some_and(proves_nothing))
                    }
                })
            }
            _ => true,
        }
    }

    fn apply(mut model: Self, step: &Step) -> Self {
        match step {
            Step::Ask { instance, to, lasts, key, arguments } => {
                let key = model.key(*key);
                model.ask(Wish {
                    lasts: *lasts,
                    key,
                    arguments: *arguments,
                    ..wish(*instance, *to)
                });
            }
            Step::AskTwice { instance, to } => {
                let key = model.key(None);
                model.ask(Wish { key, ..wish(*instance, *to) });
            }
            Step::Move { wish, to, stale, call } => {
                if model.allows(*wish, *to, *stale, *call) {
                    model.move_on(*wish, *to, *call);
                }
            }
            Step::MoveTwice { wish, to } => {
                if model.allows(*wish, *to, false, Call::Nothing) {
                    model.move_on(*wish, *to, Call::Nothing);
                }
            }
            Step::Pass { seconds } => model.now += seconds,
            Step::TakeDue => {
                for instance in model.due() {
                    let again = model.now + AGAIN;
                    if let Some(duty) = model.duties.get_mut(&instance) {
                        duty.next_try = again;
                    }
                }
            }
            Step::BeginReturn { instance, dies } => model.begin_return(*instance, *dies),
            Step::Extend { instance, stale, by } => {
                let due = model.now + by;
                if let Some(duty) =
                    model.duties.get_mut(instance).filter(|duty| !stale && duty.tries == 0)
                {
                    (duty.due, duty.next_try) = (due, due);
                }
            }
            Step::Release { instance } => {
                model.duties.remove(instance);
            }
            Step::Forge { .. } => {}
        }
        model
    }
}

/// Where a change goes from here, those ways more often that do not end it early.
fn next(from: ChangeState) -> Vec<ChangeState> {
    use ChangeState::{Cancelled, Expired, Refused, Rejected};
    let legal = ChangeState::ALL.iter().copied().filter(|to| from.may_become(*to));
    let early = |to: ChangeState| matches!(to, Cancelled | Expired | Refused | Rejected);
    legal.flat_map(|to| std::iter::repeat_n(to, if early(to) { 1 } else { 8 })).collect()
}

fn call() -> BoxedStrategy<Call> {
    prop_oneof![
        4 => Just(Call::Nothing),
        3 => Just(Call::Open),
        1 => Just(Call::OpenUsedNonce),
        3 => select(SendOutcome::ALL.to_vec()).prop_map(Call::Finish),
    ]
    .boxed()
}

fn forgery() -> BoxedStrategy<Forgery> {
    prop_oneof![
        4 => select(ChangeState::ALL.to_vec()).prop_map(Forgery::State),
        1 => select(vec![-1, 0, 2]).prop_map(Forgery::Version),
        1 => Just(Forgery::OpenFlag),
        1 => Just(Forgery::Target),
        1 => Just(Forgery::Delete),
        2 => Just(Forgery::AttemptOutcome),
        1 => Just(Forgery::AttemptDelete),
        2 => Just(Forgery::AttemptAdded),
        1 => Just(Forgery::Guard),
    ]
    .boxed()
}
