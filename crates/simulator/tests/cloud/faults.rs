//! Faults: what the caller sees, and what really happened.

use crate::support::{Client, Draft, Reply, is, start};
use serde_json::Value;
use simulator::{Fault, ManualClock, Rule, Settle, Simulator};
use std::io::ErrorKind;
use std::time::Duration;

const ID: &str = "r-bp1ordersdev0001";
const ACTION: &str = "ModifyInstanceVpcAuthMode";

/// Changes take effect at once, so that the mode says whether one was applied.
async fn cloud() -> (Simulator, ManualClock, Client) {
    let at_once = Settle::Between(Duration::ZERO, Duration::ZERO);
    let (cloud, clock) = start(|options| options.settle = at_once).await;
    let client = Client::of(&cloud, 0);
    (cloud, clock, client)
}

async fn close(client: &Client, id: &str) -> Result<Reply, std::io::Error> {
    client.try_send(&Draft::new(ACTION, &[("InstanceId", id), ("VpcAuthMode", "Close")])).await
}

fn mode(cloud: &Simulator, id: &str) -> Value {
    cloud.control().instance(id).unwrap()["VpcAuthMode"].clone()
}

/// One write that meets `fault`: what came back, and whether the mode is new.
async fn with(fault: Fault) -> (Result<Reply, std::io::Error>, bool) {
    let (cloud, _, client) = cloud().await;
    cloud.control().add_fault(Rule::always(fault).for_action(ACTION));
    let reply = close(&client, ID).await;
    let applied = mode(&cloud, ID) == "Close";
    let entry = cloud.control().ledger().remove(0);
    assert_eq!(entry.applied_at.is_some(), applied, "the ledger knows");
    assert_eq!(
        entry.result.status,
        reply.as_ref().ok().map(|reply| reply.status),
        "the ledger knows"
    );
    (reply, applied)
}

#[tokio::test]
async fn refusals_come_before_anything_is_applied() {
    for (fault, status, code) in [
        (
            Fault::Error { code: "LockTimeout".into(), status: 400, message: "busy".into() },
            400,
            "LockTimeout",
        ),
        (
            Fault::Throttle { code: "Throttling.Api".into(), status: 503, retry_after_ms: None },
            503,
            "Throttling.Api",
        ),
        (
            Fault::Deny { code: "NoPermission".into(), explicit: true, vpc_auth_mode: None },
            403,
            "NoPermission",
        ),
    ] {
        let (reply, applied) = with(fault).await;
        assert_eq!(reply.unwrap().refusal(), is(status, code));
        assert!(!applied, "{code}");
    }
}

#[tokio::test]
async fn a_throttled_caller_may_be_told_when_to_come_back() {
    let throttle =
        Fault::Throttle { code: "Throttling".into(), status: 429, retry_after_ms: Some(1500) };
    let (reply, _) = with(throttle).await;
    assert_eq!(reply.unwrap().headers["x-acs-retry-after"], "1500");
}

#[tokio::test]
async fn ram_says_what_it_missed_and_can_mind_the_mode() {
    let (cloud, _, client) = cloud().await;
    let only_close = Fault::Deny {
        code: "Forbidden.RAM".into(),
        explicit: false,
        vpc_auth_mode: Some("Close".into()),
    };
    cloud.control().add_fault(Rule::always(only_close));
    let denied = close(&client, ID).await.unwrap();
    assert_eq!(denied.refusal(), is(403, "Forbidden.RAM"));
    let detail = denied.json()["AccessDeniedDetail"].clone();
    assert_eq!(detail["AuthAction"], "kvstore:ModifyInstanceVpcAuthMode");
    assert_eq!(detail["AuthPrincipalType"], "SubUser");
    assert_eq!(detail["AuthPrincipalOwnerId"], cloud.accounts()[0].uid.as_str());
    assert_eq!(detail["NoPermissionType"], "ImplicitDeny");
    let open = client.call(ACTION, &[("InstanceId", ID), ("VpcAuthMode", "Open")]).await;
    assert_eq!(open.status, 200, "turning it off stays allowed");
    assert_eq!(client.call("DescribeRegions", &[]).await.status, 200);
}

