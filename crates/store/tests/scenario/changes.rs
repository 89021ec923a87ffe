use domain::audit::{Actor, AuditCode, AuditEvent, Outcome};
use domain::call::{SentCall, SignatureScheme};
use domain::change::{Attempt, Change, ChangeState, Ending, ReadBack, SendOutcome, VerifiedBy};
use domain::id::{AttemptId, ChangeId, IdempotencyKey, RequestId};
use domain::instance::InstanceStatus;
use domain::person::Scope;
use store::audit::AuditFilter;
use store::change::{AttemptResult, AttemptWrite, ChangeFilter, Move, NewChange, Requested};
use store::{Error, Store};

use super::{at, change, person};

const ALL: &Scope = &Scope::Everything;

pub fn event(code: AuditCode, change: &Change) -> AuditEvent {
    AuditEvent {
        change: Some(change.id),
        ..AuditEvent::new(at(10), code, Outcome::Intended, Actor::Portal)
    }
}

pub async fn request(store: &Store, change: &Change, key: &str, arguments: &str) -> Requested {
    try_request(store, change, key, arguments).await.unwrap()
}

pub async fn try_request(
    store: &Store,
    change: &Change,
    key: &str,
    arguments: &str,
) -> Result<Requested, Error> {
    let key: IdempotencyKey = format!("{key:0>16}").parse().unwrap();
    let event = event(AuditCode::ChangeRequested, change);
    let new =
        NewChange { change, key: &key, arguments, session: None, address: None, event: &event };
    store.request_change(new).await
}

pub async fn step(store: &Store, from: &Change, to: ChangeState) -> Change {
    store.move_change(Move::new(from, to, at(20))).await.unwrap()
}

pub fn open_attempt(number: i32, of: &Change, nonce: &str) -> Attempt {
    Attempt {
        id: AttemptId::from_u128(of.id.as_u128() * 100 + u128::try_from(number).unwrap()),
        change: of.id,
        number,
        nonce: nonce.into(),
        signed_at: at(21),
        call: SentCall {
            scheme: SignatureScheme::V1,
            method: "POST".into(),
            url: "https://r-kvstore.aliyuncs.com/".into(),
            headers: vec![],
            form: vec![("Signature".into(), "***".into())],
        },
        outcome: None,
        cloud_request_id: None,
        cloud_code: None,
        http_status: None,
        finished_at: None,
    }
}

pub async fn intent(store: &Store, stored: Change, name: &str) -> (Change, Attempt) {
    assert_eq!(request(store, &stored, &format!("key-{name}"), "a").await, Requested::Stored);
    let checked = step(store, &stored, ChangeState::Preflighted).await;
    let attempt = open_attempt(1, &checked, &format!("nonce-{name}"));
    let events = [event(AuditCode::ChangeIntent, &checked)];
    let moved = store
        .move_change(Move {
            attempt: Some(AttemptWrite::Open(&attempt)),
            events: &events,
            ..Move::new(&checked, ChangeState::Intent, at(22))
        })
        .await
        .unwrap();
    (moved, attempt)
}

pub async fn an_instance_has_one_open_change(store: &Store) {
    let by = person(store, "lin.wei").await;
    let first = change(1, "r-a", by);
    assert_eq!(request(store, &first, "k1", "x").await, Requested::Stored);
    assert_eq!(request(store, &change(2, "r-a", by), "k2", "x").await, Requested::Busy(first.id));
    assert_eq!(request(store, &change(3, "r-b", by), "k3", "x").await, Requested::Stored);
    assert_eq!(store.list_open_changes().await.unwrap().len(), 2);
    step(store, &first, ChangeState::Cancelled).await;
    assert_eq!(request(store, &change(4, "r-a", by), "k4", "x").await, Requested::Stored);
    let ids = async |filter: ChangeFilter| {
        let changes = store.list_changes(ALL, &filter, 9).await.unwrap();
        changes.into_iter().map(|change| change.id.as_u128()).collect::<Vec<_>>()
    };
    assert_eq!(ids(ChangeFilter::default()).await, [4, 3, 1]);
    assert_eq!(
        ids(ChangeFilter { instance: Some(first.instance), ..ChangeFilter::default() }).await,
        [4, 1]
    );
    assert_eq!(ids(ChangeFilter { open_only: true, ..ChangeFilter::default() }).await, [4, 3]);
    assert_eq!(
        ids(ChangeFilter { before: Some(ChangeId::from_u128(3)), ..ChangeFilter::default() }).await,
        [1]
    );
}

