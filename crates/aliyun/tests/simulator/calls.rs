//! Every call, and every way for one to end.

use std::time::Duration;

use aliyun::{Client, Credential, ErrorKind, Language, Prepared};
use domain::access::{Access, AccessState};
use domain::call::SignatureScheme;
use domain::change::{Observation, Unclear};
use domain::cloud::WhitelistCheck;
use domain::id::{InstanceId, RegionId};
use domain::instance::{InstanceStatus, Series};
use domain::time::Timestamp;
use simulator::{Fault, Rule};

use crate::setup::{at, client, client_of, cloud, keys, options};

const WRITE: &str = "ModifyInstanceVpcAuthMode";

fn orders() -> (RegionId, InstanceId) {
    at("cn-hangzhou", "r-bp1ordersdev0001")
}

async fn prepare(client: &Client, to: Access) -> Prepared {
    let (region, id) = orders();
    client.prepare_modify_vpc_auth_mode(&region, &id, to).await.unwrap()
}

async fn state(client: &Client) -> (AccessState, InstanceStatus) {
    let (region, id) = orders();
    let attribute = client.describe_instance_attribute(&region, &id).await.unwrap().value;
    (attribute.access_state(), attribute.row.status)
}

#[tokio::test]
async fn the_whole_fleet_is_read_by_both_schemes() {
    let (cloud, clock) = cloud().await;
    for scheme in SignatureScheme::ALL {
        let client = client(&cloud, &clock, *scheme);
        let account = client.get_caller_identity().await.unwrap().value.account_id;
        assert_eq!(account, cloud.accounts()[0].uid);
        let regions = client.describe_regions(Language::English).await.unwrap().value;
        let mut read = 0;
        for region in &regions {
            let listing = client.describe_all_instances(&region.id, 100).await.unwrap();
            assert!(listing.is_complete(), "{}: {:?}", region.id, listing.end);
            for row in &listing.rows {
                if row.name.as_str().starts_with("r-throttled") {
                    continue;
                }
                let attribute = client.describe_instance_attribute(&region.id, &row.id).await;
                let attribute = attribute.unwrap().value;
                assert_eq!(attribute.row.status, row.status, "{}", row.id);
                read += 1;
            }
        }
        let all = cloud.control().instances(Some(&cloud.accounts()[0].name), None).len();
        assert_eq!(read, all - 1, "all but the throttled one");
        assert!(read > 50);
    }
}

#[tokio::test]
async fn every_fact_of_an_instance_is_read() {
    let (cloud, clock) = cloud().await;
    for scheme in SignatureScheme::ALL {
        let client = client(&cloud, &clock, *scheme);
        let (region, id) = at("eu-central-1", "r-gw8guarded000001");
        let row = client.describe_instance_attribute(&region, &id).await.unwrap().value.row;
        assert_eq!(row.series, Series::Classic);
        let check = client.describe_parameters(&region, &id).await.unwrap();
        assert_eq!(check.value.whitelist_check, WhitelistCheck::Always);
        assert!(check.request_id.is_some());
        let (region, id) = at("eu-central-1", "r-gw8unguarded0001");
        let check = client.describe_parameters(&region, &id).await.unwrap().value.whitelist_check;
        assert_eq!(check, WhitelistCheck::SkippedInVpc);

        let (region, id) = at("ap-southeast-1", "r-t4nmobile0000001");
        let endpoints = client.describe_db_instance_net_info(&region, &id).await.unwrap().value;
        assert!(endpoints.iter().any(domain::endpoint::Endpoint::is_public));
        let release = client.describe_engine_version(&region, &id).await.unwrap().value;
        assert_eq!(release.major, "4.0");

        let (region, id) = at("cn-hangzhou", "r-bp1partners00001");
        let groups = client.describe_security_ips(&region, &id).await.unwrap().value;
        assert!(domain::whitelist::Admitted::by(&groups).is_everyone());

        let (region, id) = orders();
        let config = client.describe_instance_config(&region, &id).await.unwrap().value;
        assert!(config.parameters.is_some_and(|parameters| !parameters.is_empty()));
    }
}

