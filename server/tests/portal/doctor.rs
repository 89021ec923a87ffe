//! `latchkey doctor`: it tells what is missing, in words and for programs, and changes nothing while it looks.

use aliyun::ram_policy::{Switch, Wanted, smallest};
use scratch_postgres::ScratchPostgres;
use serde_json::Value;
use simulator::{Fault, Rule};
use store::DatabaseUrl;

use crate::command_line::{expect, with_config};
use crate::ground::{Config, Ground, Memory, audit_key};
use crate::process::{Ended, latchkey, run};

const WRITE: &str = "ModifyInstanceVpcAuthMode";

impl Ground {
    async fn doctor(&self, config: &Config, more: &[&str]) -> Ended {
        let file = self.folder.path().join("latchkey.toml");
        std::fs::write(file, config.text(self.folder.path())).unwrap();
        run(latchkey(self.folder.path(), &[&["doctor"], more].concat())).await
    }

    /// For programs; the exit code has to agree with it.
    async fn findings(&self, config: &Config, more: &[&str]) -> Value {
        let ended = self.doctor(config, &[&["-o", "json"], more].concat()).await;
        let found: Value = serde_json::from_str(&ended.out).unwrap();
        let code = i32::from(found["problems"] != 0);
        expect(&ended, code, &[]);
        found
    }

    fn called(&self, action: &str) -> bool {
        self.cloud.control().counters().iter().any(|counter| counter.action == action)
    }
}

/// What was found about an action: region, verdict, code.
fn tried(account: &Value, action: &str) -> Vec<(String, String, String)> {
    let calls = account["calls"].as_array().unwrap();
    let call = calls.iter().find(|call| call["action"] == action).unwrap();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let tried = call["tried"].as_array().unwrap().iter();
    tried
        .map(|at| (text(&at["region"]), text(&at["verdict"]), text(&at["error"]["code"])))
        .collect()
}

/// Everything about an account that is not allowed: action, region, verdict, code.
fn amiss(account: &Value) -> Vec<[String; 4]> {
    let calls = account["calls"].as_array().unwrap().iter();
    let of_call = |call: &Value| {
        let action = call["action"].as_str().unwrap().to_owned();
        let amiss =
            tried(account, &action).into_iter().filter(|(_, verdict, _)| verdict != "allowed");
        amiss
            .map(|(region, verdict, code)| [action.clone(), region, verdict, code])
            .collect::<Vec<_>>()
    };
    calls.flat_map(of_call).collect()
}

#[tokio::test]
async fn all_is_tried_nothing_is_changed_and_the_policies_are_told() {
    let ground = Ground::new(Memory::Sqlite).await;
    let config = ground.config();
    let DatabaseUrl::Sqlite(path) = &ground.database else { panic!() };
    let before = std::fs::read(path).unwrap();
    let ended = ground.doctor(&config, &[]).await;
    let uid = &ground.cloud.accounts()[0].uid;
    let (all, only_off) = {
        let mut wanted = Wanted::default();
        let all = smallest(&wanted);
        wanted.switch = Switch::OnlyToPasswordRequired;
        (all, smallest(&wanted))
    };
    let expected = [
        "portal.db",
        "reachable, its tables are up to date",
        "account    core",
        "keys, permanent",
        &format!("{uid}, RAMUser, acs:ram::{uid}:user/latchkey"),
        "the same as the cloud's, to the second",
        "6 of 6 answered (all that the cloud names)",
        "DescribeInstances          allowed in 6 regions",
        "ModifyInstanceVpcAuthMode  not tried: whether it is allowed shows only when it is done",
        &all,
        &only_off,
        "All is fine.",
    ];
    expect(&ended, 0, &expected);
    assert!(ended.out.lines().all(|line| !line.starts_with('!')), "{}", ended.out);
    for secret in [&config.key_id, &config.secret] {
        assert!(!format!("{ended:?}").contains(secret.as_str()), "{ended:?}");
    }

    let found = ground.findings(&config, &[]).await;
    let core = &found["accounts"][0];
    assert_eq!(found["database"]["state"], "up-to-date");
    assert_eq!(core["identity"]["account_id"], uid.as_str());
    assert_eq!(core["policies"]["smallest"], serde_json::from_str::<Value>(&all).unwrap());
    assert_eq!(core["policies"]["only_off"], serde_json::from_str::<Value>(&only_off).unwrap());
    let calls = core["calls"].as_array().unwrap();
    for call in calls {
        let tried = call["tried"].as_array().unwrap();
        let writes = call["action"] == WRITE;
        assert_eq!((tried.is_empty(), &call["writes"]), (writes, &Value::Bool(writes)), "{call}");
        assert!(tried.iter().all(|tried| tried["verdict"] == "allowed"), "{call}");
    }
    assert_eq!(calls.len(), 9, "every action but the identity's");
    let listed: u64 = core["regions"].as_array().unwrap().iter().map(instances).sum();
    assert_eq!(listed, ground.cloud.control().instance_count() as u64);
    assert!(!ground.called(WRITE) && ground.cloud.control().ledger().is_empty());
    assert_eq!(std::fs::read(path).unwrap(), before);
}