pub async fn a_repeated_wish_is_recognised(store: &Store) {
    let (lin, zhao) = (person(store, "lin.wei").await, person(store, "zhao.min").await);
    let first = change(1, "r-a", lin);
    assert_eq!(request(store, &first, "k1", "x").await, Requested::Stored);
    assert_eq!(
        request(store, &change(2, "r-a", lin), "k1", "x").await,
        Requested::Repeated(first.id)
    );
    assert_eq!(request(store, &change(3, "r-b", lin), "k1", "y").await, Requested::KeyReused);
    assert_eq!(request(store, &change(4, "r-b", zhao), "k1", "y").await, Requested::Stored);
    let audited = store.list_audit(ALL, &AuditFilter::default(), 9).await.unwrap();
    let wishes = audited.iter().filter(|row| row.event.code != AuditCode::AuditEpochBegan);
    assert_eq!(wishes.count(), 2, "a repetition is no new act");
}

pub async fn a_change_moves_only_from_where_it_was_seen(store: &Store) {
    let by = person(store, "lin.wei").await;
    let stored = change(1, "r-a", by);
    request(store, &stored, "k1", "x").await;
    let checked = step(store, &stored, ChangeState::Preflighted).await;
    assert_eq!((checked.state, checked.version), (ChangeState::Preflighted, 1));
    let stale = store.move_change(Move::new(&stored, ChangeState::Cancelled, at(20))).await;
    assert!(matches!(stale, Err(Error::Conflict)), "{stale:?}");
    let illegal = store.move_change(Move::new(&checked, ChangeState::Accepted, at(20))).await;
    assert!(matches!(illegal, Err(Error::Conflict)), "{illegal:?}");
    let ended = store
        .move_change(Move {
            ending: Some(Ending::Blocked { checks: vec!["whitelist-scope".into()] }),
            ..Move::new(&checked, ChangeState::Refused, at(25))
        })
        .await
        .unwrap();
    assert_eq!(store.find_change(ALL, ended.id).await.unwrap().unwrap(), ended);
    assert!(store.find_change(ALL, ChangeId::from_u128(9)).await.unwrap().is_none());
}

pub async fn an_attempt_is_written_with_its_move_or_not_at_all(store: &Store) {
    let by = person(store, "lin.wei").await;
    let (first, _) = intent(store, change(1, "r-a", by), "1").await;
    // Another change with the same nonce: neither attempt nor move nor audit event may be there.
    let second = change(2, "r-b", by);
    request(store, &second, "k2", "x").await;
    let checked = step(store, &second, ChangeState::Preflighted).await;
    let events_before = store.list_audit(ALL, &AuditFilter::default(), 99).await.unwrap().len();
    let twin = open_attempt(1, &checked, "nonce-1");
    let events = [event(AuditCode::ChangeIntent, &checked)];
    let refused = store
        .move_change(Move {
            attempt: Some(AttemptWrite::Open(&twin)),
            events: &events,
            ..Move::new(&checked, ChangeState::Intent, at(22))
        })
        .await;
    assert!(matches!(refused, Err(Error::Conflict)), "{refused:?}");
    assert_eq!(
        store.find_change(ALL, checked.id).await.unwrap().unwrap().state,
        ChangeState::Preflighted
    );
    assert!(store.list_attempts(checked.id).await.unwrap().is_empty());
    assert_eq!(
        store.list_audit(ALL, &AuditFilter::default(), 99).await.unwrap().len(),
        events_before
    );
    assert_eq!(store.list_attempts(first.id).await.unwrap().len(), 1);
}

