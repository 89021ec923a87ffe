//! The commands that ask a portal: the real binary against the real server, told apart by how they end.

use std::path::Path;

use serde_json::Value;

use crate::command_line::expect;
use crate::ground::{Ground, Memory, ORDERS, Running, until};
use crate::process::{Ended, latchkey, run};
use crate::program::{Program, new_key};

struct Client<'a> {
    home: &'a Path,
    origin: String,
    token: String,
}

impl<'a> Client<'a> {
    async fn of(ground: &'a Ground, portal: &Running, name: &str, role: &str) -> Self {
        let token = Program::of(portal, name, role).await.token;
        Self { home: ground.folder.path(), origin: portal.origin.clone(), token }
    }

    async fn run(&self, arguments: &[&str]) -> Ended {
        let mut command = latchkey(self.home, arguments);
        command.env("LATCHKEY_URL", &self.origin).env("LATCHKEY_TOKEN", &self.token);
        let ended = run(command).await;
        let said = format!("{}{}", ended.out, ended.err);
        assert!(!said.contains(&self.token[3..40]), "the token is said: {ended:?}");
        assert!(!said.contains('\u{1b}') && !said.contains('\u{202e}'), "it acts: {ended:?}");
        ended
    }
}

fn json(ended: &Ended) -> Value {
    serde_json::from_str(&ended.out).unwrap_or_else(|error| panic!("{error}: {ended:?}"))
}

#[tokio::test]
async fn a_door_is_opened_for_a_time_and_shut_again_and_both_are_proven() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let oleg = Client::of(&ground, &portal, "oleg", "operator").await;
    let whole = until("all of the fleet to be read", async || {
        let list = json(&oleg.run(&["instances", "list", "-o", "json"]).await);
        (list["coverage"]["regions_not_heard_from"] == 0).then_some(list)
    })
    .await;
    let rows = whole["instances"].as_array().unwrap().len();
    let text = oleg.run(&["instances", "list"]).await;
    expect(&text, 0, &["INSTANCE", "ACCESS", ORDERS, "orders-cache-dev", "instances read"]);
    assert_eq!(text.out.lines().count(), rows + 1, "{text:?}");
    // Columns stand under each other, whatever people call things.
    let column = text.out.lines().next().unwrap().find("ACCESS").unwrap();
    for line in text.out.lines().skip(1) {
        let cell = line.get(column..).unwrap();
        let states = ["password-", "not-applicable", "unknown"];
        assert!(states.iter().any(|state| cell.starts_with(state)), "{line:?}");
    }
    let filtered = ["instances", "list", "--environment", "development", "-q", "orders-cache"];
    expect(&oleg.run(&filtered).await, 0, &[ORDERS]);

    let enable =
        ["access", "enable", "orders-cache-dev", "--for", "2h", "--reason", "drill, OPS-1"];
    let ended = oleg.run(&enable).await;
    expect(
        &ended,
        0,
        &["result    verified: Verified", ORDERS, "for 2h", "OPS-1", "ends", "request"],
    );
    let already = oleg.run(&[&enable[..], &["-o", "json"]].concat()).await;
    assert_eq!(already.code, Some(0), "{already:?}");
    let detail = json(&already);
    assert_eq!(
        (&detail["change"]["why"]["code"], &detail["change"]["why"]["detail"]),
        (&"verified".into(), &"no-op".into())
    );
    assert!(already.err.is_empty(), "programs are told once: {already:?}");
    let id = detail["change"]["id"].as_str().unwrap();
    expect(&oleg.run(&["change", "show", id]).await, 0, &[id, "Already so"]);
    expect(&oleg.run(&["change", "wait", id]).await, 0, &[id]);
    // The same wish by the same key is the same change.
    let key = new_key();
    let disable = ["access", "disable", ORDERS, "--key", &key, "-o", "json"];
    let first = json(&oleg.run(&disable).await);
    let second = json(&oleg.run(&disable).await);
    assert_eq!(first["change"]["id"], second["change"]["id"]);
    assert_eq!(first["change"]["result"], "verified");
    assert_eq!(ground.cloud.control().ledger().len(), 2);
}

