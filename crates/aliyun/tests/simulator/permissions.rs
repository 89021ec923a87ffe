//! What a credential may do: the probe tells it, and the smallest policies are just enough.

use std::sync::Arc;

use aliyun::ram_policy::{Switch, Wanted, smallest};
use aliyun::{Action, AssumeRole, Client, Error, FixedKeys, Role};
use domain::access::Access;
use domain::call::SignatureScheme;
use domain::change::Observation;
use simulator::{Fault, ManualClock, Rule, Simulator};

use crate::setup::{at, client, client_of, cloud, keys, network, options};

const CLASSIC: (&str, &str) = ("eu-central-1", "r-gw8guarded000001");

/// A session that may do just what `wanted` says.
fn narrowed(cloud: &Simulator, clock: &ManualClock, wanted: &Wanted) -> Client {
    let arn = cloud.announcement()["accounts"][0]["role_arn"].as_str().unwrap().to_owned();
    let mut role = Role::new(arn.parse().unwrap());
    role.policy = Some(smallest(wanted));
    let base = Arc::new(FixedKeys::new(keys(cloud)));
    let mut options = options(clock, keys(cloud));
    options.credentials = Arc::new(AssumeRole::new(base, role, &network(cloud, clock)));
    client_of(cloud, options, SignatureScheme::V1)
}

async fn probe(client: &Client) -> Vec<(Action, Result<(), Error>)> {
    let (region, id) = at(CLASSIC.0, CLASSIC.1);
    client.probe(&region, Some(&id)).await
}

/// The actions that are not permitted.
fn missing(probed: &[(Action, Result<(), Error>)]) -> Vec<Action> {
    let refused = probed.iter().filter_map(|(action, end)| Some((action, end.as_ref().err()?)));
    refused
        .filter(|(_, why)| why.is_permitted() == Some(false))
        .map(|(action, _)| *action)
        .collect()
}

/// The code of a refusal, or `accepted`.
async fn write(client: &Client, access: Access) -> String {
    let (region, id) = at(CLASSIC.0, CLASSIC.1);
    let prepared = client.prepare_modify_vpc_auth_mode(&region, &id, access).await.unwrap();
    match client.send(prepared).await {
        Observation::Accepted { .. } => "accepted".to_owned(),
        Observation::Denied { code, .. } => code.to_string(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn every_read_is_tried_and_nothing_is_written() {
    let (cloud, clock) = cloud().await;
    for scheme in SignatureScheme::ALL {
        let probed = probe(&client(&cloud, &clock, *scheme)).await;
        let actions: Vec<Action> = probed.iter().map(|(action, _)| *action).collect();
        let (write, reads) = Action::ALL.split_last().unwrap();
        assert_eq!((actions.as_slice(), *write), (reads, Action::ModifyInstanceVpcAuthMode));
        for (action, end) in &probed {
            // A classic instance has no such configuration; that it says so is permission enough.
            let permitted = end.as_ref().err().and_then(Error::is_permitted);
            let expected = (*action == Action::DescribeInstanceConfig).then_some(true);
            assert_eq!(permitted, expected, "{action}: {end:?}");
        }
    }
    assert_eq!(cloud.control().ledger(), []);
}

#[tokio::test]
async fn without_an_instance_the_first_of_the_region_is_taken_and_without_any_none() {
    let (cloud, clock) = cloud().await;
    let client = client(&cloud, &clock, SignatureScheme::V1);
    let probed = client.probe(&"eu-central-1".parse().unwrap(), None).await;
    assert_eq!(probed.len(), 9);
    let empty = client.probe(&"moon-north-1".parse().unwrap(), None).await;
    assert_eq!(empty.len(), 3);
    assert!(empty[2].1.is_err(), "{empty:?}");
}

#[tokio::test]
async fn a_region_is_tried_without_what_is_the_same_in_all() {
    let (cloud, clock) = cloud().await;
    let client = client(&cloud, &clock, SignatureScheme::V1);
    cloud.control().clear_counters();
    let region = client.probe_region(&CLASSIC.0.parse().unwrap(), None).await;
    assert!(region.listed.unwrap() > 0);
    let tried: Vec<Action> = region.of_instance.iter().map(|(action, _)| *action).collect();
    assert_eq!(tried, Action::ALL[3..9]);
    let empty = client.probe_region(&"moon-north-1".parse().unwrap(), None).await;
    assert!(empty.listed.is_err() && empty.of_instance.is_empty(), "{empty:?}");
    let counters = cloud.control().counters();
    let called = |action: &str| counters.iter().any(|counter| counter.action == action);
    assert!(called("DescribeInstances") && !called("GetCallerIdentity"), "{counters:?}");
    assert!(!called("DescribeRegions"), "{counters:?}");
}

#[tokio::test]
async fn a_missing_permission_is_told_from_everything_else() {
    let (cloud, clock) = cloud().await;
    let client = client(&cloud, &clock, SignatureScheme::V1);
    let deny = |code: &str| Fault::Deny { code: code.into(), explicit: false, vpc_auth_mode: None };
    let control = cloud.control();
    control.add_fault(Rule::always(deny("Forbidden.RAM")).for_action("DescribeSecurityIps"));
    control.add_fault(Rule::always(deny("NoPermission")).for_action("DescribeParameters"));
    let fails = Fault::Http { status: 500, applied: false };
    control.add_fault(Rule::always(fails).for_action("DescribeEngineVersion"));
    let probed = probe(&client).await;
    assert_eq!(missing(&probed), [Action::DescribeSecurityIps, Action::DescribeParameters]);
    let failed = probed.iter().find(|(action, _)| *action == Action::DescribeEngineVersion);
    assert_eq!(failed.unwrap().1.as_ref().unwrap_err().is_permitted(), None);
    control.enable_key(&cloud.accounts()[0].access_key_id, false).unwrap();
    let probed = probe(&client).await;
    assert_eq!(missing(&probed), [] as [Action; 0]);
    assert!(probed.iter().all(|(_, end)| end.is_err()));
}

#[tokio::test]
async fn the_smallest_policy_is_enough_and_no_more() {
    let (cloud, clock) = cloud().await;
    let all = narrowed(&cloud, &clock, &Wanted::default());
    assert_eq!(missing(&probe(&all).await), [] as [Action; 0]);
    assert_eq!(write(&all, Access::PasswordFree).await, "accepted");
    cloud.control().finish_all();

    let mut closing = Wanted::default();
    closing.switch = Switch::OnlyToPasswordRequired;
    let closing = narrowed(&cloud, &clock, &closing);
    assert_eq!(missing(&probe(&closing).await), [] as [Action; 0]);
    assert_eq!(write(&closing, Access::PasswordFree).await, "NoPermission");
    assert_eq!(write(&closing, Access::PasswordRequired).await, "accepted");
    cloud.control().finish_all();

    let mut looking = Wanted::default();
    (looking.reads, looking.switch) = (vec![Action::DescribeInstanceConfig], Switch::Nothing);
    let looking = narrowed(&cloud, &clock, &looking);
    assert_eq!(
        missing(&probe(&looking).await),
        [
            Action::DescribeSecurityIps,
            Action::DescribeDbInstanceNetInfo,
            Action::DescribeEngineVersion,
            Action::DescribeParameters,
        ]
    );
    for access in [Access::PasswordFree, Access::PasswordRequired] {
        assert_eq!(write(&looking, access).await, "NoPermission");
    }
}
