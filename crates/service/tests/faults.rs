//! What the cloud can do to a change without taking a process with it, each by the number it has in `docs/faults.md`, on
//! SQLite and on PostgreSQL. After each: one attempt for every call that arrived, and the end is what the cloud is.

#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

mod world;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use domain::access::{Access, AccessState};
use domain::change::{Change, ChangeState, Ending, SendOutcome, Unclear, VerifiedBy};
use domain::person::Scope;
use simulator::{Certificate, Fault, Rule, Settle};
use store::Store;
use store::fleet::EventFilter;
use world::{DEVELOPMENT, Memory, World, key};

const WRITE: &str = "ModifyInstanceVpcAuthMode";
const READ: &str = "DescribeInstanceAttribute";

macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {
        mod sqlite { $(#[tokio::test] async fn $name() { super::$name(crate::world::Memory::Sqlite).await; })+ }
        mod postgres { $(#[tokio::test] async fn $name() { super::$name(crate::world::Memory::Postgres).await; })+ }
    };
}

on_both! {
    f08_a_cloud_under_load_is_asked_three_times_and_no_more,
    f08_what_is_known_is_shown_while_the_cloud_refuses_to_be_read,
    f10_a_server_error_after_it_was_applied_is_found_by_reading,
    f11_a_server_error_without_effect_is_found_by_reading,
    f12_a_connection_that_breaks_proves_nothing,
    f18_of_two_operators_one_is_told_of_the_other,
    f19_what_moved_behind_our_back_is_refused_or_told,
    f19_a_value_that_nobody_knows_ends_in_somebody_s_attention,
    f27_a_nonce_that_was_used_is_read_and_not_sent_again,
    f37_an_answer_that_is_none_proves_nothing,
    f38_a_redirect_is_not_followed,
    f39_behind_a_bad_certificate_nothing_is_sent,
}

/// The other way from where it is.
fn other(world: &World) -> Access {
    match world.mode(DEVELOPMENT).as_str() {
        "Open" => Access::PasswordFree,
        _ => Access::PasswordRequired,
    }
}

/// One change whose call meets this, and what was seen of the call.
async fn met(world: &World, fault: &Fault) -> (Change, Access, SendOutcome) {
    let control = world.cloud.control();
    control.clear_ledger();
    control.add_fault(Rule::always(fault.clone()).for_action(WRITE).times(1));
    let to = other(world);
    let change = world.change(DEVELOPMENT, to).await;
    control.clear_faults();
    world.check_invariants(&change).await;
    let attempts = world.portal.store().list_attempts(change.id).await.unwrap();
    assert_eq!((attempts.len(), world.writes()), (1, 1), "{fault:?}: nothing is sent again");
    (change, to, attempts[0].outcome.unwrap())
}

/// Nobody heard, and it had happened.
async fn expect_found(world: &World, fault: Fault) {
    let (change, to, outcome) = met(world, &fault).await;
    let by = VerifiedBy::Reconciler;
    assert_eq!(change.ending, Some(Ending::Verified { by }), "{fault:?}");
    assert_eq!(outcome, SendOutcome::Unclear, "{fault:?}");
    assert_ne!(other(world), to, "{fault:?}");
    let codes = world.audited(change.id).await;
    let unclear = codes.iter().position(|code| *code == "change.unclear");
    let verified = codes.iter().position(|code| *code == "change.verified");
    assert!(
        unclear.is_some() && unclear < verified,
        "{fault:?}: no success before proof: {codes:?}"
    );
}

/// Nobody heard, and it had not.
async fn expect_ruled_out(world: &World, fault: Fault) {
    let (change, to, outcome) = met(world, &fault).await;
    let expected = (ChangeState::Failed, Some(Ending::NotApplied));
    assert_eq!((change.state, change.ending.clone()), expected, "{fault:?}");
    assert_eq!(outcome, SendOutcome::Unclear, "{fault:?}");
    assert_eq!(other(world), to, "{fault:?}");
    let reads = world.portal.store().list_read_backs(change.id).await.unwrap();
    assert!(reads.len() >= 3, "{fault:?}: {}", reads.len());
}

async fn f08_a_cloud_under_load_is_asked_three_times_and_no_more(memory: Memory) {
    let world = World::in_memory(memory).await;
    let control = world.cloud.control();
    for (code, status) in [("Throttling.User", 400), ("Throttling.Api", 403), ("Throttling", 429)] {
        control.clear_ledger();
        let refused = Fault::Throttle { code: code.into(), status, retry_after_ms: None };
        control.add_fault(Rule::always(refused).for_action(WRITE));
        let change = world.change(DEVELOPMENT, Access::PasswordFree).await;
        assert!(
            matches!(&change.ending, Some(Ending::Throttled { code: seen }) if seen.as_str() == code),
            "{change:?}"
        );
        assert_eq!(world.writes(), 3, "{code}");
        assert_eq!(world.mode(DEVELOPMENT), "Open");
        world.check_invariants(&change).await;
        let attempts = world.portal.store().list_attempts(change.id).await.unwrap();
        assert!(attempts.iter().all(|attempt| attempt.outcome == Some(SendOutcome::Throttled)));
        control.clear_faults();
    }
    // By the time of the third it is over.
    control.clear_ledger();
    let refused =
        Fault::Throttle { code: "Throttling.User".into(), status: 400, retry_after_ms: None };
    control.add_fault(Rule::always(refused).for_action(WRITE).times(2));
    let change = world.change(DEVELOPMENT, Access::PasswordFree).await;
    assert_eq!(change.ending, Some(Ending::Verified { by: VerifiedBy::Worker }));
    assert_eq!(world.writes(), 3);
    // The same word from a gateway that may have passed it on says nothing.
    let busy =
        Fault::Throttle { code: "Throttling.User".into(), status: 503, retry_after_ms: None };
    expect_ruled_out(&world, busy).await;
}

async fn f08_what_is_known_is_shown_while_the_cloud_refuses_to_be_read(memory: Memory) {
    let world = World::in_memory(memory).await;
    // A review reads everything.
    world.reviewed(DEVELOPMENT, Access::PasswordFree).await;
    let viewer = world.portal.viewer(&world.operator);
    let before = viewer.get_instance(&key(DEVELOPMENT)).await.unwrap();
    let read_at = before.attribute.read_at.unwrap();
    let control = world.cloud.control();
    let refused =
        Fault::Throttle { code: "Throttling.User".into(), status: 400, retry_after_ms: None };
    control.add_fault(Rule::always(refused));
    world.reviewed(DEVELOPMENT, Access::PasswordFree).await;
    let after = viewer.get_instance(&key(DEVELOPMENT)).await.unwrap();
    assert_eq!(after.attribute.read_at, Some(read_at), "with its age");
    assert_eq!(after.attribute.value, before.attribute.value);
    assert!(after.attribute.problem.is_some(), "and with the reason");
}

async fn f10_a_server_error_after_it_was_applied_is_found_by_reading(memory: Memory) {
    let world = World::in_memory(memory).await;
    for status in [500, 502, 504] {
        expect_found(&world, Fault::Http { status, applied: true }).await;
    }
}

async fn f11_a_server_error_without_effect_is_found_by_reading(memory: Memory) {
    let world = World::in_memory(memory).await;
    for status in [500, 503] {
        expect_ruled_out(&world, Fault::Http { status, applied: false }).await;
    }
}

async fn f12_a_connection_that_breaks_proves_nothing(memory: Memory) {
    let world = World::in_memory(memory).await;
    for fault in [
        Fault::Reset { applied: true },
        Fault::HalfBody { applied: true },
        Fault::Silence { applied: true },
        Fault::Close { applied: true },
        Fault::Drip { every_ms: 200, applied: true },
    ] {
        expect_found(&world, fault).await;
    }
    expect_ruled_out(&world, Fault::Close { applied: false }).await;
}

async fn f18_of_two_operators_one_is_told_of_the_other(memory: Memory) {
    let world = World::in_memory(memory).await;
    world.cloud.control().set_settle(Settle::Explicit);
    let same = world.reviewed(DEVELOPMENT, Access::PasswordFree).await;
    let opposite = world.reviewed(DEVELOPMENT, Access::PasswordRequired).await;
    let again = world.reviewed(DEVELOPMENT, Access::PasswordFree).await;
    let (one, two, three) =
        tokio::join!(world.confirm(same), world.confirm(opposite), world.confirm(again));
    let (mut begun, mut told) = (Vec::new(), Vec::new());
    for asked in [one, two, three] {
        match asked {
            Ok(id) => begun.push(id),
            Err(service::ServiceError::Busy { open }) => told.push(open),
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!((begun.len(), told.len()), (1, 2));
    for open in told {
        assert_eq!((open.id, open.requested_by_name.as_str()), (begun[0], "lin.wei"));
    }
    world
        .until(begun[0], |change| {
            change.state == ChangeState::Accepted || change.state.is_terminal()
        })
        .await;
    world.cloud.control().finish_all();
    world.ended(begun[0]).await;
    assert!(world.writes() <= 1);
}

async fn f19_what_moved_behind_our_back_is_refused_or_told(memory: Memory) {
    let world = World::in_memory(memory).await;
    let control = world.cloud.control();
    let id = key(DEVELOPMENT).id.to_string();
    // Between the review and the check.
    let confirmation = world.reviewed(DEVELOPMENT, Access::PasswordFree).await;
    control.set_field(&id, "VpcAuthMode", "Close".into()).unwrap();
    let change = world.ended(world.confirm(confirmation).await.unwrap()).await;
    assert!(matches!(&change.ending, Some(Ending::Stale { .. })), "{change:?}");
    assert_eq!(world.writes(), 0);
    let filter = EventFilter { instance: Some(key(DEVELOPMENT)), ..EventFilter::default() };
    let drifts = async |store: &Store| {
        let events = store.list_events(&Scope::Everything, &filter, 50).await.unwrap();
        events.into_iter().filter(|event| event.field == "access" && event.change.is_none()).count()
    };
    assert!(drifts(world.portal.store()).await > 0, "by nobody's change: outside the portal");

    // Between the send and the proof: it is accepted, and somebody else puts it back.
    control.set_settle(Settle::Explicit);
    let confirmation = world.reviewed(DEVELOPMENT, Access::PasswordRequired).await;
    let sent = world.confirm(confirmation).await.unwrap();
    world.until(sent, |change| change.state == ChangeState::Accepted).await;
    control.finish_all();
    control.set_field(&id, "VpcAuthMode", "Close".into()).unwrap();
    let change = world.ended(sent).await;
    let now = AccessState::PasswordFree;
    assert_eq!(
        (change.state, change.ending),
        (ChangeState::Diverged, Some(Ending::Diverged { now }))
    );
    assert_eq!(world.writes(), 1);

    // Flapping: never twice the same for long enough, and so no proof of anything.
    control.set_settle(Settle::Explicit);
    let confirmation = world.reviewed(DEVELOPMENT, Access::PasswordRequired).await;
    let sent = world.confirm(confirmation).await.unwrap();
    world.until(sent, |change| change.state == ChangeState::Accepted).await;
    control.finish_all();
    let flapping = tokio::spawn({
        let (control, id) = (world.cloud.control(), id.clone());
        async move {
            loop {
                for mode in ["Close", "Open"] {
                    control.set_field(&id, "VpcAuthMode", mode.into()).unwrap();
                    // Two reads are at least 100 ms apart at this pace.
                    tokio::time::sleep(Duration::from_millis(60)).await;
                }
            }
        }
    });
    let seen = world.until(sent, |change| change.state.is_terminal()).await;
    flapping.abort();
    let reads = world.portal.store().list_read_backs(sent).await.unwrap();
    if seen.state == ChangeState::Verified {
        let last: Vec<_> = reads.iter().rev().take(2).map(|read| read.state).collect();
        assert_eq!(last, [AccessState::PasswordRequired; 2], "two reads in a row: {reads:?}");
    } else {
        assert_eq!(seen.state, ChangeState::Diverged);
    }
}

/// Found by killing at random (F07): such a change was read for ever.
async fn f19_a_value_that_nobody_knows_ends_in_somebody_s_attention(memory: Memory) {
    let world = World::at_pace(memory, service::Timing::scaled(0.005)).await;
    let control = world.cloud.control();
    let lost = Fault::Close { applied: false };
    control.add_fault(Rule::always(lost).for_action(WRITE).times(1));
    let confirmation = world.reviewed(DEVELOPMENT, Access::PasswordFree).await;
    let sent = world.confirm(confirmation).await.unwrap();
    world.until(sent, |change| change.state == ChangeState::Reconciling).await;
    control.set_field(key(DEVELOPMENT).id.as_str(), "VpcAuthMode", "Ajar".into()).unwrap();
    let change = world.ended(sent).await;
    let now = AccessState::Unknown;
    assert_eq!(
        (change.state, change.ending),
        (ChangeState::Diverged, Some(Ending::Diverged { now }))
    );
    let guard = world.portal.store().find_guard(&key(DEVELOPMENT)).await.unwrap().unwrap();
    assert_eq!(guard.open_change, None);
}

async fn f27_a_nonce_that_was_used_is_read_and_not_sent_again(memory: Memory) {
    let world = World::in_memory(memory).await;
    // As if a proxy had sent it twice: the answer is that of the second one.
    let twice = Fault::Says {
        status: 400,
        content_type: "application/json".into(),
        text: r#"{"Code":"SignatureNonceUsed","RequestId":"5D622714-AEDD-4609-9167-F5DDD3D10009","Message":"used"}"#.into(),
        applied: true,
    };
    let (change, _, outcome) = met(&world, &twice).await;
    assert_eq!(outcome, SendOutcome::Unclear);
    assert_eq!(change.ending, Some(Ending::Verified { by: VerifiedBy::Reconciler }));
    let events = world.portal.viewer(&world.operator).get_change(change.id).await.unwrap().events;
    let why = ("why".to_owned(), Unclear::NonceUsed.code().to_owned());
    assert!(events.iter().any(|recorded| recorded.event.detail.contains(&why)), "{events:?}");
}

async fn f37_an_answer_that_is_none_proves_nothing(memory: Memory) {
    let world = World::in_memory(memory).await;
    let says = |content_type: &str, text: String| Fault::Says {
        status: 200,
        content_type: content_type.into(),
        text,
        applied: true,
    };
    let id = "5D622714-AEDD-4609-9167-F5DDD3D10009";
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    for fault in [
        Fault::Html { applied: true },
        Fault::Garbage { applied: true },
        Fault::Huge { bytes: 50_000_000, applied: true },
        Fault::GzipBomb { bytes: 64 << 20, applied: true },
        says("application/json", String::new()),
        says("application/json", format!(r#"{{"RequestId":{deep}}}"#)),
        says("application/json", format!(r#"{{"RequestId":"{id}","RequestId":"{id}"}}"#)),
        says("application/json;charset=utf-16", format!("\u{feff}{{\"RequestId\":\"{id}\"}}")),
        says("text/xml", format!("<R><RequestId>{id}</RequestId></R>")),
    ] {
        let began = Instant::now();
        expect_found(&world, fault.clone()).await;
        assert!(began.elapsed() < Duration::from_secs(30), "{fault:?} holds it up");
    }
    // The same as answers to reads: unknown, and never "safe".
    for fault in [
        Fault::Html { applied: true },
        Fault::GzipBomb { bytes: 64 << 20, applied: true },
        says("application/json", format!(r#"{{"Instances":{deep}}}"#)),
    ] {
        world.cloud.control().add_fault(Rule::always(fault).for_action(READ));
        let confirmation = world.reviewed(DEVELOPMENT, Access::PasswordFree).await;
        let refused = world.confirm(confirmation).await;
        assert!(matches!(refused, Err(service::ServiceError::Blocked)), "{refused:?}");
        world.cloud.control().clear_faults();
    }
}

async fn f38_a_redirect_is_not_followed(memory: Memory) {
    let world = World::in_memory(memory).await;
    let elsewhere = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = elsewhere.local_addr().unwrap();
    let visits = Arc::new(AtomicUsize::new(0));
    let counted = visits.clone();
    let listening = tokio::spawn(async move {
        while elsewhere.accept().await.is_ok() {
            counted.fetch_add(1, Ordering::SeqCst);
        }
    });
    let places = [
        format!("http://{address}/"),
        "http://100.100.100.200/latest/meta-data/".to_owned(),
        "file:///etc/passwd".to_owned(),
    ];
    for (status, location) in [301, 302, 307, 308].into_iter().zip(places.iter().cycle()) {
        let location = location.clone();
        expect_ruled_out(&world, Fault::Redirect { status, location, applied: false }).await;
    }
    expect_found(
        &world,
        Fault::Redirect { status: 307, location: places[0].clone(), applied: true },
    )
    .await;
    assert_eq!(visits.load(Ordering::SeqCst), 0);
    listening.abort();
}

async fn f39_behind_a_bad_certificate_nothing_is_sent(memory: Memory) {
    let world = World::behind_tls(memory).await;
    let control = world.cloud.control();
    for certificate in [Certificate::Expired, Certificate::SelfSigned, Certificate::WrongHost] {
        let confirmation = world.reviewed(DEVELOPMENT, Access::PasswordFree).await;
        // Reads go on over the connections that there are; the call has one of its own.
        control.show_certificate(certificate).unwrap();
        let change = world.ended(world.confirm(confirmation).await.unwrap()).await;
        control.show_certificate(Certificate::Valid).unwrap();
        let expected = (ChangeState::Failed, Some(Ending::NotSent));
        assert_eq!((change.state, change.ending.clone()), expected, "{certificate:?}");
        let attempts = world.portal.store().list_attempts(change.id).await.unwrap();
        let ends: Vec<_> = attempts.iter().map(|attempt| attempt.outcome).collect();
        assert_eq!(ends, [Some(SendOutcome::NotSent)], "{certificate:?}: not tried again");
        assert_eq!(world.writes(), 0, "{certificate:?}");
        world.check_invariants(&change).await;
    }
    let change = world.change(DEVELOPMENT, Access::PasswordFree).await;
    assert_eq!(change.ending, Some(Ending::Verified { by: VerifiedBy::Worker }));
}
