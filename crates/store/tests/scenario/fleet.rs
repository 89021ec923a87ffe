use std::time::Duration;

use domain::access::{Access, AccessState};
use domain::environment::Environment;
use domain::exposure::ExposureLevel;
use domain::fact::{Fact, Unread};
use domain::id::{AccountName, InstanceKey, RegionId};
use domain::inventory::{
    ExposureFilter, FactKind, InstanceFilter, InstanceListing, InstanceSort, MatchCount,
    WhitelistFinding,
};
use domain::person::Scope;
use domain::whitelist::WhitelistGroup;
use store::Store;
use store::fleet::{EventFilter, FactRecord, FactUpdate, Lane, PageOf, cursor_after};

use super::{at, attribute, key, listed, row};

const ALL: &Scope = &Scope::Everything;

fn text(text: &str) -> InstanceFilter {
    InstanceFilter { text: text.into(), ..InstanceFilter::default() }
}

async fn list(store: &Store, filter: &InstanceFilter, sort: InstanceSort) -> Vec<InstanceListing> {
    store.list_instances(ALL, PageOf { filter, sort, after: None, limit: 100 }).await.unwrap()
}

async fn names(store: &Store, filter: &InstanceFilter) -> Vec<String> {
    list(store, filter, InstanceSort::Name)
        .await
        .into_iter()
        .map(|row| row.name.to_string())
        .collect()
}

async fn read(store: &Store, id: &str, updates: Vec<FactUpdate>, second: i64) {
    let due = at(second + 100);
    let updates = updates.into_iter().map(|update| (update, due)).collect();
    store.record_facts(&[FactRecord { key: key(id), at: at(second), updates }]).await.unwrap();
}

fn mode(id: &str, name: &str, access: Access) -> FactUpdate {
    FactUpdate::Attribute(Fact::Known(attribute(row(id, name), access)))
}

fn whitelist(entries: &[&str]) -> FactUpdate {
    FactUpdate::Whitelist(Fact::Known(vec![WhitelistGroup {
        name: "default".into(),
        attribute: String::new(),
        entries: entries.iter().map(|entry| (*entry).into()).collect(),
    }]))
}

/// What became different, the oldest first, as "field before after".
async fn told(store: &Store) -> Vec<String> {
    let events = store.list_events_after(ALL, 0, 100).await.unwrap();
    let word = |text: Option<String>| text.unwrap_or_else(|| "-".into());
    events
        .into_iter()
        .map(|event| format!("{} {} {}", event.field, word(event.before), word(event.after)))
        .collect()
}

pub async fn a_listing_replaces_a_listing(store: &Store) {
    listed(store, &[("r-a", "orders"), ("r-b", "sessions")], at(10)).await;
    assert_eq!(told(store).await, [""; 0], "the first list is no news");
    listed(store, &[("r-a", "orders-2"), ("r-c", "Ledger")], at(20)).await;
    assert_eq!(names(store, &InstanceFilter::default()).await, ["Ledger", "orders-2"]);
    assert_eq!(told(store).await, ["name orders orders-2", "appeared - -", "released - -"]);
    let gone = store.find_instance(ALL, &key("r-b")).await.unwrap().unwrap();
    assert_eq!(gone.released_at, Some(at(20)));
    listed(store, &[("r-b", "sessions")], at(30)).await;
    assert_eq!(store.find_instance(ALL, &key("r-b")).await.unwrap().unwrap().released_at, None);
    let place = key("r-b");
    let part = [(row("r-c", "Ledger"), Environment::Development)];
    store.record_listing(&place.account, &place.region, &part, false, at(40)).await.unwrap();
    let left = names(store, &InstanceFilter::default()).await;
    assert_eq!(left, ["Ledger", "sessions"], "a part of the list releases nothing");
    assert!(store.find_instance(ALL, &key("r-z")).await.unwrap().is_none());
    assert_eq!(store.count_instances(ALL, &InstanceFilter::default()).await.unwrap().total, 2);
}

