//! Switching the mode: when it is refused, and how it takes effect.

use crate::support::{Client, Draft, is, start};
use serde_json::Value;
use simulator::{Busy, Conduct, OpenWhitelist, SameMode, Scheme, Settle, UnknownInstance};
use std::time::Duration;

const ID: &str = "r-bp1ordersdev0001";

async fn set(client: &Client, id: &str, mode: &str) -> crate::support::Reply {
    client.call("ModifyInstanceVpcAuthMode", &[("InstanceId", id), ("VpcAuthMode", mode)]).await
}

/// Status and mode.
async fn state(client: &Client, id: &str) -> (Value, Value) {
    let answer = client.ok("DescribeInstanceAttribute", &[("InstanceId", id)]).await;
    let row = &answer["Instances"]["DBInstanceAttribute"][0];
    (row["InstanceStatus"].clone(), row["VpcAuthMode"].clone())
}

fn now(status: &str, mode: &str) -> (Value, Value) {
    (status.into(), mode.into())
}

#[tokio::test]
async fn a_change_is_accepted_first_and_true_later() {
    let between = Settle::Between(Duration::from_secs(3), Duration::from_secs(8));
    let (cloud, clock) = start(|options| options.settle = between).await;
    let client = Client::of(&cloud, 0);
    assert_eq!(state(&client, ID).await, now("Normal", "Open"));
    let accepted = set(&client, ID, "Close").await;
    assert_eq!(accepted.status, 200);
    assert_eq!(state(&client, ID).await, now("Changing", "Open"));
    clock.advance(Duration::from_millis(2_999));
    assert_eq!(state(&client, ID).await, now("Changing", "Open"), "not before the shortest time");
    clock.advance(Duration::from_millis(5_001));
    assert_eq!(state(&client, ID).await, now("Normal", "Close"), "not after the longest");

    let entries = cloud.control().ledger();
    assert_eq!(entries.len(), 1);
    let entry = &entries[0];
    assert_eq!(entry.request_id, accepted.json()["RequestId"].as_str().unwrap());
    assert_eq!(entry.instance.as_deref(), Some(ID));
    assert_eq!(entry.scheme, Scheme::V1);
    assert_eq!(entry.parameters["VpcAuthMode"], "Close");
    assert_eq!(
        entry.parameters.len(),
        2,
        "nothing but business parameters: {:?}",
        entry.parameters
    );
    assert_eq!((entry.result.status, &entry.result.code), (Some(200), &None));
    let took = entry.applied_at.unwrap() - entry.accepted_at.unwrap();
    assert!((3..=8).contains(&took.whole_seconds()), "{took}");
}

#[tokio::test]
async fn explicit_changes_wait_until_they_are_told() {
    let (cloud, clock) = start(|options| options.settle = Settle::Explicit).await;
    let (client, control) = (Client::of(&cloud, 0).v3(), cloud.control());
    set(&client, ID, "Close").await;
    clock.advance(Duration::from_mins(10));
    assert_eq!(control.instance(ID).unwrap()["changing_to"], "Close");
    assert_eq!(control.ledger()[0].applied_at, None);
    assert_eq!(control.finish(ID), Ok(true));
    assert_eq!(control.finish(ID), Ok(false));
    let later = Client { signed_at: clock.now(), ..client };
    assert_eq!(state(&later, ID).await, now("Normal", "Close"));
    assert_eq!(control.ledger()[0].applied_at, Some(clock.now()));
    set(&later, ID, "Open").await;
    set(&later, "r-uf6sessions00001", "Close").await;
    assert_eq!(control.finish_all(), 2);
    assert_eq!(state(&later, ID).await, now("Normal", "Open"));
}

#[tokio::test]
async fn the_same_seed_settles_alike() {
    let mut times = Vec::new();
    for _ in 0..2 {
        let (cloud, clock) = start(|_| {}).await;
        let client = Client::of(&cloud, 0);
        for id in [ID, "r-uf6sessions00001", "r-bp1dingdan000001"] {
            assert_eq!(set(&client, id, "Close").await.status, 200);
        }
        clock.advance(Duration::from_secs(8));
        let took = |entry: &simulator::LedgerEntry| entry.applied_at.unwrap() - entry.at;
        times.push(cloud.control().ledger().iter().map(took).collect::<Vec<_>>());
    }
    assert_eq!(times[0], times[1]);
    assert_ne!(times[0][0], times[0][1]);
}

