//! Passkeys: a second factor after the password and for a fresh proof, for this address and one question at a time.

use std::net::TcpListener;

use domain::audit::{AuditCode, AuditEvent};
use domain::id::UserId;
use domain::person::Scope;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use store::audit::AuditFilter;
use store::passkey::ChallengePurpose;

use crate::authenticator::{Authenticator, Said};
use crate::browser::{Answer, Browser, SESSION};
use crate::ground::{Ground, Memory, PASSWORD, Running, now, sign_in};
use crate::process::{latchkey, run};

const PAGE: &str = "/me/second-factor";
const BEGIN: &str = "/api/ui/passkey/begin";
const ADD: &str = "/api/ui/passkey/add";
const RENAME: &str = "/api/ui/passkey/rename";
const REMOVE: &str = "/api/ui/passkey/remove";
const ASK: &str = "/api/ui/passkey/ask";
const HALF_ASK: &str = "/api/ui/session/ask-passkey";
const STEP: &str = "/api/ui/session/second-step";
const PROVE: &str = "/api/ui/session/step-up";

/// A portal with a name: browsers make no passkeys for an address.
async fn start(ground: &Ground) -> Running {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let public = format!("http://localhost:{}", free.port());
    let variables = [("LATCHKEY_LISTEN", free.to_string()), ("LATCHKEY_PUBLIC_URL", public)];
    let variables = variables.each_ref().map(|(name, value)| (*name, value.as_str()));
    ground.start(&ground.with_factor_key(), &variables).await
}

async fn asked(browser: &Browser, path: &str) -> Value {
    let answer = browser.post(path, &[]).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    serde_json::from_str(answer.json().as_str().unwrap()).unwrap()
}

async fn registered(portal: &Running, name: &str) -> (Browser, Authenticator) {
    let (browser, authenticator) = (portal.signed_in(name).await, Authenticator::new(name));
    let asked = asked(&browser, BEGIN).await;
    let answer = authenticator.make(&Said::at(&portal.origin), &asked);
    let added = browser.post(ADD, &[("name", "laptop"), ("answer", &answer)]).await;
    assert_eq!(added.status, 200, "{added:?}");
    (browser, authenticator)
}

/// A browser that gave the password.
async fn half(portal: &Running, name: &str) -> Browser {
    let browser = portal.browser();
    let fields = [("name", name), ("password", PASSWORD), ("next", "/audit")];
    let answer = browser.submit("/api/ui/session/sign-in", &fields).await;
    assert_eq!(answer.location(), "/sign-in/second-step?next=/audit", "{answer:?}");
    browser
}

async fn give(browser: &Browser, answer: &str) -> Answer {
    browser.post(STEP, &[("passkey", answer), ("next", "/audit")]).await
}

async fn is_somebody(browser: &Browser) -> bool {
    browser.get("/changes").await.status == 200
}

async fn events(ground: &Ground, code: AuditCode) -> Vec<AuditEvent> {
    let filter = AuditFilter { code: Some(code), ..AuditFilter::default() };
    let found = ground.store().await.list_audit(&Scope::Everything, &filter, 100).await.unwrap();
    found.into_iter().map(|recorded| recorded.event).collect()
}

fn hash(browser: &Browser) -> String {
    let id: tower_sessions::session::Id = browser.cookie(SESSION).unwrap().parse().unwrap();
    hex::encode(Sha256::digest(id.0.to_be_bytes()))
}

/// As if the last proof of this browser were older than ten minutes.
async fn proven_long_ago(ground: &Ground, browser: &Browser) {
    let (store, hash) = (ground.store().await, hash(browser));
    let row = store.find_session(&hash, now(), domain::time::Timestamp::from_secs(0)).await;
    let mut body: Value = serde_json::from_str(&row.unwrap().unwrap().body).unwrap();
    body["proven_at"] = json!(now().as_millis() - 601_000);
    assert!(store.update_session(&hash, &body.to_string()).await.unwrap());
}

async fn user(ground: &Ground, name: &str) -> UserId {
    ground.store().await.find_user(&name.parse().unwrap()).await.unwrap().unwrap().person.id
}

