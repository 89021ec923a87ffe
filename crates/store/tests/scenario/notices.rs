use std::collections::BTreeSet;
use std::time::Duration;

use domain::access::Access;
use domain::approval::Verdict;
use domain::change::{Cause, Change, ChangeState};
use domain::id::UserId;
use domain::inbox::{Audience, Notice, NoticeKind};
use domain::person::{Role, Scope};
use store::Store;
use store::change::{ApprovalWrite, Decision, Move, NewChange};
use store::outbox::AfterTry;

use super::{at, change, person};

const ALL: &Scope = &Scope::Everything;

async fn admin(store: &Store, name: &str) -> UserId {
    let id = UserId::from_u128(name.bytes().map(u128::from).sum());
    store.add_user(id, &name.parse().unwrap(), Role::Admin, "$argon2id$x", at(1)).await.unwrap();
    id
}

fn notice(once: &str) -> Notice {
    Notice {
        name: Some("订单 \0".replace('\0', "")),
        reason: Some("because".into()),
        ..Notice::new(NoticeKind::ApprovalWaiting, at(10), once.into())
    }
}

pub async fn people_are_told_once_and_each_reads_for_themselves(store: &Store) {
    let (lin, zhao) = (person(store, "lin.wei").await, person(store, "zhao.min").await);
    let (root, gone) = (admin(store, "root").await, admin(store, "gone").await);
    store.disable_user(gone, at(2)).await.unwrap();
    let admins = Audience { people: vec![lin], ..Audience::covering(Role::Admin) };
    assert!(store.notify(&notice("a"), &admins).await.unwrap());
    assert!(!store.notify(&notice("a"), &Audience::person(zhao)).await.unwrap(), "told before");
    assert!(store.notify(&notice("b"), &admins.clone().but(lin)).await.unwrap());
    let unread = async |id| store.count_unread_notices(ALL, id).await.unwrap();
    assert_eq!(
        [unread(lin).await, unread(zhao).await, unread(root).await, unread(gone).await],
        [1, 0, 2, 0]
    );
    let mine = store.list_inbox(ALL, lin, 9).await.unwrap();
    assert_eq!((mine.len(), &mine[0].notice), (1, &notice("a")));
    store.mark_read(zhao, Some(&mine[0].id), at(20)).await.unwrap();
    assert_eq!(unread(lin).await, 1, "somebody else reads for themselves");
    store.mark_read(lin, Some(&mine[0].id), at(20)).await.unwrap();
    store.mark_read(lin, None, at(30)).await.unwrap();
    assert_eq!(store.list_inbox(ALL, lin, 9).await.unwrap()[0].read_at, Some(at(20)));
    store.mark_read(root, None, at(30)).await.unwrap();
    assert_eq!([unread(lin).await, unread(root).await], [0, 0]);
    let mut told = store.list_told(NoticeKind::ApprovalWaiting, at(10)).await.unwrap();
    told.sort();
    assert_eq!(told, ["a", "b"]);
    assert!(store.list_told(NoticeKind::ApprovalWaiting, at(11)).await.unwrap().is_empty());
}

pub async fn what_nobody_has_to_act_on_can_be_switched_off(store: &Store) {
    let (root, other) = (admin(store, "root").await, admin(store, "other").await);
    let store = store.clone().with_webhook();
    let all: BTreeSet<NoticeKind> = NoticeKind::ALL.iter().copied().collect();
    assert!(store.list_muted(root).await.unwrap().is_empty());
    store.set_muted(root, &all).await.unwrap();
    assert_eq!(store.list_muted(root).await.unwrap(), all);
    let to = Audience::covering(Role::Admin);
    for kind in NoticeKind::ALL {
        store.notify(&Notice::new(*kind, at(10), kind.code().to_owned()), &to).await.unwrap();
    }
    let kinds = async |id| -> BTreeSet<NoticeKind> {
        let told = store.list_inbox(ALL, id, 99).await.unwrap();
        told.iter().map(|told| told.notice.kind).collect()
    };
    let demanding: BTreeSet<NoticeKind> =
        all.iter().copied().filter(|kind| kind.demands_action()).collect();
    assert!(!demanding.is_empty() && demanding.len() < all.len(), "{demanding:?}");
    assert_eq!(kinds(root).await, demanding);
    assert_eq!(kinds(other).await, all, "somebody else chose nothing");
    assert_eq!(store.list_deliveries(99).await.unwrap().len(), all.len(), "the webhook takes all");
    store.set_muted(root, &BTreeSet::new()).await.unwrap();
    store.notify(&Notice::new(NoticeKind::ReturnFailed, at(11), "new".into()), &to).await.unwrap();
    assert!(kinds(root).await.contains(&NoticeKind::ReturnFailed));
}

pub async fn without_a_webhook_nothing_waits_to_go_out(store: &Store) {
    let root = admin(store, "root").await;
    store.notify(&notice("a"), &Audience::person(root)).await.unwrap();
    assert!(store.list_deliveries(9).await.unwrap().is_empty());
    let store = store.clone().with_webhook();
    store.notify(&notice("b"), &Audience::person(root)).await.unwrap();
    let waiting = store.list_deliveries(9).await.unwrap();
    assert_eq!((waiting.len(), &waiting[0].notice), (1, &notice("b")));
}

