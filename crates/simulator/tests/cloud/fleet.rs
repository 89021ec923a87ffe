//! The fleet: believable, repeatable, of any size, with its showcase.

use crate::support::{Client, start};
use serde_json::Value;
use simulator::{Control, Simulator};
use std::collections::BTreeMap;

/// How often each value of a field occurs.
fn tally(instances: &[Value], field: &str) -> BTreeMap<String, usize> {
    let mut tally = BTreeMap::new();
    for instance in instances {
        *tally.entry(instance[field].as_str().unwrap_or("–").to_owned()).or_default() += 1;
    }
    tally
}

async fn of(instances: usize, seed: u64, showcase: bool) -> (Simulator, Control) {
    let (cloud, _) = start(|options| {
        options.instances = instances;
        options.seed = seed;
        options.showcase = showcase;
    })
    .await;
    let control = cloud.control();
    (cloud, control)
}

#[tokio::test]
async fn the_same_seed_gives_the_same_cloud_and_another_another() {
    let (one, first) = of(300, 7, true).await;
    let (two, second) = of(300, 7, true).await;
    let (three, third) = of(300, 8, true).await;
    assert_eq!(one.accounts(), two.accounts());
    assert_eq!(first.instances(None, None), second.instances(None, None));
    assert_ne!(one.accounts(), three.accounts());
    assert_ne!(first.instances(None, None), third.instances(None, None));
}

#[tokio::test]
async fn a_large_fleet_has_some_of_everything_and_mostly_the_usual() {
    let (_cloud, control) = of(3000, 1, false).await;
    let all = control.instances(None, None);
    assert_eq!(all.len(), 3000);
    let tally = |field| tally(&all, field);
    let status = tally("InstanceStatus");
    assert!(status["Normal"] > 2700 && status.len() > 4, "{status:?}");
    for (field, wanted) in [
        ("EngineVersion", vec!["2.8", "4.0", "5.0", "6.0", "7.0"]),
        ("InstanceType", vec!["Redis", "Tair", "Memcache"]),
        ("ComputingType", vec!["Machine", "Ecs"]),
        ("ArchitectureType", vec!["standard", "cluster", "rwsplit"]),
        ("NetworkType", vec!["VPC", "CLASSIC"]),
        ("VpcAuthMode", vec!["Open", "Close", "–"]),
        ("#no_loose_check-whitelist-always", vec!["yes", "no"]),
    ] {
        let tally = tally(field);
        assert!(wanted.iter().all(|value| tally[*value] >= 10), "{field}: {tally:?}");
    }
    let environments = all.iter().map(|it| it["Tags"]["environment"].as_str().unwrap_or("–"));
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    environments.for_each(|environment| *counts.entry(environment).or_default() += 1);
    assert_eq!(
        counts.keys().copied().collect::<Vec<_>>(),
        ["development", "production", "staging", "–"]
    );
    let open = all.iter().filter(|it| it["whitelist"].to_string().contains("0.0.0.0/0")).count();
    let hidden = all.iter().filter(|it| it["whitelist"].to_string().contains("hidden")).count();
    let public = all.iter().filter(|it| it["public_endpoint"] == true).count();
    assert!(
        (60..600).contains(&open) && hidden > 300 && (100..600).contains(&public),
        "{open} {hidden} {public}"
    );
    let chinese = all.iter().filter(|it| !it["InstanceName"].as_str().unwrap().is_ascii()).count();
    assert!(chinese > 100);
    assert!(all.iter().all(|it| {
        let mode = &it["VpcAuthMode"];
        mode.is_null() == (it["NetworkType"] == "CLASSIC" || it["InstanceType"] == "Memcache")
    }));
}

#[tokio::test]
async fn instances_spread_evenly_over_accounts_and_regions() {
    let (cloud, _) = start(|options| {
        options.instances = 900;
        options.regions = 30;
        options.accounts = 1;
        options.showcase = false;
    })
    .await;
    let regions = tally(&cloud.control().instances(None, None), "RegionId");
    assert_eq!(regions.len(), 30);
    assert!(regions.values().all(|count| *count == 30), "{regions:?}");
}