pub async fn instances_are_found_by_what_people_type(store: &Store) {
    listed(
        store,
        &[("r-abc", "Orders-Cache"), ("r-def", "订单-预发-缓存"), ("r-ghi", "100%_done\\")],
        at(10),
    )
    .await;
    for (typed, found) in [
        ("orders", vec!["Orders-Cache"]),
        ("  CACHE ", vec!["Orders-Cache"]),
        ("rs-ca", vec!["Orders-Cache"]),
        ("订单", vec!["订单-预发-缓存"]),
        ("单", vec!["订单-预发-缓存"]),
        ("订预", vec![]),
        ("预发-缓", vec!["订单-预发-缓存"]),
        ("r-def", vec!["订单-预发-缓存"]),
        ("r-def.redis.rds", vec!["订单-预发-缓存"]),
        ("team=payments", vec!["100%_done\\", "Orders-Cache", "订单-预发-缓存"]),
        ("c", vec!["100%_done\\", "Orders-Cache", "订单-预发-缓存"]),
        ("%", vec!["100%_done\\"]),
        ("_done\\", vec!["100%_done\\"]),
        ("' OR 1=1 --", vec![]),
        ("\" OR grams:*", vec![]),
        ("o_ders", vec![]),
    ] {
        assert_eq!(names(store, &text(typed)).await, found, "{typed}");
        let count = MatchCount::Exactly(i64::try_from(found.len()).unwrap());
        assert_eq!(store.count_matches(ALL, &text(typed)).await.unwrap(), count, "{typed}");
    }
    listed(store, &[("r-abc", "renamed"), ("r-def", "订单-预发-缓存"), ("r-ghi", "x")], at(20))
        .await;
    assert_eq!(names(store, &text("orders")).await, [""; 0], "the old name is found no more");
    assert_eq!(names(store, &text("renam")).await, ["renamed"]);
    read(store, "r-abc", vec![mode("r-abc", "again", Access::PasswordFree)], 30).await;
    assert_eq!(names(store, &text("again")).await, ["again"]);
}

pub async fn frequent_text_is_counted_up_to_a_thousand(store: &Store) {
    let ids: Vec<String> = (0..1200).map(|n| format!("r-{n:04}")).collect();
    let rows: Vec<(&str, &str)> = ids.iter().map(|id| (id.as_str(), "orders")).collect();
    listed(store, &rows, at(10)).await;
    assert_eq!(
        store.count_matches(ALL, &text("orders")).await.unwrap(),
        MatchCount::MoreThan(1000)
    );
    assert_eq!(store.count_matches(ALL, &text("r-00")).await.unwrap(), MatchCount::Exactly(100));
    assert_eq!(list(store, &text("orders"), InstanceSort::Name).await.len(), 100);
    assert_eq!(
        store.count_matches(ALL, &InstanceFilter::default()).await.unwrap(),
        MatchCount::Exactly(1200)
    );
}

pub async fn pages_follow_each_other_without_gap_or_repetition(store: &Store) {
    let ids: Vec<String> = (0..25).map(|n| format!("r-{n:02}")).collect();
    let rows: Vec<(&str, &str)> =
        ids.iter().enumerate().map(|(n, id)| (id.as_str(), ["Same", "same", "b"][n % 3])).collect();
    listed(store, &rows, at(10)).await;
    for (n, id) in ids.iter().enumerate().filter(|(n, _)| n % 2 == 0) {
        let second = 20 + i64::try_from(n % 4).unwrap();
        read(
            store,
            id,
            vec![mode(id, rows[n].1, Access::PasswordFree), whitelist(&["10.0.0.1"])],
            second,
        )
        .await;
    }
    let development =
        InstanceFilter { environment: Some(Environment::Development), ..InstanceFilter::default() };
    for filter in [InstanceFilter::default(), development, text("same"), text("team=pay")] {
        for sort in InstanceSort::ALL {
            let whole = list(store, &filter, *sort).await;
            let mut seen = Vec::new();
            let mut cursor = None;
            loop {
                let page =
                    PageOf { filter: &filter, sort: *sort, after: cursor.as_ref(), limit: 7 };
                let page = store.list_instances(ALL, page).await.unwrap();
                let Some(last) = page.last() else { break };
                cursor = Some(cursor_after(*sort, last));
                seen.extend(page);
            }
            assert_eq!(seen, whole, "{sort} {filter:?}");
        }
    }
}

