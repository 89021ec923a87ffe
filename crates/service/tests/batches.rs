//! The same change for many instances: shown first, made a few at a time, and never more than was agreed to.

#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

mod world;

use std::time::Duration;

use domain::access::{Access, AccessState};
use domain::batch::{BatchLasts, BatchState, Halt, ItemProblem, Line};
use domain::call::SignatureScheme;
use domain::environment::Environment;
use domain::fact::{Fact, Unread};
use domain::id::BatchId;
use domain::inventory::InstanceFilter;
use domain::person::{Role, Scope};
use domain::policy::Freeze;
use service::{After, BatchDetail, BatchStart, Operator, ServiceError};
use simulator::{Fault, Options, Rule};
use world::{World, key};

const FREE: Access = Access::PasswordFree;
const WRITE: &str = "ModifyInstanceVpcAuthMode";

/// A fleet whose facts are all known.
async fn known(instances: usize) -> World {
    known_of(Options { instances, showcase: false, ..Options::default() }).await
}

async fn known_of(options: Options) -> World {
    let instances = options.instances;
    let options = Options { quotas: false, ..options };
    let world = World::of(SignatureScheme::V1, options).await;
    let reading = tokio::spawn(world.portal.clone().read_fleet());
    let viewer = world.portal.viewer(&world.operator);
    let waiting = async {
        loop {
            let coverage = viewer.get_coverage().await.unwrap();
            let filter = InstanceFilter::default();
            let page = service::viewer::PageOf {
                filter: &filter,
                sort: domain::inventory::InstanceSort::Name,
                after: None,
                limit: 1000,
            };
            let rows = viewer.list_instances(page).await.unwrap();
            let mut all = coverage.instances >= i64::try_from(instances).unwrap();
            for row in &rows {
                let facts = viewer.get_instance(&row.key).await.unwrap().facts();
                all &= is_tried(&facts.attribute) && is_tried(&facts.whitelist);
                all &= is_tried(&facts.endpoints) && is_tried(&facts.whitelist_check);
            }
            if all {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(2), waiting).await.unwrap();
    reading.abort();
    world.cloud.control().clear_counters();
    world
}

fn is_tried<T>(fact: &Fact<T>) -> bool {
    !matches!(fact, Fact::Unknown(Unread::NotYet))
}

fn development() -> InstanceFilter {
    InstanceFilter {
        environment: Some(Environment::Development),
        access: Some(AccessState::PasswordRequired),
        ..InstanceFilter::default()
    }
}

async fn operator(world: &World) -> Operator<'_> {
    world.portal.operator(&world.operator, "test").await.unwrap()
}

async fn detail(world: &World, id: BatchId) -> BatchDetail {
    world.portal.viewer(&world.operator).get_batch(id).await.unwrap()
}

fn start(batch: BatchId) -> BatchStart {
    BatchStart {
        batch,
        reason: Some("drill, OPS-2".parse().unwrap()),
        lasts: BatchLasts::Usual,
        at_once: 8,
        failures_allowed: Some(3),
        typed_count: None,
        acknowledged: vec![],
    }
}

/// Waits for this state. The deadline only tells a hang.
async fn until(world: &World, id: BatchId, state: BatchState) -> BatchDetail {
    let waiting = async {
        loop {
            let now = detail(world, id).await;
            if now.batch.state == state {
                return now;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    match tokio::time::timeout(Duration::from_mins(2), waiting).await {
        Ok(detail) => detail,
        Err(elapsed) => panic!("{elapsed}: {:?}", detail(world, id).await),
    }
}

#[tokio::test]
async fn each_line_says_what_would_become_of_its_instance() {
    let world = known_of(Options { instances: 40, ..Options::default() }).await;
    let id = operator(&world).await.draft_batch(&InstanceFilter::default(), FREE).await.unwrap();
    let drafted = detail(&world, id).await;
    let line = |instance: &str| {
        let wanted = key(instance);
        let item = drafted.items.iter().find(|item| item.instance == wanted).unwrap();
        item.line.clone()
    };
    assert!(line("core-1/cn-hangzhou/r-bp1ordersdev0001").will_change());
    assert_eq!(line("core-1/cn-shanghai/r-uf6catalogdev001"), Line::AlreadySo);
    assert_eq!(line("core-1/cn-beijing/r-2zelegacy0000001"), Line::NotApplicable);
    let partners = line("core-1/cn-hangzhou/r-bp1partners00001");
    let Line::Blocked { checks } = partners else { panic!("{partners:?}") };
    assert!(checks.iter().any(|check| check.kind.code() == "whitelist-scope"), "{checks:?}");
    assert_eq!(world.writes(), 0);
    // Nobody else sees a draft.
    let mei = world.somebody("mei", Role::Admin).await;
    assert!(world.portal.viewer(&mei).get_batch(id).await.is_err());
}

#[tokio::test]
async fn one_goes_first_then_a_tenth_then_all_and_each_is_proven() {
    let world = known(120).await;
    let operator = operator(&world).await;
    let id = operator.draft_batch(&development(), FREE).await.unwrap();
    let wanted = detail(&world, id).await.will_change().count();
    assert!(wanted > 10, "{wanted}");
    operator.start_batch(start(id)).await.unwrap();
    // Pressed twice, it is one start.
    operator.start_batch(start(id)).await.unwrap();
    let done = until(&world, id, BatchState::Done).await;
    assert_eq!(done.items.iter().filter(|item| item.is_verified()).count(), wanted);
    assert_eq!(world.writes(), wanted);
    // The first was proven before the second was asked for, and a tenth before the rest.
    let mut changes = Vec::new();
    for item in done.will_change() {
        changes.push(world.find(item.change.as_ref().unwrap().id).await);
    }
    let tenth = wanted.div_ceil(10);
    assert!(changes[1].requested_at >= changes[0].updated_at);
    let latest = changes[..tenth].iter().map(|change| change.updated_at).max().unwrap();
    assert!(changes[tenth..].iter().all(|change| change.requested_at >= latest));
    for change in &changes {
        world.check_invariants_of(change).await;
    }
}

#[tokio::test]
async fn too_many_failures_halt_it_and_the_rest_is_tried_again_or_put_back() {
    let world = known(120).await;
    let operator = operator(&world).await;
    let id = operator.draft_batch(&development(), FREE).await.unwrap();
    let drafted = detail(&world, id).await;
    let lines: Vec<_> = drafted.will_change().map(|item| item.instance.clone()).collect();
    // The last ones are refused, five of them.
    let refused = &lines[lines.len() - 5..];
    let denied = Fault::Deny {
        code: "Forbidden.RAM".to_owned(),
        explicit: true,
        vpc_auth_mode: Some("Close".to_owned()),
    };
    let control = world.cloud.control();
    for key in refused {
        control.add_fault(
            Rule::always(denied.clone()).for_action(WRITE).for_instance(key.id.as_str()),
        );
    }
    operator.start_batch(BatchStart { failures_allowed: Some(2), ..start(id) }).await.unwrap();
    let halted = until(&world, id, BatchState::Paused).await;
    assert_eq!(halted.batch.halt, Some(Halt::Failures));
    assert!(halted.failures() > 2);
    operator.resume_batch(id).await.unwrap();
    let done = until(&world, id, BatchState::Done).await;
    assert_eq!(done.failures(), 5);
    let verified = done.items.iter().filter(|item| item.is_verified()).count();
    assert_eq!(verified, lines.len() - 5);

    control.clear_faults();
    let again = operator.follow_batch(id, After::Failed).await.unwrap();
    let drafted = detail(&world, again).await;
    assert_eq!((drafted.items.len(), drafted.batch.after), (5, Some(id)));
    operator.start_batch(start(again)).await.unwrap();
    until(&world, again, BatchState::Done).await;

    let back = operator.follow_batch(id, After::PutBack).await.unwrap();
    let drafted = detail(&world, back).await;
    assert_eq!(drafted.batch.to, Access::PasswordRequired);
    assert_eq!(drafted.will_change().count(), lines.len() - 5);
    operator.start_batch(start(back)).await.unwrap();
    until(&world, back, BatchState::Done).await;
    for (index, key) in lines.iter().enumerate() {
        let wanted = if index < lines.len() - 5 { "Open" } else { "Close" };
        assert_eq!(world.mode(&key.to_string()), wanted, "{key}");
    }
}

#[tokio::test]
async fn it_pauses_and_goes_on_when_told() {
    let world = known(120).await;
    let slow = Rule::always(Fault::Delay { before_ms: 300, after_ms: 0 }).for_action(WRITE);
    world.cloud.control().add_fault(slow);
    let id = operator(&world).await.draft_batch(&development(), FREE).await.unwrap();
    let wanted = detail(&world, id).await.will_change().count();
    operator(&world).await.start_batch(start(id)).await.unwrap();
    world.until_writes(2).await;
    operator(&world).await.pause_batch(id).await.unwrap();
    let paused = detail(&world, id).await;
    assert_eq!((paused.batch.state, paused.batch.halt), (BatchState::Paused, Some(Halt::Asked)));
    world.cloud.control().clear_faults();
    // What was under way ends; nothing new begins.
    let waiting = async {
        while detail(&world, id)
            .await
            .items
            .iter()
            .any(|item| item.change.as_ref().is_some_and(|change| !change.state.is_terminal()))
        {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), waiting).await.unwrap();
    let before = world.writes();
    assert!(before < wanted, "{before} of {wanted}");
    operator(&world).await.resume_batch(id).await.unwrap();
    let done = until(&world, id, BatchState::Done).await;
    assert_eq!(done.items.iter().filter(|item| item.is_verified()).count(), wanted);
    assert_eq!(world.writes(), wanted, "none twice");
    // What is over is not steered any more.
    let late = operator(&world).await.stop_batch(id).await.unwrap_err();
    assert!(matches!(late, ServiceError::Overtaken), "{late}");
}

#[tokio::test]
async fn a_draft_is_guarded_like_its_instances_and_a_busy_one_is_a_failure() {
    let world = known(40).await;
    let operator = operator(&world).await;
    let production = InstanceFilter {
        environment: Some(Environment::Production),
        access: Some(AccessState::PasswordRequired),
        ..InstanceFilter::default()
    };
    let id = operator.draft_batch(&production, FREE).await.unwrap();
    let drafted = detail(&world, id).await;
    let count = drafted.will_change().count();
    assert!(drafted.is_guarded() && count > 0);
    let wrong = BatchStart { typed_count: Some(count + 1), ..start(id) };
    assert!(operator.start_batch(wrong).await.is_err());
    assert!(operator.start_batch(BatchStart { reason: None, ..start(id) }).await.is_err());
    assert!(operator.start_batch(start(id)).await.is_err(), "the number is typed");
    let many = BatchStart { at_once: 101, typed_count: Some(count), ..start(id) };
    assert!(operator.start_batch(many).await.is_err());
    // Another change of one of them is under way.
    let busy = drafted.will_change().next().unwrap().instance.clone();
    let held = Rule::always(Fault::Delay { before_ms: 900, after_ms: 0 })
        .for_action(WRITE)
        .for_instance(busy.id.as_str());
    world.cloud.control().add_fault(held);
    let confirmation = world.reviewed(&busy.to_string(), FREE).await;
    world.confirm(confirmation).await.unwrap();
    let right = BatchStart { typed_count: Some(count), ..start(id) };
    operator.start_batch(right).await.unwrap();
    let done = until(&world, id, BatchState::Done).await;
    let first = done.items.iter().find(|item| item.instance == busy).unwrap();
    assert_eq!(first.problem, Some(ItemProblem::Busy));
}

#[tokio::test]
async fn a_freeze_refuses_every_line_and_a_lost_role_halts_it() {
    let world = known(40).await;
    let id = operator(&world).await.draft_batch(&development(), FREE).await.unwrap();
    let slow = Rule::always(Fault::Delay { before_ms: 500, after_ms: 0 }).for_action(WRITE);
    world.cloud.control().add_fault(slow);
    operator(&world).await.start_batch(start(id)).await.unwrap();
    world.until_writes(1).await;
    let person = world.operator.person.id;
    world.portal.store().disable_user(person, world.portal.now()).await.unwrap();
    let waiting = async {
        while world.portal.store().find_batch(&Scope::Everything, id).await.unwrap().unwrap().halt
            != Some(Halt::NoLongerAllowed)
        {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), waiting).await.unwrap();
    assert_eq!(world.writes(), 1);
    let adam = world.somebody("adam", Role::Admin).await;
    let admin = world.portal.admin(&adam, "test").await.unwrap();
    let mut policy = world.portal.policy().await.unwrap().policy;
    policy.freeze = Freeze::All;
    admin.set_policy(0, Some(policy), None).await.unwrap();
    let own = world.portal.operator(&adam, "test").await.unwrap();
    let frozen = own.draft_batch(&development(), FREE).await.unwrap();
    let drafted = world.portal.viewer(&adam).get_batch(frozen).await.unwrap();
    assert_eq!(drafted.will_change().count(), 0);
    assert!(drafted.items.iter().any(|item| matches!(item.line, Line::Refused { .. })));
    assert!(matches!(own.start_batch(start(frozen)).await, Err(ServiceError::Blocked)));
}

#[tokio::test]
async fn those_who_decide_are_told_of_a_batch_once() {
    let world = known(40).await;
    let admin = world.person(Role::Admin);
    let in_force = world.portal.policy().await.unwrap();
    let mut policy = in_force.policy;
    policy.development.open.approval = domain::policy::ApprovalRule::Always;
    let admin = world.portal.admin(&admin, "test").await.unwrap();
    admin.set_policy(in_force.version, Some(policy), None).await.unwrap();
    let mei = world.somebody("mei", Role::Approver).await;
    let batch = operator(&world).await.draft_batch(&development(), FREE).await.unwrap();
    assert!(detail(&world, batch).await.will_change().count() >= 2);
    operator(&world).await.start_batch(start(batch)).await.unwrap();
    let approver = world.portal.approver(&mei, "test").await.unwrap();
    // One goes first, and the next asks when it is done.
    let mut decided: Vec<domain::id::ChangeId> = Vec::new();
    while decided.len() < 2 {
        let waiting = async {
            loop {
                let store = world.portal.store();
                let waiting = store.list_waiting_changes(&Scope::Everything, 9).await.unwrap();
                let new = waiting.into_iter().find(|change| !decided.contains(&change.id));
                if let Some(change) = new {
                    return change.id;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let id = tokio::time::timeout(Duration::from_mins(1), waiting).await.unwrap();
        let review = approver.take_review(id).await.unwrap();
        approver.approve(review.id, None, service::Start::Now).await.unwrap();
        world.until(id, |change| change.state.is_terminal()).await;
        decided.push(id);
    }
    let told =
        world.portal.store().list_inbox(&Scope::Everything, mei.person.id, 50).await.unwrap();
    let told: Vec<_> = told.into_iter().map(|told| told.notice).collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!((told[0].batch, &told[0].change, &told[0].instance), (Some(batch), &None, &None));
    assert_eq!(told[0].kind, domain::inbox::NoticeKind::ApprovalWaiting);
}