/// So that many wrong answers can follow each other in a test.
async fn forgive(ground: &Ground, name: &str) {
    let subject = format!("code:{}", user(ground, name).await);
    ground.store().await.clear_sign_in_failures(&subject).await.unwrap();
}

/// The id of the only one on the page.
async fn only(browser: &Browser) -> String {
    let page = browser.get(PAGE).await;
    let ids: Vec<&str> = page.body.split("name=\"passkey\" value=\"").skip(1).collect();
    assert_eq!(ids.len(), 2, "one to rename, one to remove: {page:?}");
    ids[0].split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_passkey_is_asked_for_after_the_password_and_proves_it_again() {
    for memory in [Memory::Sqlite, Memory::Postgres] {
        let ground = Ground::new(memory).await;
        let portal = start(&ground).await;
        let said = Said::at(&portal.origin);
        let (browser, mut authenticator) = registered(&portal, "oleg").await;
        assert!(is_somebody(&browser).await, "whoever adds one goes on");
        assert!(browser.get(PAGE).await.body.contains("<b>laptop</b>"));
        let added = events(&ground, AuditCode::PasskeyAdded).await;
        assert_eq!(added[0].detail, [("passkey".to_owned(), "laptop".to_owned())]);

        let browser = half(&portal, "oleg").await;
        let cookie = browser.cookie(SESSION).unwrap();
        let page = browser.get("/sign-in/second-step?next=/audit").await;
        assert!(page.body.contains("data-passkey=\"sign\""), "{page:?}");
        assert!(!page.body.contains("name=\"code\""), "there is no app: {page:?}");
        assert!(!is_somebody(&browser).await, "half signed in is not signed in");
        for path in [BEGIN, ASK] {
            assert_eq!(browser.post(path, &[]).await.status, 401, "{path}");
        }
        let question = asked(&browser, HALF_ASK).await;
        assert_eq!(question["publicKey"]["rpId"], "localhost");
        assert_eq!(question["publicKey"]["userVerification"], "required");
        assert_eq!(question["publicKey"]["timeout"], 300_000);
        assert_eq!(question["publicKey"]["allowCredentials"].as_array().unwrap().len(), 1);
        authenticator.counter = 5;
        let answer = authenticator.sign(&said, &question);
        assert_eq!(give(&browser, &answer).await.status, 200);
        assert!(is_somebody(&browser).await);
        assert_ne!(browser.cookie(SESSION).unwrap(), cookie, "a new id");
        // The same answer once more, to the same question and to another.
        let again = half(&portal, "oleg").await;
        assert_eq!(give(&again, &answer).await.code(), "passkey-refused");
        asked(&again, HALF_ASK).await;
        assert_eq!(give(&again, &answer).await.code(), "passkey-refused");
        assert!(!is_somebody(&again).await);
        assert_eq!(events(&ground, AuditCode::SecondFactorRefused).await.len(), 2);

        // A fresh proof: by the passkey, no longer by the password.
        proven_long_ago(&ground, &browser).await;
        let id = only(&browser).await;
        let remove = [("passkey", id.as_str())];
        assert_eq!(browser.post(REMOVE, &remove).await.code(), "proof-needed");
        let page = browser.get("/step-up?next=/me/second-factor").await;
        assert!(page.body.contains("data-passkey=\"sign\""), "{page:?}");
        assert!(!page.body.contains("name=\"password\""), "{page:?}");
        assert_eq!(browser.post(PROVE, &[("password", PASSWORD)]).await.code(), "code-refused");
        let question = asked(&browser, ASK).await;
        authenticator.counter = 6;
        let answer = authenticator.sign(&said, &question);
        let old = browser.cookie(SESSION).unwrap();
        assert_eq!(browser.post(PROVE, &[("passkey", &answer)]).await.status, 200);
        assert_ne!(browser.cookie(SESSION).unwrap(), old, "a new id");
        assert_eq!(browser.post(REMOVE, &remove).await.status, 200);
        assert!(is_somebody(&portal.signed_in("oleg").await).await, "a password is enough again");
        assert_eq!(events(&ground, AuditCode::PasskeyRemoved).await.len(), 1);
    }
}

/// Each refused, each used up by that, and nobody signed in.
#[tokio::test]
async fn an_answer_that_is_not_of_here_and_now_and_of_this_person_is_refused() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = start(&ground).await;
    let said = Said::at(&portal.origin);
    let (_, mut oleg) = registered(&portal, "oleg").await;
    let (_, anna) = registered(&portal, "anna").await;
    oleg.counter = 7;
    let browser = half(&portal, "oleg").await;
    let question = asked(&browser, HALF_ASK).await;
    assert_eq!(give(&browser, &oleg.sign(&said, &question)).await.status, 200);
    oleg.counter = 8;
    let mut stranger = Authenticator::new("stranger");
    stranger.id.clone_from(&oleg.id);
    let lie = |change: fn(&mut Said)| {
        let mut said = said.clone();
        change(&mut said);
        said
    };
    let lies: [(&str, &Authenticator, Said); 11] = [
        ("another port", &oleg, lie(|said| said.origin = "http://localhost:1".into())),
        ("another scheme", &oleg, lie(|said| said.origin = said.origin.replace("http", "https"))),
        ("another host", &oleg, lie(|said| said.origin = "https://evil.localhost".into())),
        ("another rp", &oleg, lie(|said| said.rp = "evil.example".into())),
        ("in a frame of another", &oleg, lie(|said| said.cross_origin = true)),
        ("nobody verified", &oleg, lie(|said| said.verified = false)),
        ("nobody there", &oleg, lie(|said| said.present = false)),
        ("making a key", &oleg, lie(|said| said.kind = Some("webauthn.create"))),
        ("another question", &oleg, lie(|said| said.challenge = Some("A".repeat(43)))),
        ("another key", &stranger, said.clone()),
        ("somebody else's", &anna, said.clone()),
    ];
    for (what, authenticator, said_so) in &lies {
        let browser = half(&portal, "oleg").await;
        let question = asked(&browser, HALF_ASK).await;
        let answer = give(&browser, &authenticator.sign(said_so, &question)).await;
        let told = (answer.status, answer.code());
        assert_eq!(told, (401, "passkey-refused".to_owned()), "{what}: {answer:?}");
        let late = give(&browser, &oleg.sign(&said, &question)).await;
        assert_eq!(late.code(), "passkey-refused", "{what}: the question is over");
        assert!(!is_somebody(&browser).await, "{what}");
        forgive(&ground, "oleg").await;
    }
    // A counter that stands still or goes back is that of a copy.
    for counter in [7, 3, 0] {
        let browser = half(&portal, "oleg").await;
        let question = asked(&browser, HALF_ASK).await;
        oleg.counter = counter;
        let answer = give(&browser, &oleg.sign(&said, &question)).await;
        assert_eq!(answer.code(), "passkey-refused", "{counter}: {answer:?}");
        forgive(&ground, "oleg").await;
    }
    // Two questions were open, and the later answer came first.
    let (first, second) = (half(&portal, "oleg").await, half(&portal, "oleg").await);
    let (one, two) = (asked(&first, HALF_ASK).await, asked(&second, HALF_ASK).await);
    oleg.counter = 9;
    let answer = oleg.sign(&said, &one);
    oleg.counter = 10;
    assert_eq!(give(&second, &oleg.sign(&said, &two)).await.status, 200);
    assert_eq!(give(&first, &answer).await.code(), "passkey-refused", "behind");
    forgive(&ground, "oleg").await;
    // What another browser was asked; and what was asked more than five minutes ago.
    oleg.counter = 20;
    let (here, there) = (half(&portal, "oleg").await, half(&portal, "oleg").await);
    let question = asked(&there, HALF_ASK).await;
    asked(&here, HALF_ASK).await;
    assert_eq!(give(&here, &oleg.sign(&said, &question)).await.code(), "passkey-refused");
    let store = ground.store().await;
    let (id, label) = (user(&ground, "oleg").await, format!("s-{}", &hash(&there)[..8]));
    let kept = store.take_passkey_challenge(id, &label, ChallengePurpose::Prove, now()).await;
    let (kept, past) = (kept.unwrap().unwrap(), now());
    let over = store.put_passkey_challenge(id, &label, ChallengePurpose::Prove, &kept, past, past);
    over.await.unwrap();
    assert_eq!(give(&there, &oleg.sign(&said, &question)).await.code(), "passkey-refused");
    forgive(&ground, "oleg").await;
    for rubbish in ["{}", "null", "not JSON", "[]", &"a".repeat(10_000)] {
        let browser = half(&portal, "oleg").await;
        asked(&browser, HALF_ASK).await;
        assert_eq!(give(&browser, rubbish).await.code(), "passkey-refused", "{rubbish}");
        forgive(&ground, "oleg").await;
    }
    // It is still the same key, and answers when it is asked.
    let browser = half(&portal, "oleg").await;
    let question = asked(&browser, HALF_ASK).await;
    assert_eq!(give(&browser, &oleg.sign(&said, &question)).await.status, 200);
}

