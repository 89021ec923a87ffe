//! The same form twice (F17): pressed twice, sent again after going back, from two tabs, and again after an answer that was
//! lost. It is one change, and the second answer is the first one.

use domain::change::ChangeState;
use domain::person::Scope;
use store::change::ChangeFilter;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::browser::{Browser, FORM, SESSION, encode};
use crate::ground::{Ground, Memory, ORDERS, take_review, until};
use crate::process::HANG;

const CONFIRM: &str = "/api/ui/change/confirm";

#[tokio::test]
async fn f17_the_same_form_twice_is_one_change_on_sqlite() {
    the_same_form_twice_is_one_change(Memory::Sqlite).await;
}

#[tokio::test]
async fn f17_the_same_form_twice_is_one_change_on_postgres() {
    the_same_form_twice_is_one_change(Memory::Postgres).await;
}

async fn the_same_form_twice_is_one_change(memory: Memory) {
    let ground = Ground::new(memory).await;
    let portal = ground.serve().await;
    let oleg = portal.signed_in("oleg").await;
    let mut to = ["password-free", "password-required"].into_iter().cycle();
    let mut made = 0;

    // Pressed twice, and from two tabs: all at once.
    let review = take_review(&oleg, ORDERS, to.next().unwrap()).await;
    let fields = fields(&review);
    let (one, two, three, page) = tokio::join!(
        oleg.post(CONFIRM, &fields),
        oleg.post(CONFIRM, &fields),
        oleg.post(CONFIRM, &fields),
        oleg.submit(CONFIRM, &fields),
    );
    for answer in [&one, &two, &three] {
        assert_eq!((answer.status, &answer.body), (200, &one.body), "{answer:?}");
    }
    let id = one.json().as_str().unwrap().to_owned();
    assert_eq!((page.status, page.location()), (303, format!("/changes/{id}").as_str()));
    made += 1;
    expect_made(&ground, made).await;

    // Back, and once more: also when it is long over.
    let again = oleg.submit(CONFIRM, &fields).await;
    assert_eq!((again.status, again.location()), (303, format!("/changes/{id}").as_str()));
    let again = oleg.post(CONFIRM, &fields).await;
    assert_eq!((again.status, &again.body), (200, &one.body));
    expect_made(&ground, made).await;

    // The answer was lost on its way: nobody read it.
    let review = take_review(&oleg, ORDERS, to.next().unwrap()).await;
    let fields = self::fields(&review);
    lost(&oleg, &fields).await;
    made += 1;
    expect_made(&ground, made).await;
    let first = oleg.post(CONFIRM, &fields).await;
    let second = oleg.post(CONFIRM, &fields).await;
    assert_eq!((first.status, &first.body), (200, &second.body));
    assert_ne!(first.body, one.body, "another wish is another change");
    expect_made(&ground, made).await;

    // The same key with another wish is none of them.
    let other: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| match *name {
            "reason" => ("reason", "another reason"),
            _ => (*name, *value),
        })
        .collect();
    let refused = oleg.post(CONFIRM, &other).await;
    assert_eq!((refused.status, refused.code().as_str()), (409, "key-reused"), "{refused:?}");
    expect_made(&ground, made).await;
}

fn fields(review: &str) -> [(&'static str, &str); 3] {
    [("review", review), ("key", review), ("reason", "drill, OPS-1")]
}

/// So many changes, each proven, and a call each.
async fn expect_made(ground: &Ground, count: usize) {
    let store = ground.store().await;
    let all = ChangeFilter::default();
    until("every change to end", async || {
        let changes = store.list_changes(&Scope::Everything, &all, 50).await.unwrap();
        let over = changes.iter().filter(|change| change.state == ChangeState::Verified).count();
        (over >= count && over == changes.len()).then_some(())
    })
    .await;
    let changes = store.list_changes(&Scope::Everything, &all, 50).await.unwrap();
    assert_eq!((changes.len(), ground.cloud.control().ledger().len()), (count, count));
    assert_eq!(store.verify_audit(&[]).await.unwrap().flaw, None, "I6");
    store.close().await;
}

/// Sent whole, and gone without a look at the answer.
async fn lost(browser: &Browser, fields: &[(&str, &str)]) {
    let body = encode(fields);
    let (origin, session) = (&browser.origin, browser.cookie(SESSION).unwrap());
    let host = origin.trim_start_matches("http://");
    let mut wire = TcpStream::connect(host).await.unwrap();
    let request = format!(
        "POST {CONFIRM} HTTP/1.1\r\nhost: {host}\r\norigin: {origin}\r\nsec-fetch-site: same-origin\r\n\
         accept: application/json\r\ncontent-type: {FORM}\r\ncookie: {SESSION}={session}\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    wire.write_all(request.as_bytes()).await.unwrap();
    // What had not been read yet would be lost with the connection.
    tokio::time::timeout(HANG, wire.readable()).await.unwrap().unwrap();
}