pub async fn the_worst_and_the_oldest_come_first_when_asked_for(store: &Store) {
    listed(store, &[("r-a", "a"), ("r-b", "b"), ("r-c", "c"), ("r-d", "d")], at(10)).await;
    read(
        store,
        "r-a",
        vec![mode("r-a", "a", Access::PasswordRequired), whitelist(&["10.0.0.1"])],
        30,
    )
    .await;
    read(store, "r-b", vec![mode("r-b", "b", Access::PasswordFree), whitelist(&["0.0.0.0/0"])], 20)
        .await;
    read(store, "r-c", vec![mode("r-c", "c", Access::PasswordFree), whitelist(&["10.0.0.1"])], 40)
        .await;
    let order = async |sort| {
        let rows = list(store, &InstanceFilter::default(), sort).await;
        rows.into_iter().map(|row| row.name.to_string()).collect::<String>()
    };
    assert_eq!(order(InstanceSort::Exposure).await, "bdca");
    assert_eq!(order(InstanceSort::Age).await, "dbac");
    assert_eq!(order(InstanceSort::Place).await, "abcd");
    let level = |level| InstanceFilter { exposure: Some(level), ..InstanceFilter::default() };
    assert_eq!(names(store, &level(ExposureFilter::Level(ExposureLevel::Critical))).await, ["b"]);
    assert_eq!(names(store, &level(ExposureFilter::Unknown)).await, ["d"]);
}

pub async fn counts_ignore_their_own_filter(store: &Store) {
    listed(store, &[("r-a", "a"), ("r-b", "b"), ("r-c", "c")], at(10)).await;
    read(store, "r-a", vec![mode("r-a", "a", Access::PasswordFree)], 11).await;
    let filter =
        InstanceFilter { access: Some(AccessState::PasswordFree), ..InstanceFilter::default() };
    assert_eq!(names(store, &filter).await, ["a"]);
    let counts = store.count_instances(ALL, &filter).await.unwrap();
    assert_eq!(counts.total, 1);
    assert_eq!(counts.by_access, [(AccessState::PasswordFree, 1), (AccessState::Unknown, 2)]);
    assert_eq!(counts.by_environment, [(Environment::Development, 1)]);
    assert_eq!(counts.by_version, [("7.0".to_owned(), 1)]);
    let none =
        InstanceFilter { environment: Some(Environment::Production), ..InstanceFilter::default() };
    assert_eq!(store.count_instances(ALL, &none).await.unwrap().total, 0);
}

/// Whatever happens to instances, the table of counts says what a count would.
pub async fn kept_counts_are_what_counting_gives(store: &Store) {
    let mut random = 7_u64;
    let mut next = move |below: u64| {
        random =
            random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % below
    };
    let ids: Vec<String> = (0..12).map(|n| format!("r-{n:02}")).collect();
    for turn in 0..60_i64 {
        let second = 100 + turn;
        if next(4) == 0 {
            let some: Vec<(&str, &str)> =
                ids.iter().filter(|_| next(5) > 0).map(|id| (id.as_str(), id.as_str())).collect();
            listed(store, &some, at(second)).await;
        } else {
            let id = &ids[usize::try_from(next(12)).unwrap()];
            let access = if next(2) == 0 { Access::PasswordFree } else { Access::PasswordRequired };
            let entries: &[&str] =
                [&["10.0.0.1"][..], &["0.0.0.0/0"], &[]][usize::try_from(next(3)).unwrap()];
            read(store, id, vec![mode(id, id, access), whitelist(entries)], second).await;
        }
        let rows = list(store, &InstanceFilter::default(), InstanceSort::Name).await;
        // The copy in memory may be half a second old; what is kept may not.
        let counts = store
            .clone_without_copies()
            .count_instances(ALL, &InstanceFilter::default())
            .await
            .unwrap();
        assert_eq!(counts.total, i64::try_from(rows.len()).unwrap(), "turn {turn}");
        for (state, count) in counts.by_access {
            let there = rows.iter().filter(|row| row.access == state).count();
            assert_eq!(count, i64::try_from(there).unwrap(), "turn {turn}: {state}");
        }
        for (finding, count) in counts.by_whitelist {
            let there = rows.iter().filter(|row| row.whitelist == finding).count();
            assert_eq!(count, i64::try_from(there).unwrap(), "turn {turn}: {finding}");
        }
    }
}