#[tokio::test]
async fn what_is_registered_was_asked_for_here_and_verified() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = start(&ground).await;
    let said = Said::at(&portal.origin);
    let (oleg, key) = (portal.signed_in("oleg").await, Authenticator::new("oleg"));
    let add = async |browser: &Browser, name: &str, answer: &str| {
        browser.post(ADD, &[("name", name), ("answer", answer)]).await
    };
    for (what, said_so) in [
        ("another origin", Said { origin: "http://localhost:1".into(), ..said.clone() }),
        ("another rp", Said { rp: "evil.example".into(), ..said.clone() }),
        ("nobody verified", Said { verified: false, ..said.clone() }),
        ("signing", Said { kind: Some("webauthn.get"), ..said.clone() }),
        ("another question", Said { challenge: Some("A".repeat(43)), ..said.clone() }),
    ] {
        let question = asked(&oleg, BEGIN).await;
        let answer = add(&oleg, "laptop", &key.make(&said_so, &question)).await;
        assert_eq!((answer.status, answer.code().as_str()), (401, "passkey-refused"), "{what}");
        let late = add(&oleg, "laptop", &key.make(&said, &question)).await;
        assert_eq!(late.code(), "passkey-refused", "{what}: the question is over");
    }
    assert_eq!(add(&oleg, "laptop", "{}").await.code(), "passkey-refused", "never asked");
    for name in ["", "  ", &"n".repeat(61)] {
        let question = asked(&oleg, BEGIN).await;
        let answer = add(&oleg, name, &key.make(&said, &question)).await;
        assert_eq!((answer.status, answer.code().as_str()), (400, "invalid-input"), "{name}");
    }
    assert!(is_somebody(&portal.signed_in("oleg").await).await, "nothing was registered");
    // Another session of the same person was asked.
    let other = portal.signed_in("oleg").await;
    let question = asked(&other, BEGIN).await;
    let elsewhere = add(&oleg, "laptop", &key.make(&said, &question)).await;
    assert_eq!(elsewhere.code(), "passkey-refused");
    // Once it is somebody's, it is nobody else's.
    let question = asked(&oleg, BEGIN).await;
    assert_eq!(question["publicKey"]["rp"]["id"], "localhost");
    assert_eq!(question["publicKey"]["authenticatorSelection"]["userVerification"], "required");
    assert_eq!(add(&oleg, "laptop", &key.make(&said, &question)).await.status, 200);
    let question = asked(&oleg, BEGIN).await;
    assert_eq!(question["publicKey"]["excludeCredentials"].as_array().unwrap().len(), 1);
    let anna = portal.signed_in("anna").await;
    let question = asked(&anna, BEGIN).await;
    let taken = add(&anna, "laptop", &key.make(&said, &question)).await;
    assert_eq!(taken.code(), "passkey-refused", "{taken:?}");
    assert_eq!(events(&ground, AuditCode::PasskeyAdded).await.len(), 1);
}