#[tokio::test]
async fn the_showcase_is_there_whatever_the_seed_and_the_readme_lists_all_of_it() {
    let readme = include_str!("../../README.md");
    let mut counts = Vec::new();
    for (seed, regions) in [(1, 6), (99, 2)] {
        let (cloud, _) = start(|options| {
            options.seed = seed;
            options.regions = regions;
            options.instances = 0;
        })
        .await;
        let all = cloud.control().instances(Some(&cloud.accounts()[0].name), None);
        for instance in &all {
            let id = instance["InstanceId"].as_str().unwrap();
            assert!(readme.contains(&format!("`{id}`")), "{id} is not in the README");
        }
        counts.push(all.len());
    }
    assert_eq!(counts[0], counts[1]);
    let rows = readme.lines().filter(|line| line.starts_with("| `r-")).count();
    assert_eq!(rows, counts[0], "every row of the table is an instance");
}

#[tokio::test]
async fn what_the_showcase_promises_is_so() {
    let (cloud, _) = start(|_| {}).await;
    let client = Client::of(&cloud, 0);
    let list = |region: &'static str| {
        let client = client.clone();
        async move {
            let page =
                client.ok("DescribeInstances", &[("RegionId", region), ("PageSize", "50")]).await;
            page["Instances"]["KVStoreInstance"].as_array().unwrap().clone()
        }
    };
    let row =
        |rows: &[Value], id: &str| rows.iter().find(|row| row["InstanceId"] == id).unwrap().clone();
    let shenzhen = list("cn-shenzhen").await;
    let odd = row(&shenzhen, "r-wz9oddshapes0001");
    assert_eq!(
        (&odd["Port"], odd.get("Tags"), odd.get("ConnectionDomain")),
        (&"6379".into(), None, None)
    );
    assert_eq!(row(&shenzhen, "r-wz9oddvalues0001")["InstanceType"], "Valkey");
    let longest = row(&shenzhen, "r-wz9hostile000003");
    assert_eq!(longest["InstanceName"].as_str().unwrap().chars().count(), 128);
    assert!(
        row(&shenzhen, "r-wz9hostile000002")["InstanceName"].as_str().unwrap().contains('\u{202E}')
    );
    assert_eq!(row(&shenzhen, "r-wz9resizing00001")["InstanceStatus"], "Changing");
    let attribute =
        client.ok("DescribeInstanceAttribute", &[("InstanceId", "r-wz9oddmode000001")]).await;
    assert_eq!(attribute["Instances"]["DBInstanceAttribute"][0]["VpcAuthMode"], "Ajar");
    for id in ["r-t4nmobile0000001", "r-t4nweb0000000001"] {
        let net = client.ok("DescribeDBInstanceNetInfo", &[("InstanceId", id)]).await;
        let items = net["NetInfoItems"]["InstanceNetInfo"].as_array().unwrap();
        assert!(
            items.iter().any(|item| item["DBInstanceNetType"] == "0" && item["IPType"] == "Public"),
            "{id}"
        );
    }
    assert!(cloud.control().instances(Some(&cloud.accounts()[1].name), None).len() >= 12);
}

#[tokio::test]
async fn a_hundred_thousand_instances_start_and_answer() {
    let (cloud, _) = start(|options| {
        options.instances = 100_000;
        options.regions = 30;
        options.accounts = 4;
    })
    .await;
    assert_eq!(cloud.control().instance_count(), 100_000);
    let client = Client::of(&cloud, 3);
    let last = client
        .ok(
            "DescribeInstances",
            &[("RegionId", "cn-shenzhen"), ("PageSize", "50"), ("PageNumber", "17")],
        )
        .await;
    let total = last["TotalCount"].as_u64().unwrap();
    assert!((700..900).contains(&total), "{total}");
}