fn instances(region: &Value) -> u64 {
    region["instances"].as_u64().unwrap()
}

#[tokio::test]
async fn what_is_denied_and_what_fails_is_told_by_code_and_never_in_the_clouds_words() {
    let ground = Ground::new(Memory::Sqlite).await;
    let control = ground.cloud.control();
    let deny = Fault::Deny { code: "Forbidden.RAM".into(), explicit: false, vpc_auth_mode: None };
    control
        .add_fault(in_region("cn-hangzhou", Rule::always(deny).for_action("DescribeSecurityIps")));
    let strange = Fault::Error {
        code: "Strange.Code".into(),
        status: 400,
        message: "a message with LTAI5tSecret".into(),
    };
    control.add_fault(in_region(
        "cn-shanghai",
        Rule::always(strange).for_action("DescribeEngineVersion"),
    ));
    let config = ground.config();
    let found = ground.findings(&config, &[]).await;
    let expected = [
        ["DescribeSecurityIps", "cn-hangzhou", "denied", "Forbidden.RAM"],
        ["DescribeEngineVersion", "cn-shanghai", "failed", "Strange.Code"],
    ];
    assert_eq!(amiss(&found["accounts"][0]), expected);
    assert_eq!(found["problems"], 2);
    let ended = ground.doctor(&config, &[]).await;
    let expected = [
        "! ",
        "DescribeSecurityIps        allowed in 5 regions",
        "denied in cn-hangzhou: the credential may not do this (code Forbidden.RAM, HTTP 403, request ",
        "failed in cn-shanghai: the cloud refused (code Strange.Code, HTTP 400, request ",
        "6 of 6 answered",
        "Something is missing: see the lines that begin with !",
    ];
    expect(&ended, 1, &expected);
    for said in [ended.out.clone(), found.to_string()] {
        assert!(!said.contains("LTAI5tSecret") && !said.contains("a message"), "{said}");
    }
}

/// It ends although a part of the cloud never answers, and the rest is told all the same.
#[tokio::test]
async fn a_region_that_hangs_is_named_and_holds_up_nothing() {
    let ground = Ground::new(Memory::Sqlite).await;
    let control = ground.cloud.control();
    let silence = || Rule::always(Fault::Silence { applied: false });
    control.add_fault(in_region("cn-beijing", silence().for_action("DescribeInstances")));
    control.add_fault(in_region("cn-shanghai", silence().for_action("DescribeDBInstanceNetInfo")));
    let config = ground.config();
    let ended = ground.doctor(&config, &["--timeout", "1"]).await;
    let expected = [
        "5 of 6 answered",
        "!     cn-beijing           no complete answer in time",
        "failed in cn-beijing: no complete answer in time",
        "failed in cn-shanghai: no complete answer in time",
        "DescribeDBInstanceNetInfo  allowed in 4 regions",
        "DescribeInstanceAttribute  allowed in 5 regions",
    ];
    expect(&ended, 1, &expected);
}

#[tokio::test]
async fn a_key_that_does_not_work_is_told_and_not_tried_further() {
    let ground = Ground::new(Memory::Sqlite).await;
    let right = ground.config();
    let wrong_secret = Config { secret: "notthesecret".into(), ..right.clone() };
    let unknown = Config { key_id: "LTAI5tNobody".into(), ..right.clone() };
    for (config, told) in [
        (&wrong_secret, "the secret does not belong to the key id (code SignatureDoesNotMatch"),
        (&unknown, "no usable credential (code InvalidAccessKeyId"),
    ] {
        let ended = ground.doctor(config, &[]).await;
        expect(&ended, 1, &["! ", told, "regions  not tried without a key that works"]);
        let found = ground.findings(config, &[]).await;
        assert_eq!(found["problems"], 1, "{found}");
        assert!(!ended.out.contains(&config.secret), "{ended:?}");
    }
    assert!(!ground.called("DescribeInstances"), "tried with a key that does not work");
    // Where it is the machine that lacks something, that is told.
    let file = "/no/such/config.json";
    let more = format!(
        "[[accounts]]\nname = \"edge\"\nendpoint = \"{}\"\nprofile_file = \"{file}\"\n",
        right.endpoint
    );
    let two = Config { more, ..right };
    let ended = ground.doctor(&two, &[]).await;
    let told = format!("!   key      no usable credential: {file} could not be read");
    expect(&ended, 1, &["account    core", "account    edge", &told, "6 of 6 answered"]);
    let one = ground.findings(&two, &["--account", "core"]).await;
    let names: Vec<&Value> =
        one["accounts"].as_array().unwrap().iter().map(|account| &account["name"]).collect();
    assert_eq!((names, &one["problems"]), (vec![&Value::from("core")], &Value::from(0)));
}

