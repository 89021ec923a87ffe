use domain::audit::{Actor, AuditCode, AuditEvent, Outcome};
use domain::id::UserId;
use domain::person::Scope;
use store::Store;
use store::audit::AuditFilter;

use super::{at, key};

const ALL: &Scope = &Scope::Everything;

fn event(second: i64, code: AuditCode) -> AuditEvent {
    let actor = Actor::Person { id: UserId::from_u128(1), name: "lin.wei".parse().unwrap() };
    AuditEvent {
        instance: (second % 2 == 0).then(|| key("r-a")),
        detail: vec![("why".into(), "a\0b".into())],
        reason: Some("nul \0".into()),
        ..AuditEvent::new(at(second), code, Outcome::Succeeded, actor)
    }
}

pub async fn the_record_is_filtered_and_paged(store: &Store) {
    for second in 0..10 {
        let code = if second < 5 { AuditCode::ReviewTaken } else { AuditCode::SignInSucceeded };
        store.record(&event(second, code)).await.unwrap();
    }
    let seconds = async |filter: AuditFilter, limit: i64| {
        let events = store.list_audit(ALL, &filter, limit).await.unwrap();
        events.into_iter().map(|recorded| recorded.event.at.as_secs()).collect::<Vec<_>>()
    };
    assert_eq!(seconds(AuditFilter::default(), 3).await, [9, 8, 7]);
    assert_eq!(
        seconds(AuditFilter { code: Some(AuditCode::ReviewTaken), ..AuditFilter::default() }, 2)
            .await,
        [4, 3]
    );
    assert_eq!(
        seconds(AuditFilter { instance: Some(key("r-a")), ..AuditFilter::default() }, 9).await,
        [8, 6, 4, 2, 0]
    );
    assert_eq!(
        seconds(
            AuditFilter { person: Some("zhao.min".parse().unwrap()), ..AuditFilter::default() },
            9
        )
        .await,
        [0; 0]
    );
    let when = |since: i64, until: i64| AuditFilter {
        since: Some(at(since)),
        until: Some(at(until)),
        ..AuditFilter::default()
    };
    assert_eq!(seconds(when(3, 6), 9).await, [5, 4, 3]);
    let refused = AuditFilter { outcome: Some(Outcome::Refused), ..AuditFilter::default() };
    assert_eq!(seconds(refused.clone(), 9).await, [0; 0]);
    let walked = store.walk_audit(ALL, &when(3, 6), i64::MIN, 2).await.unwrap();
    let rest = store.walk_audit(ALL, &when(3, 6), walked[1].sequence, 2).await.unwrap();
    let walked: Vec<i64> =
        walked.iter().chain(&rest).map(|recorded| recorded.event.at.as_secs()).collect();
    assert_eq!(walked, [3, 4, 5], "the oldest first");
    let fifth = store.list_audit(ALL, &AuditFilter::default(), 5).await.unwrap()[4].sequence;
    assert_eq!(
        seconds(AuditFilter { before: Some(fifth), ..AuditFilter::default() }, 2).await,
        [4, 3]
    );
    let newest = store.list_audit(ALL, &AuditFilter::default(), 1).await.unwrap().remove(0).event;
    assert_eq!(newest.detail, [("why".to_owned(), "a\0b".to_owned())]);
}

pub async fn the_record_cannot_be_edited(
    store: &Store,
    mut refuses: impl AsyncFnMut(&'static str) -> bool,
) {
    store.record(&event(1, AuditCode::ReviewTaken)).await.unwrap();
    for sql in ["UPDATE audit_events SET outcome = 'failed'", "DELETE FROM audit_events"] {
        assert!(refuses(sql).await, "{sql} was let through");
    }
    let left = AuditFilter { code: Some(AuditCode::ReviewTaken), ..AuditFilter::default() };
    assert_eq!(store.list_audit(ALL, &left, 9).await.unwrap().len(), 1);
}
