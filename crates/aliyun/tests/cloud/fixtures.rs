//! Every file under `fixtures/` is read, by the call it belongs to, over a socket.

use std::collections::BTreeSet;

use aliyun::{Client, Detail, Error, ErrorKind, Language};
use domain::access::{Access, AccessState};
use domain::cloud::WhitelistCheck;
use domain::endpoint::NetType;
use domain::fact::Unread;
use domain::id::{CloudCode, RequestId};
use domain::instance::{Architecture, InstanceStatus, InstanceType, NetworkType, Series};
use domain::whitelist::Admitted;
use serde_json::Value;

use crate::server::{Answer, Server};
use crate::setup::{client, fixture, fixtures, instance, ok, region};

fn names(folder: &str) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(fixtures().join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .map(|name| name.strip_suffix(".json").unwrap().to_owned())
        .collect();
    names.sort();
    names
}

/// The answer to the one request of a new client.
async fn of<T>(answer: Answer, call: impl AsyncFnOnce(Client) -> T) -> T {
    let server = Server::plays([answer]).await;
    let result = call(client(&server)).await;
    assert_eq!(server.requests().len(), 1);
    result
}

/// Reads `folder/name` with the call of that action.
async fn read(folder: &str, name: &str) -> Result<(), Error> {
    let body: Value = serde_json::from_slice(&fixture(&format!("{folder}/{name}"))).unwrap();
    let id = body["Instances"]["DBInstanceAttribute"][0]["InstanceId"]
        .as_str()
        .map_or_else(instance, |id| id.parse().unwrap());
    of(ok(&format!("{folder}/{name}")), async |client| match folder {
        "DescribeDBInstanceNetInfo" => {
            client.describe_db_instance_net_info(&region(), &id).await.map(drop)
        }
        "DescribeEngineVersion" => client.describe_engine_version(&region(), &id).await.map(drop),
        "DescribeInstanceAttribute" => {
            client.describe_instance_attribute(&region(), &id).await.map(drop)
        }
        "DescribeInstanceConfig" => client.describe_instance_config(&region(), &id).await.map(drop),
        "DescribeInstances" => client.describe_instances_page(&region(), 1).await.map(drop),
        "DescribeParameters" => client.describe_parameters(&region(), &id).await.map(drop),
        "DescribeRegions" => client.describe_regions(Language::English).await.map(drop),
        "DescribeSecurityIps" => client.describe_security_ips(&region(), &id).await.map(drop),
        "GetCallerIdentity" => client.get_caller_identity().await.map(drop),
        "ModifyInstanceVpcAuthMode" => {
            let access = Access::PasswordFree;
            let prepared =
                client.prepare_modify_vpc_auth_mode(&region(), &id, access).await.unwrap();
            let observed = client.send(prepared).await;
            assert!(
                matches!(observed, domain::change::Observation::Accepted { .. }),
                "{observed:?}"
            );
            Ok(())
        }
        other => panic!("no call for {other}"),
    })
    .await
}

#[tokio::test]
async fn every_answer_is_read_and_the_only_errors_are_those_that_are_meant() {
    // Actions of the cloud that this client does not have, because nothing needs them.
    // Read by the sources of credentials.
    const OF_KEYS: &[&str] = &["AssumeRole", "AssumeRoleWithOIDC", "SecurityCredentials"];
    const NOT_CALLED: &[&str] = &["DescribeZones", "ModifySecurityIps"];
    let folders: BTreeSet<String> = std::fs::read_dir(fixtures())
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().is_dir() && entry.file_name() != "errors")
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    let mut count = 0;
    for folder in folders.iter().filter(|folder| {
        !NOT_CALLED.contains(&folder.as_str()) && !OF_KEYS.contains(&folder.as_str())
    }) {
        for name in names(folder) {
            count += 1;
            let result = read(folder, &name).await.map_err(|error| (error.kind, error.detail));
            let expected = match (folder.as_str(), name.as_str()) {
                ("DescribeInstanceAttribute", "empty-list" | "without-list") => {
                    Err((ErrorKind::NotFound, None))
                }
                // Neither `yes` nor `no`: what it means is not known, so the fact is not either.
                ("DescribeParameters", "odd-value" | "upper-case-value") => {
                    Err((ErrorKind::Protocol, Some(Detail::UnexpectedValue)))
                }
                _ => Ok(()),
            };
            assert_eq!(result, expected, "{folder}/{name}");
        }
    }
    assert!(count > 70, "{count}");
}

