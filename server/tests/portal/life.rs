//! A portal's life beside others: a second one, people added at the command line, the simulator alone, and the end.

use simulator::{Fault, Rule};

use crate::browser::SESSION;
use crate::command_line::{expect, with_config};
use crate::ground::{Config, Ground, Memory, ORDERS, key, now, sign_in, take_review, until};
use crate::process::{Process, latchkey, run, run_with};

#[tokio::test]
async fn a_second_portal_on_one_file_names_the_first() {
    let ground = Ground::new(Memory::Sqlite).await;
    let mut first = ground.start(&ground.config(), &[]).await;
    let ended = run(latchkey(ground.folder.path(), &["serve"])).await;
    let process = format!("process {} on ", first.process.id());
    expect(&ended, 1, &["portal.db is in use by another portal", &process, "since 20"]);
    assert!(first.process.is_running().await);
    let browser = first.browser();
    until("readiness", async || (browser.get("/readyz").await.status == 200).then_some(())).await;
    // It is not the file that is left behind which counts.
    first.process.kill().await;
    let second = ground.start(&ground.config(), &[]).await;
    assert_eq!(second.browser().get("/healthz").await.status, 200);
}

#[tokio::test]
async fn somebody_added_beside_a_running_portal_can_sign_in() {
    for memory in [Memory::Sqlite, Memory::Postgres] {
        let ground = Ground::new(memory).await;
        let portal = ground.start(&ground.config(), &[]).await;
        let add = |name: &str| {
            let arguments = ["user", "add", name, "--role", "operator", "--password-stdin"];
            latchkey(ground.folder.path(), &arguments)
        };
        let password = "a much better password \u{5bc6}\u{7801}";
        // The line may end as on any system, and what follows it is not part of it.
        let ended = run_with(add("nina"), &format!("{password}\r\nmore\n")).await;
        expect(&ended, 0, &["nina can sign in as operator."]);
        assert!(!format!("{ended:?}").contains(password));
        assert_eq!(sign_in(&portal.browser(), "nina", password).await.status, 200);
        assert_eq!(sign_in(&portal.browser(), "nina", "a much better password").await.status, 401);
        expect(
            &run_with(add("nina"), "another good password\n").await,
            1,
            &["somebody is named nina already"],
        );
        expect(
            &run_with(add("short"), "elevenchars\n").await,
            1,
            &["a password needs at least 12 characters"],
        );
        let leaked = "this password is in lists of leaked ones";
        expect(&run_with(add("leaked"), "Password1234\n").await, 1, &[leaked]);
        let obvious = "too much of this password is a name known here";
        expect(&run_with(add("obvious"), "obvious-latchkey-1\n").await, 1, &[obvious]);
        expect(&run_with(add("none"), "").await, 1, &["a password needs at least 12 characters"]);
        let without_stdin = ["user", "add", "tty", "--role", "viewer"];
        expect(
            &run(latchkey(ground.folder.path(), &without_stdin)).await,
            1,
            &["use --password-stdin"],
        );
        let users = ground.store().await.list_users().await.unwrap();
        let names: Vec<_> = users.iter().map(|user| user.person.name.as_str()).collect();
        assert_eq!(names, ["adam", "anna", "nina", "oleg", "vera"]);
    }
}

#[tokio::test]
async fn the_simulator_says_in_one_line_how_to_reach_it() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["simulator", "--accounts", "3", "--instances", "50", "--settle", "10", "20"];
    let mut simulator = Process::start(latchkey(folder.path(), &arguments));
    let line = simulator.says("endpoint").await;
    let said: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert!(said["endpoint"].is_string() && said["control"].is_string(), "{said}");
    let accounts = said["accounts"].as_array().unwrap();
    assert_eq!(accounts.len(), 3);
    for promised in ["name", "access_key_id", "access_key_secret"] {
        assert!(accounts.iter().all(|account| account[promised].is_string()), "{said}");
    }
    // A portal reads the fleet from it, with nothing but what it said.
    let ground = Ground::new(Memory::Sqlite).await;
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let config = Config {
        endpoint: text(&said["endpoint"]),
        key_id: text(&accounts[0]["access_key_id"]),
        secret: text(&accounts[0]["access_key_secret"]),
        signature: "v3",
        ..ground.config()
    };
    let portal = ground.serve_as(&config).await;
    let page = portal.signed_in("vera").await.get("/instances").await;
    assert!(page.body.contains("orders-cache-dev"), "{page:?}");
    simulator.ask_to_stop().await;
    expect(&simulator.ended().await, 0, &[]);
    let ended = with_config("", &["simulator", "--control", "0.0.0.0:0"]).await;
    expect(&ended, 1, &["loopback only", "0.0.0.0:0"]);
}