/// What is written at once ends as what is written one after the other.
pub async fn readings_that_come_together_are_kept_in_their_order(store: &Store) {
    let ids: Vec<String> = (0..70).map(|n| format!("r-{n:02}")).collect();
    let rows: Vec<(&str, &str)> = ids.iter().map(|id| (id.as_str(), "x")).collect();
    listed(store, &rows, at(10)).await;
    let record = |id: &str, update: FactUpdate, second: i64| FactRecord {
        key: key(id),
        at: at(second),
        updates: vec![(update, at(second + 100))],
    };
    let mut together: Vec<FactRecord> =
        ids.iter().map(|id| record(id, mode(id, "x", Access::PasswordRequired), 20)).collect();
    together.push(record("r-07", whitelist(&["0.0.0.0/0"]), 21));
    together.push(record("r-07", mode("r-07", "zz", Access::PasswordFree), 22));
    together.push(record("r-07", mode("r-07", "old", Access::PasswordRequired), 15));
    together.push(record("r-nobody", whitelist(&["0.0.0.0/0"]), 21));
    store.record_facts(&together).await.unwrap();

    let found = list(store, &InstanceFilter::default(), InstanceSort::Name).await;
    let (last, others) = found.split_last().unwrap();
    assert_eq!((last.key.id.as_str(), last.name.as_str()), ("r-07", "zz"));
    assert_eq!((last.access, last.read_at), (AccessState::PasswordFree, Some(at(22))));
    assert_eq!(last.whitelist, WhitelistFinding::Everyone);
    assert_eq!(others.len(), 69);
    assert!(others.iter().all(|row| row.access == AccessState::PasswordRequired));
    assert_eq!(told(store).await, ["access password-required password-free"]);
    let counts = store.count_instances(ALL, &InstanceFilter::default()).await.unwrap();
    let by_access = [(AccessState::PasswordFree, 1), (AccessState::PasswordRequired, 69)];
    assert_eq!(counts.by_access, by_access);
    assert_eq!(names(store, &text("zz")).await, ["zz"]);
}

pub async fn a_failed_reading_keeps_the_last_value(store: &Store) {
    listed(store, &[("r-a", "a")], at(10)).await;
    read(
        store,
        "r-a",
        vec![mode("r-a", "renamed", Access::PasswordFree), whitelist(&["0.0.0.0/0"])],
        11,
    )
    .await;
    let listing = list(store, &InstanceFilter::default(), InstanceSort::Name).await.remove(0);
    assert_eq!(
        (listing.access, listing.whitelist),
        (AccessState::PasswordFree, WhitelistFinding::Everyone)
    );
    assert_eq!((listing.name.as_str(), listing.read_at), ("renamed", Some(at(11))));
    let why = Unread::Throttled("Throttling.User".parse().unwrap());
    read(store, "r-a", vec![FactUpdate::Attribute(Fact::Unknown(why.clone()))], 20).await;
    let detail = store.find_instance(ALL, &key("r-a")).await.unwrap().unwrap();
    assert_eq!(detail.facts().access_state(), AccessState::PasswordFree);
    assert_eq!(
        (detail.attribute.read_at, detail.attribute.problem.clone()),
        (Some(at(11)), Some(why))
    );
    let listing = list(store, &InstanceFilter::default(), InstanceSort::Name).await.remove(0);
    assert!(listing.problem.is_some());
    read(store, "r-a", vec![mode("r-a", "renamed", Access::PasswordFree)], 30).await;
    assert_eq!(
        store.find_instance(ALL, &key("r-a")).await.unwrap().unwrap().attribute.problem,
        None
    );
}