pub async fn a_delivery_is_taken_once_and_comes_back_if_nobody_says_how_it_ended(store: &Store) {
    let root = admin(store, "root").await;
    let store = store.clone().with_webhook();
    store.notify(&notice("a"), &Audience::person(root)).await.unwrap();
    let again = Duration::from_mins(1);
    let take = async |second: i64| store.take_due_deliveries(at(second), again, 9).await.unwrap();
    assert!(take(9).await.is_empty());
    let first = take(10).await;
    assert_eq!((first.len(), first[0].tries), (1, 1));
    assert!(take(69).await.is_empty(), "somebody has it");
    // Whoever had it died.
    let second = take(70).await;
    assert_eq!((second[0].tries, &second[0].id), (2, &first[0].id));
    store.note_delivery(&second[0], "http-500", AfterTry::Again(at(200)), at(71)).await.unwrap();
    // The one that was thought dead says how it ended: the later try counts, unless it did arrive.
    store.note_delivery(&first[0], "http-404", AfterTry::GivenUp, at(72)).await.unwrap();
    let state = store.list_deliveries(9).await.unwrap().remove(0);
    assert_eq!((state.last_outcome.as_deref(), state.given_up_at), (Some("http-500"), None));
    assert!(take(199).await.is_empty());
    let third = take(200).await;
    store.note_delivery(&third[0], "taken", AfterTry::Delivered, at(201)).await.unwrap();
    assert!(take(9999).await.is_empty());
    let state = store.list_deliveries(9).await.unwrap().remove(0);
    assert_eq!((state.delivered_at, state.tries), (Some(at(201)), 3));
    store.notify(&notice("b"), &Audience::person(root)).await.unwrap();
    let given_up = take(10_000).await;
    store.note_delivery(&given_up[0], "http-410", AfterTry::GivenUp, at(10_001)).await.unwrap();
    assert!(take(99_999).await.is_empty());
}

pub async fn a_return_that_fails_is_told_with_its_move(store: &Store) {
    let (lin, root) = (person(store, "lin.wei").await, admin(store, "root").await);
    let wish =
        Change { cause: Cause::Return, to: Access::PasswordRequired, ..change(1, "r-a", lin) };
    request(store, &wish).await;
    let refused = Move::new(&wish, ChangeState::Refused, at(20));
    store.move_change(refused).await.unwrap();
    for reader in [lin, root] {
        let told = store.list_inbox(ALL, reader, 9).await.unwrap();
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].notice.kind, NoticeKind::ReturnFailed);
        assert_eq!(told[0].notice.change, Some(wish.id));
    }
    // The move is made once, and so is the notice.
    assert!(store.move_change(Move::new(&wish, ChangeState::Refused, at(21))).await.is_err());
    assert_eq!(store.list_inbox(ALL, root, 9).await.unwrap().len(), 1);
}

pub async fn whoever_may_decide_is_told_and_whoever_asked_is_told_what(store: &Store) {
    let (lin, root) = (person(store, "lin.wei").await, admin(store, "root").await);
    let kinds = async |reader| {
        let told = store.list_inbox(ALL, reader, 9).await.unwrap();
        told.iter().map(|told| told.notice.kind).collect::<Vec<_>>()
    };
    let wish = change(1, "r-a", lin);
    request(store, &wish).await;
    let checked =
        store.move_change(Move::new(&wish, ChangeState::Preflighted, at(11))).await.unwrap();
    let ask = Move {
        approval: Some(ApprovalWrite::Ask { expires_at: at(100) }),
        ..Move::new(&checked, ChangeState::AwaitingApproval, at(12))
    };
    let waiting = store.move_change(ask).await.unwrap();
    assert_eq!((kinds(root).await, kinds(lin).await), (vec![NoticeKind::ApprovalWaiting], vec![]));
    let told = store.list_inbox(ALL, root, 1).await.unwrap().remove(0).notice;
    assert_eq!((told.due_at, told.reason.as_deref()), (Some(at(100)), Some("drill, OPS-1")));
    let (name, note) = ("root".parse().unwrap(), "not today".parse().unwrap());
    let reject = Move {
        approval: Some(ApprovalWrite::Decide(Decision {
            verdict: Verdict::Rejected,
            by: root,
            by_name: &name,
            note: Some(&note),
        })),
        ..Move::new(&waiting, ChangeState::Rejected, at(13))
    };
    store.move_change(reject).await.unwrap();
    assert_eq!(kinds(lin).await, [NoticeKind::ApprovalDecided]);
    let told = store.list_inbox(ALL, lin, 1).await.unwrap().remove(0).notice;
    assert_eq!((told.person, told.reason.as_deref()), (Some(name), Some("not today")));
    let emergency = Change { break_glass: true, ..change(2, "r-b", lin) };
    request(store, &emergency).await;
    assert!(kinds(root).await.contains(&NoticeKind::BreakGlassUsed));
    assert_eq!(kinds(lin).await, [NoticeKind::ApprovalDecided], "not the one who did it");
}

async fn request(store: &Store, wish: &Change) {
    let event = domain::audit::AuditEvent::new(
        at(10),
        domain::audit::AuditCode::ChangeRequested,
        domain::audit::Outcome::Intended,
        domain::audit::Actor::Portal,
    );
    let new = NewChange {
        change: wish,
        key: &format!("0123456789abcdef-{}", wish.id).parse().unwrap(),
        arguments: "",
        session: None,
        address: None,
        event: &event,
    };
    store.request_change(new).await.unwrap();
}

pub async fn old_notices_are_forgotten(store: &Store) {
    let root = admin(store, "root").await;
    let store = store.clone().with_webhook();
    store.notify(&notice("a"), &Audience::person(root)).await.unwrap();
    store.prune_notices(at(10)).await.unwrap();
    assert_eq!(store.list_inbox(ALL, root, 9).await.unwrap().len(), 1);
    store.prune_notices(at(11)).await.unwrap();
    assert!(store.list_inbox(ALL, root, 9).await.unwrap().is_empty());
    assert!(store.list_deliveries(9).await.unwrap().is_empty());
}