#[tokio::test]
async fn an_instance_is_opened_and_closed_and_each_call_is_in_the_ledger_once() {
    let (cloud, clock) = cloud().await;
    for scheme in SignatureScheme::ALL {
        cloud.control().clear_ledger();
        let client = client(&cloud, &clock, *scheme);
        assert_eq!(state(&client).await, (AccessState::PasswordRequired, InstanceStatus::Normal));
        for (to, word) in [(Access::PasswordFree, "Close"), (Access::PasswordRequired, "Open")] {
            let prepared = prepare(&client, to).await;
            let nonce = prepared.nonce().clone();
            let Observation::Accepted { request_id } = client.send(prepared).await else {
                panic!("not accepted")
            };
            assert_eq!(state(&client).await.1, InstanceStatus::Changing);
            cloud.control().finish_all();
            assert_eq!(state(&client).await, (to.into(), InstanceStatus::Normal));

            let ledger = cloud.control().ledger();
            let entry = ledger.last().unwrap();
            assert_eq!(entry.nonce.as_deref(), Some(nonce.as_str()));
            assert_eq!(entry.request_id, request_id.as_str());
            assert_eq!(entry.parameters["VpcAuthMode"], word);
        }
        assert_eq!(cloud.control().ledger().len(), 2);
    }
}

#[tokio::test]
async fn who_may_not_is_told_why() {
    let (cloud, clock) = cloud().await;
    let account = cloud.accounts()[0].clone();
    for scheme in SignatureScheme::ALL {
        let with = |credential| client_of(&cloud, options(&clock, credential), *scheme);
        let (region, id) = orders();

        let wrong = with(Credential::new(&account.access_key_id, "not-the-secret").unwrap());
        let error = wrong.describe_instance_attribute(&region, &id).await.unwrap_err();
        assert_eq!((error.kind, error.wrong_secret()), (ErrorKind::Credential, true), "{scheme}");
        let Observation::Denied { code, .. } =
            wrong.send(prepare(&wrong, Access::PasswordFree).await).await
        else {
            panic!("not denied")
        };
        assert_eq!(code.as_str(), "SignatureDoesNotMatch");

        let nobody = with(Credential::new("LTAI5tNobody", "x").unwrap());
        let error = nobody.get_caller_identity().await.unwrap_err();
        assert_eq!((error.kind, error.wrong_secret()), (ErrorKind::Credential, false));
        assert_eq!(error.code.unwrap().as_str(), "InvalidAccessKeyId.NotFound");

        let stranger = with(keys(&cloud));
        let (region, id) = at("cn-hangzhou", "r-bp1unknown000001");
        let error = stranger.describe_instance_attribute(&region, &id).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::NotFound);
        for (region, id, code) in [
            ("cn-hangzhou", "r-denied0000000001", "Forbidden.RAM"),
            ("cn-beijing", "r-2zelegacy0000001", "NetworkType.NotSupport"),
            ("cn-beijing", "r-2zefragments0001", "InstanceType.NotSupport"),
            ("cn-shanghai", "r-uf6archive000001", "ParamNotSupportedForCurrentVersion"),
            ("cn-shenzhen", "r-wz9resizing00001", "IncorrectDBInstanceState"),
        ] {
            let (region, id) = at(region, id);
            let prepared = stranger
                .prepare_modify_vpc_auth_mode(&region, &id, Access::PasswordFree)
                .await
                .unwrap();
            let observed = stranger.send(prepared).await;
            let Observation::Denied { code: said, .. } = &observed else { panic!("{observed:?}") };
            assert_eq!(said.as_str(), code, "{id}");
        }
    }
    cloud.control().enable_key(&account.access_key_id, false).unwrap();
    let disabled = client(&cloud, &clock, SignatureScheme::V1);
    let error = disabled.get_caller_identity().await.unwrap_err();
    assert_eq!(error.code.unwrap().as_str(), "InvalidAccessKeyId.Inactive");
}

