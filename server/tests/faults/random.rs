//! F07: `kill -9` at any moment, again and again, while changes are asked for and the cloud is unreliable.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::access::Access;
use domain::change::{Change, ChangeState};
use domain::environment::Environment;
use domain::id::InstanceKey;
use domain::inventory::{InstanceFilter, InstanceSort};
use domain::person::Scope;
use futures_util::future::join_all;
use simulator::{Fault, Rule};
use store::change::ChangeFilter;
use store::fleet::PageOf;

use crate::browser::Browser;
use crate::ground::{Ground, Memory, until};
use crate::long::{report, times};
use crate::story::{Story, nothing_is_left, serve};

const WRITE: &str = "ModifyInstanceVpcAuthMode";
/// Who ask at the same time.
const ASKERS: usize = 6;
const EVERYTHING: &Scope = &Scope::Everything;

mod sqlite {
    #[tokio::test]
    async fn f07_killed_at_any_moment_under_load() {
        super::f07_killed_at_any_moment_under_load(crate::ground::Memory::Sqlite).await;
    }
}

mod postgres {
    #[tokio::test]
    async fn f07_killed_at_any_moment_under_load() {
        super::f07_killed_at_any_moment_under_load(crate::ground::Memory::Postgres).await;
    }
}

async fn f07_killed_at_any_moment_under_load(memory: Memory) {
    let ground = Ground::new(memory).await;
    let rounds = times("LATCHKEY_FAULTS_KILLS", 4);
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15 ^ u64::try_from(rounds).unwrap());
    let mut instances = Vec::new();
    for _ in 0..rounds {
        let portal = serve(&ground, &ground.config(), "").await;
        let oleg = portal.signed_in("oleg").await;
        if instances.is_empty() {
            instances = development(&ground).await;
        }
        unreliable(&ground, &mut dice);
        // The whole life of a change lies within a second at this pace.
        let moment = Duration::from_millis(dice.below(1_200));
        let load = join_all((1..=ASKERS).map(|_| {
            let dice = Dice(dice.below(u64::MAX));
            ask_for_changes(&ground, &oleg, &instances, dice)
        }));
        tokio::select! {
            _ = load => {}
            () = tokio::time::sleep(moment) => {}
        }
        portal.process.kill().await;
    }
    ground.cloud.control().clear_faults();
    let _portal = serve(&ground, &ground.config(), "").await;
    let store = ground.store().await;
    until("every change to end", async || {
        store.list_open_changes().await.unwrap().is_empty().then_some(())
    })
    .await;
    let changes = store.list_changes(EVERYTHING, &ChangeFilter::default(), 100_000).await.unwrap();
    assert!(!changes.is_empty(), "there was no load");
    let ledger = ground.cloud.control().ledger();
    let mut told = Vec::new();
    for change in &changes {
        let one = Story::of(&ground, change.id).await;
        one.holds(&ground, &ledger).await;
        told.push(one);
    }
    nothing_is_left(&ground, &told).await;
    shown_is_so(&ground, &changes);
    // Only what these instances are there for ends so: one says yes and does nothing, one has a mode of its own.
    let strange = |change: &&Change| {
        let id = change.instance.id.as_str();
        change.state == ChangeState::Diverged
            && !id.starts_with("r-never")
            && !id.contains("oddmode")
    };
    assert_eq!(changes.iter().find(strange), None);
    let ends = changes.iter().fold(BTreeMap::new(), |mut ends, change| {
        *ends.entry(change.state.code()).or_insert(0) += 1;
        ends
    });
    let (asked, writes) = (changes.len(), ledger.len());
    report(&format!(
        "| kill -9 at any moment, {memory:?} | {rounds} kills, {asked} changes {ends:?}, {writes} writes | I1 to I5 hold of all |"
    ));
}

/// I4: what the last change of an instance that was proven says is what the cloud has, unless a later one may have come.
fn shown_is_so(ground: &Ground, changes: &[Change]) {
    let mut newest: BTreeMap<String, &Change> = BTreeMap::new();
    for change in changes.iter().rev() {
        newest.insert(change.instance.id.to_string(), change);
    }
    for (id, change) in newest.iter().filter(|(_, change)| change.state == ChangeState::Verified) {
        let mode = if change.to == Access::PasswordFree { "Close" } else { "Open" };
        assert_eq!(
            ground.cloud.control().instance(id).unwrap()["VpcAuthMode"],
            mode,
            "I4: {change:?}"
        );
    }
}

async fn development(ground: &Ground) -> Vec<InstanceKey> {
    let filter =
        InstanceFilter { environment: Some(Environment::Development), ..Default::default() };
    let page = PageOf { filter: &filter, sort: InstanceSort::Name, after: None, limit: 50 };
    let store = ground.store().await;
    let rows = store.list_instances(EVERYTHING, page).await.unwrap();
    store.close().await;
    rows.into_iter().map(|row| row.key).collect()
}

/// A few of the next writes meet something.
fn unreliable(ground: &Ground, dice: &mut Dice) {
    let control = ground.cloud.control();
    control.clear_faults();
    let faults = [
        Fault::Http { status: 500, applied: true },
        Fault::Http { status: 502, applied: false },
        Fault::Reset { applied: true },
        Fault::Close { applied: false },
        Fault::Throttle { code: "Throttling.User".into(), status: 400, retry_after_ms: None },
        Fault::Delay { before_ms: 100, after_ms: 100 },
    ];
    for _ in 0..3 {
        let fault = faults[usize::try_from(dice.below(6)).unwrap()].clone();
        control.add_fault(Rule::always(fault).for_action(WRITE).times(2));
    }
}

/// Mostly for what is not so yet, so that there is something to write.
async fn ask_for_changes(
    ground: &Ground,
    oleg: &Browser,
    instances: &[InstanceKey],
    mut dice: Dice,
) {
    loop {
        let number = usize::try_from(dice.below(u64::try_from(instances.len()).unwrap())).unwrap();
        let key = &instances[number];
        let is_free = ground
            .cloud
            .control()
            .instance(key.id.as_str())
            .is_some_and(|instance| instance["VpcAuthMode"] == "Close");
        let wants_free = is_free == (dice.below(5) == 0);
        let to = if wants_free { "password-free" } else { "password-required" };
        let fields = [
            ("account", key.account.as_str()),
            ("region", key.region.as_str()),
            ("id", key.id.as_str()),
            ("to", to),
        ];
        let answer = oleg.post("/api/ui/review/take", &fields).await;
        if answer.status != 200 {
            continue;
        }
        let review = answer.json().as_str().unwrap().to_owned();
        let fields = [
            ("review", review.as_str()),
            ("key", &review),
            ("reason", "drill, OPS-1"),
            ("late_effect", "yes"),
        ];
        // Blocked, busy and stale are answers like any other here.
        oleg.post("/api/ui/change/confirm", &fields).await;
    }
}

/// The same throws every time (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % most
    }
}
