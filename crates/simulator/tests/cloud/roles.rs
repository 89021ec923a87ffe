//! Roles: who becomes whom, for how long, and what a session may not do.

use crate::support::{Client, Draft, Reply, START, exchange, host, is, request, start, timestamp};
use serde_json::Value;
use simulator::signature::percent;
use simulator::{Control, Fault, Role, Rule, Simulator};
use std::time::Duration;

const ID: &str = "r-bp1nolabel000001";

fn arn(cloud: &Simulator, account: usize, role: &str) -> String {
    format!("acs:ram::{}:role/{role}", cloud.accounts()[account].uid)
}

fn asked<'a>(arn: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    [&[("RoleArn", arn), ("RoleSessionName", "lin.wei")][..], more].concat()
}

async fn assume(client: &Client, arn: &str, more: &[(&str, &str)]) -> Reply {
    client.call("AssumeRole", &asked(arn, more)).await
}

#[tokio::test]
async fn a_key_becomes_a_role_by_either_scheme_and_the_ledger_names_the_session() {
    let (cloud, clock) = start(|_| {}).await;
    let account = &cloud.accounts()[0];
    let role = arn(&cloud, 0, "latchkey");
    for client in [Client::of(&cloud, 0), Client::of(&cloud, 0).v3()] {
        cloud.control().clear_ledger();
        let answer = assume(&client, &role, &[("DurationSeconds", "900")]).await.json();
        let user = &answer["AssumedRoleUser"];
        assert_eq!(user["Arn"], format!("{role}/lin.wei"));
        assert_eq!(user["AssumedRoleId"], format!("30{}:lin.wei", account.uid));
        assert_eq!(answer["Credentials"]["Expiration"], "2026-01-02T03:19:05Z");

        let session = client.assumed(&answer);
        let identity = session.ok("GetCallerIdentity", &[]).await;
        let expected = format!("acs:ram::{}:assumed-role/latchkey/lin.wei", account.uid);
        assert_eq!(identity["Arn"], expected);
        session.ok("DescribeInstanceAttribute", &[("InstanceId", ID)]).await;
        let write = [("InstanceId", ID), ("VpcAuthMode", "Close")];
        assert_eq!(session.call("ModifyInstanceVpcAuthMode", &write).await.status, 200);
        let ledger = cloud.control().ledger();
        assert_eq!(ledger[0].session.as_deref(), Some("lin.wei"));
        assert_eq!(ledger[0].role.as_deref(), Some("latchkey"));
        assert_eq!(ledger[0].account.as_ref(), Some(&account.name));
        cloud.control().reset();
    }
    let answer = assume(&Client::of(&cloud, 0), &role, &[("DurationSeconds", "900")]).await.json();
    clock.advance(Duration::from_mins(15));
    let late = Client { signed_at: clock.now(), ..Client::of(&cloud, 0) }.assumed(&answer);
    let reply = late.call("DescribeRegions", &[]).await;
    assert_eq!(reply.refusal(), is(400, "InvalidSecurityToken.Expired"));
}

#[tokio::test]
async fn a_role_of_another_account_sees_that_accounts_instances() {
    let (cloud, _) = start(|options| options.instances = 300).await;
    let client = Client::of(&cloud, 0);
    let answer = assume(&client, &arn(&cloud, 1, "latchkey"), &[]).await.json();
    let session = client.assumed(&answer);
    let identity = session.ok("GetCallerIdentity", &[]).await;
    assert_eq!(identity["AccountId"], cloud.accounts()[1].uid);
    let here = Client::of(&cloud, 1).ok("DescribeInstances", &[]).await;
    let there = session.ok("DescribeInstances", &[]).await;
    assert_eq!(there["Instances"], here["Instances"]);
    assert_eq!(cloud.control().sessions()[0].account, cloud.accounts()[1].name);
}