#[tokio::test]
async fn a_temporary_key_works_until_it_expires() {
    let (cloud, clock) = cloud().await;
    for scheme in SignatureScheme::ALL {
        let name = &cloud.accounts()[0].name;
        let issued = cloud.control().issue_credentials(name, Duration::from_mins(15)).unwrap();
        let credential = Credential::new(&issued.access_key_id, &issued.access_key_secret)
            .unwrap()
            .with_token(&issued.security_token)
            .unwrap();
        let known = credential
            .clone()
            .expiring_at(Timestamp::from_secs(issued.expires_at.unix_timestamp()));
        let unknown = client_of(&cloud, options(&clock, credential), *scheme);
        let known = client_of(&cloud, options(&clock, known), *scheme);
        unknown.get_caller_identity().await.unwrap();
        known.get_caller_identity().await.unwrap();

        clock.advance(Duration::from_mins(16));
        let error = unknown.get_caller_identity().await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Credential);
        assert_eq!(error.code.unwrap().as_str(), "InvalidSecurityToken.Expired");
        // Whoever knows when it ends does not even ask.
        let error = known.get_caller_identity().await.unwrap_err();
        assert_eq!((error.kind, error.code), (ErrorKind::Credential, None));
    }
}

#[tokio::test]
async fn a_throttled_read_comes_through_and_a_throttled_write_says_so() {
    let (cloud, clock) = cloud().await;
    let client = client(&cloud, &clock, SignatureScheme::V3);
    let throttle = |status| Fault::Throttle {
        code: "Throttling.User".to_owned(),
        status,
        retry_after_ms: Some(1),
    };
    for status in [400, 429, 503] {
        cloud.control().add_fault(Rule::always(throttle(status)).times(3));
        state(&client).await;
    }
    let (region, id) = at("cn-hangzhou", "r-throttled0000001");
    let error = client.describe_instance_attribute(&region, &id).await.unwrap_err();
    assert_eq!((error.kind, error.retryable), (ErrorKind::Throttled, true));
    cloud.control().add_fault(Rule::always(throttle(400)).for_action(WRITE).times(1));
    let observed = client.send(prepare(&client, Access::PasswordFree).await).await;
    assert!(matches!(observed, Observation::Throttled { status: 400, .. }), "{observed:?}");
    cloud.control().add_fault(Rule::always(throttle(503)).for_action(WRITE).times(1));
    let observed = client.send(prepare(&client, Access::PasswordFree).await).await;
    assert!(
        matches!(observed, Observation::Unclear { why: Unclear::ServerError, .. }),
        "{observed:?}"
    );
}

#[tokio::test]
async fn a_wrong_clock_is_corrected_by_the_cloud() {
    for (scheme, hours) in [(SignatureScheme::V1, 2), (SignatureScheme::V3, -2)] {
        let (cloud, clock) = cloud().await;
        cloud.control().shift_clock(hours * 3_600_000);
        let writer = client(&cloud, &clock, scheme);
        let observed = writer.send(prepare(&writer, Access::PasswordFree).await).await;
        assert!(matches!(observed, Observation::ClockWrong { .. }), "{observed:?}");
        let observed = writer.send(prepare(&writer, Access::PasswordFree).await).await;
        assert!(matches!(observed, Observation::Accepted { .. }), "{observed:?}");
        assert_eq!(writer.clock_offset().applied_millis, hours * 3_600_000);
        // A read needs no second call from us.
        client(&cloud, &clock, scheme).get_caller_identity().await.unwrap();
    }
}

#[tokio::test]
async fn what_was_lost_on_the_way_back_is_unclear_and_arrived_once() {
    let (lost, failed, odd) =
        (Unclear::ConnectionLost, Unclear::ServerError, Unclear::NotUnderstood);
    let cases = [
        (Fault::Close { applied: true }, lost),
        (Fault::Reset { applied: true }, lost),
        (Fault::HalfBody { applied: true }, lost),
        (Fault::Http { status: 500, applied: true }, failed),
        (Fault::Http { status: 502, applied: false }, failed),
        (Fault::Html { applied: true }, odd),
        (Fault::Garbage { applied: true }, odd),
        (Fault::Huge { bytes: 3 << 20, applied: true }, odd),
    ];
    for (fault, expected) in cases {
        let (cloud, clock) = cloud().await;
        let client = client(&cloud, &clock, SignatureScheme::V1);
        cloud.control().add_fault(Rule::always(fault.clone()).for_action(WRITE));
        let observed = client.send(prepare(&client, Access::PasswordFree).await).await;
        let Observation::Unclear { why, .. } = observed else { panic!("{fault:?}: {observed:?}") };
        assert_eq!(why, expected, "{fault:?}");
        assert_eq!(cloud.control().ledger().len(), 1, "{fault:?}");
    }
}
