//! Where a second factor is demanded, a password alone gets as far as the page that sets one up.

use crate::browser::Browser;
use crate::ground::{Ground, Memory, Running};
use crate::process::{latchkey, run};
use crate::second_factor::{PAGE, enrolled, half};

const ON: (&str, &str) = ("LATCHKEY_DEMAND_SECOND_FACTOR", "on");

async fn leads(browser: &Browser, path: &str) -> String {
    browser.get(path).await.location().to_owned()
}

async fn start(memory: Memory) -> (Ground, Running) {
    let ground = Ground::new(memory).await;
    let portal = ground.start(&ground.with_factor_key(), &[ON]).await;
    (ground, portal)
}

#[tokio::test]
async fn whoever_has_none_sets_one_up_before_anything_else() {
    for memory in [Memory::Sqlite, Memory::Postgres] {
        let (_ground, portal) = start(memory).await;
        let oleg = portal.signed_in("oleg").await;
        for page in ["/instances", "/changes", "/audit.csv", "/me", "/instances/r-no/x"] {
            let answer = oleg.get(page).await;
            assert_eq!((answer.status, answer.location()), (303, PAGE), "{page}");
        }
        assert_eq!(oleg.get("/events").await.status, 204);
        for form in ["/api/ui/change/confirm", "/api/ui/me/password", "/api/ui/token/make"] {
            let answer = oleg.post(form, &[("name", "x")]).await;
            let told = (answer.status, answer.code());
            assert_eq!(told, (403, "second-factor-demanded".to_owned()), "{form}");
        }
        let page = oleg.get(PAGE).await;
        assert!(page.body.contains("has to have one"), "{page:?}");
        // What it takes to set it up, and to go.
        let (oleg, _) = enrolled(&portal, "oleg").await;
        assert_eq!(oleg.get("/changes").await.status, 200);
        assert!(!oleg.get(PAGE).await.body.contains("has to have one"));
        let next = half(&portal, "oleg").await;
        assert_eq!(leads(&next, "/changes").await, "/sign-in?next=/changes");
        // Without it, it is as before, at the next request.
        assert_eq!(oleg.post("/api/ui/second-factor/remove", &[]).await.status, 200);
        assert_eq!(leads(&oleg, "/changes").await, PAGE);
        let out = oleg.post("/api/ui/session/sign-out", &[]).await;
        assert_eq!(out.status, 200, "{out:?}");
    }
}

#[tokio::test]
async fn it_is_not_demanded_where_nobody_could_have_one() {
    let ground = Ground::new(Memory::Postgres).await;
    let file = ground.folder.path().join("latchkey.toml");
    std::fs::write(&file, ground.config().text(ground.folder.path())).unwrap();
    let words = ["serve", "--config", file.to_str().unwrap()];
    let mut command = latchkey(ground.folder.path(), &words);
    command.env(ON.0, ON.1);
    let ended = run(command).await;
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.err.contains("nobody could set one up"), "{ended:?}");
}
