//! No key, token or signature leaves the portal by any door: answers, log, output, database.
//!
//! The portal works with credentials that are canaries: all that is seen of it is searched for them, and for every
//! signature that went over the wire to the cloud.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;

use domain::change::ChangeState;
use domain::id::ChangeId;
use domain::person::Scope;
use simulator::{Fault, Rule};

use crate::browser::Browser;
use crate::ground::{
    CATALOG, Config, Ground, Memory, ORDERS, Running, confirm, key, take_review, until,
};
use crate::proxy::Proxy;

#[tokio::test]
async fn nothing_secret_is_seen_of_a_working_portal_by_v1() {
    working("v1").await;
}

#[tokio::test]
async fn nothing_secret_is_seen_of_a_working_portal_by_v3() {
    working("v3").await;
}

#[tokio::test]
async fn nothing_secret_is_seen_of_a_portal_whose_secret_is_wrong_by_v1() {
    refused("v1").await;
}

#[tokio::test]
async fn nothing_secret_is_seen_of_a_portal_whose_secret_is_wrong_by_v3() {
    refused("v3").await;
}

/// A portal that signs with temporary credentials, over a wire that is listened to.
struct Scene {
    ground: Ground,
    wire: Proxy,
    config: Config,
}

impl Scene {
    async fn new(signature: &'static str) -> Self {
        let ground = Ground::new(Memory::Sqlite).await;
        let cloud: SocketAddr =
            ground.cloud.base_url().trim_start_matches("http://").parse().unwrap();
        let wire = Proxy::to(cloud).await;
        let account = ground.cloud.accounts()[0].name.clone();
        let issued = ground.cloud.control().issue_credentials(&account, Duration::from_hours(1));
        let issued = issued.unwrap();
        let config = Config {
            endpoint: format!("http://{}", wire.address),
            key_id: issued.access_key_id,
            secret: issued.access_key_secret,
            token: Some(issued.security_token),
            signature,
            ..ground.config()
        };
        Self { ground, wire, config }
    }

    async fn start(&self) -> Running {
        self.ground.start(&self.config, &[("LATCHKEY_LOG", "trace")]).await
    }

    /// What must be seen nowhere, as it is and as it travels: the credentials, and every signature that was sent.
    fn canaries(&self) -> BTreeSet<String> {
        let sent = String::from_utf8_lossy(&self.wire.sent()).into_owned();
        let signatures = sent.split("Signature=").skip(1).filter_map(|rest| {
            // In V1 a parameter of the form, in V3 the end of a header.
            rest.split(['&', '\r', ' ']).next().map(str::to_owned)
        });
        let signatures: BTreeSet<String> = signatures.collect();
        assert!(!signatures.is_empty(), "nothing was signed: {sent}");
        let secrets =
            [&self.config.key_id, &self.config.secret].into_iter().chain(&self.config.token);
        // Made by the portal itself.
        let keys = ["audit-key", "receipt-key"]
            .map(|key| self.ground.folder.path().join(format!("portal.db.{key}")))
            .map(|file| std::fs::read_to_string(file).unwrap().trim().to_owned());
        let secrets = secrets.chain(&keys);
        let plain = secrets.cloned().chain(signatures.iter().map(|escaped| unescaped(escaped)));
        let plain: BTreeSet<String> = plain.collect();
        let escaped = plain
            .iter()
            .map(|text| url::form_urlencoded::byte_serialize(text.as_bytes()).collect());
        let canaries: BTreeSet<String> =
            escaped.chain(plain.iter().cloned()).chain(signatures).collect();
        assert!(canaries.iter().all(|canary| canary.len() >= 20), "{canaries:?}");
        canaries
    }

    /// Searches every door.
    async fn search(&self, portal: Running, browsers: &[&Browser], least: usize, logged: &str) {
        let canaries = self.canaries();
        assert!(canaries.len() >= least, "only {} canaries: {canaries:?}", canaries.len());
        let answers: Vec<_> = browsers.iter().flat_map(|browser| browser.seen()).collect();
        assert!(answers.len() > 5);
        let database = String::from_utf8_lossy(&self.ground.database_files()).into_owned();
        portal.process.ask_to_stop().await;
        let ended = portal.process.ended().await;
        // At this level libraries say what they do, too.
        assert!(
            ended.err.contains("\"TRACE\"") && ended.err.contains("hyper"),
            "the log is too quiet"
        );
        assert!(ended.err.contains(logged), "{logged} is not in the log");
        assert!(
            database.contains("cn-hangzhou") || database.contains("sign-in.succeeded"),
            "nothing was searched"
        );
        // What is no secret is found by the same search.
        for written in self.ground.cloud.control().ledger() {
            let nonce = written.nonce.unwrap();
            assert!(database.contains(&nonce), "nothing was searched");
            assert!(
                answers.iter().any(|answer| answer.body.contains(&nonce)),
                "nothing was searched"
            );
        }
        for canary in canaries {
            let seen = |door: &str, text: &str| {
                let place = text.find(&canary).map(|at| {
                    text[text.floor_char_boundary(at.saturating_sub(300))..]
                        .chars()
                        .take(700)
                        .collect::<String>()
                });
                assert_eq!(place, None, "{door} shows {canary}");
            };
            for answer in &answers {
                seen("an answer", &format!("{answer:?}"));
            }
            seen("the output", &ended.out);
            seen("the log", &ended.err);
            seen("the database", &database);
        }
    }
}

