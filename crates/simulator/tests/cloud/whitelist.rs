//! Writing a whitelist group the official way.

use crate::support::{Client, is, start};
use serde_json::json;
use simulator::WhitelistGroup;

const ID: &str = "r-bp1ordersdev0001";

async fn modify(client: &Client, more: &[(&str, &str)]) -> crate::support::Reply {
    let parameters: Vec<_> = [("InstanceId", ID)].into_iter().chain(more.iter().copied()).collect();
    client.call("ModifySecurityIps", &parameters).await
}

async fn group(client: &Client, name: &str) -> Option<String> {
    let answer = client.ok("DescribeSecurityIps", &[("InstanceId", ID)]).await;
    let groups = answer["SecurityIpGroups"]["SecurityIpGroup"].as_array().unwrap().clone();
    let group = groups.into_iter().find(|group| group["SecurityIpGroupName"] == name)?;
    Some(group["SecurityIpList"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn cover_append_and_delete() {
    let (cloud, _) = start(|_| {}).await;
    let client = Client::of(&cloud, 0);
    assert_eq!(modify(&client, &[("SecurityIps", "10.1.0.0/16,10.2.0.1")]).await.status, 200);
    assert_eq!(
        group(&client, "default").await.as_deref(),
        Some("10.1.0.0/16,10.2.0.1"),
        "overwriting is the default"
    );
    let append = [("SecurityIps", "0.0.0.0/0"), ("ModifyMode", "Append")];
    assert_eq!(modify(&client, &append).await.status, 200);
    assert_eq!(group(&client, "default").await.as_deref(), Some("10.1.0.0/16,10.2.0.1,0.0.0.0/0"));
    let delete = [("SecurityIps", "10.1.0.0/16,9.9.9.9"), ("ModifyMode", "Delete")];
    assert_eq!(modify(&client, &delete).await.status, 200);
    assert_eq!(group(&client, "default").await.as_deref(), Some("10.2.0.1,0.0.0.0/0"));

    let new = [("SecurityIps", "10.9.0.0/16"), ("SecurityIpGroupName", "batch")];
    assert_eq!(modify(&client, &new).await.status, 200);
    assert_eq!(group(&client, "batch").await.as_deref(), Some("10.9.0.0/16"));
    let gone = [
        ("SecurityIps", "10.9.0.0/16"),
        ("SecurityIpGroupName", "batch"),
        ("ModifyMode", "Delete"),
    ];
    assert_eq!(modify(&client, &gone).await.status, 200);
    assert_eq!(group(&client, "batch").await, None, "an empty group is gone");
    assert_eq!(cloud.control().ledger().len(), 5);
}

#[tokio::test]
async fn what_is_wrong_with_a_list_has_a_code() {
    let (cloud, _) = start(|_| {}).await;
    let client = Client::of(&cloud, 0);
    let many: String =
        (0..1001).map(|n| format!("10.0.{}.{}", n / 250, n % 250)).collect::<Vec<_>>().join(",");
    for (more, code) in [
        (vec![], "MissingSecurityIps"),
        (vec![("SecurityIps", "10.0.0.0/0")], "InvalidSecurityIPList.Format"),
        (vec![("SecurityIps", "10.0.0.0/33")], "InvalidSecurityIPList.Format"),
        (vec![("SecurityIps", "10.0.0.256")], "InvalidSecurityIPList.Format"),
        (vec![("SecurityIps", "10.0.0.1,")], "InvalidSecurityIPList.Format"),
        (vec![("SecurityIps", "10.0.0.1,10.0.0.1")], "InvalidSecurityIPList.Duplicate"),
        (vec![("SecurityIps", many.as_str())], "InvalidSecurityIPList.QuotaExceeded"),
        (
            vec![("SecurityIps", "10.0.0.1"), ("SecurityIpGroupName", "A")],
            "InvalidGroupName.Format",
        ),
        (
            vec![("SecurityIps", "10.0.0.1"), ("SecurityIpGroupName", "ali_dms_group")],
            "InvalidGroupName.Format",
        ),
        (vec![("SecurityIps", "10.0.0.1"), ("ModifyMode", "cover")], "InvalidParameter"),
    ] {
        assert_eq!(modify(&client, &more).await.refusal(), is(400, code), "{more:?}");
    }
}

#[tokio::test]
async fn groups_set_from_outside_are_seen_by_both_calls() {
    let (cloud, _) = start(|_| {}).await;
    let client = Client::of(&cloud, 0);
    let groups = vec![
        WhitelistGroup::new("default", "", "10.0.0.1"),
        WhitelistGroup::new("hdm_security_ips", "hidden", "0.0.0.0/0"),
    ];
    cloud.control().set_whitelist(ID, groups).unwrap();
    assert_eq!(group(&client, "hdm_security_ips").await.as_deref(), Some("0.0.0.0/0"));
    let attribute = client.ok("DescribeInstanceAttribute", &[("InstanceId", ID)]).await;
    assert_eq!(
        attribute["Instances"]["DBInstanceAttribute"][0]["SecurityIPList"],
        json!("10.0.0.1")
    );
}