/// The cloud refuses what was signed a quarter of an hour away; up to that it is only told.
#[tokio::test]
async fn a_wrong_clock_is_measured_and_everything_else_is_tried_by_the_right_one() {
    let ground = Ground::new(Memory::Sqlite).await;
    for (minutes, problems) in [(20, 1), (-20, 1), (5, 0)] {
        ground.cloud.control().shift_clock(minutes * 60_000);
        let found = ground.findings(&ground.config(), &[]).await;
        let core = &found["accounts"][0];
        let measured = core["clock"]["cloud_is_ahead_millis"].as_i64().unwrap();
        assert!((measured - minutes * 60_000).abs() <= 30_000, "{measured}");
        assert_eq!((&found["problems"], amiss(core).len()), (&Value::from(problems), 0), "{found}");
        assert_eq!(core["clock"]["refused"], problems == 1);
    }
    ground.cloud.control().shift_clock(20 * 60_000);
    let ended = ground.doctor(&ground.config(), &[]).await;
    let told = "s behind the cloud's, which refused our time: set this machine's clock right (NTP)";
    expect(&ended, 1, &["!   clock", told, "6 of 6 answered"]);
}

/// Regions that are configured need not be asked for.
#[tokio::test]
async fn what_the_configuration_does_not_need_is_no_problem() {
    let ground = Ground::new(Memory::Sqlite).await;
    let deny = Fault::Deny { code: "NoPermission".into(), explicit: true, vpc_auth_mode: None };
    ground.cloud.control().add_fault(Rule::always(deny).for_action("DescribeRegions"));
    let asked = ground.findings(&ground.config(), &[]).await;
    assert_eq!(amiss(&asked["accounts"][0]), [["DescribeRegions", "", "denied", "NoPermission"]]);
    let config = ground.config();
    let more = format!(
        "[[accounts]]\nname = \"edge\"\nregions = [\"cn-hangzhou\"]\nendpoint = \"{}\"\n\
         access_key_id = \"{}\"\naccess_key_secret = \"{}\"\n",
        config.endpoint, config.key_id, config.secret
    );
    let ended = ground.doctor(&Config { more, ..config }, &["--account", "edge"]).await;
    let expected = [
        "1 of 1 answered (as configured)",
        "not needed, since the regions are configured",
        "acs:kvstore:cn-hangzhou:*:instance/*",
        "All is fine.",
    ];
    expect(&ended, 0, &expected);
}

#[tokio::test]
async fn a_database_no_portal_could_start_on_is_told() {
    let ground = Ground::new(Memory::Sqlite).await;
    let locale = ScratchPostgres::shared().unwrap().database_in("UTF8", "C").unwrap();
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody = format!("postgres://u:hunter2@{}/x", free.local_addr().unwrap());
    drop(free);
    let folder = "sqlite:no/such/folder/x.db".to_owned();
    let key = audit_key(ground.folder.path());
    let key = format!("audit_key_file = \"{}\"\n", key.display());
    for (database, told) in [
        (locale.clone(), locale.rsplit('/').next().unwrap()),
        (locale.clone(), "LOCALE 'C.UTF-8'"),
        (nobody, "cannot open the database PostgreSQL"),
        (folder, "no/such/folder/x.db"),
    ] {
        let config = Config { database, more: key.clone(), ..ground.config() };
        let ended = ground.doctor(&config, &[]).await;
        expect(&ended, 1, &["! ", told, "6 of 6 answered"]);
        assert!(!format!("{ended:?}").contains("hunter2"), "{ended:?}");
    }
    let database = crate::ground::postgres();
    let found = Config { database, more: key, ..ground.config() };
    let found = ground.findings(&found, &[]).await;
    assert_eq!((&found["database"]["state"], &found["problems"]), (&"empty".into(), &0.into()));
    assert!(!ground.folder.path().join("no").exists());
}

#[tokio::test]
async fn what_was_asked_wrongly_ends_with_2() {
    expect(&with_config("lisen = \"x\"", &["doctor"]).await, 2, &["latchkey.toml:1: lisen"]);
    let account = "[[accounts]]\nname = \"core\"\naccess_key_id = \"a\"\naccess_key_secret = \"b\"";
    let other = ["doctor", "--account", "edge"];
    expect(&with_config(account, &other).await, 2, &["no account is named edge; configured: core"]);
    expect(&with_config("", &["doctor", "--timeout", "0"]).await, 2, &["--timeout"]);
    expect(&with_config("", &["doctor", "-o", "xml"]).await, 2, &["text", "json"]);
    expect(&with_config("", &["doctor"]).await, 1, &["! accounts   none is configured"]);
    expect(&with_config("", &["doctor", "--help"]).await, 0, &["Ends with 0: all is fine; 1:"]);
}

fn in_region(region: &str, rule: Rule) -> Rule {
    Rule { region: Some(region.to_owned()), ..rule }
}