pub async fn an_attempt_ends_once(store: &Store) {
    let by = person(store, "lin.wei").await;
    let (first, opened) = intent(store, change(1, "r-a", by), "1").await;
    let request_id: RequestId = "ABAF95F6-35C1-4177-AF3A-70969EBD0001".parse().unwrap();
    let result = |outcome| AttemptResult {
        id: opened.id,
        outcome,
        cloud_request_id: Some(&request_id),
        cloud_code: None,
        http_status: Some(200),
        at: at(30),
    };
    let accepted = store
        .move_change(Move {
            attempt: Some(AttemptWrite::Finish(result(SendOutcome::Accepted))),
            cloud_request_id: Some(&request_id),
            ..Move::new(&first, ChangeState::Accepted, at(30))
        })
        .await
        .unwrap();
    let again = store
        .move_change(Move {
            attempt: Some(AttemptWrite::Finish(result(SendOutcome::Unclear))),
            ..Move::new(&accepted, ChangeState::Reconciling, at(31))
        })
        .await;
    assert!(matches!(again, Err(Error::Conflict)), "{again:?}");
    let attempts = store.list_attempts(first.id).await.unwrap();
    assert_eq!(attempts[0].outcome, Some(SendOutcome::Accepted));
    assert_eq!(
        (attempts[0].http_status, attempts[0].cloud_request_id.clone()),
        (Some(200), Some(request_id))
    );
    assert_eq!(attempts[0].call, opened.call);
    let ended = store
        .move_change(Move {
            ending: Some(Ending::Verified { by: VerifiedBy::Worker }),
            ..Move::new(&accepted, ChangeState::Verified, at(40))
        })
        .await
        .unwrap();
    assert_eq!(ended.ending, Some(Ending::Verified { by: VerifiedBy::Worker }));
    assert!(store.list_open_changes().await.unwrap().is_empty());
}

pub async fn read_backs_keep_their_order(store: &Store) {
    let by = person(store, "lin.wei").await;
    let (first, _) = intent(store, change(1, "r-a", by), "1").await;
    for second in [30, 35, 40] {
        let read = ReadBack {
            at: at(second),
            state: first.to.into(),
            raw: Some("Close".into()),
            status: InstanceStatus::Changing,
            request_id: None,
        };
        store.record_read_back(first.id, &read).await.unwrap();
    }
    let times: Vec<_> =
        store.list_read_backs(first.id).await.unwrap().into_iter().map(|read| read.at).collect();
    assert_eq!(times, [at(30), at(35), at(40)]);
}

pub async fn of_two_hundred_pairs_one_each_wins(store: &Store) {
    let by = person(store, "lin.wei").await;
    for pair in 0..200_u128 {
        let instance = format!("r-{pair}");
        let (one, two) = (change(pair * 2 + 1, &instance, by), change(pair * 2 + 2, &instance, by));
        let (key_one, key_two) = (format!("k{}", one.id), format!("k{}", two.id));
        let (first, second) =
            tokio::join!(request(store, &one, &key_one, "x"), request(store, &two, &key_two, "x"));
        let won =
            [&first, &second].iter().filter(|outcome| ***outcome == Requested::Stored).count();
        assert_eq!(won, 1, "{first:?} {second:?}");
    }
    assert_eq!(store.list_open_changes().await.unwrap().len(), 200);
}

/// Proven as `of` says, at `when`.
async fn proven(store: &Store, of: Change, key: &str, when: i64) -> Change {
    assert_eq!(request(store, &of, key, "a").await, Requested::Stored);
    let checked = step(store, &of, ChangeState::Preflighted).await;
    let attempt = open_attempt(1, &checked, &format!("nonce-{key}"));
    let opened = Move {
        attempt: Some(AttemptWrite::Open(&attempt)),
        ..Move::new(&checked, ChangeState::Intent, at(when))
    };
    let sent = store.move_change(opened).await.unwrap();
    let accepted = step(store, &sent, ChangeState::Accepted).await;
    store.move_change(Move::new(&accepted, ChangeState::Verified, at(when))).await.unwrap()
}

pub async fn a_door_proven_open_for_a_time_has_one_duty(store: &Store) {
    let by = person(store, "lin.wei").await;
    let hour = std::time::Duration::from_hours(1);
    let open = |number, key: &str| Change { lasts: Some(hour), ..change(number, key, by) };
    let key = super::key("r-a");
    let first = proven(store, open(1, "r-a"), "k1", 100).await;
    let duty = store.find_return(ALL, &key).await.unwrap().unwrap();
    assert_eq!((duty.opened_by, duty.opened_at, duty.due_at), (first.id, at(100), at(3700)));
    assert_eq!(duty.tries, 0);
    // Opened again for a time: the later wish counts.
    let second = proven(store, open(2, "r-a"), "k2", 200).await;
    let duties = store.list_returns(ALL, 10).await.unwrap();
    assert_eq!(duties.iter().map(|duty| duty.opened_by).collect::<Vec<_>>(), [second.id]);
    // Without an end, by somebody's decision.
    proven(store, change(3, "r-a", by), "k3", 300).await;
    assert_eq!(store.find_return(ALL, &key).await.unwrap(), None);
    // Shut by hand before its time, and shut by itself.
    for (number, cause) in [(4, domain::change::Cause::Wish), (6, domain::change::Cause::Return)] {
        proven(store, open(number, "r-a"), &format!("k{number}"), 400).await;
        assert!(store.find_return(ALL, &key).await.unwrap().is_some());
        let to = domain::access::Access::PasswordRequired;
        let shut = Change { to, cause, ..change(number + 1, "r-a", by) };
        proven(store, shut, &format!("s{number}"), 500).await;
        assert_eq!(store.find_return(ALL, &key).await.unwrap(), None);
    }
}