#[tokio::test]
async fn every_refusal_is_read_by_its_code() {
    let statuses: std::collections::BTreeMap<String, u16> =
        serde_json::from_slice(&fixture("error-statuses")).unwrap();
    let files = names("errors");
    assert_eq!(files, statuses.keys().cloned().collect::<Vec<_>>());
    for (name, status) in statuses {
        let body = fixture(&format!("errors/{name}"));
        let wire: Value = serde_json::from_slice(&body).unwrap();
        let code = wire["Code"].as_str().or(wire["code"].as_str());
        let server = Server::plays((0..4).map(|_| Answer::new(status, body.clone()))).await;
        let error =
            client(&server).describe_instance_attribute(&region(), &instance()).await.unwrap_err();
        assert_eq!(error.code.as_ref().map(CloudCode::as_str), code, "{name}");
        assert_eq!(error.http_status, Some(status), "{name}");
        let id = wire["RequestId"].as_str().or(wire["requestId"].as_str());
        assert_eq!(error.request_id.as_ref().map(RequestId::as_str), id, "{name}");
        assert_eq!(server.requests().len(), if error.retryable { 4 } else { 1 }, "{name}");
        let message = wire["Message"].as_str().or(wire["message"].as_str()).unwrap_or("no message");
        assert!(!format!("{error} {error:?}").contains(message), "{name}: {error:?}");
        let unread = Unread::from(&error);
        match error.kind {
            ErrorKind::Denied => assert!(matches!(unread, Unread::Denied(_)), "{name}"),
            ErrorKind::Throttled => assert!(matches!(unread, Unread::Throttled(_)), "{name}"),
            ErrorKind::NotFound => assert_eq!(unread, Unread::NotFound, "{name}"),
            ErrorKind::Credential => assert_eq!(unread, Unread::NoCredential, "{name}"),
            ErrorKind::Unavailable | ErrorKind::Transport | ErrorKind::Protocol => {
                assert_eq!(unread, Unread::Unreachable, "{name}");
            }
            _ => assert!(matches!(unread, Unread::Refused(_)), "{name}"),
        }
    }
}

