//! Tokens: made and shown once, kept as a hash, good for no more than their person, and ended for good.

use std::collections::BTreeSet;

use domain::audit::AuditCode;
use domain::person::Scope;
use store::audit::AuditFilter;

use crate::browser::{Ask, Browser};
use crate::ground::{Ground, Memory, now};
use crate::program::{Program, make_token};

#[tokio::test]
async fn a_token_is_shown_once_to_whom_it_was_made_by_and_lies_nowhere() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let (oleg, adam) = (portal.signed_in("oleg").await, portal.signed_in("adam").await);
    let fields = [("label", "Nightly <b>"), ("role", "operator"), ("expires_in", "30d")];
    let answer = oleg.submit("/api/ui/token/make", &fields).await;
    assert_eq!((answer.status, answer.body.as_str()), (303, ""), "{answer:?}");
    let address = answer.location().to_owned();
    assert!(address.starts_with("/tokens?notice="), "{answer:?}");
    assert!(answer.header("x-latchkey-once").is_none() && !format!("{answer:?}").contains("lk_"));
    // Neither half of it says anything, nor does the whole address to anybody else.
    let half = address.split("&pad=").next().unwrap();
    assert!(!adam.get(&address).await.body.contains("lk_"), "somebody else's");
    let page = oleg.get(&address).await;
    let from = page.body.find("lk_").unwrap();
    let token = page.body.get(from..from + 75).unwrap();
    assert!(token[3..].bytes().all(|byte| byte.is_ascii_hexdigit()), "{token}");
    assert!(page.body.contains("Nightly &lt;b&gt;"), "shown as text");
    for address in [address.as_str(), half, "/tokens"] {
        assert!(!oleg.get(address).await.body.contains("lk_"), "{address}");
    }
    let program = Program::with(&portal, token);
    let who = program.get("/api/v1/token").await.json();
    assert_eq!((who["person"].as_str(), who["role"].as_str()), (Some("oleg"), Some("operator")));
    let listed = oleg.get("/tokens").await.body;
    assert!(listed.contains(who["token"].as_str().unwrap()) && listed.contains("127.0.0.1"));
    let database = String::from_utf8_lossy(&ground.database_files()).into_owned();
    assert!(database.contains("Nightly"), "nothing was searched");
    for part in [token, &token[3..67], &token[3..40]] {
        assert!(!database.contains(part), "{part}");
    }
    portal.process.ask_to_stop().await;
    let ended = portal.process.ended().await;
    assert!(!format!("{ended:?}").contains(&token[3..40]), "said: {ended:?}");
}

/// A form that is not quite right comes back with what was typed.
#[tokio::test]
async fn a_token_has_a_label_a_role_and_an_end() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let oleg = portal.signed_in("oleg").await;
    let long = "x".repeat(61);
    for (label, role, expires_in, status, field) in [
        ("", "viewer", "7d", 400, "label"),
        (&*long, "viewer", "7d", 400, "label"),
        ("a\u{202e}b", "viewer", "7d", 400, "label"),
        ("CI", "viewer", "366d", 400, "expires_in"),
        ("CI", "viewer", "1m", 400, "expires_in"),
        ("CI", "viewer", "for ever", 400, "expires_in"),
        ("CI", "king", "7d", 400, ""),
        ("CI", "approver", "7d", 403, ""),
    ] {
        let fields = [("label", label), ("role", role), ("expires_in", expires_in)];
        let answer = oleg.post("/api/ui/token/make", &fields).await;
        let said = answer.json();
        assert_eq!(answer.status, status, "{label} {role} {expires_in}: {answer:?}");
        assert_eq!(said["field"].as_str().unwrap_or_default(), field, "{answer:?}");
    }
    let answer = oleg
        .submit(
            "/api/ui/token/make",
            &[("label", &long), ("role", "operator"), ("expires_in", "7d")],
        )
        .await;
    let page = oleg.get(answer.location()).await;
    assert!(page.body.contains(&long) && page.code() == "invalid-input", "{page:?}");
    assert!(!page.body.contains("lk_") && page.body.contains("No tokens"), "{page:?}");
}