#[tokio::test]
async fn what_is_asked_wrongly_is_refused_by_name() {
    let (cloud, _) = start(|_| {}).await;
    let client = Client::of(&cloud, 0);
    let good = arn(&cloud, 0, "latchkey");
    let long_policy = format!("{{\"Version\":\"1\"{}}}", " ".repeat(2048));
    let nobody = arn(&cloud, 0, "nobody");
    for (parameters, status, code) in [
        (vec![("RoleSessionName", "ab")], 400, "MissingRoleArn"),
        (vec![("RoleArn", &*good)], 400, "MissingRoleSessionName"),
        (asked("latchkey", &[]), 400, "InvalidParameter.RoleArn"),
        (asked("acs:ram::1:user/latchkey", &[]), 400, "InvalidParameter.RoleArn"),
        (asked(&nobody, &[]), 404, "EntityNotExist.Role"),
        (asked("acs:ram::1:role/latchkey", &[]), 404, "EntityNotExist.Role"),
        (
            vec![("RoleArn", &*good), ("RoleSessionName", "a")],
            400,
            "InvalidParameter.RoleSessionName",
        ),
        (
            vec![("RoleArn", &*good), ("RoleSessionName", "a b")],
            400,
            "InvalidParameter.RoleSessionName",
        ),
        (asked(&good, &[("DurationSeconds", "899")]), 400, "InvalidParameter.DurationSeconds"),
        (asked(&good, &[("DurationSeconds", "3601")]), 400, "InvalidParameter.DurationSeconds"),
        (asked(&good, &[("DurationSeconds", "long")]), 400, "InvalidParameter.DurationSeconds"),
        (asked(&good, &[("Policy", "{}")]), 400, "InvalidParameter.PolicyGrammar"),
        (asked(&good, &[("Policy", &long_policy)]), 400, "InvalidParameter.PolicySize"),
        (asked(&good, &[("ExternalId", "x")]), 400, "InvalidParameter.ExternalId"),
    ] {
        let reply = client.call("AssumeRole", &parameters).await;
        assert_eq!(reply.refusal(), is(status, code), "{parameters:?}");
    }
    let wrong = Client { access_key_secret: "wrong".to_owned(), ..client };
    assert_eq!(assume(&wrong, &good, &[]).await.refusal().1, "SignatureDoesNotMatch");
}

#[tokio::test]
async fn a_role_trusts_whom_it_trusts_and_lasts_as_long_as_it_says() {
    let (cloud, _) = start(|_| {}).await;
    let (own, other) = (Client::of(&cloud, 0), Client::of(&cloud, 1));
    let mut role = Role::new(&cloud.accounts()[0].name, "narrow");
    role.trusts = Some(vec![cloud.accounts()[1].name.clone()]);
    role.external_id = Some("acme-1".to_owned());
    role.max_session_seconds = 7200;
    cloud.control().put_role(role).unwrap();
    let arn = arn(&cloud, 0, "narrow");
    let id = ("ExternalId", "acme-1");
    assert_eq!(assume(&own, &arn, &[id]).await.refusal(), is(403, "NoPermission"));
    assert_eq!(assume(&other, &arn, &[]).await.refusal(), is(403, "NoPermission"));
    let wrong = ("ExternalId", "acme-2");
    assert_eq!(assume(&other, &arn, &[wrong]).await.refusal(), is(403, "NoPermission"));
    let answer = assume(&other, &arn, &[id, ("DurationSeconds", "7200")]).await.json();
    assert_eq!(answer["Credentials"]["Expiration"], "2026-01-02T05:04:05Z");
}

#[tokio::test]
async fn a_session_assumes_the_next_role_for_an_hour_at_most() {
    let (cloud, _) = start(|_| {}).await;
    let mut role = Role::new(&cloud.accounts()[1].name, "long");
    role.max_session_seconds = 43_200;
    cloud.control().put_role(role).unwrap();
    let client = Client::of(&cloud, 0);
    let first = assume(&client, &arn(&cloud, 0, "latchkey"), &[]).await.json();
    let session = client.assumed(&first);
    let long = arn(&cloud, 1, "long");
    let more = [("DurationSeconds", "3601")];
    let refused = assume(&session, &long, &more).await;
    assert_eq!(refused.refusal(), is(400, "InvalidParameter.DurationSeconds"));
    assert!(refused.text().contains("15min/1hr"), "{}", refused.text());
    let second = session.assumed(&assume(&session, &long, &[]).await.json());
    let identity = second.ok("GetCallerIdentity", &[]).await;
    let uid = &cloud.accounts()[1].uid;
    assert_eq!(identity["Arn"], format!("acs:ram::{uid}:assumed-role/long/lin.wei"));
    assert_eq!(assume(&client, &long, &more).await.status, 200, "a key may be it for longer");
}