#[tokio::test]
async fn the_mode_is_known_in_its_two_spellings_and_unknown_in_any_other() {
    for (name, state, raw) in [
        ("one", AccessState::PasswordRequired, Some("Open")),
        ("password-free", AccessState::PasswordFree, Some("Close")),
        ("mode-unknown", AccessState::Unknown, Some("Ajar")),
        ("mode-lower-case", AccessState::Unknown, Some("close")),
        ("mode-missing", AccessState::Unknown, None),
        ("mode-empty", AccessState::Unknown, Some("")),
        ("mode-null", AccessState::Unknown, None),
        ("only-the-id", AccessState::Unknown, None),
    ] {
        let attribute = of(ok(&format!("DescribeInstanceAttribute/{name}")), async |client| {
            client.describe_instance_attribute(&region(), &instance()).await.unwrap().value
        })
        .await;
        assert_eq!(
            (attribute.access_state(), attribute.raw_mode.as_deref()),
            (state, raw),
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_row_is_read_whole() {
    let page = of(ok("DescribeInstances/one"), async |client| {
        client.describe_instances_page(&region(), 1).await.unwrap().value
    })
    .await;
    assert_eq!((page.total, page.unreadable), (Some(1), 0));
    let row = &page.rows[0];
    assert_eq!(row.id.as_str(), "r-wz9abc0000000001");
    assert_eq!(row.name.as_str(), "orders-cache");
    assert_eq!((row.region.as_str(), row.zone.as_str()), ("cn-shenzhen", "cn-shenzhen-e"));
    assert_eq!((&row.status, &row.kind), (&InstanceStatus::Normal, &InstanceType::Redis));
    assert_eq!((&row.architecture, &row.network), (&Architecture::Standard, &NetworkType::Vpc));
    assert_eq!((row.version.as_str(), row.series), ("5.0", Series::Classic));
    assert_eq!(
        (row.vpc.as_str(), row.vswitch.as_str()),
        ("vpc-wz9000000000000000001", "vsw-wz9000000000000000001")
    );
    assert_eq!((row.private_ip.as_str(), row.port), ("172.16.49.12", Some(6379)));
    assert_eq!(row.connection_domain, "r-wz9abc0000000001.redis.rds.aliyuncs.com");
    assert_eq!((row.capacity_mb, row.charge_type.as_str()), (Some(1024), "PostPaid"));
    assert_eq!(
        (row.resource_group.as_str(), row.created.as_str()),
        ("rg-acfm00000000001", "2024-05-06T07:08:09Z")
    );
    assert_eq!((row.tags[0].key.as_str(), row.tags[0].value.as_str()), ("team", "payments"));

    // The same in texts instead of numbers.
    let same = of(ok("DescribeInstances/numbers-as-strings"), async |client| {
        client.describe_instances_page(&region(), 1).await.unwrap().value
    })
    .await;
    assert_eq!(same, page);
}

#[tokio::test]
async fn words_nobody_has_heard_of_are_kept() {
    let row = of(ok("DescribeInstances/unknown-values"), async |client| {
        client.describe_instances_page(&region(), 1).await.unwrap().value.rows.remove(0)
    })
    .await;
    let wire: Value = serde_json::from_slice(&fixture("DescribeInstances/unknown-values")).unwrap();
    let wire = &wire["Instances"]["KVStoreInstance"][0];
    assert_eq!(wire["InstanceStatus"], row.status.as_str());
    assert_eq!(wire["InstanceType"], row.kind.as_str());
    assert_eq!(wire["NetworkType"], row.network.as_str());
    assert_eq!(wire["ArchitectureType"], row.architecture.as_str());
    assert!(matches!(row.status, InstanceStatus::Other(_)));
}

#[tokio::test]
async fn the_whitelist_parameter_is_what_runs_now() {
    for (name, check) in [
        ("one", WhitelistCheck::SkippedInVpc),
        ("whitelist-always-checked", WhitelistCheck::Always),
        ("waiting-for-effect", WhitelistCheck::SkippedInVpc),
        ("without-the-parameter", WhitelistCheck::Absent),
        ("empty-lists", WhitelistCheck::Absent),
    ] {
        let read = of(ok(&format!("DescribeParameters/{name}")), async |client| {
            client.describe_parameters(&region(), &instance()).await.unwrap().value.whitelist_check
        })
        .await;
        assert_eq!(read, check, "{name}");
    }
}

#[tokio::test]
async fn every_group_of_the_whitelist_counts() {
    for (name, groups, everyone, unparsed) in [
        ("one", 2, false, 0),
        ("open-to-everyone", 2, true, 0),
        ("open-in-a-hidden-group", 2, true, 0),
        ("open-written-differently", 2, true, 0),
        ("host-bits-and-oddities", 1, false, 1),
        ("spaces-and-duplicates", 1, false, 0),
        ("loopback-only", 1, false, 0),
        ("no-groups", 0, false, 0),
    ] {
        let whitelist = of(ok(&format!("DescribeSecurityIps/{name}")), async |client| {
            client.describe_security_ips(&region(), &instance()).await.unwrap().value
        })
        .await;
        let admitted = Admitted::by(&whitelist);
        assert_eq!((whitelist.len(), admitted.is_everyone()), (groups, everyone), "{name}");
        assert_eq!(admitted.unparsed.len(), unparsed, "{name}");
    }
}

#[tokio::test]
async fn the_public_endpoint_is_found_and_odd_ones_are_kept() {
    let endpoints = async |name: &str| {
        of(ok(&format!("DescribeDBInstanceNetInfo/{name}")), async |client| {
            client.describe_db_instance_net_info(&region(), &instance()).await.unwrap().value
        })
        .await
    };
    let one = endpoints("one").await;
    assert_eq!(
        one.iter().map(domain::endpoint::Endpoint::is_public).collect::<Vec<_>>(),
        [false, true]
    );
    assert_eq!(one[1].address(), "ordersdemo01.redis.rds.aliyuncs.com:6379");
    assert!(endpoints("direct-connection").await[1].direct);
    let odd = endpoints("unknown-net-type").await;
    assert_eq!(odd[0].net, NetType::Other("9".to_owned()));
    let number = endpoints("port-as-number").await;
    assert_eq!((&number[0].net, number[0].port), (&NetType::Vpc, Some(6379)));
}

#[tokio::test]
async fn releases_and_configurations_and_identities_are_read() {
    let release = of(ok("DescribeEngineVersion/booleans-as-strings"), async |client| {
        client.describe_engine_version(&region(), &instance()).await.unwrap().value
    })
    .await;
    assert_eq!((release.major.as_str(), release.minor.as_str()), ("5.0", "redis-5.0_5.0.0"));
    assert_eq!((release.is_latest, release.minor_upgrade_possible), (Some(false), Some(true)));
    assert_eq!(release.latest_minor.as_deref(), Some("5.0.9"));

    let config = of(ok("DescribeInstanceConfig/sentinel-password-free"), async |client| {
        client.describe_instance_config(&region(), &instance()).await.unwrap().value
    })
    .await;
    assert_eq!(config.parameters.unwrap()["hash-max-ziplist-entries"], "512");
    assert_eq!((config.sentinel_enabled, config.sentinel_password_free), (Some(true), Some(true)));
    assert_eq!(config.sentinel_password_free_commands, ["get", "info"]);
    let odd = of(ok("DescribeInstanceConfig/config-is-not-json"), async |client| {
        client.describe_instance_config(&region(), &instance()).await.unwrap().value
    })
    .await;
    assert_eq!(odd.parameters, None);

    let identity = of(ok("GetCallerIdentity/ram-user"), async |client| {
        client.get_caller_identity().await.unwrap().value
    })
    .await;
    assert_eq!(
        (identity.account_id.as_str(), identity.identity_type.as_str()),
        ("1968132000123456", "RAMUser")
    );
    assert_eq!(identity.arn, "acs:ram::1968132000123456:user/latchkey");
}
