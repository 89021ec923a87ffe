//! F13: the disk is full when the intent is to be written, and when the answer is. The rest of it is in `tests/portal`.

use domain::change::{ChangeState, Ending, SendOutcome, VerifiedBy};
use domain::id::ChangeId;

use crate::disk::Disk;
use crate::ground::{CATALOG, Ground, Memory, Running, take_review, until};
use crate::paused::stands_still;
use crate::process::signal;
use crate::story::{Story, nothing_is_left, requested, serve};

mod sqlite {
    use crate::ground::Memory::Sqlite;

    #[tokio::test]
    async fn f13_full_before_the_intent() {
        super::f13_full_before_the_intent(Sqlite).await;
    }

    #[tokio::test]
    async fn f13_full_before_the_outcome() {
        super::f13_full_before_the_outcome(Sqlite).await;
    }
}

mod postgres {
    use crate::ground::Memory::Postgres;

    #[tokio::test]
    async fn f13_full_before_the_intent() {
        super::f13_full_before_the_intent(Postgres).await;
    }

    #[tokio::test]
    async fn f13_full_before_the_outcome() {
        super::f13_full_before_the_outcome(Postgres).await;
    }
}

/// A change whose next step finds no space.
async fn stopped_at(disk: &Disk, ground: &Ground, failpoint: &str) -> (Running, ChangeId) {
    let portal = serve(ground, &ground.config(), &format!("{failpoint}=1*return(stop)")).await;
    let id = requested(&portal, || {}).await;
    stands_still(&portal).await;
    disk.fill(ground).await;
    signal("CONT", portal.process.id()).await;
    (portal, id)
}

async fn said(portal: &Running, text: &str) {
    until(text, async || portal.process.err().contains(text).then_some(())).await;
}

async fn f13_full_before_the_intent(memory: Memory) {
    let disk = Disk::new(memory);
    let ground = disk.ground().await;
    let (portal, id) = stopped_at(&disk, &ground, "change-checked").await;
    said(&portal, "driving a change was interrupted").await;
    // And it is tried again, which fails as well.
    said(&portal, "open changes could not be taken up").await;
    let story = Story::of(&ground, id).await;
    assert_eq!((story.change.state, story.attempts.len()), (ChangeState::Preflighted, 0));
    assert!(ground.cloud.control().ledger().is_empty(), "I1: a call without an intent");
    assert_eq!(portal.browser().get("/healthz").await.status, 200);

    disk.free(&ground).await;
    let story = Story::ended(&ground, id).await;
    nothing_is_left(&ground, std::slice::from_ref(&story)).await;
    assert_eq!(story.change.ending, Some(Ending::Verified { by: VerifiedBy::Worker }));
    let codes = [
        "change.requested",
        "change.checked",
        "change.intent",
        "change.accepted",
        "change.verified",
    ];
    story.expect(&ground, 1, &[Some(SendOutcome::Accepted)], &codes).await;
}

async fn f13_full_before_the_outcome(memory: Memory) {
    let disk = Disk::new(memory);
    let ground = disk.ground().await;
    let (portal, id) = stopped_at(&disk, &ground, "call-answered").await;
    said(&portal, "what became of the call cannot be recorded yet").await;
    let heard = ground.cloud.control().ledger()[0].request_id.clone();
    assert!(portal.process.err().contains(&heard), "the log has what the memory has not");
    let story = Story::of(&ground, id).await;
    assert_eq!(story.change.state, ChangeState::Intent, "it stays open");
    assert_eq!(story.attempts[0].outcome, None);
    assert_eq!(portal.browser().get("/healthz").await.status, 200);

    disk.free(&ground).await;
    let story = Story::ended(&ground, id).await;
    nothing_is_left(&ground, std::slice::from_ref(&story)).await;
    // Whoever waited longer than its lease has only what was read.
    let read_only = story.change.ending == Some(Ending::Verified { by: VerifiedBy::Reconciler });
    let (outcome, told) = if read_only {
        (SendOutcome::Unclear, &["change.unclear", "change.reconciling"][..])
    } else {
        assert_eq!(story.change.cloud_request_id.as_ref().map(ToString::to_string), Some(heard));
        (SendOutcome::Accepted, &["change.accepted"][..])
    };
    let codes =
        [&["change.requested", "change.checked", "change.intent"], told, &["change.verified"]];
    story.expect(&ground, 1, &[Some(outcome)], &codes.concat()).await;
    // A new one is taken as ever.
    take_review(&portal.signed_in("oleg").await, CATALOG, "password-required").await;
}
