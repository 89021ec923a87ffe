//! So many calls in so much time, by account, action and region.

use crate::support::{Client, is, start};
use simulator::Quota;
use std::time::Duration;

#[tokio::test]
async fn a_quota_is_used_up_and_comes_back() {
    let (cloud, clock) = start(|options| options.quotas = true).await;
    let control = cloud.control();
    let (first, second) = (Client::of(&cloud, 0), Client::of(&cloud, 1));
    let shanghai = [("RegionId", "cn-shanghai")];
    control.set_quota("DescribeInstances", Quota { calls: 3, seconds: 60 });
    for _ in 0..3 {
        assert_eq!(first.call("DescribeInstances", &shanghai).await.status, 200);
    }
    let refused = first.call("DescribeInstances", &shanghai).await;
    assert_eq!(refused.refusal(), is(400, "Throttling.User"));
    assert_eq!(refused.json()["Message"], "Request was denied due to user flow control.");

    assert_eq!(
        first.call("DescribeInstances", &[("RegionId", "cn-beijing")]).await.status,
        200,
        "another region"
    );
    assert_eq!(first.call("DescribeRegions", &[]).await.status, 200, "another action");
    assert_eq!(second.call("DescribeInstances", &shanghai).await.status, 200, "another account");

    clock.advance(Duration::from_mins(1));
    let later = Client { signed_at: clock.now(), ..first };
    assert_eq!(later.call("DescribeInstances", &shanghai).await.status, 200);

    let counters = control.counters();
    let counter = counters
        .iter()
        .find(|counter| {
            counter.region == "cn-shanghai" && counter.account == cloud.accounts()[0].name
        })
        .unwrap();
    assert_eq!((counter.calls, counter.throttled, counter.refused), (5, 1, 0));
}

#[tokio::test]
async fn the_published_quota_of_whitelists_is_two_hundred_a_minute() {
    let (cloud, _) = start(|options| options.quotas = true).await;
    let client = Client::of(&cloud, 0);
    let parameters = [("InstanceId", "r-bp1ordersdev0001")];
    for _ in 0..200 {
        assert_eq!(client.call("DescribeSecurityIps", &parameters).await.status, 200);
    }
    assert_eq!(
        client.call("DescribeSecurityIps", &parameters).await.refusal(),
        is(400, "Throttling.User")
    );
    assert_eq!(
        client.call("DescribeInstanceAttribute", &parameters).await.status,
        200,
        "1,000 a second"
    );
}

#[tokio::test]
async fn users_and_roles_of_an_account_share_its_budget_and_quotas_can_be_off() {
    let (cloud, _) = start(|options| options.quotas = true).await;
    let control = cloud.control();
    control.set_quota("DescribeRegions", Quota { calls: 1, seconds: 60 });
    let credentials =
        control.issue_credentials(&cloud.accounts()[0].name, Duration::from_hours(1)).unwrap();
    let role = Client::temporary(&cloud, &credentials);
    assert_eq!(role.call("DescribeRegions", &[]).await.status, 200);
    let user = Client::of(&cloud, 0);
    assert_eq!(user.call("DescribeRegions", &[]).await.refusal(), is(400, "Throttling.User"));
    control.set_quotas(false);
    assert_eq!(user.call("DescribeRegions", &[]).await.status, 200);
}