async fn session_of(client: &Client, arn: &str, more: &[(&str, &str)]) -> Client {
    client.assumed(&assume(client, arn, more).await.json())
}

/// How each call ended, `–` if it did not fail.
async fn tried(session: &Client) -> Vec<String> {
    let mut ends = Vec::new();
    for (action, more) in [
        ("GetCallerIdentity", None),
        ("DescribeInstanceAttribute", None),
        ("DescribeSecurityIps", None),
        ("ModifyInstanceVpcAuthMode", Some(("VpcAuthMode", "Close"))),
        ("ModifyInstanceVpcAuthMode", Some(("VpcAuthMode", "Open"))),
    ] {
        let parameters: Vec<_> = [("InstanceId", ID)].into_iter().chain(more).collect();
        let reply = session.call(action, &parameters).await;
        ends.push(if reply.status == 200 { "–".to_owned() } else { reply.refusal().1 });
    }
    ends
}

fn settle_at_once(control: &Control) {
    control.set_settle(simulator::Settle::Between(Duration::ZERO, Duration::ZERO));
}

#[tokio::test]
async fn what_a_role_denies_its_sessions_may_not() {
    let (cloud, _) = start(|_| {}).await;
    settle_at_once(&cloud.control());
    let arn = arn(&cloud, 0, "latchkey");
    let session = session_of(&Client::of(&cloud, 0), &arn, &[]).await;
    assert_eq!(tried(&session).await, ["–"; 5]);
    let mut role = Role::new(&cloud.accounts()[0].name, "latchkey");
    role.denies = vec!["Modify*".to_owned(), "DescribeSecurityIps".to_owned()];
    cloud.control().put_role(role).unwrap();
    let no = "NoPermission";
    assert_eq!(tried(&session).await, ["–", "–", no, no, no]);
    let denied = session.call("DescribeSecurityIps", &[("InstanceId", ID)]).await.json();
    let detail = &denied["AccessDeniedDetail"];
    assert_eq!(detail["AuthAction"], "kvstore:DescribeSecurityIps");
    assert_eq!(detail["AuthPrincipalType"], "AssumedRoleUser");
    assert_eq!(detail["AuthPrincipalDisplayName"], "latchkey:lin.wei");
    assert_eq!(tried(&Client::of(&cloud, 0)).await, ["–"; 5], "the key itself may");
}

#[tokio::test]
async fn a_policy_takes_away_from_what_a_session_may() {
    let (cloud, _) = start(|_| {}).await;
    settle_at_once(&cloud.control());
    let (client, arn) = (Client::of(&cloud, 0), arn(&cloud, 0, "latchkey"));
    let no = "NoPermission";
    let closing = r#"{"Version":"1","Statement":[
        {"Effect":"Allow","Action":["kvstore:DescribeInstance*"],"Resource":"*"},
        {"Effect":"Allow","Action":"kvstore:ModifyInstanceVpcAuthMode","Resource":"acs:kvstore:*:*:instance/*",
         "Condition":{"StringEquals":{"kvstore:VpcAuthMode":"Open"}}}]}"#;
    let session = session_of(&client, &arn, &[("Policy", closing)]).await;
    assert_eq!(tried(&session).await, ["–", "–", no, no, "–"]);
    let denied = session.call("DescribeSecurityIps", &[("InstanceId", ID)]).await.json();
    assert_eq!(denied["AccessDeniedDetail"]["PolicyType"], "SessionPolicy");
}

