//! What one person may have at once, and that others have theirs meanwhile.

use store::Store;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpSocket;

use crate::browser::{Ask, Browser, SESSION, client};
use crate::ground::{Ground, Memory, ORDERS, Running, key, take_review, until};

async fn stream(browser: &Browser) -> reqwest::Response {
    let request = client()
        .get(format!("{}/events", browser.origin))
        .header("cookie", format!("{SESSION}={}", browser.cookie(SESSION).unwrap()))
        .header("sec-fetch-site", "same-origin")
        .header("accept", "text/event-stream");
    request.send().await.unwrap()
}

#[tokio::test]
async fn a_fourth_stream_of_one_person_is_told_to_come_later() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let (oleg, vera) = (portal.signed_in("oleg").await, portal.signed_in("vera").await);
    // Sessions make no difference: it is the person who has three.
    let again = portal.signed_in("oleg").await;
    let mut open = Vec::new();
    for browser in [&oleg, &again, &oleg] {
        let one = stream(browser).await;
        assert_eq!(one.status().as_u16(), 200);
        open.push(one);
    }
    let refused = again.send(Ask::get("/events").accept("text/event-stream")).await;
    assert_eq!(refused.status, 429, "{refused:?}");
    assert_eq!(refused.header("retry-after"), Some("10"));
    assert!(refused.body.contains("You have too many of these open"), "{refused:?}");
    let chinese = Ask::get("/events").header("accept-language", "zh-CN");
    assert!(again.send(chinese).await.body.contains("您同时打开的过多"));
    assert_eq!(stream(&vera).await.status().as_u16(), 200, "somebody else has their own");
    open.pop();
    // As soon as the portal sees that it is gone.
    let fourth = until("a place", async || {
        let one = stream(&again).await;
        (one.status().as_u16() == 200).then_some(one)
    })
    .await;
    drop(fourth);
}

/// Asks for a file again and again, and reads nothing of it: what lies between the two is full before its end.
async fn slow_download(portal: &Running, browser: &Browser) -> tokio::net::TcpStream {
    let host = portal.origin.trim_start_matches("http://");
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let mut stream = socket.connect(host.parse().unwrap()).await.unwrap();
    let cookie = browser.cookie(SESSION).unwrap();
    let one = format!(
        "GET /instances/export.json HTTP/1.1\r\nHost: {host}\r\nCookie: {SESSION}={cookie}\r\n\r\n"
    );
    stream.write_all(one.repeat(100).as_bytes()).await.unwrap();
    stream
}

#[tokio::test]
async fn a_third_file_of_one_person_is_told_to_come_later() {
    let ground = Ground::with(Memory::Sqlite, |options| options.instances = 700).await;
    let portal = ground.serve().await;
    let (oleg, vera) = (portal.signed_in("oleg").await, portal.signed_in("vera").await);
    let file = "/instances/export.json";
    until("all of the fleet to be listed", async || {
        let list = oleg.get(file).await.json();
        (list["instances"].as_array().unwrap().len() >= 700).then_some(())
    })
    .await;
    let slow = [slow_download(&portal, &oleg).await, slow_download(&portal, &oleg).await];
    let refused = until("both to be under way", async || {
        let answer = oleg.get(file).await;
        (answer.status == 429).then_some(answer)
    })
    .await;
    assert_eq!(refused.header("retry-after"), Some("10"));
    assert_eq!(vera.get(file).await.status, 200, "somebody else has their own");
    assert_eq!(oleg.get("/instances").await.status, 200, "pages are no files");
    drop(slow);
    until("a place", async || (oleg.get(file).await.status == 200).then_some(())).await;
}

/// Reviews of this person that nobody confirmed, as if they had been taken.
async fn fill(store: &Store, browser: &Browser, count: usize) {
    let review = take_review(browser, ORDERS, "password-free").await.parse().unwrap();
    let person = store.find_user(&"oleg".parse().unwrap()).await.unwrap().unwrap().person.id;
    let review = store.find_review(review, person).await.unwrap().unwrap();
    for number in 1..count {
        let id = domain::id::ReviewId::from_u128(number as u128);
        store.save_review(&domain::review::Review { id, ..review.clone() }).await.unwrap();
    }
}

#[tokio::test]
async fn reviews_and_drafts_that_wait_for_one_person_are_bounded() {
    for memory in [Memory::Sqlite, Memory::Postgres] {
        let ground = Ground::new(memory).await;
        let portal = ground.serve().await;
        let (oleg, anna) = (portal.signed_in("oleg").await, portal.signed_in("anna").await);
        let store = ground.store().await;
        fill(&store, &oleg, 500).await;
        let place = key(ORDERS);
        let wish = [
            ("account", place.account.as_str()),
            ("region", place.region.as_str()),
            ("id", place.id.as_str()),
            ("to", "password-free"),
        ];
        let refused = oleg.post("/api/ui/review/take", &wish).await;
        assert_eq!((refused.status, refused.code().as_str()), (429, "too-many-open"));
        assert_eq!(refused.header("retry-after"), Some("10"));
        let page = oleg.submit("/api/ui/review/take", &wish).await;
        assert_eq!(page.status, 303, "{page:?}");
        let shown = oleg.get(page.location()).await;
        assert!(shown.body.contains("You have too many of these open"), "{shown:?}");
        // One that is confirmed waits no longer.
        let one = domain::id::ReviewId::from_u128(1).to_string();
        crate::ground::confirm(&oleg, &one).await;
        take_review(&oleg, ORDERS, "password-free").await;
        take_review(&anna, ORDERS, "password-free").await;

        let draft = [("query", "region=cn-hangzhou"), ("to", "password-free")];
        for _ in 0..10 {
            let drafted = oleg.post("/api/ui/batch/draft", &draft).await;
            assert_eq!(drafted.status, 200, "{drafted:?}");
        }
        let refused = oleg.post("/api/ui/batch/draft", &draft).await;
        assert_eq!((refused.status, refused.code().as_str()), (429, "too-many-open"));
    }
}