#[tokio::test]
async fn statuses_of_the_network_say_nothing_about_what_happened() {
    for status in [500, 502, 503, 504] {
        for wanted in [true, false] {
            let (reply, applied) = with(Fault::Http { status, applied: wanted }).await;
            let reply = reply.unwrap();
            assert_eq!((reply.status, applied), (status, wanted));
            match status {
                500 => assert_eq!(reply.json()["Code"], "InternalError"),
                503 => assert_eq!(reply.json()["Code"], "ServiceUnavailable"),
                _ => assert!(reply.text().starts_with("<html>"), "{}", reply.text()),
            }
        }
    }
}

#[tokio::test]
async fn connections_end_before_or_inside_the_answer() {
    for applied in [true, false] {
        let (reply, was) = with(Fault::Close { applied }).await;
        assert_eq!((reply.unwrap_err().kind(), was), (ErrorKind::UnexpectedEof, applied));
        let (reply, was) = with(Fault::Reset { applied }).await;
        assert_eq!((reply.unwrap_err().kind(), was), (ErrorKind::ConnectionReset, applied));
    }
    let (cloud, _, client) = cloud().await;
    cloud.control().add_fault(Rule::always(Fault::HalfBody { applied: true }));
    let draft = Draft::new("DescribeRegions", &[]);
    let error = client.try_send(&draft).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
    let bytes = raw(&client, &draft).await;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let announced: usize = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .unwrap()
        .parse()
        .unwrap();
    assert_eq!(body.len(), announced / 2, "half of it arrives");
}

/// Everything that arrives before the connection ends.
async fn raw(client: &Client, draft: &Draft) -> Vec<u8> {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let draft = Draft { nonce: format!("{}-again", draft.nonce), ..draft.clone() };
    let mut stream =
        tokio::net::TcpStream::connect(crate::support::host(&client.base)).await.unwrap();
    stream.write_all(&client.sign(&draft)).await.unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.unwrap();
    bytes
}

#[tokio::test]
async fn silence_lasts_as_long_as_the_caller_does() {
    let (cloud, _, client) = cloud().await;
    let silence = Rule::always(Fault::Silence { applied: true }).for_action(ACTION);
    cloud.control().add_fault(silence);
    let waiting = tokio::spawn({
        let client = client.clone();
        async move { close(&client, ID).await }
    });
    until(|| mode(&cloud, ID) == "Close").await;
    assert_eq!(client.call("DescribeRegions", &[]).await.status, 200, "others are answered");
    assert!(!waiting.is_finished(), "it must not answer");
    assert_eq!(cloud.control().ledger()[0].result.status, None);
    cloud.stop().await;
    assert!(waiting.await.unwrap().is_err(), "stopping ends it");
}