/// What is under way may end, nothing new begins, and the end is in order.
#[tokio::test]
async fn asked_to_stop_it_finishes_what_it_was_asked() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let oleg = portal.signed_in("oleg").await;
    // Read just now, so that the reader leaves this instance alone.
    let place = key(ORDERS);
    let place = [
        ("account", place.account.as_str()),
        ("region", place.region.as_str()),
        ("id", place.id.as_str()),
    ];
    assert_eq!(oleg.post("/api/ui/instance/read-again", &place).await.status, 200);
    let slow = Rule::always(Fault::Delay { before_ms: 2_000, after_ms: 0 });
    let slow = slow.for_action("DescribeSecurityIps").for_instance(place[2].1);
    ground.cloud.control().add_fault(slow);
    let browser = oleg.clone();
    let review = tokio::spawn(async move { take_review(&browser, ORDERS, "password-free").await });
    until("the review to ask the cloud", async || {
        ground.cloud.control().faults().iter().any(|rule| rule.hits > 0).then_some(())
    })
    .await;
    portal.process.ask_to_stop().await;
    let origin = portal.origin.clone();
    until("no new connections", async || {
        let address = origin.trim_start_matches("http://");
        tokio::net::TcpStream::connect(address).await.is_err().then_some(())
    })
    .await;
    assert_eq!(review.await.unwrap().len(), 32, "the answer under way was cut off");
    let ended = portal.process.ended().await;
    expect(&ended, 0, &[]);
    // The file is free again, and nothing is lost.
    let portal = ground.start(&ground.config(), &[]).await;
    assert_eq!(portal.browser().get("/healthz").await.status, 200);
    let session = oleg.cookie(SESSION).unwrap();
    let again = portal.browser();
    again.set_cookie(SESSION, &session);
    assert_eq!(again.get("/instances").await.status, 200);
}

/// Whoever stays goes on at once: nobody waits for the end of a lease that its holder has left.
#[tokio::test]
async fn asked_to_stop_it_gives_back_what_only_it_may_read() {
    let ground = Ground::new(Memory::Postgres).await;
    // In the middle of reading: nothing of this region is ever answered.
    let silence = Rule::always(Fault::Silence { applied: false });
    ground.cloud.control().add_fault(silence.for_action("DescribeSecurityIps"));
    let portal = ground.serve().await;
    let store = ground.store().await;
    let take = async || {
        let lasts = std::time::Duration::from_secs(15);
        store.take_lease("read:core", "another", lasts, now()).await.unwrap()
    };
    until("reading to be under way", async || {
        ground.cloud.control().faults().iter().any(|rule| rule.hits > 0).then_some(())
    })
    .await;
    assert_eq!(take().await, None, "it is the portal's");
    portal.process.ask_to_stop().await;
    let ended = portal.process.ended().await;
    expect(&ended, 0, &[]);
    assert_eq!(take().await, Some(2), "another had to wait: {ended:?}");
}

/// `cargo xtask build --release` looks at what is shipped, too.
#[test]
fn failpoints_are_in_a_binary_by_their_feature_only() {
    let binary = std::fs::read(env!("CARGO_BIN_EXE_latchkey")).unwrap();
    let marker = b"FAILPOINTS";
    let found = binary.windows(marker.len()).any(|window| window == marker);
    assert_eq!(found, cfg!(feature = "failpoints"));
}