pub async fn what_became_different_is_told_with_before_and_after(store: &Store) {
    listed(store, &[("r-a", "a")], at(10)).await;
    read(
        store,
        "r-a",
        vec![mode("r-a", "a", Access::PasswordRequired), whitelist(&["10.0.0.1"])],
        11,
    )
    .await;
    read(store, "r-a", vec![FactUpdate::Endpoints(Fact::Known(vec![]))], 11).await;
    assert_eq!(
        told(store).await,
        [""; 0],
        "what was unread did not become different by being read"
    );
    read(store, "r-a", vec![mode("r-a", "a", Access::PasswordRequired)], 12).await;
    assert_eq!(told(store).await, [""; 0], "nor what is the same");
    read(store, "r-a", vec![whitelist(&["10.0.0.0/8"])], 13).await;
    read(store, "r-a", vec![mode("r-a", "a", Access::PasswordFree)], 14).await;
    assert_eq!(
        told(store).await,
        [
            "whitelist default: 10.0.0.1 default: 10.0.0.0/8",
            "access password-required password-free",
            "exposure none critical"
        ]
    );
    let newest = store
        .list_events(ALL, &EventFilter { instance: Some(key("r-a")), before: None }, 1)
        .await
        .unwrap();
    assert_eq!((newest[0].field.as_str(), newest[0].at), ("exposure", at(14)));
    assert_eq!(store.last_event().await.unwrap(), newest[0].sequence);
    assert_eq!(store.prune_events(at(14), 3, 10).await.unwrap(), 1, "the one that is older");
    assert_eq!(told(store).await.len(), 2);
    assert_eq!(store.prune_events(at(14), 2, 10).await.unwrap(), 0);
    assert_eq!(store.prune_events(at(14), 1, 10).await.unwrap(), 1, "one too many");
    assert_eq!(told(store).await, ["exposure none critical"]);
    for access in [Access::PasswordRequired, Access::PasswordFree] {
        read(store, "r-a", vec![mode("r-a", "a", access)], 15).await;
    }
    assert_eq!(told(store).await.len(), 5);
    let mut gone = Vec::new();
    while gone.last() != Some(&0) {
        gone.push(store.prune_events(at(16), 100, 2).await.unwrap());
    }
    assert_eq!(gone, [2, 2, 1, 0], "so many at a time");
    assert_eq!(told(store).await, [""; 0]);
}

pub async fn what_is_due_is_taken_once_and_in_order(store: &Store) {
    listed(store, &[("r-a", "a"), ("r-b", "b"), ("r-c", "c")], at(10)).await;
    for (id, when) in [("r-a", 200), ("r-b", 100)] {
        read(store, id, vec![FactUpdate::Attribute(Fact::Unknown(Unread::TimedOut))], when).await;
    }
    let place = key("r-a");
    let take = async |kind, now: i64, limit: i64| {
        let lane = Lane { account: place.account.clone(), region: place.region.clone(), kind };
        let claim = Duration::from_secs(30);
        let due = store.take_due_facts(&lane, at(now), claim, limit).await.unwrap();
        let ids: Vec<String> = due.facts.iter().map(|fact| fact.key.id.to_string()).collect();
        let next = due.next.map_or("-".to_owned(), |next| next.as_secs().to_string());
        format!("{} then {next}", ids.join(" "))
    };
    assert_eq!(take(FactKind::Attribute, 250, 9).await, "r-c r-b then 300");
    assert_eq!(take(FactKind::Attribute, 251, 9).await, " then 280", "they are being read");
    assert_eq!(take(FactKind::Attribute, 281, 9).await, "r-b r-c then 300", "their reader died");
    assert_eq!(take(FactKind::Whitelist, 281, 2).await, "r-a r-b then 0", "there is more");
    assert_eq!(take(FactKind::Whitelist, 281, 2).await, "r-c then 311");

    let mode = mode("r-c", "c", Access::PasswordRequired);
    read(store, "r-c", vec![mode], 290).await;
    let wishes = store.count_wishes().await.unwrap();
    store.want_instance(&key("r-c"), at(285), at(291)).await.unwrap();
    assert_eq!(take(FactKind::Attribute, 291, 1).await, " then 300", "it is fresh enough");
    store.want_instance(&key("r-c"), at(292), at(301)).await.unwrap();
    assert_eq!(take(FactKind::Attribute, 301, 1).await, "r-c then 300", "before all others");
    let wanted = InstanceFilter { text: "c".into(), ..InstanceFilter::default() };
    store.want_matches(ALL, &wanted, at(302), at(302)).await.unwrap();
    assert_eq!(take(FactKind::Attribute, 302, 1).await, "r-c then 300");
    assert!(store.count_wishes().await.unwrap() > wishes);
}