/// Waits for something that has to happen.
async fn until(happened: impl Fn() -> bool) {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(20);
    while !happened() {
        assert!(tokio::time::Instant::now() < deadline, "it never happened");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

#[tokio::test]
async fn bodies_can_be_anything() {
    let (reply, applied) = with(Fault::Garbage { applied: true }).await;
    assert!(serde_json::from_slice::<Value>(&reply.unwrap().body).is_err() && applied);
    let (reply, applied) = with(Fault::Html { applied: false }).await;
    let reply = reply.unwrap();
    assert!(reply.status == 200 && reply.text().contains("<html>") && !applied);
    let (reply, _) = with(Fault::Huge { bytes: 5_000_000, applied: true }).await;
    assert_eq!(reply.unwrap().body.len(), 5_000_000);
    let says = Fault::Says {
        status: 203,
        content_type: "text/xml".into(),
        text: "<R><RequestId>1</RequestId></R>".into(),
        applied: false,
    };
    let (reply, applied) = with(says).await;
    let reply = reply.unwrap();
    assert_eq!((reply.status, reply.headers["content-type"].as_str()), (203, "text/xml"));
    assert!(reply.text().contains("<RequestId>") && !applied);
    let (reply, applied) = with(Fault::GzipBomb { bytes: 5_000_000, applied: true }).await;
    let reply = reply.unwrap();
    assert_eq!(reply.headers["content-encoding"], "gzip");
    assert!(reply.body.len() < 50_000 && reply.body.starts_with(&[0x1f, 0x8b]) && applied);
    let (reply, applied) = with(Fault::Drip { every_ms: 1, applied: true }).await;
    assert!(reply.unwrap().json()["RequestId"].is_string() && applied);
    let elsewhere =
        Fault::Redirect { status: 307, location: "http://127.0.0.1:9/".into(), applied: false };
    let reply = with(elsewhere).await.0.unwrap();
    assert_eq!((reply.status, reply.headers["location"].as_str()), (307, "http://127.0.0.1:9/"));
}

#[tokio::test]
async fn a_200_can_be_a_lie() {
    let (reply, applied) = with(Fault::NotApplied).await;
    assert!(reply.unwrap().json()["RequestId"].is_string() && !applied);

    let (cloud, clock, client) = cloud().await;
    cloud
        .control()
        .add_fault(Rule::always(Fault::ApplyLater { after_ms: 600_000 }).for_action(ACTION));
    assert_eq!(close(&client, ID).await.unwrap().status, 200);
    clock.advance(Duration::from_millis(599_999));
    assert_eq!(mode(&cloud, ID), "Open");
    clock.advance(Duration::from_millis(1));
    assert_eq!(mode(&cloud, ID), "Close");
    assert_eq!(cloud.control().ledger()[0].applied_at, Some(clock.now()));
}

#[tokio::test]
async fn a_known_instance_can_come_back_without_a_row() {
    let (cloud, _, client) = cloud().await;
    cloud.control().add_fault(Rule::always(Fault::EmptyLists).for_instance(ID));
    let answer = client.ok("DescribeInstanceAttribute", &[("InstanceId", ID)]).await;
    assert_eq!(answer["Instances"]["DBInstanceAttribute"], serde_json::json!([]));
}

#[tokio::test]
async fn a_delayed_write_happens_even_if_nobody_waits() {
    let (cloud, _, client) = cloud().await;
    let delay = Fault::Delay { before_ms: 1_000, after_ms: 0 };
    cloud.control().add_fault(Rule::always(delay).for_action(ACTION));
    let waiting = tokio::spawn(async move { close(&client, ID).await });
    until(|| !cloud.control().ledger().is_empty()).await;
    waiting.abort();
    until(|| mode(&cloud, ID) == "Close").await;
    assert_eq!(cloud.control().ledger()[0].result.status, None, "nobody was there to be told");
}

#[tokio::test]
async fn rules_pick_their_calls_and_wear_out() {
    let (cloud, _, client) = cloud().await;
    let control = cloud.control();
    let error =
        |code: &str| Fault::Error { code: code.into(), status: 400, message: String::new() };
    let name = &cloud.accounts()[0].name;
    control.add_fault(Rule::always(error("ByAccount")).in_account(name).in_region("cn-beijing"));
    control.add_fault(Rule::always(error("ByName")).for_instance("orders-cache-dev").times(2));
    control.add_fault(Rule::always(error("ByStart")).for_instance("r-uf6*"));
    let number = control.add_fault(Rule::always(error("ByAction")).for_action("DescribeZones"));

    let attribute = "DescribeInstanceAttribute";
    let answered =
        |reply: Reply| if reply.status == 200 { "200".to_owned() } else { reply.refusal().1 };
    for (action, parameters, expected) in [
        ("DescribeInstances", vec![("RegionId", "cn-beijing")], "ByAccount"),
        ("DescribeInstances", vec![("RegionId", "cn-shanghai")], "200"),
        (attribute, vec![("InstanceId", ID)], "ByName"),
        (attribute, vec![("InstanceId", ID)], "ByName"),
        (attribute, vec![("InstanceId", ID)], "200"),
        (attribute, vec![("InstanceId", "r-uf6sessions00001")], "ByStart"),
        ("DescribeZones", vec![], "ByAction"),
        ("DescribeRegions", vec![], "200"),
    ] {
        assert_eq!(
            answered(client.call(action, &parameters).await),
            expected,
            "{action} {parameters:?}"
        );
    }
    let stranger =
        Client::of(&cloud, 1).call("DescribeInstances", &[("RegionId", "cn-beijing")]).await;
    assert_eq!(answered(stranger), "200");
    assert_eq!(control.faults().len(), 3, "a rule that is used up is gone");
    assert!(control.remove_fault(number));
    assert!(!control.remove_fault(number));
    assert_eq!(answered(client.call("DescribeZones", &[]).await), "200");
    control.clear_faults();
    assert!(control.faults().is_empty());
}

#[tokio::test]
async fn delays_add_up_and_the_first_other_rule_decides() {
    let (cloud, _, client) = cloud().await;
    let control = cloud.control();
    control.add_fault(Rule::always(Fault::Delay { before_ms: 20, after_ms: 0 }));
    control.add_fault(Rule::always(Fault::Http { status: 502, applied: true }));
    control.add_fault(Rule::always(Fault::NotApplied));
    control.add_fault(Rule::always(Fault::Delay { before_ms: 0, after_ms: 20 }));
    let started = std::time::Instant::now();
    assert_eq!(close(&client, ID).await.unwrap().status, 502);
    assert!(started.elapsed() >= Duration::from_millis(40), "a delay may be longer, never shorter");
    assert_eq!(mode(&cloud, ID), "Close");
    let hits: Vec<u64> = control.faults().iter().map(|rule| rule.hits).collect();
    assert_eq!(hits, [1, 1, 0, 1]);
}

#[tokio::test]
async fn names_cause_faults_that_anyone_can_click() {
    let (cloud, _, client) = cloud().await;
    let read =
        async |id: &str| client.call("DescribeInstanceAttribute", &[("InstanceId", id)]).await;

    let id = "r-throttled0000001";
    assert_eq!(read(id).await.refusal(), is(400, "Throttling.User"));
    assert_eq!(close(&client, id).await.unwrap().refusal(), is(400, "Throttling.User"));
    for (id, applied) in [
        ("r-denied0000000001", false),
        ("r-fails00000000001", false),
        ("r-lost000000000001", true),
        ("r-reset00000000001", true),
        ("r-never00000000001", false),
    ] {
        assert_eq!(read(id).await.status, 200, "{id} can be read");
        let reply = close(&client, id).await;
        match id.get(2..5) {
            Some("den") => assert_eq!(reply.unwrap().refusal(), is(403, "Forbidden.RAM")),
            Some("fai" | "los") => assert_eq!(reply.unwrap().refusal(), is(500, "InternalError")),
            Some("res") => assert_eq!(reply.unwrap_err().kind(), ErrorKind::ConnectionReset),
            _ => assert_eq!(reply.unwrap().status, 200),
        }
        assert_eq!(mode(&cloud, id) == "Close", applied, "{id}");
    }
    let started = std::time::Instant::now();
    assert_eq!(read("r-slow000000000001").await.status, 200);
    assert!(started.elapsed() >= Duration::from_secs(3));

    cloud.control().set_field(ID, "InstanceName", "r-denied-by-renaming".into()).unwrap();
    assert_eq!(close(&client, ID).await.unwrap().refusal(), is(403, "Forbidden.RAM"));
    let list = client.ok("DescribeInstances", &[("PageSize", "50")]).await;
    assert!(list["TotalCount"].as_u64().unwrap() > 10, "lists are not disturbed");
}
