//! The sandbox reads no credential and speaks to nobody but this machine, whatever its surroundings offer it.
//!
//! Watched from outside the process, by `strace`: every connection it opens and every file.

use std::path::Path;

use crate::browser::Browser;
use crate::ground::{ORDERS, until};
use crate::process::{Process, program};

const CANARY_ID: &str = "LTAIcanaryOfTheSandbox";
const CANARY_SECRET: &str = "canarySecretOfTheSandbox";

/// What a machine full of credentials and proxies would hand to it.
fn hostile(home: &Path) -> Vec<(String, String)> {
    let file = |name: &str, text: &str| {
        let path = home.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let profile = format!(
        r#"{{"current":"default","profiles":[{{"name":"default","mode":"AK","access_key_id":"{CANARY_ID}","access_key_secret":"{CANARY_SECRET}","region_id":"cn-hangzhou"}}]}}"#
    );
    file(".aliyun/config.json", &profile);
    let credentials = file(
        ".alibabacloud/credentials",
        &format!(
            "[default]\ntype=access_key\naccess_key_id={CANARY_ID}\naccess_key_secret={CANARY_SECRET}\n"
        ),
    );
    let config = file(
        "latchkey.toml",
        &format!(
            "database = \"sqlite:real.db\"\n[[accounts]]\nname = \"real\"\naccess_key_id = \"{CANARY_ID}\"\naccess_key_secret = \"{CANARY_SECRET}\"\n"
        ),
    );
    let proxy = "http://203.0.113.1:3128".to_owned();
    let variables = [
        ("ALIBABA_CLOUD_ACCESS_KEY_ID", CANARY_ID.to_owned()),
        ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", CANARY_SECRET.to_owned()),
        ("ALIBABA_CLOUD_SECURITY_TOKEN", "canaryTokenOfTheSandbox".to_owned()),
        ("ALIBABA_CLOUD_CREDENTIALS_FILE", credentials),
        ("ALIBABA_CLOUD_CREDENTIALS_URI", "http://203.0.113.1/credentials".to_owned()),
        ("ALIBABA_CLOUD_ECS_METADATA", "a-role".to_owned()),
        ("ALIBABA_CLOUD_PROFILE", "default".to_owned()),
        ("LATCHKEY_CONFIG", config),
        ("LATCHKEY_DATABASE", "postgres://u:p@203.0.113.1/x".to_owned()),
        ("LATCHKEY_LISTEN", "0.0.0.0:0".to_owned()),
        ("LATCHKEY_PUBLIC_URL", "https://redis.example.com".to_owned()),
        ("HTTP_PROXY", proxy.clone()),
        ("http_proxy", proxy.clone()),
        ("HTTPS_PROXY", proxy.clone()),
        ("ALL_PROXY", proxy),
        ("TMPDIR", home.join("tmp").display().to_string()),
    ];
    std::fs::create_dir(home.join("tmp")).unwrap();
    variables.map(|(name, value)| (name.to_owned(), value)).into()
}

#[tokio::test]
async fn a_sandbox_speaks_to_this_machine_only_and_reads_no_credential() {
    let home = tempfile::tempdir().unwrap();
    let outside = tempfile::tempdir().unwrap();
    let trace = outside.path().join("trace");
    let watched = [
        "--follow-forks",
        "--seccomp-bpf",
        "--string-limit=4096",
        "--trace=connect,sendto,sendmsg,sendmmsg,bind,open,openat,openat2,execve",
        "--output",
        trace.to_str().unwrap(),
        env!("CARGO_BIN_EXE_latchkey"),
        "serve",
        "--sandbox",
        "--listen",
        "127.0.0.1:0",
    ];
    let strace = "/usr/bin/strace";
    assert!(
        Path::new(strace).exists(),
        "strace is not installed; on Debian: apt-get install --yes strace"
    );
    let mut command = program(strace, home.path(), &watched);
    command.envs(hostile(home.path()));
    let mut process = Process::start(command);
    let origin = process
        .says("Latchkey sandbox: ")
        .await
        .split_ascii_whitespace()
        .nth(2)
        .unwrap()
        .to_owned();
    let said = process.says("lin.wei").await;
    process.says("Stop with Ctrl-C").await;
    let password = said.split("password ").nth(1).unwrap().to_owned();

    // The whole main job, so that everything is awake.
    let browser = Browser::at(&origin);
    let signed_in = crate::ground::sign_in(&browser, "lin.wei", &password).await;
    assert_eq!(signed_in.status, 200, "{signed_in:?}");
    let listed = async || {
        browser
            .get("/instances?q=orders-cache-dev")
            .await
            .body
            .split("href=\"/instances/")
            .find_map(|rest| {
                let key = rest.split('"').next()?;
                key.ends_with(ORDERS.rsplit('/').next()?).then(|| key.to_owned())
            })
    };
    let instance = until("the fleet to be listed", listed).await;
    let review = crate::ground::take_review(&browser, &instance, "password-free").await;
    let change = crate::ground::confirm(&browser, &review).await;
    until("the change to be verified", async || {
        let page = browser.get(&format!("/changes/{change}")).await;
        assert!(page.body.contains("data-state=\""), "{page:?}");
        page.body.contains("data-state=\"verified\"").then_some(())
    })
    .await;
    stop(&process, &trace).await;
    let ended = process.ended().await;
    assert_eq!(ended.code, Some(0), "{ended:?}");

    let trace = std::fs::read_to_string(&trace).unwrap();
    let calls = |name: &str| {
        let call = format!("{name}(");
        trace.lines().filter(|line| line.contains(&call)).collect::<Vec<_>>()
    };
    let connects = calls("connect");
    let to_cloud = connects.iter().filter(|line| line.contains("inet_addr(\"127.0.0.1\")")).count();
    assert!(to_cloud > 2, "nothing was watched: {connects:?}");
    let addressed = ["connect", "sendto", "sendmsg", "sendmmsg", "bind"].map(calls).concat();
    for line in addressed {
        let elsewhere = line.contains("sin_addr=inet_addr(\"")
            && !line.contains("inet_addr(\"127.")
            || line.contains("sa_family=AF_INET6") && !line.contains("\"::1\"")
            || line.contains("sa_family=AF_UNIX");
        assert!(!elsewhere, "{line}");
    }
    assert_eq!(calls("execve").len(), 1, "it started another program");
    let files = ["open", "openat", "openat2"].map(calls).concat();
    let own = home.path().join("tmp").display().to_string();
    assert!(
        files.iter().any(|line| line.contains(&own) && line.contains("sandbox.db")),
        "nothing was watched"
    );
    let home_path = home.path().display().to_string();
    for line in &files {
        let theirs = line.contains(&home_path) && !line.contains(&own);
        let credential = [".aliyun", ".alibabacloud", "credentials", "latchkey.toml", "real.db"];
        assert!(!theirs && !credential.iter().any(|name| line.contains(name)), "{line}");
    }
    // Nothing of the surroundings is used or said, and nothing is left behind.
    let said = format!("{}{}{:?}", ended.out, ended.err, browser.seen());
    for canary in [CANARY_ID, CANARY_SECRET, "canaryToken", "203.0.113.1:3128", "redis.example.com"]
    {
        assert!(!said.contains(canary), "{canary}");
    }
    assert_eq!(
        std::fs::read_dir(home.path().join("tmp")).unwrap().count(),
        0,
        "the memory stays behind"
    );
    assert!(!home.path().join("real.db").exists());
}

/// Ends the program that is watched; the one that watches ends with it.
async fn stop(strace: &Process, trace: &Path) {
    let text = std::fs::read_to_string(trace).unwrap();
    let watched = text.lines().find(|line| line.contains("execve(")).unwrap();
    let id = watched.split_ascii_whitespace().next().unwrap();
    assert_ne!(id, strace.id().to_string());
    crate::process::ask_to_stop(id.parse().unwrap()).await;
}

#[tokio::test]
async fn a_sandbox_answers_to_both_its_names_and_makes_new_passwords_each_time() {
    let home = tempfile::tempdir().unwrap();
    let mut passwords = std::collections::BTreeSet::new();
    for _ in 0..2 {
        let command = crate::process::latchkey(
            home.path(),
            &["serve", "--sandbox", "--listen", "127.0.0.1:0"],
        );
        let mut process = Process::start(command);
        process.says("Stop with Ctrl-C").await;
        let said = process.out();
        let origins: Vec<&str> =
            said.split_ascii_whitespace().filter(|word| word.starts_with("http://")).collect();
        assert_eq!(origins.len(), 2, "{said}");
        let people: Vec<Vec<&str>> = said
            .lines()
            .filter_map(|line| line.split_once("sign in as "))
            .map(|(_, person)| person.split_ascii_whitespace().collect())
            .collect();
        let roles: Vec<&str> = people.iter().map(|person| person[1]).collect();
        assert_eq!(roles, ["operator", "approver", "viewer", "admin", "operator"]);
        for origin in origins {
            let browser = Browser::at(origin);
            let page = browser.get("/sign-in").await;
            for person in &people {
                assert!(page.body.contains(person[3]), "{page:?}");
                passwords.insert(person[3].to_owned());
            }
            let [name, _, _, password] = people[0][..] else { panic!("{people:?}") };
            assert_eq!(crate::ground::sign_in(&browser, name, password).await.status, 200);
            assert!(browser.get("/instances").await.body.to_lowercase().contains("sandbox"));
        }
    }
    assert_eq!(passwords.len(), 10, "passwords that were there before");
}