pub async fn coverage_names_what_did_not_answer(store: &Store) {
    let account = key("r-a").account;
    let regions: Vec<RegionId> =
        ["cn-beijing", "cn-hangzhou", "cn-shenzhen"].iter().map(|r| r.parse().unwrap()).collect();
    store.keep_regions(&account, &regions, at(5)).await.unwrap();
    assert_eq!(store.get_coverage(ALL).await.unwrap().waiting(), 3);
    listed(store, &[("r-a", "a"), ("r-b", "b")], at(10)).await;
    let denied = Unread::Denied("Forbidden.RAM".parse().unwrap());
    store.record_region_problem(&account, Some(&regions[0]), &denied, at(11)).await.unwrap();
    read(store, "r-a", vec![mode("r-a", "a", Access::PasswordRequired)], 12).await;
    let coverage = store.clone_without_copies().get_coverage(ALL).await.unwrap();
    assert_eq!((coverage.instances, coverage.read, coverage.oldest), (2, 1, Some(at(12))));
    let problems: Vec<_> =
        coverage.problems().map(|p| (p.region.clone(), p.problem.clone())).collect();
    assert_eq!(problems, [(Some(regions[0].clone()), Some(denied))]);
    store.record_region_problem(&account, None, &Unread::NoCredential, at(13)).await.unwrap();
    assert_eq!(store.get_coverage(ALL).await.unwrap().problems().next().unwrap().region, None);
    store.keep_regions(&account, &regions[1..], at(14)).await.unwrap();
    let coverage = store.get_coverage(ALL).await.unwrap();
    assert_eq!((coverage.regions.len(), coverage.problems().count()), (2, 0));
    store.keep_accounts(&[]).await.unwrap();
    assert!(store.get_coverage(ALL).await.unwrap().regions.is_empty());
}

pub async fn hostile_names_are_kept_inert(store: &Store) {
    let long = "订".repeat(256);
    let hostile = [
        "<script>alert(1)</script>",
        "=cmd|'/c calc'!A1",
        "a\u{202e}b",
        "nul\0nul",
        "'; DROP TABLE users; --",
        &long,
    ];
    let ids: Vec<String> = (0..hostile.len()).map(|n| format!("r-{n}")).collect();
    let rows: Vec<(&str, &str)> = ids.iter().map(String::as_str).zip(hostile).collect();
    listed(store, &rows, at(10)).await;
    for (id, name) in &rows {
        let detail = store.find_instance(ALL, &key(id)).await.unwrap().unwrap();
        assert_eq!(detail.row.name.as_str(), *name);
        read(store, id, vec![mode(id, name, Access::PasswordFree)], 11).await;
        read(store, id, vec![whitelist(&[name])], 12).await;
    }
    assert_eq!(names(store, &text("drop table")).await, ["'; DROP TABLE users; --"]);
}

pub async fn a_region_is_its_own(store: &Store) {
    let other: (AccountName, RegionId) = ("pay".parse().unwrap(), "cn-beijing".parse().unwrap());
    listed(store, &[("r-a", "a")], at(10)).await;
    let rows = [(row("r-a", "the same id"), Environment::Production)];
    store.record_listing(&other.0, &other.1, &rows, true, at(11)).await.unwrap();
    assert_eq!(names(store, &InstanceFilter::default()).await.len(), 2);
    store.record_listing(&other.0, &other.1, &[], true, at(12)).await.unwrap();
    assert_eq!(names(store, &InstanceFilter::default()).await, ["a"]);
    let gone = InstanceKey { account: other.0, region: other.1, id: "r-a".parse().unwrap() };
    assert!(store.find_instance(ALL, &gone).await.unwrap().unwrap().released_at.is_some());
}