#[tokio::test]
async fn its_owner_names_and_removes_it_and_an_admin_takes_all_away() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = start(&ground).await;
    let (oleg, _) = registered(&portal, "oleg").await;
    let id = only(&oleg).await;
    let anna = portal.signed_in("anna").await;
    for (path, fields) in
        [(RENAME, &[("passkey", id.as_str()), ("name", "mine")][..]), (REMOVE, &[("passkey", &id)])]
    {
        assert_eq!(anna.post(path, fields).await.status, 404, "{path}: somebody else's");
    }
    let renamed = oleg.post(RENAME, &[("passkey", &id), ("name", " work\u{7} laptop ")]).await;
    assert_eq!(renamed.status, 200, "{renamed:?}");
    assert!(oleg.get(PAGE).await.body.contains("<b>work  laptop</b>"));
    assert_eq!(oleg.post(RENAME, &[("passkey", &id), ("name", " ")]).await.status, 400);
    let told = &events(&ground, AuditCode::PasskeyRenamed).await[0];
    assert_eq!(told.before.as_deref(), Some("laptop"));
    // Every change of them but the name asks for a fresh proof.
    proven_long_ago(&ground, &oleg).await;
    for (path, fields) in [
        (BEGIN, &[][..]),
        (ADD, &[("name", "a"), ("answer", "{}")]),
        (REMOVE, &[("passkey", id.as_str())]),
    ] {
        assert_eq!(oleg.post(path, fields).await.code(), "proof-needed", "{path}");
    }
    // As a form without scripts, with what was typed kept.
    let form = oleg.submit(ADD, &[("name", "zq7 key"), ("answer", "")]).await;
    assert!(form.location().starts_with("/step-up?next=/me/second-factor&keep="), "{form:?}");

    let adam = portal.signed_in("adam").await;
    assert!(adam.get(PAGE).await.body.contains("value=\"oleg\""));
    let taken = adam.post("/api/ui/second-factor/take", &[("name", "oleg")]).await;
    assert_eq!(taken.status, 200, "{taken:?}");
    assert!(is_somebody(&portal.signed_in("oleg").await).await);
    // At the command line, where no admin can sign in any more.
    registered(&portal, "adam").await;
    let file = ground.folder.path().join("latchkey.toml");
    let words = ["user", "remove-second-factor", "adam", "--config", file.to_str().unwrap()];
    let ended = run(latchkey(ground.folder.path(), &words)).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(is_somebody(&portal.signed_in("adam").await).await);
    assert_eq!(events(&ground, AuditCode::SecondFactorRemoved).await.len(), 2);
}