#[tokio::test]
async fn how_it_ended_is_told_by_the_exit_code() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let oleg = Client::of(&ground, &portal, "oleg", "operator").await;
    let known = async |name: &str| {
        let list = json(&oleg.run(&["instances", "list", "-q", name, "-o", "json"]).await);
        list["instances"].as_array().unwrap().first().map(drop)
    };
    for name in ["r-denied-wallet", "r-never-notify", "fresh-cache", "sessions-prod"] {
        until(name, async || known(name).await).await;
    }
    let enable = async |name: &str, more: &[&str]| {
        oleg.run(&[&["access", "enable", name, "--for", "1h"], more].concat()).await
    };
    // 3: a check blocks, and it is said which.
    let blocked = enable("fresh-cache", &[]).await;
    expect(&blocked, 3, &["blocks  whitelist-set", "A check blocks this"]);
    let blocked = enable("fresh-cache", &["-o", "json"]).await;
    assert_eq!((blocked.code, json(&blocked)["code"].as_str()), (Some(3), Some("blocked")));
    // 3: what production asks for.
    expect(&enable("sessions-prod", &[]).await, 3, &["--reason TEXT"]);
    let named = ["--reason", "drill"];
    expect(&enable("sessions-prod", &named).await, 3, &["--confirm-name NAME"]);
    let close = ["access", "disable", "sessions-prod", "--reason", "drill"];
    expect(&oleg.run(&close).await, 3, &["--acknowledge passwordless-clients-fail"]);
    // 4: the cloud refused.
    expect(&enable("r-denied-wallet", &[]).await, 4, &["denied (Forbidden.RAM)", "failed"]);
    // 5: the cloud said yes, and nothing happened so far.
    expect(&enable("r-never-notify", &["--timeout", "3s"]).await, 5, &["Accepted, checking"]);
    // 0: only asked for.
    expect(&enable("orders-cache-dev", &["--no-wait"]).await, 0, &["result"]);
    // 2: which instance, which change?
    expect(&enable("nothing-has-this-name", &[]).await, 2, &["no instance in your scope"]);
    expect(&enable("a/b", &[]).await, 2, &["account/region/id"]);
    expect(&oleg.run(&["change", "wait", "nonsense"]).await, 2, &["change id"]);
    let nobody = "00000000000000000000000000000001";
    expect(&oleg.run(&["change", "show", nobody]).await, 3, &["There is no such thing"]);
    // 3: a token that may only look.
    let vera = Client::of(&ground, &portal, "vera", "viewer").await;
    let refused = vera.run(&["access", "enable", ORDERS]).await;
    expect(&refused, 3, &["Your role does not cover this"]);
    expect(&vera.run(&["instances", "list"]).await, 0, &[ORDERS]);
}

#[tokio::test]
async fn who_waits_for_somebody_and_who_reaches_nobody_is_told_so() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let oleg = Client::of(&ground, &portal, "oleg", "operator").await;
    let adam = portal.signed_in("adam").await;
    let rules = [
        ("version", "0"),
        ("environment", "development"),
        ("open_who", "operator"),
        ("open_approval", "always"),
        ("open_at_most", "24h"),
        ("close_who", "operator"),
        ("close_approval", "never"),
    ];
    assert_eq!(adam.post("/api/ui/policy/rules", &rules).await.status, 200);
    let asked = oleg.run(&["access", "enable", ORDERS, "--for", "1h", "-o", "json"]).await;
    assert_eq!(asked.code, Some(6), "{asked:?}");
    let id = json(&asked)["change"]["id"].as_str().unwrap().to_owned();
    let still = oleg.run(&["change", "wait", &id, "--timeout", "1s"]).await;
    expect(&still, 6, &["waiting-for-approval: Waiting for approval"]);
    let anna = Program::of(&portal, "anna", "approver").await;
    let (reject, body) =
        (format!("/api/v1/changes/{id}/reject"), serde_json::json!({ "reason": "not now" }));
    assert_eq!(anna.post(&reject, &body).await.status, 200);
    expect(
        &oleg.run(&["change", "wait", &id]).await,
        3,
        &["refused: Rejected", "taken-back (anna)"],
    );

    let home = ground.folder.path();
    let env = async |pairs: &[(&str, &str)], arguments: &[&str]| {
        let mut command = latchkey(home, arguments);
        command.envs(pairs.iter().copied());
        run(command).await
    };
    let list = ["instances", "list"];
    let (url, token) =
        (("LATCHKEY_URL", oleg.origin.as_str()), ("LATCHKEY_TOKEN", oleg.token.as_str()));
    let file = home.join("token");
    std::fs::write(&file, format!("{}\n", oleg.token)).unwrap();
    let of_file = ("LATCHKEY_TOKEN_FILE", file.to_str().unwrap());
    expect(&env(&[url, of_file], &list).await, 0, &[ORDERS]);
    expect(&env(&[token], &["instances", "list", "--url", &oleg.origin]).await, 0, &[ORDERS]);
    for (pairs, arguments, text) in [
        (&[token][..], &list[..], "which portal?"),
        (&[url], &list, "no token"),
        (&[url, token, of_file], &list, "both set"),
        (&[url, ("LATCHKEY_TOKEN", "lk_hunter2")], &list, "the token is none of a portal"),
        (&[("LATCHKEY_URL", "http://redis.example.com"), token], &list, "over https"),
        (&[url, token], &["instances", "list", "--access", "Close"], "invalid value"),
        (&[url, token], &["access", "enable", ORDERS, "--for", "soon"], "invalid value"),
        (
            &[url, token],
            &["access", "enable", ORDERS, "--for", "1h", "--until-shut"],
            "cannot be used with",
        ),
    ] {
        let ended = env(pairs, arguments).await;
        expect(&ended, 2, &[text]);
        assert!(!format!("{ended:?}").contains("hunter2"), "{ended:?}");
    }
    let help = env(&[], &["access", "enable", "--help"]).await;
    expect(&help, 0, &["Ends with", "sent, but not verified", "waits for somebody's approval"]);
    // Nobody is there: said as such, after a few tries.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let nobody = format!("http://{free}");
    let ended = env(&[("LATCHKEY_URL", &nobody), token], &["access", "enable", ORDERS]).await;
    expect(&ended, 7, &["cannot be reached"]);
    let ended =
        env(&[("LATCHKEY_URL", &nobody), token], &["instances", "list", "-o", "json"]).await;
    assert_eq!(
        (ended.code, json(&ended)["code"].as_str()),
        (Some(7), Some("unreachable")),
        "{ended:?}"
    );
}