pub async fn a_due_return_is_taken_once_and_put_off_by_an_extension(store: &Store) {
    let by = person(store, "lin.wei").await;
    let minute = std::time::Duration::from_mins(1);
    for (number, instance) in [(1, "r-a"), (2, "r-b")] {
        let open = Change { lasts: Some(minute), ..change(number, instance, by) };
        proven(store, open, &format!("k{number}"), 100).await;
    }
    let take = async |now| {
        let taken = store.take_due_returns(at(now), minute, 10).await.unwrap();
        let mut ids: Vec<String> =
            taken.iter().map(|due| due.duty.instance.id.to_string()).collect();
        ids.sort();
        ids
    };
    assert!(take(159).await.is_empty(), "nothing before its time");
    let seen = store.find_return(ALL, &super::key("r-b")).await.unwrap().unwrap();
    let told = event(AuditCode::ReturnExtended, &change(2, "r-b", by));
    assert!(store.extend_return(&seen, at(1000), &told).await.unwrap());
    assert!(!store.extend_return(&seen, at(2000), &told).await.unwrap(), "seen before it moved");
    assert_eq!(take(160).await, ["r-a"]);
    assert!(take(160).await.is_empty(), "another replica");
    assert_eq!(take(220).await, ["r-a"], "whoever took it died");
    let duty = store.find_return(ALL, &super::key("r-a")).await.unwrap().unwrap();
    store.note_return_try(duty.opened_by, ChangeId::from_u128(9), at(400)).await.unwrap();
    assert!(take(399).await.is_empty());
    let duty = store.find_return(ALL, &super::key("r-a")).await.unwrap().unwrap();
    assert_eq!((duty.tries, duty.last_try), (1, Some(ChangeId::from_u128(9))));
    assert!(!store.extend_return(&duty, at(2000), &told).await.unwrap(), "it is being shut");
    let overdue = store.list_overdue_returns(ALL, at(500), 10).await.unwrap();
    assert_eq!(overdue, std::slice::from_ref(&duty));
    assert!(store.alarm_return(duty.opened_by, &told).await.unwrap());
    assert!(!store.alarm_return(duty.opened_by, &told).await.unwrap(), "once");
    let told_of = store.find_return(ALL, &super::key("r-a")).await.unwrap().unwrap();
    assert!(!duty.alarmed && told_of.alarmed);
    store.end_return_of_released(duty.opened_by, at(600)).await.unwrap();
    assert_eq!(take(999).await, Vec::<String>::new());
    assert_eq!(take(1000).await, ["r-b"]);
}

pub async fn the_database_has_the_table_of_moves(store: &Store) {
    let mut ours = domain::change::MOVES.to_vec();
    ours.sort_by_key(|(from, to)| (from.code(), to.code()));
    assert_eq!(store.list_legal_moves().await.unwrap(), ours);
}

pub async fn a_call_follows_another_only_after_proof(store: &Store) {
    let by = person(store, "lin.wei").await;
    for (number, outcome) in (1_u128..).zip(SendOutcome::ALL) {
        let (first, opened) =
            intent(store, change(number, &format!("r-{number}"), by), &number.to_string()).await;
        let second = open_attempt(2, &first, &format!("again-{number}"));
        let again = async |from: &Change| {
            let step = Move {
                attempt: Some(AttemptWrite::Open(&second)),
                ..Move::new(from, ChangeState::Intent, at(31))
            };
            store.move_change(step).await
        };
        assert!(matches!(again(&first).await, Err(Error::Conflict)), "nobody knows how it ended");
        let result = AttemptResult {
            id: opened.id,
            outcome: *outcome,
            cloud_request_id: None,
            cloud_code: None,
            http_status: None,
            at: at(30),
        };
        let finished = Move {
            attempt: Some(AttemptWrite::Finish(result)),
            ..Move::new(&first, ChangeState::Intent, at(30))
        };
        let finished = store.move_change(finished).await.unwrap();
        assert_eq!(again(&finished).await.is_ok(), outcome.proves_nothing_happened(), "{outcome}");
    }
}