#[tokio::test]
async fn what_cannot_be_switched_is_refused_and_stays_as_it_was() {
    let (cloud, _) = start(|_| {}).await;
    let client = Client::of(&cloud, 0);
    for (id, status, code) in [
        ("r-2zelegacy0000001", 403, "NetworkType.NotSupport"),
        ("r-2zefragments0001", 403, "InstanceType.NotSupport"),
        ("r-uf6archive000001", 403, "ParamNotSupportedForCurrentVersion"),
        ("r-wz9resizing00001", 400, "IncorrectDBInstanceState"),
        ("r-wz9oddvalues0001", 400, "IncorrectDBInstanceState"),
        ("r-nobody", 404, "InvalidInstanceId.NotFound"),
    ] {
        let before = cloud.control().instance(id);
        assert_eq!(set(&client, id, "Close").await.refusal(), is(status, code), "{id}");
        assert_eq!(cloud.control().instance(id), before, "{id}");
    }
    for (mode, code) in
        [("close", "InvalidParameter"), ("Closed", "InvalidParameter"), ("", "MissingVpcAuthMode")]
    {
        assert_eq!(set(&client, ID, mode).await.refusal(), is(400, code), "{mode}");
    }
    assert_eq!(set(&client, "", "Close").await.refusal(), is(400, "MissingInstanceId"));
    assert_eq!(set(&client, ID, "Close").await.status, 200);
    assert_eq!(
        set(&client, ID, "Open").await.refusal(),
        is(400, "IncorrectDBInstanceState"),
        "one at a time"
    );
    let codes: Vec<_> =
        cloud.control().ledger().into_iter().map(|entry| entry.result.code).collect();
    assert_eq!(codes.len(), 12, "refused requests are in the ledger too");
    assert_eq!(codes[5].as_deref(), Some("InvalidInstanceId.NotFound"));
}

#[tokio::test]
async fn requests_with_a_wrong_signature_are_in_the_ledger_too() {
    let (cloud, _) = start(|_| {}).await;
    let wrong = Client { access_key_secret: "wrong".to_owned(), ..Client::of(&cloud, 0) };
    let draft =
        Draft::new("ModifyInstanceVpcAuthMode", &[("InstanceId", ID), ("VpcAuthMode", "Close")]);
    wrong.send(&draft).await;
    let entry = cloud.control().ledger().remove(0);
    assert_eq!(entry.nonce.as_deref(), Some(draft.nonce.as_str()));
    assert_eq!(entry.account.as_deref(), Some(cloud.accounts()[0].name.as_str()));
    assert_eq!(
        (entry.result.status, entry.result.code.as_deref()),
        (Some(400), Some("SignatureDoesNotMatch"))
    );
    assert_eq!((entry.accepted_at, entry.applied_at), (None, None));
}

#[tokio::test]
async fn the_open_questions_can_be_answered_otherwise() {
    let (cloud, _) = start(|options| options.settle = Settle::Explicit).await;
    let (client, control) = (Client::of(&cloud, 0), cloud.control());
    assert_eq!(set(&client, ID, "Open").await.status, 200);
    assert_eq!(state(&client, ID).await, now("Normal", "Open"), "the same again does nothing");
    assert_eq!(
        set(&client, "r-bp1partners00001", "Close").await.status,
        200,
        "0.0.0.0/0 is accepted today"
    );
    control.finish_all();

    control.set_conduct(Conduct {
        unknown_instance: UnknownInstance::EmptyList,
        busy: Busy::StatusNotSupported,
        same_mode: SameMode::Changes,
        open_whitelist: OpenWhitelist::Refused,
        refusing_versions: vec!["7.0".to_owned()],
    });
    let unknown = client.ok("DescribeInstanceAttribute", &[("InstanceId", "r-nobody")]).await;
    assert_eq!(unknown["Instances"]["DBInstanceAttribute"], serde_json::json!([]));
    assert_eq!(
        set(&client, ID, "Close").await.refusal(),
        is(403, "ParamNotSupportedForCurrentVersion")
    );
    control.set_conduct(Conduct { refusing_versions: Vec::new(), ..control.conduct() });
    assert_eq!(
        set(&client, "r-wz9resizing00001", "Close").await.refusal(),
        is(403, "InstanceStatus.NotSupport")
    );
    assert_eq!(
        set(&client, "r-bp1partners00001", "Open").await.status,
        200,
        "closing a door is never refused"
    );
    control.finish_all();
    assert_eq!(
        set(&client, "r-bp1partners00001", "Close").await.refusal(),
        is(403, "OperationDenied.SecurityIPList")
    );
    assert_eq!(set(&client, ID, "Open").await.status, 200);
    assert_eq!(state(&client, ID).await, now("Changing", "Open"));
}