fn unescaped(text: &str) -> String {
    let pair = format!("x={}", text.replace('+', "%2B"));
    url::form_urlencoded::parse(pair.as_bytes()).next().unwrap().1.into_owned()
}

async fn working(signature: &'static str) {
    let scene = Scene::new(signature).await;
    let control = scene.ground.cloud.control();
    let portal = scene.start().await;
    let store = scene.ground.store().await;
    until("the fleet to be listed", async || {
        store.find_instance(&Scope::Everything, &key(ORDERS)).await.unwrap().map(drop)
    })
    .await;
    let oleg = portal.signed_in("oleg").await;
    let done = change(&scene.ground, &oleg, ORDERS, "password-free").await;
    // Refused by RAM, throttled, broken, redirected, and with everything repeated in the message.
    let faults = [
        Fault::Deny { code: "Forbidden.RAM".into(), explicit: true, vpc_auth_mode: None },
        Fault::Throttle { code: "Throttling.User".into(), status: 400, retry_after_ms: None },
        Fault::Error {
            code: "InvalidParameter".into(),
            status: 400,
            message: format!("key {} secret {}", scene.config.key_id, scene.config.secret),
        },
        Fault::Http { status: 500, applied: false },
        Fault::Redirect { status: 302, location: "http://127.0.0.1:1/?x".into(), applied: false },
        Fault::Garbage { applied: false },
        Fault::Close { applied: false },
    ];
    let mut changes = vec![done];
    for fault in faults {
        control.add_fault(Rule::always(fault).for_action("ModifyInstanceVpcAuthMode"));
        changes.push(change(&scene.ground, &oleg, CATALOG, "password-required").await);
        control.clear_faults();
    }
    control.add_fault(Rule::always(Fault::Throttle {
        code: "Throttling.User".into(),
        status: 400,
        retry_after_ms: None,
    }));
    let blocked = take_review(&oleg, ORDERS, "password-required").await;
    control.clear_faults();
    let adam = portal.signed_in("adam").await;
    for change in &changes {
        let page = oleg.get(&format!("/changes/{change}")).await;
        assert_eq!(page.status, 200, "{page:?}");
    }
    let shown = oleg.get(&format!("/changes/{done}")).await;
    assert!(shown.body.contains("***"), "the call is shown, without its secrets");
    for path in [
        "/instances".into(),
        format!("/instances/{ORDERS}"),
        format!("/reviews/{blocked}"),
        "/changes".into(),
        "/audit".into(),
        "/nothing".into(),
    ] {
        oleg.get(&path).await;
        adam.get(&path).await;
    }
    scene.search(portal, &[&oleg, &adam], 20, "the call was made").await;
}

async fn refused(signature: &'static str) {
    let mut scene = Scene::new(signature).await;
    scene.config.secret = format!("{}wrong", scene.config.secret);
    let portal = scene.start().await;
    let store = scene.ground.store().await;
    until("the cloud to refuse", async || {
        let coverage = store.get_coverage(&Scope::Everything).await.unwrap();
        coverage.problems().next().map(drop)
    })
    .await;
    let oleg = portal.signed_in("oleg").await;
    for path in ["/instances", "/instances?access=unknown", "/changes", "/audit", "/"] {
        oleg.get(path).await;
    }
    scene.search(portal, &[&oleg], 4, "SignatureDoesNotMatch").await;
}

/// From a review to its end, whatever that is.
async fn change(ground: &Ground, browser: &Browser, instance: &str, to: &str) -> ChangeId {
    let review = take_review(browser, instance, to).await;
    browser.get(&format!("/reviews/{review}")).await;
    let id = confirm(browser, &review).await;
    let store = ground.store().await;
    let ended = until("the change to end", async || {
        let change = store.find_change(&Scope::Everything, id).await.unwrap().unwrap();
        change.state.is_terminal().then_some(change.state)
    })
    .await;
    assert!(matches!(ended, ChangeState::Verified | ChangeState::Failed), "{ended}");
    id
}
