//! Lists: pages, filters, and who sees what.

use crate::support::{Client, is, start};
use serde_json::Value;
use std::collections::BTreeSet;

fn rows(page: &Value) -> &[Value] {
    page["Instances"]["KVStoreInstance"].as_array().unwrap()
}

fn ids(page: &Value) -> Vec<String> {
    rows(page).iter().map(|row| row["InstanceId"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn all_pages_together_are_the_account_and_nothing_twice() {
    let (cloud, _) = start(|options| options.instances = 700).await;
    let mut seen = BTreeSet::new();
    for account in 0..2 {
        let client = Client::of(&cloud, account);
        let regions = client.ok("DescribeRegions", &[]).await;
        for region in regions["RegionIds"]["KVStoreRegion"].as_array().unwrap() {
            let region = region["RegionId"].as_str().unwrap();
            let mut page_number = 1_u64;
            loop {
                let number = page_number.to_string();
                let parameters =
                    [("RegionId", region), ("PageSize", "50"), ("PageNumber", &number)];
                let page = client.ok("DescribeInstances", &parameters).await;
                assert_eq!(page["PageSize"], 50);
                assert_eq!(page["PageNumber"], page_number);
                for id in ids(&page) {
                    assert!(seen.insert((account, id.clone())), "{id} came twice");
                }
                if page_number * 50 >= page["TotalCount"].as_u64().unwrap() {
                    break;
                }
                page_number += 1;
            }
        }
    }
    assert_eq!(seen.len(), 700);
}

#[tokio::test]
async fn page_bounds() {
    let (cloud, _) = start(|_| {}).await;
    let client = Client::of(&cloud, 0);
    let page = client.ok("DescribeInstances", &[("RegionId", "cn-hangzhou")]).await;
    assert_eq!((&page["PageNumber"], &page["PageSize"]), (&1.into(), &30.into()));
    let past =
        client.ok("DescribeInstances", &[("RegionId", "cn-hangzhou"), ("PageNumber", "99")]).await;
    assert!(rows(&past).is_empty());
    assert_eq!(past["TotalCount"], page["TotalCount"]);
    for (name, value, code) in [
        ("PageSize", "51", "InvalidPageSize"),
        ("PageSize", "0", "InvalidPageSize"),
        ("PageSize", "-1", "InvalidPageSize"),
        ("PageNumber", "0", "InvalidPageNumber"),
        ("PageNumber", "one", "InvalidPageNumber"),
        ("GlobalInstance", "perhaps", "InvalidParameter"),
    ] {
        let reply = client.call("DescribeInstances", &[(name, value)]).await;
        assert_eq!(reply.refusal(), is(400, code), "{name}={value}");
    }
}

#[tokio::test]
async fn every_filter_narrows_to_rows_that_have_the_value() {
    let (cloud, _) = start(|options| {
        options.instances = 600;
        options.regions = 1;
    })
    .await;
    let client = Client::of(&cloud, 0);
    let all =
        client.ok("DescribeInstances", &[("RegionId", "cn-hangzhou"), ("PageSize", "50")]).await;
    let total = all["TotalCount"].as_u64().unwrap();
    for name in [
        "InstanceStatus",
        "ChargeType",
        "NetworkType",
        "EngineVersion",
        "InstanceClass",
        "InstanceType",
        "ArchitectureType",
        "EditionType",
        "NodeType",
        "VpcId",
        "VSwitchId",
        "ZoneId",
        "ResourceGroupId",
        "PrivateIp",
    ] {
        let value = rows(&all).iter().find_map(|row| row[name].as_str()).unwrap().to_owned();
        let found = client.ok("DescribeInstances", &[("PageSize", "50"), (name, &value)]).await;
        let count = found["TotalCount"].as_u64().unwrap();
        assert!(count > 0 && count < total, "{name}={value} left {count} of {total}");
        assert!(rows(&found).iter().all(|row| row[name] == value.as_str()), "{name}");
    }
    for (name, value) in [("Expired", "True"), ("GlobalInstance", "true")] {
        let none = client.ok("DescribeInstances", &[(name, value)]).await;
        assert_eq!(none["TotalCount"], 0);
    }
}

#[tokio::test]
async fn search_ids_and_tags() {
    let (cloud, _) = start(|_| {}).await;
    let client = Client::of(&cloud, 0);
    for key in ["订单", "ORDERS-CACHE-D", "bp1dingdan"] {
        let found = client.ok("DescribeInstances", &[("SearchKey", key)]).await;
        assert_eq!(found["TotalCount"], 1, "{key}");
    }
    let two = "r-bp1ordersdev0001,r-bp1fresh00000001,r-nobody,r-uf6sessions00001";
    let found = client.ok("DescribeInstances", &[("InstanceIds", two)]).await;
    assert_eq!(
        ids(&found),
        ["r-bp1ordersdev0001", "r-bp1fresh00000001"],
        "unknown and elsewhere are left out"
    );
    let most = vec!["r-a"; 30].join(",");
    assert_eq!(client.call("DescribeInstances", &[("InstanceIds", &most)]).await.status, 200);
    let more = vec!["r-a"; 31].join(",");
    let refused = client.call("DescribeInstances", &[("InstanceIds", &more)]).await;
    assert_eq!(refused.refusal(), is(400, "InvalidInstanceIds.Malformed"));

    let staging = [("Tag.1.Key", "environment"), ("Tag.1.Value", "staging"), ("Tag.2.Key", "team")];
    let found = client.ok("DescribeInstances", &staging).await;
    assert!(found["TotalCount"].as_u64().unwrap() >= 2);
    for row in rows(&found) {
        assert!(
            row["Tags"]["Tag"]
                .as_array()
                .unwrap()
                .contains(&serde_json::json!({"Key":"environment","Value":"staging"}))
        );
    }
    let keys: Vec<String> = (1..=6).map(|n| format!("Tag.{n}.Key")).collect();
    let six: Vec<(&str, &str)> = keys.iter().map(|key| (key.as_str(), "k")).collect();
    assert_eq!(client.call("DescribeInstances", &six).await.refusal(), is(400, "InvalidParameter"));
}

#[tokio::test]
async fn an_instance_is_its_accounts_and_its_regions() {
    let (cloud, _) = start(|_| {}).await;
    let id = ("InstanceId", "r-uf6sessions00001");
    let owner = Client::of(&cloud, 0);
    assert_eq!(owner.call("DescribeInstanceAttribute", &[id]).await.status, 200);
    assert_eq!(
        owner.call("DescribeInstanceAttribute", &[id, ("RegionId", "cn-shanghai")]).await.status,
        200
    );
    let elsewhere =
        owner.call("DescribeInstanceAttribute", &[id, ("RegionId", "cn-beijing")]).await;
    assert_eq!(elsewhere.refusal(), is(404, "InvalidInstanceId.NotFound"));
    let stranger = Client::of(&cloud, 1).call("DescribeInstanceAttribute", &[id]).await;
    assert_eq!(stranger.refusal(), is(404, "InvalidInstanceId.NotFound"));
    let several =
        owner.call("DescribeInstanceAttribute", &[("InstanceId", "r-uf6sessions00001,r-x")]).await;
    assert_eq!(several.refusal(), is(404, "InvalidInstanceId.NotFound"));
}

#[tokio::test]
async fn regions_speak_two_languages_and_zones_belong_to_them() {
    let (cloud, _) = start(|_| {}).await;
    let client = Client::of(&cloud, 0);
    let chinese = client.ok("DescribeRegions", &[]).await;
    assert_eq!(chinese["RegionIds"]["KVStoreRegion"][0]["LocalName"], "华东1（杭州）");
    let english = client.ok("DescribeRegions", &[("AcceptLanguage", "en-US")]).await;
    assert_eq!(english["RegionIds"]["KVStoreRegion"][0]["LocalName"], "China (Hangzhou)");
    let zones = client.ok("DescribeZones", &[("RegionId", "cn-shenzhen")]).await;
    let zones = zones["Zones"]["KVStoreZone"].as_array().unwrap();
    assert_eq!(zones.len(), 3);
    assert!(zones.iter().all(|zone| zone["RegionId"] == "cn-shenzhen"));
}

#[tokio::test]
async fn parameters_are_classic_and_config_is_cloud_native() {
    let (cloud, _) = start(|_| {}).await;
    let client = Client::of(&cloud, 0);
    let (classic, native) = ("r-gw8guarded000001", "r-bp1ordersdev0001");
    let parameters = client.ok("DescribeParameters", &[("DBInstanceId", classic)]).await;
    let running = parameters["RunningParameters"]["Parameter"].as_array().unwrap();
    let always = |running: &[Value]| {
        running
            .iter()
            .find(|parameter| parameter["ParameterName"] == "#no_loose_check-whitelist-always")
            .cloned()
    };
    assert_eq!(always(running).unwrap()["ParameterValue"], "yes");
    let old = client.ok("DescribeParameters", &[("DBInstanceId", "r-gw8carts00000001")]).await;
    assert_eq!(
        always(old["RunningParameters"]["Parameter"].as_array().unwrap()),
        None,
        "2.8 does not have it"
    );
    assert_eq!(client.call("DescribeInstanceConfig", &[("InstanceId", native)]).await.status, 200);
    let refused = client.call("DescribeInstanceConfig", &[("InstanceId", classic)]).await;
    assert_eq!(refused.refusal(), is(403, "InstanceType.NotSupport"));
    let refused = client.call("DescribeParameters", &[("DBInstanceId", native)]).await;
    assert_eq!(refused.refusal(), is(403, "InstanceType.NotSupport"));
}