/// Who has a passkey is told to whoever gave the password.
#[tokio::test]
async fn without_the_password_nobody_learns_who_has_one() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = start(&ground).await;
    registered(&portal, "oleg").await;
    let mut told = Vec::new();
    for name in ["oleg", "vera", "nobody"] {
        let browser = portal.browser();
        let signed = sign_in(&browser, name, "wrong horse battery").await;
        let page = browser.get("/sign-in/second-step").await;
        assert!(!page.body.contains("data-passkey"), "{name}: {page:?}");
        let asked = browser.post(HALF_ASK, &[]).await;
        told.push((signed.status, signed.code(), asked.status, asked.code()));
    }
    assert!(told.iter().all(|one| *one == told[0]), "{told:?}");
    assert_eq!((told[0].2, told[0].3.as_str()), (409, "sign-in-over"));
    let vera = portal.signed_in("vera").await;
    assert_eq!(vera.post(ASK, &[]).await.code(), "no-second-factor");
    assert_eq!(vera.post(PROVE, &[("passkey", "{}")]).await.code(), "passkey-refused");
    // The script is loaded where it is needed, and nowhere else.
    assert!(!vera.get("/changes").await.body.contains("passkey"));
}

#[tokio::test]
async fn whoever_tries_passkeys_is_slowed_down() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = start(&ground).await;
    registered(&portal, "oleg").await;
    let mut statuses = Vec::new();
    while statuses.last() != Some(&429) {
        assert!(statuses.len() < 30, "{statuses:?}");
        statuses.push(give(&half(&portal, "oleg").await, "{}").await.status);
    }
    let (_, refused) = statuses.split_last().unwrap();
    assert!(refused.len() >= 3 && refused.iter().all(|status| *status == 401), "{statuses:?}");
    assert!(!events(&ground, AuditCode::SignInThrottled).await.is_empty());
}

#[tokio::test]
async fn a_portal_that_is_reached_by_an_address_has_none() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.start(&ground.config(), &[]).await;
    let oleg = portal.signed_in("oleg").await;
    assert_eq!(oleg.post(BEGIN, &[]).await.code(), "no-second-factor");
    let page = oleg.get(PAGE).await;
    assert!(page.body.contains("this one is reached by an address"), "{page:?}");
}
