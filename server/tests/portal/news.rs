//! The stream that tells open pages what changed.

use std::time::Duration;

use domain::person::Role;
use tokio::time::timeout;

use crate::browser::{Browser, SESSION, client};
use crate::ground::{Ground, Memory, ORDERS, confirm, take_review};
use crate::process::HANG;

/// A stream as a browser reads it.
struct Listening {
    response: reqwest::Response,
    text: String,
}

#[derive(Debug)]
struct Message {
    id: i64,
    data: String,
}

impl Listening {
    async fn open(browser: &Browser, after: Option<i64>) -> Self {
        let session = browser.cookie(SESSION).unwrap();
        let mut request = client()
            .get(format!("{}/events", browser.origin))
            .header("cookie", format!("{SESSION}={session}"))
            .header("sec-fetch-site", "same-origin");
        if let Some(after) = after {
            request = request.header("last-event-id", after.to_string());
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status().as_u16(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { response, text: String::new() }
    }

    /// The next message. `None`: the stream has ended.
    async fn next(&mut self) -> Option<Message> {
        timeout(HANG, async {
            loop {
                while let Some((block, rest)) = self.text.split_once("\n\n") {
                    let lines: Vec<String> = block.lines().map(ToOwned::to_owned).collect();
                    self.text = rest.to_string();
                    let fields = |name: &str| {
                        let found = lines.iter().filter_map(|line| line.strip_prefix(name));
                        found.map(|value| value.trim_start().to_owned()).collect::<Vec<_>>()
                    };
                    if let Some(id) = fields("id:").first() {
                        let data = fields("data:").join("\n");
                        return Some(Message { id: id.parse().unwrap(), data });
                    }
                }
                let chunk = self.response.chunk().await.ok().flatten()?;
                self.text.push_str(std::str::from_utf8(&chunk).unwrap());
            }
        })
        .await
        .unwrap()
    }

    /// Reads on until a message is about it.
    async fn until_about(&mut self, key: &str) -> Message {
        loop {
            let message = self.next().await.unwrap();
            if message.data.lines().any(|line| line == key || line == "*") {
                return message;
            }
        }
    }
}

#[tokio::test]
async fn a_change_is_told_and_a_broken_stream_goes_on_where_it_was() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let oleg = portal.signed_in("oleg").await;
    let mut listening = Listening::open(&oleg, None).await;
    confirm(&oleg, &take_review(&oleg, ORDERS, "password-free").await).await;
    let message = listening.until_about(ORDERS).await;
    assert!(message.id > 0, "{message:?}");
    drop(listening);
    // From before the change: told again, at once.
    let mut again = Listening::open(&oleg, Some(message.id - 1)).await;
    let repeated = again.until_about(ORDERS).await;
    assert!(repeated.id >= message.id, "{repeated:?}");
    // A number that no event has yet (another database) is no reason to wait for ever.
    let mut ahead = Listening::open(&oleg, Some(i64::MAX)).await;
    let (catalog, to) = (crate::ground::CATALOG, "password-required");
    confirm(&oleg, &take_review(&oleg, catalog, to).await).await;
    ahead.until_about(catalog).await;
}

/// Of what is out of scope nothing is told, also not that it is there.
#[tokio::test]
async fn a_stream_tells_of_what_is_in_scope() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let oleg = portal.signed_in("oleg").await;
    let sam = crate::scopes::Sam::at(&ground, &portal).await;
    sam.is(&[crate::scopes::region(Role::Viewer, "cn-shanghai")]).await;
    let catalog = crate::ground::CATALOG;
    // What is read for the first time is told as "look at everything": that is over before it begins.
    let orders = take_review(&oleg, ORDERS, "password-free").await;
    let shut = take_review(&oleg, catalog, "password-required").await;
    let mut listening = Listening::open(&sam.browser, None).await;
    confirm(&oleg, &orders).await;
    confirm(&oleg, &shut).await;
    loop {
        let message = listening.next().await.unwrap();
        assert!(!message.data.contains(ORDERS), "{message:?}");
        if message.data.lines().any(|line| line == catalog || line == "*") {
            break;
        }
    }
}

#[tokio::test]
async fn a_stream_ends_with_its_session_and_with_the_portal() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let nobody = portal.browser();
    assert_eq!(nobody.get("/events").await.status, 204, "not without a session");
    let (oleg, vera) = (portal.signed_in("oleg").await, portal.signed_in("vera").await);
    let mut ended = Listening::open(&vera, None).await;
    let mut stays = Listening::open(&oleg, None).await;
    assert_eq!(vera.post("/api/ui/session/sign-out", &[]).await.status, 200);
    confirm(&oleg, &take_review(&oleg, ORDERS, "password-free").await).await;
    stays.until_about(ORDERS).await;
    while let Some(message) = ended.next().await {
        assert!(!message.data.contains(ORDERS), "told after signing out: {message:?}");
    }
    portal.process.ask_to_stop().await;
    while stays.next().await.is_some() {}
    let stopped = timeout(Duration::from_secs(20), portal.process.ended()).await;
    assert!(stopped.is_ok(), "an open stream holds the portal up");
}
