//! All pages of a region, and what a list that moves can prove.

use aliyun::{ErrorKind, Listing, ListingEnd};
use serde_json::json;

use crate::server::{Answer, Server};
use crate::setup::{client, ok, refusal, region};

/// A page with instances numbered from `first`.
fn page(total: impl Into<Option<u64>>, first: usize, count: usize) -> Answer {
    let rows: Vec<_> = (first..first + count)
        .map(|n| json!({"InstanceId": format!("r-wz9{n:010}"), "InstanceName": format!("cache {n}")}))
        .collect();
    let body = json!({"RequestId": "1E83311F-0EE4-4922-A3BF-730B312B0003", "TotalCount": total.into(),
        "Instances": {"KVStoreInstance": rows}});
    Answer::new(200, body.to_string())
}

async fn list(pages: Vec<Answer>, most: u32) -> (Listing, Vec<String>) {
    let server = Server::plays(pages).await;
    let listing = client(&server).describe_all_instances(&region(), most).await.unwrap();
    let asked = server.requests().iter().map(|r| r.param("PageNumber").unwrap()).collect();
    (listing, asked)
}

#[tokio::test]
async fn pages_are_read_until_the_count_is_reached() {
    for (total, sizes, asked) in [
        (0, vec![0], vec!["1"]),
        (1, vec![1], vec!["1"]),
        (50, vec![50], vec!["1"]),
        (51, vec![50, 1], vec!["1", "2"]),
        (120, vec![50, 50, 20], vec!["1", "2", "3"]),
    ] {
        let pages = sizes.iter().enumerate().map(|(n, size)| page(total, n * 50, *size)).collect();
        let (listing, pages) = list(pages, 100).await;
        assert_eq!(pages, asked, "{total}");
        assert!(listing.is_complete(), "{total}: {:?}", listing.end);
        assert_eq!(listing.rows.len() as u64, total);
    }
}

#[tokio::test]
async fn a_list_that_moves_proves_nothing() {
    for (what, pages, rows) in [
        ("one was added meanwhile", vec![page(60, 0, 50), page(61, 50, 11)], 61),
        ("one was released meanwhile", vec![page(60, 0, 50), page(59, 51, 9)], 59),
        ("a row came twice, so another never came", vec![page(60, 0, 50), page(60, 49, 10)], 59),
        ("fewer rows than counted", vec![page(60, 0, 50), page(60, 50, 0)], 50),
        ("more rows than counted", vec![page(3, 0, 5)], 5),
        ("always the first page", vec![page(60, 0, 50), page(60, 0, 50)], 50),
        ("no count", vec![page(None, 0, 50), page(None, 50, 3)], 53),
        ("no count and a last page that is full", vec![page(None, 0, 50), page(None, 50, 0)], 50),
    ] {
        let (listing, _) = list(pages, 100).await;
        assert!(matches!(listing.end, ListingEnd::Unproven), "{what}: {:?}", listing.end);
        assert!(!listing.is_complete(), "{what}");
        assert_eq!(listing.rows.len(), rows, "{what}");
    }
}

#[tokio::test]
async fn there_is_an_end_to_every_list() {
    let (listing, asked) = list((0..9).map(|n| page(9999, n * 50, 50)).collect(), 3).await;
    assert!(matches!(listing.end, ListingEnd::LimitReached));
    assert_eq!((asked.len(), listing.rows.len()), (3, 150));
}

#[tokio::test]
async fn a_row_without_an_id_is_counted_and_never_proves_completeness() {
    let body = json!({"TotalCount": 2, "Instances": {"KVStoreInstance": [
        {"InstanceId": "r-wz90000000001"}, {"InstanceId": "<script>", "InstanceName": "odd"}]}});
    let (listing, _) = list(vec![Answer::new(200, body.to_string())], 9).await;
    assert_eq!((listing.rows.len(), listing.unreadable), (1, 1));
    assert!(matches!(listing.end, ListingEnd::Complete));
    assert!(!listing.is_complete());
}

#[tokio::test]
async fn what_was_read_before_a_failure_is_kept_and_says_so() {
    let (listing, _) = list(vec![page(60, 0, 50), refusal(403, "Forbidden.RAM")], 9).await;
    assert_eq!(listing.rows.len(), 50);
    let ListingEnd::Interrupted(error) = &listing.end else { panic!("{:?}", listing.end) };
    assert_eq!(error.kind, ErrorKind::Denied);

    let server = Server::plays([refusal(403, "Forbidden.RAM")]).await;
    assert!(client(&server).describe_all_instances(&region(), 9).await.is_err());
}

#[tokio::test]
async fn the_cloud_names_the_host_of_a_region() {
    let server = Server::plays([ok("DescribeRegions/repeated-per-zone")]).await;
    let client = client(&server);
    let regions = client.describe_regions(aliyun::Language::Chinese).await.unwrap().value;
    let hosts: Vec<_> = regions.iter().map(|r| (r.id.as_str(), r.endpoint.as_str())).collect();
    let named = [
        ("cn-hangzhou", "r-kvstore.aliyuncs.com"),
        ("ap-southeast-1", "r-kvstore.ap-southeast-1.aliyuncs.com"),
    ];
    assert_eq!(hosts, named);
    assert_eq!(server.requests()[0].param("AcceptLanguage").unwrap(), "zh-CN");
    // The override stays, whatever the cloud names.
    assert_eq!(client.endpoint_of(&region()).to_string(), server.url());
}