#[tokio::test]
async fn a_token_ends_when_it_is_revoked_and_when_its_person_does() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let (vera, oleg, adam) = (
        portal.signed_in("vera").await,
        portal.signed_in("oleg").await,
        portal.signed_in("adam").await,
    );
    let made = make_token(&vera, "viewer").await;
    let (id, token) = (made["id"].as_str().unwrap(), made["token"].as_str().unwrap());
    let program = Program::with(&portal, token);
    assert_eq!(program.get("/api/v1/changes").await.status, 200);
    // Nobody else's but an admin's to end.
    let refused = oleg.post("/api/ui/token/revoke", &[("token", id)]).await;
    assert_eq!((refused.status, refused.code().as_str()), (403, "forbidden"), "{refused:?}");
    assert!(!oleg.get("/tokens").await.body.contains("a test"), "somebody else's");
    assert!(adam.get("/tokens").await.body.contains("vera"));
    assert_eq!(program.get("/api/v1/changes").await.status, 200);
    for _ in 0..2 {
        assert_eq!(adam.post("/api/ui/token/revoke", &[("token", id)]).await.status, 200);
        let refused = program.get("/api/v1/changes").await;
        assert_eq!(
            (refused.status, refused.code().as_str()),
            (401, "token-refused"),
            "{refused:?}"
        );
    }
    let program = Program::of(&portal, "oleg", "operator").await;
    assert_eq!(program.get("/api/v1/changes").await.status, 200);
    let store = ground.store().await;
    let person = store.find_user(&"oleg".parse().unwrap()).await.unwrap().unwrap().person.id;
    store.disable_user(person, now()).await.unwrap();
    assert_eq!(program.get("/api/v1/changes").await.status, 401);
    let told = async |code| {
        let filter = AuditFilter { code: Some(code), ..AuditFilter::default() };
        store.list_audit(&Scope::Everything, &filter, 100).await.unwrap()
    };
    assert_eq!(told(AuditCode::TokenMade).await.len(), 2);
    assert_eq!(told(AuditCode::TokenNewAddress).await.len(), 2, "each first used from somewhere");
    let revoked = told(AuditCode::TokenRevoked).await;
    let [revoked] = &revoked[..] else { panic!("{revoked:?}") };
    let of = ("of".to_owned(), "vera".to_owned());
    assert!(revoked.event.detail.contains(&of), "{revoked:?}");
    assert!(!format!("{revoked:?}").contains("lk_"));
}

/// What a token does is told apart from what its person does by hand.
#[tokio::test]
async fn what_a_token_does_is_in_the_audit_under_its_name() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let program = Program::of(&portal, "oleg", "viewer").await;
    let name = program.get("/api/v1/token").await.json()["token"].as_str().unwrap().to_owned();
    let refused = program
        .send(Ask::new("POST", "/api/v1/changes/00000000000000000000000000000001/reject"))
        .await;
    assert_eq!((refused.status, refused.code().as_str()), (403, "forbidden"), "{refused:?}");
    let filter = AuditFilter { code: Some(AuditCode::AccessDenied), ..AuditFilter::default() };
    let denied = ground.store().await.list_audit(&Scope::Everything, &filter, 10).await.unwrap();
    assert_eq!(denied[0].event.session.as_deref(), Some(name.as_str()));
    assert_eq!(denied[0].event.address.as_deref(), Some("127.0.0.1"));
}

/// What is left of a person's own part; never more.
#[tokio::test]
async fn a_token_is_good_for_the_part_that_it_was_made_for() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let (vera, adam) = (portal.signed_in("vera").await, portal.signed_in("adam").await);
    let regions = async |token: &str| {
        let answer = Program::with(&portal, token).get("/api/v1/instances?limit=200").await;
        let found: BTreeSet<String> = answer.json()["instances"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["region"].as_str().unwrap().to_owned())
            .collect();
        found
    };
    let wish = async |browser: &Browser, part: &[(&str, &str)]| {
        let fields =
            [&[("label", "part"), ("role", "viewer"), ("expires_in", "7d")], part].concat();
        browser.post("/api/ui/token/make", &fields).await
    };
    let all = wish(&vera, &[]).await.json();
    let all = regions(all["token"].as_str().unwrap()).await;
    let one = all.first().unwrap().as_str();
    assert!(all.len() > 1, "{all:?}");
    let made = wish(&vera, &[("regions", one)]).await.json();
    let token = made["token"].as_str().unwrap();
    assert_eq!(regions(token).await, BTreeSet::from([one.to_owned()]));
    assert!(vera.get("/tokens").await.body.contains(&format!("Regions {one}")));
    let answer = wish(&vera, &[("regions", "hangzhou")]).await;
    assert_eq!(
        (answer.status, answer.json()["field"].as_str()),
        (400, Some("regions")),
        "{answer:?}"
    );

    // Somebody of a part asks for another: there is nothing of it in theirs.
    for (path, fields) in [
        (
            "/api/ui/people/give",
            vec![("name", "vera"), ("version", "0"), ("role", "viewer"), ("regions", one)],
        ),
        ("/api/ui/people/take", vec![("name", "vera"), ("version", "1"), ("place", "1")]),
    ] {
        let answer = adam.post(path, &fields).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }
    let other = all.last().unwrap().as_str();
    let refused = wish(&vera, &[("regions", other)]).await;
    assert_eq!((refused.status, refused.code().as_str()), (403, "forbidden"), "{refused:?}");
    let made = wish(&vera, &[]).await.json();
    let own = regions(made["token"].as_str().unwrap()).await;
    assert_eq!(own, BTreeSet::from([one.to_owned()]));
}
