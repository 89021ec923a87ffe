//! Notices go out: signed, until they are taken, to nobody else; and people are reminded before a door shuts.

#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

mod world;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use domain::access::Access;
use domain::call::SignatureScheme;
use domain::inbox::{Audience, Notice, NoticeKind};
use domain::person::Role;
use hmac::{Hmac, KeyInit, Mac};
use service::{Lasts, Portal, Settings, Webhook, WebhookOptions, WebhookSecret};
use store::outbox::Delivery;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use world::{DEVELOPMENT, World, settings};

const SECRET: &[u8] = b"thirty-two bytes that are random";

/// Somebody who is told: answers as said, the last answer for ever, and keeps what came.
struct Receiver {
    address: SocketAddr,
    came: Arc<Mutex<Vec<Request>>>,
}

#[derive(Debug, Clone)]
struct Request {
    headers: Vec<(String, String)>,
    body: String,
}

impl Request {
    fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    fn is_signed(&self) -> bool {
        let (id, time) = (self.header("webhook-id"), self.header("webhook-timestamp"));
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(SECRET).unwrap();
        mac.update(format!("{id}.{time}.{}", self.body).as_bytes());
        let expected = base64::prelude::BASE64_STANDARD.encode(mac.finalize().into_bytes());
        self.header("webhook-signature") == format!("v1,{expected}")
    }
}