/// An unsigned call, with the time at which it says it was made.
async fn with_token(
    cloud: &Simulator,
    at: time::OffsetDateTime,
    parameters: &[(&str, &str)],
) -> Reply {
    let now = timestamp(at);
    let system = [
        ("Action", "AssumeRoleWithOIDC"),
        ("Version", "2015-04-01"),
        ("Format", "JSON"),
        ("Timestamp", &*now),
    ];
    let pairs = system.iter().chain(parameters);
    let body: Vec<String> =
        pairs.map(|(name, value)| format!("{name}={}", percent::encode(value))).collect();
    let headers =
        [("host", host(cloud.base_url())), ("content-type", "application/x-www-form-urlencoded")];
    exchange(cloud.base_url(), &request("POST", "/", &headers, &body.join("&"))).await.unwrap()
}

#[tokio::test]
async fn a_token_of_the_platform_is_exchanged_without_a_key() {
    let (cloud, clock) = start(|_| {}).await;
    let control = cloud.control();
    let (name, other) = (&cloud.accounts()[0].name, &cloud.accounts()[1].name);
    let lifetime = Duration::from_mins(10);
    let pod = control.issue_platform_token(name, "system:serviceaccount:a:b", lifetime).unwrap();
    let foreign = control.issue_platform_token(other, "system:x", lifetime).unwrap();
    let arn = arn(&cloud, 0, "latchkey");
    let ask = async |at, provider: &str, token: &str| {
        let more = [("OIDCProviderArn", provider), ("OIDCToken", token)];
        with_token(&cloud, at, &asked(&arn, &more)).await
    };
    let answer = ask(START, &pod.provider_arn, &pod.token).await.json();
    assert_eq!(answer["OIDCTokenInfo"]["Subject"], "system:serviceaccount:a:b");
    assert_eq!(answer["OIDCTokenInfo"]["ExpirationTime"], "2026-01-02T03:14:05Z");
    let session = Client::of(&cloud, 0).assumed(&answer);
    assert_eq!(session.ok("GetCallerIdentity", &[]).await["IdentityType"], "AssumedRoleUser");

    for (provider, token, status, code) in [
        (&*pod.provider_arn, "e.y.J", 400, "AuthenticationFail.OIDCToken.Invalid"),
        (&*pod.provider_arn, "eyJ", 400, "InvalidParameter.OIDCToken"),
        (&*pod.provider_arn, &*foreign.token, 403, "AuthenticationFail.NoPermission"),
        (&*foreign.provider_arn, &*pod.token, 404, "EntityNotExist.OIDCProvider"),
        ("latchkey", &*pod.token, 400, "InvalidParameter.OIDCProviderArn"),
        ("", &*pod.token, 400, "MissingOIDCProviderArn"),
        (&*pod.provider_arn, "", 400, "MissingOIDCToken"),
    ] {
        assert_eq!(ask(START, provider, token).await.refusal(), is(status, code));
    }
    let old = START - Duration::from_mins(16);
    let reply = ask(old, &pod.provider_arn, &pod.token).await;
    assert_eq!(reply.refusal(), is(400, "InvalidTimeStamp.Expired"));
    clock.advance(lifetime);
    let reply = ask(clock.now(), &pod.provider_arn, &pod.token).await;
    assert_eq!(reply.refusal(), is(400, "AuthenticationFail.OIDCToken.Expired"));
}

#[tokio::test]
async fn faults_quotas_and_xml_are_there_for_sts_as_for_everything() {
    let (cloud, _) = start(|_| {}).await;
    let (client, arn) = (Client::of(&cloud, 0), arn(&cloud, 0, "latchkey"));
    let deny = Fault::Deny { code: "NoPermission".into(), explicit: false, vpc_auth_mode: None };
    cloud.control().add_fault(Rule::always(deny).for_action("AssumeRole").times(1));
    let denied: Value = assume(&client, &arn, &[]).await.json();
    assert_eq!(denied["AccessDeniedDetail"]["AuthAction"], "sts:AssumeRole");
    let mut draft = Draft::new("AssumeRole", &asked(&arn, &[])).get();
    draft.format = None;
    let xml = client.send(&draft).await.text();
    assert!(xml.contains("<AssumeRoleResponse>") && xml.contains("<SecurityToken>CAIS"), "{xml}");
    let counters = cloud.control().counters();
    let counter = counters.iter().find(|counter| counter.action == "AssumeRole").unwrap();
    assert_eq!((counter.calls, counter.refused), (2, 1));
}
