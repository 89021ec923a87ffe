//! Single sign-on against a real provider: who comes in, and what does not count as proof.

use domain::audit::{AuditCode, AuditEvent};
use domain::person::{Role, Scope};
use serde_json::json;
use store::audit::AuditFilter;

use crate::browser::{Ask, Browser, SESSION};
use crate::ground::{Ground, Memory, PASSWORD, Running, sign_in};
use crate::issuer::{CALLBACK, Issuer, begin, come_back, shown, sign_in_at};
use crate::tables::SIGN_IN_ELSEWHERE;

const LOGIN: &str = "__Host-login";

async fn events(ground: &Ground, code: AuditCode) -> Vec<AuditEvent> {
    let filter = AuditFilter { code: Some(code), ..AuditFilter::default() };
    let found = ground.store().await.list_audit(&Scope::Everything, &filter, 100).await.unwrap();
    found.into_iter().map(|recorded| recorded.event).collect()
}

fn detail(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

/// Who is signed in there, by the name in the menu.
async fn who(browser: &Browser) -> Option<String> {
    let page = browser.get("/changes").await;
    let menu = page.body.split("class=\"menu\"").nth(1)?;
    Some(menu.split("<b>").nth(1)?.split('<').next()?.to_owned())
}

async fn refused(portal: &Running, browser: &Browser, answer: &crate::browser::Answer, code: &str) {
    assert_eq!(shown(browser, answer).await, code);
    assert_eq!(browser.cookie(SESSION), None, "{answer:?}");
    assert_eq!(browser.cookie(LOGIN), None, "the cookie of the sign-in stays: {answer:?}");
    assert!(who(&portal.browser()).await.is_none());
}

#[tokio::test]
async fn people_of_the_provider_come_in_with_the_role_of_their_groups() {
    for memory in [Memory::Sqlite, Memory::Postgres] {
        let (ground, issuer) = (Ground::new(memory).await, Issuer::start().await);
        let portal = issuer.serve(&ground, "oidc_name = \"Example\"\n").await;
        let browser = portal.browser();
        let page = browser.get("/sign-in?next=/audit").await;
        assert!(page.body.contains("href=\"/sign-in/oidc?next=/audit\""), "{page:?}");
        assert!(page.body.contains("Sign in with Example"), "{page:?}");
        let there = begin(&browser, "/audit").await;
        for said in
            ["response_type=code", "code_challenge_method=S256", "state=", "nonce=", "scope=openid"]
        {
            assert!(there.contains(said), "{said}: {there}");
        }
        let cookie = browser.seen().last().unwrap().header("set-cookie").unwrap().to_owned();
        assert!(
            cookie.starts_with("__Host-login=")
                && cookie.ends_with("; Path=/; Max-Age=600; Secure; HttpOnly; SameSite=Lax"),
            "{cookie}"
        );
        let back = issuer.visit(&there, "/enter").await;
        let answer = come_back(&browser, &back).await;
        // Not a redirect, which would arrive without the strict cookie.
        assert_eq!(answer.status, 200, "{answer:?}");
        assert!(answer.body.contains("content=\"0;url=/audit\""), "{answer:?}");
        assert!(!answer.body.contains("<script") && browser.cookie(LOGIN).is_none());
        assert_eq!(who(&browser).await.as_deref(), Some("kay"));
        let store = ground.store().await;
        let kay = store.find_user(&"kay".parse().unwrap()).await.unwrap().unwrap();
        assert_eq!(kay.person.role(), Some(Role::Viewer));
        let signed_in = events(&ground, AuditCode::SignInSucceeded).await;
        assert_eq!(signed_in[0].detail, [detail("method", "oidc")]);
        assert_eq!(events(&ground, AuditCode::UserAdded).await.len(), 1);

        // Another group, another role: for what is open too. The name stays, whatever the provider calls them now.
        issuer.account("sub-kay", "kay.renamed", &["redis", "staff", "unknown"]).await;
        let again = portal.browser();
        assert_eq!(sign_in_at(&issuer, &again, "").await.status, 200);
        assert_eq!(who(&again).await.as_deref(), Some("kay"));
        let kay = store.find_user(&"kay".parse().unwrap()).await.unwrap().unwrap();
        assert_eq!(kay.person.role(), Some(Role::Operator));
        let mapped = events(&ground, AuditCode::RoleMapped).await;
        assert_eq!(
            (mapped[0].before.as_deref(), mapped[0].after.as_deref()),
            (Some("viewer"), Some("operator"))
        );
        let now_may = browser.get("/batches/new").await;
        assert_eq!(now_may.status, 200, "the session of before has the old role");

        // In no group that has a role: nobody, and what is open ends.
        issuer.account("sub-kay", "kay", &["unknown"]).await;
        let answer = sign_in_at(&issuer, &portal.browser(), "").await;
        assert_eq!(shown(&portal.browser(), &answer).await, "no-role");
        assert!(who(&browser).await.is_none() && who(&again).await.is_none());
        let problems = events(&ground, AuditCode::SignInRefused).await;
        assert_eq!(problems[0].detail, [detail("method", "oidc"), detail("problem", "no-role")]);

        // Whoever was disabled here stays out, whatever the provider says.
        issuer.account("sub-kay", "kay", &["security"]).await;
        store.disable_user(kay.person.id, crate::ground::now()).await.unwrap();
        let answer = sign_in_at(&issuer, &portal.browser(), "").await;
        assert_eq!(shown(&portal.browser(), &answer).await, "account-disabled");
    }
}

/// A name is no proof: neither a local user's, nor that of somebody else at the provider.
#[tokio::test]
async fn somebody_of_the_same_name_is_somebody_else() {
    let (ground, issuer) = (Ground::new(Memory::Sqlite).await, Issuer::start().await);
    let portal = issuer.serve(&ground, "").await;
    issuer.account("sub-1", "adam", &["staff"]).await;
    let one = portal.browser();
    assert_eq!(sign_in_at(&issuer, &one, "").await.status, 200);
    let one = who(&one).await.unwrap();
    assert!(one.starts_with("adam-"), "{one}");
    issuer.account("sub-2", "adam", &["staff"]).await;
    let two = portal.browser();
    assert_eq!(sign_in_at(&issuer, &two, "").await.status, 200);
    let two = who(&two).await.unwrap();
    assert!(two.starts_with("adam-") && two != one, "{two}");
    let store = ground.store().await;
    let adam = store.find_user(&"adam".parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(adam.person.role(), Some(Role::Admin), "the local user is who they were");
    // Nobody signs in with a password as whom the provider vouches for.
    for password in ["none", "", PASSWORD] {
        let answer = sign_in(&portal.browser(), &one, password).await;
        assert!(matches!(answer.status, 400 | 401), "{answer:?}");
    }
}

/// Whatever the provider, or whoever stands in between, does to a token: it is no proof.
#[tokio::test]
async fn a_token_that_does_not_prove_it_lets_nobody_in() {
    let (ground, issuer) = (Ground::new(Memory::Sqlite).await, Issuer::start().await);
    let portal = issuer.serve(&ground, "").await;
    let lies = [
        ("wrong-nonce", "nonce"),
        ("no-nonce", "nonce"),
        ("wrong-audience", "audience"),
        ("more-audiences", "audience"),
        ("wrong-party", "for-somebody-else"),
        ("wrong-issuer", "issuer"),
        ("expired", "expired"),
        ("made-long-ago", "made-at-another-time"),
        ("made-tomorrow", "made-at-another-time"),
        ("no-subject", "subject"),
        ("another-key", "signature"),
        ("unknown-key", "unknown-key"),
        ("none", "not-signed"),
        ("hs256", "algorithm"),
        ("hs256-of-the-key", "algorithm"),
        ("cut-off", "signature"),
        ("no-token", "no-id-token"),
    ];
    for (lie, problem) in lies {
        let browser = portal.browser();
        issuer.lie(lie).await;
        let answer = sign_in_at(&issuer, &browser, "/audit").await;
        refused(&portal, &browser, &answer, "sign-in-unproven").await;
        let told = events(&ground, AuditCode::SignInRefused).await;
        assert_eq!(told[0].detail, [detail("method", "oidc"), detail("problem", problem)], "{lie}");
    }
    let store = ground.store().await;
    assert!(store.find_user(&"kay".parse().unwrap()).await.unwrap().is_none());
    issuer.lie("").await;
    let browser = portal.browser();
    assert_eq!(sign_in_at(&issuer, &browser, "").await.status, 200, "an honest one does");
    assert!(who(&browser).await.is_some());
}

#[tokio::test]
async fn an_answer_counts_once_and_for_the_browser_that_began() {
    let (ground, issuer) = (Ground::new(Memory::Sqlite).await, Issuer::start().await);
    let portal = issuer.serve(&ground, "").await;
    let begun = async || {
        let browser = portal.browser();
        let back = issuer.visit(&begin(&browser, "").await, "/enter").await;
        (browser, back)
    };
    // Used twice, by the same browser with the cookie that it had.
    let (browser, back) = begun().await;
    let cookie = browser.cookie(LOGIN).unwrap();
    assert_eq!(come_back(&browser, &back).await.status, 200);
    let again = portal.browser();
    again.set_cookie(LOGIN, &cookie);
    let answer = come_back(&again, &back).await;
    refused(&portal, &again, &answer, "sign-in-over").await;
    // In another browser: without a cookie, with one that nobody gave, with that of another sign-in.
    let (_, back) = begun().await;
    let (other, _) = begun().await;
    let strangers = [None, Some("x".to_owned()), Some("A".repeat(43)), other.cookie(LOGIN)];
    for cookie in strangers {
        let browser = portal.browser();
        if let Some(cookie) = &cookie {
            browser.set_cookie(LOGIN, cookie);
        }
        let answer = come_back(&browser, &back).await;
        refused(&portal, &browser, &answer, "sign-in-over").await;
    }
    // What comes back is not what was sent.
    let edits: [fn(&str) -> String; 6] = [
        |back| back.replace("state=", "state=x"),
        |back| back.replace("state=", "other="),
        |back| format!("{back}&state=x"),
        |back| format!("{back}&code=x"),
        |back| back.replace("state=", "state=%ff"),
        |back| back.split('?').next().unwrap().to_owned(),
    ];
    for edit in edits {
        let (browser, back) = begun().await;
        let answer = come_back(&browser, &edit(&back)).await;
        refused(&portal, &browser, &answer, "sign-in-over").await;
    }
    // Somebody's own code in another's answer: the proof of the code is another.
    let (browser, back) = begun().await;
    let (_, foreign) = begun().await;
    let code = |url: &str| crate::issuer::query(url, "code");
    let swapped = back.replace(&code(&back), &code(&foreign));
    let answer = come_back(&browser, &swapped).await;
    refused(&portal, &browser, &answer, "provider-refused").await;
    for (name, value) in [("code", "nonsense"), ("code", "")] {
        let (browser, back) = begun().await;
        let answer =
            come_back(&browser, &back.replace(&crate::issuer::query(&back, name), value)).await;
        refused(&portal, &browser, &answer, "provider-refused").await;
    }
    // Another provider's answer in this one's place (mix-up), or nobody's.
    for issuer_said in ["https://evil.example", ""] {
        let (browser, back) = begun().await;
        let iss = crate::issuer::query(&back, "iss");
        let answer = come_back(&browser, &back.replace(&iss, issuer_said)).await;
        refused(&portal, &browser, &answer, "sign-in-unproven").await;
    }
    let (browser, back) = begun().await;
    let answer = come_back(&browser, &back.replace("iss=", "x=")).await;
    refused(&portal, &browser, &answer, "sign-in-unproven").await;
}

#[tokio::test]
async fn whoever_cancels_there_is_told_here_in_our_words() {
    let (ground, issuer) = (Ground::new(Memory::Sqlite).await, Issuer::start().await);
    let portal = issuer.serve(&ground, "").await;
    let browser = portal.browser();
    let back = issuer.visit(&begin(&browser, "/audit").await, "/refuse").await;
    assert!(back.contains("error=access_denied") && back.contains("do-not-repeat"), "{back}");
    let answer = come_back(&browser, &back).await;
    let page = browser.get(answer.location()).await;
    assert_eq!(page.code(), "provider-refused");
    let shown = format!("{answer:?}{page:?}{}", portal.process.err());
    assert!(!shown.contains("do-not-repeat") && !shown.contains("access_denied"), "{shown}");
    refused(&portal, &browser, &answer, "").await;
}

/// A wrong address at the provider is its refusal, and never becomes one of ours.
#[tokio::test]
async fn a_portal_that_the_provider_does_not_know_gets_no_answer() {
    let (ground, issuer) = (Ground::new(Memory::Sqlite).await, Issuer::start().await);
    let portal = issuer.serve(&ground, "").await;
    issuer
        .tell(json!({ "redirect_uris": ["https://redis.example.com/sign-in/oidc/callback"] }))
        .await;
    let there = begin(&portal.browser(), "").await;
    let path = there.strip_prefix(&issuer.url).unwrap();
    let answer = Browser::at(&issuer.url).get(path).await;
    assert_eq!(answer.status, 400, "{answer:?}");
    assert!(answer.location().is_empty(), "{answer:?}");
}

#[tokio::test]
async fn a_provider_that_is_away_or_not_itself_is_told_and_others_sign_in_as_before() {
    let ground = Ground::new(Memory::Sqlite).await;
    for (told, code) in [
        (json!({ "answers": false }), "provider-unreachable"),
        (json!({ "lie": "other-issuer" }), "provider-unreachable"),
        (json!({ "lie": "redirects" }), "provider-unreachable"),
        (json!({ "lie": "huge" }), "provider-unreachable"),
        (json!({ "lie": "authorization-elsewhere" }), "provider-unreachable"),
    ] {
        let issuer = Issuer::start().await;
        let portal = issuer.serve(&ground, "").await;
        let what = told.to_string();
        issuer.tell(told).await;
        let browser = portal.browser();
        let answer = browser.get("/sign-in/oidc?next=/audit").await;
        assert!(
            answer.location().starts_with("/sign-in?next=/audit&notice="),
            "{what}: {answer:?}"
        );
        assert_eq!(shown(&browser, &answer).await, code, "{what}");
        assert_eq!(sign_in(&portal.browser(), "vera", PASSWORD).await.status, 200);
        let seen = issuer.tell(json!({ "answers": true })).await;
        assert!(seen["seen_elsewhere"].is_null(), "a redirect was followed");
        portal.process.kill().await;
    }
    // Gone while somebody is there: their way back ends, and no call went where the token was said to be.
    for told in [json!({ "answers": false }), json!({ "lie": "token-elsewhere" })] {
        let issuer = Issuer::start().await;
        let portal = issuer.serve(&ground, "").await;
        if told["lie"].is_string() {
            issuer.tell(told.clone()).await;
        }
        let browser = portal.browser();
        let back = issuer.visit(&begin(&browser, "").await, "/enter").await;
        issuer.tell(told).await;
        let answer = come_back(&browser, &back).await;
        refused(&portal, &browser, &answer, "provider-unreachable").await;
        portal.process.kill().await;
    }
}

/// Its keys are kept; one that it did not have before is asked for.
#[tokio::test]
async fn a_provider_may_change_its_keys_and_its_ways() {
    let (ground, issuer) = (Ground::new(Memory::Sqlite).await, Issuer::start().await);
    let portal = issuer.serve(&ground, "").await;
    let enter = async || {
        let browser = portal.browser();
        let answer = sign_in_at(&issuer, &browser, "").await;
        assert_eq!(answer.status, 200, "{answer:?} {}", portal.process.err());
        assert_eq!(who(&browser).await.as_deref(), Some("kay"));
    };
    enter().await;
    issuer.tell(json!({ "alg": "ES256" })).await;
    enter().await;
    // Where groups are said to whoever asks, and not in the token.
    issuer.tell(json!({ "claims_in": "user-info" })).await;
    enter().await;
    issuer.tell(json!({ "alg": "RS256", "claims_in": "token", "lie": "rotated" })).await;
    // It is not asked again within seconds of the last time: whoever comes then is let in.
    let entered = async || {
        let browser = portal.browser();
        (sign_in_at(&issuer, &browser, "").await.status == 200).then_some(())
    };
    crate::ground::until("the new key to be known", entered).await;
    portal.process.kill().await;
    issuer.tell(json!({ "lie": "", "authentication": "client_secret_post" })).await;
    let portal = issuer.serve(&ground, "").await;
    let browser = portal.browser();
    assert_eq!(sign_in_at(&issuer, &browser, "").await.status, 200);
}

#[tokio::test]
async fn signing_out_leads_to_the_provider_and_back() {
    let (ground, issuer) = (Ground::new(Memory::Sqlite).await, Issuer::start().await);
    let portal = issuer.serve(&ground, "").await;
    let browser = portal.browser();
    sign_in_at(&issuer, &browser, "").await;
    let answer = browser.submit("/api/ui/session/sign-out", &[]).await;
    assert_eq!((answer.status, answer.location()), (303, "/signed-out"), "{answer:?}");
    let page = browser.get("/signed-out").await;
    assert_eq!(page.status, 200, "{page:?}");
    let link = page.body.split("href=\"").find(|rest| rest.starts_with(&issuer.url)).unwrap();
    let link = link.split('"').next().unwrap().replace("&amp;", "&");
    assert!(link.starts_with(&format!("{}/session/end?client_id=latchkey&", issuer.url)), "{link}");
    let there = Browser::at(&issuer.url).get(link.strip_prefix(&issuer.url).unwrap()).await;
    assert_eq!(there.status, 200, "the provider takes the link: {there:?}");
    assert!(who(&browser).await.is_none());
    // Whoever came with a password is not sent there.
    let oleg = portal.signed_in("oleg").await;
    let answer = oleg.submit("/api/ui/session/sign-out", &[]).await;
    assert_eq!(answer.location(), "/sign-in");
}

#[tokio::test]
async fn local_users_can_be_switched_off() {
    let (ground, issuer) = (Ground::new(Memory::Sqlite).await, Issuer::start().await);
    let portal = issuer.serve(&ground, "local_users = \"off\"\n").await;
    let page = portal.browser().get("/sign-in").await;
    assert!(!page.body.contains("name=\"password\""), "{page:?}");
    for (name, password) in [("oleg", PASSWORD), ("oleg", "wrong horse battery"), ("nobody", "x")] {
        let answer = sign_in(&portal.browser(), name, password).await;
        assert_eq!((answer.status, answer.code().as_str()), (403, "local-sign-in-off"));
    }
    let browser = portal.browser();
    assert_eq!(sign_in_at(&issuer, &browser, "").await.status, 200);
    assert!(who(&browser).await.is_some());
}

#[tokio::test]
async fn without_a_provider_there_is_no_such_address() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.start(&ground.config(), &[]).await;
    let paths = SIGN_IN_ELSEWHERE.iter().copied();
    for path in paths.chain(["/sign-in/oidc/callback?state=x&code=y"]) {
        assert_eq!(portal.browser().get(path).await.status, 404, "{path}");
        let posted = portal.browser().send(Ask::post(path, &[])).await;
        assert_eq!(posted.status, 405, "{path}");
    }
}

/// Nothing that the browser, the provider or the client keeps to itself is at rest or in the log.
#[tokio::test]
async fn no_secret_of_a_sign_in_is_kept_or_told() {
    let (ground, issuer) = (Ground::new(Memory::Sqlite).await, Issuer::start().await);
    let config = issuer.config(&ground, "").await;
    let portal = ground.start(&config, &[("LATCHKEY_LOG", "trace")]).await;
    let back = [format!("{}{CALLBACK}", portal.origin)];
    let told = issuer.tell(json!({ "redirect_uris": back })).await;
    let browser = portal.browser();
    let there = begin(&browser, "").await;
    let cookie = browser.cookie(LOGIN).unwrap();
    let files = ground.database_files();
    let back = issuer.visit(&there, "/enter").await;
    let (state, code) = (crate::issuer::query(&back, "state"), crate::issuer::query(&back, "code"));
    assert_eq!(come_back(&browser, &back).await.status, 200);
    let log = format!("{}{}", portal.process.out(), portal.process.err());
    let secret = told["secret"].as_str().unwrap();
    for (what, value) in
        [("cookie", &cookie), ("state", &state), ("code", &code), ("secret", &secret.to_owned())]
    {
        assert!(value.len() > 20, "{what}: {value}");
        assert!(!log.contains(value.as_str()), "{what} is in the log");
        let at_rest = [files.as_slice(), &ground.database_files()]
            .iter()
            .any(|files| files.windows(value.len()).any(|window| window == value.as_bytes()));
        assert!(!at_rest, "{what} is at rest");
    }
}