impl Receiver {
    /// `answers`: whole heads of answers. One that is empty: the connection is closed without a word.
    async fn new(answers: &[&str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let came: Arc<Mutex<Vec<Request>>> = Arc::default();
        let kept = came.clone();
        let answers: Vec<String> = answers.iter().map(|answer| (*answer).to_owned()).collect();
        tokio::spawn(async move {
            for number in 0.. {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut bytes = Vec::new();
                let request = loop {
                    let mut piece = [0; 4096];
                    let count = stream.read(&mut piece).await.unwrap_or(0);
                    bytes.extend_from_slice(&piece[..count]);
                    // Somebody who begins with TLS is told at once that there is none.
                    if count == 0 || bytes.first() == Some(&0x16) {
                        break None;
                    }
                    if let Some(request) = parse(&bytes) {
                        break Some(request);
                    }
                };
                kept.lock().unwrap().extend(request);
                let answer = answers.get(number).or(answers.last()).unwrap();
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        Self { address, came }
    }

    fn came(&self) -> Vec<Request> {
        self.came.lock().unwrap().clone()
    }

    fn url(&self) -> String {
        format!("http://{}/hook?a=b", self.address)
    }
}

/// Whole, or not yet.
fn parse(bytes: &[u8]) -> Option<Request> {
    let text = String::from_utf8(bytes.to_vec()).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let headers: Vec<(String, String)> = head
        .lines()
        .skip(1)
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let request = Request { headers, body: body.to_owned() };
    let length: usize = request.header("content-length").parse().ok()?;
    (body.len() == length).then_some(request)
}

const TAKEN: &str = "HTTP/1.1 204 No Content\r\n\r\n";
const FAILED: &str = "HTTP/1.1 500 Oops\r\ncontent-length: 0\r\n\r\n";

fn webhook(url: &str, allow: &[&str]) -> Webhook {
    Webhook::new(WebhookOptions {
        url: url.into(),
        secret: WebhookSecret::of(SECRET).unwrap(),
        allow: allow.iter().map(|net| net.parse().unwrap()).collect(),
        origin: "https://redis.example.com".into(),
        page_of: |_| "/inbox".into(),
    })
    .unwrap()
}

/// A portal of the world's memory that has a webhook.
async fn world(webhook: Webhook) -> World {
    let mut world = World::new().await;
    let store = world.portal.store().clone();
    let settings = Settings { webhook: Some(webhook), ..settings() };
    world.portal = world::portal_on(&world.cloud, store, SignatureScheme::V1, settings);
    world
}

async fn tell(portal: &Portal, once: &str) {
    let notice = Notice {
        instance: Some(world::key(DEVELOPMENT)),
        name: Some("orders".into()),
        reason: Some("订单".into()),
        ..Notice::new(NoticeKind::BreakGlassUsed, portal.now(), once.into())
    };
    assert!(portal.store().notify(&notice, &Audience::covering(Role::Operator)).await.unwrap());
}

/// Delivers until it is so. The deadline only tells a hang.
async fn delivered(portal: &Portal, wanted: impl Fn(&Delivery) -> bool) -> Delivery {
    let waiting = async {
        loop {
            portal.deliver_due().await.unwrap();
            let state = portal.store().list_deliveries(1).await.unwrap().remove(0);
            if wanted(&state) {
                return state;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), waiting).await.unwrap()
}

#[tokio::test]
async fn a_notice_goes_out_signed_and_again_until_it_is_taken() {
    let receiver = Receiver::new(&[FAILED, "", TAKEN]).await;
    let world = world(webhook(&receiver.url(), &["127.0.0.1/32"])).await;
    tell(&world.portal, "a").await;
    let state = delivered(&world.portal, |state| state.delivered_at.is_some()).await;
    assert_eq!((state.tries, state.last_outcome.as_deref()), (3, Some("taken")));
    let came = receiver.came();
    assert_eq!(came.len(), 3, "{came:?}");
    for request in &came {
        assert!(request.is_signed(), "{request:?}");
        assert_eq!(request.header("webhook-id"), state.id);
        assert_eq!(request.header("content-type"), "application/json");
        assert_eq!(request.body, came[0].body, "the same words each time");
        let now = world.portal.now().as_secs();
        let time: i64 = request.header("webhook-timestamp").parse().unwrap();
        assert!((now - 60..=now).contains(&time), "{time}");
    }
    let body: serde_json::Value = serde_json::from_str(&came[0].body).unwrap();
    assert_eq!(body["type"], "break-glass.used");
    assert_eq!(body["data"]["reason"], "订单");
    assert_eq!(body["data"]["instance"]["id"], "r-bp1ordersdev0001");
    assert_eq!(body["data"]["url"], "https://redis.example.com/inbox");
    // Taken is taken.
    world.portal.deliver_due().await.unwrap();
    assert_eq!(receiver.came().len(), 3);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Receiver::new(&[TAKEN]).await;
    for status in ["301", "302", "303", "307", "308"] {
        let answer = format!(
            "HTTP/1.1 {status} Elsewhere\r\nlocation: {}\r\ncontent-length: 0\r\n\r\n",
            elsewhere.url()
        );
        let receiver = Receiver::new(&[&answer]).await;
        let world = world(webhook(&receiver.url(), &["127.0.0.0/8"])).await;
        tell(&world.portal, "a").await;
        let state = delivered(&world.portal, |state| state.last_outcome.is_some()).await;
        assert_eq!(state.last_outcome, Some(format!("http-{status}")));
        assert_eq!((state.delivered_at, receiver.came().len()), (None, 1));
    }
    assert!(elsewhere.came().is_empty());
}

/// The name is only looked up when it is used, so that is where it is refused.
#[tokio::test]
async fn a_name_that_leads_to_a_private_address_is_not_connected_to() {
    let receiver = Receiver::new(&[TAKEN]).await;
    let url = format!("https://localhost:{}/", receiver.address.port());
    let world = world(webhook(&url, &[])).await;
    tell(&world.portal, "a").await;
    let state = delivered(&world.portal, |state| state.last_outcome.is_some()).await;
    assert_eq!(state.last_outcome.as_deref(), Some("address-refused"));
    assert!(state.delivered_at.is_none() && receiver.came().is_empty());
    // Named, it is connected to; that this one speaks no TLS is another matter.
    let store = world.portal.store().clone();
    let named =
        Settings { webhook: Some(webhook(&url, &["127.0.0.0/8", "::1/128"])), ..settings() };
    let portal = world::portal_on(&world.cloud, store, SignatureScheme::V1, named);
    let state =
        delivered(&portal, |state| state.last_outcome.as_deref() != Some("address-refused")).await;
    assert_eq!(state.last_outcome.as_deref(), Some("not-reached"));
}

/// An answer without an end is not waited for, and none of it is kept.
#[tokio::test]
async fn of_an_answer_only_the_status_counts() {
    let endless =
        format!("HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n{}", "x".repeat(9999));
    let receiver = Receiver::new(&[&endless]).await;
    let world = world(webhook(&receiver.url(), &["127.0.0.0/8"])).await;
    tell(&world.portal, "a").await;
    let state = delivered(&world.portal, |state| state.last_outcome.is_some()).await;
    assert!(state.delivered_at.is_some(), "{state:?}");
}

/// Whoever took it died: before the call, or after it and before saying so.
#[tokio::test]
async fn what_a_process_that_died_had_taken_is_delivered_all_the_same() {
    let receiver = Receiver::new(&[TAKEN]).await;
    let world = world(webhook(&receiver.url(), &["127.0.0.0/8"])).await;
    tell(&world.portal, "before").await;
    let store = world.portal.store();
    let soon = Duration::from_millis(50);
    let taken = store.take_due_deliveries(world.portal.now(), soon, 9).await.unwrap();
    assert_eq!((taken.len(), receiver.came().len()), (1, 0));
    delivered(&world.portal, |state| state.delivered_at.is_some()).await;
    assert_eq!(receiver.came().len(), 1);
}

#[tokio::test]
async fn people_are_reminded_once_before_a_door_shuts_and_again_when_it_is_put_off() {
    let world = World::new().await;
    let portal = &world.portal;
    let mut confirmation = world.reviewed(DEVELOPMENT, Access::PasswordFree).await;
    confirmation.lasts = Lasts::For(Duration::from_secs(3));
    let id = world.confirm(confirmation).await.unwrap();
    world.ended(id).await;
    let inbox = async || portal.viewer(&world.operator).list_inbox().await.unwrap();
    portal.remind().await.unwrap();
    assert!(inbox().await.is_empty(), "not before half time");
    let told = async |count: usize| {
        let waiting = async {
            loop {
                portal.remind().await.unwrap();
                let told = inbox().await;
                if told.len() == count {
                    return told;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_mins(1), waiting).await.unwrap()
    };
    let first = told(1).await.remove(0).notice;
    assert_eq!((first.kind, first.change), (NoticeKind::DoorShutsSoon, Some(id)));
    portal.remind().await.unwrap();
    assert_eq!(inbox().await.len(), 1, "once");
    let duty = portal
        .viewer(&world.operator)
        .find_return(&world::key(DEVELOPMENT))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(first.due_at, Some(duty.due_at));
    let operator = portal.operator(&world.operator, "test").await.unwrap();
    operator
        .extend(
            &duty.instance,
            duty.due_at,
            Duration::from_secs(4),
            None,
            &world::idempotency_key(),
        )
        .await
        .unwrap();
    assert_eq!(told(2).await.len(), 2, "another end is another reminder");
}

#[tokio::test]
async fn only_admins_try_the_webhook_and_see_how_it_does() {
    let receiver = Receiver::new(&[TAKEN]).await;
    let world = world(webhook(&receiver.url(), &["127.0.0.0/8"])).await;
    let portal = &world.portal;
    let refused = portal.send_test_notice(&world.operator).await.unwrap_err();
    assert!(matches!(refused, service::ServiceError::Forbidden { needed: Role::Admin }));
    assert!(portal.viewer(&world.operator).list_deliveries().await.unwrap().is_none());
    let admin = world.person(Role::Admin);
    portal.send_test_notice(&admin).await.unwrap();
    delivered(portal, |state| state.delivered_at.is_some()).await;
    assert_eq!(portal.viewer(&admin).list_deliveries().await.unwrap().unwrap().len(), 1);
    assert_eq!(receiver.came().len(), 1);
}
