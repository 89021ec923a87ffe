//! Few values a dimension, so that chance meets every case.

use proptest::collection::{btree_map, btree_set, vec};
use proptest::option::of;
use proptest::prelude::*;

use super::*;

pub(crate) fn areas() -> impl Strategy<Value = Area> {
    let accounts = btree_set(prop::sample::select(vec!["core", "pay"]), 0..2);
    let regions = btree_set(prop::sample::select(vec!["cn-hangzhou", "cn-shanghai"]), 0..3);
    let environments = btree_set(prop::sample::select(Environment::ALL), 0..3);
    let values = btree_set(prop::sample::select(vec!["a".to_owned(), "b".to_owned()]), 1..3);
    let keys = prop::sample::select(vec!["team".to_owned(), "tier".to_owned()]);
    (accounts, regions, environments, btree_map(keys, values, 0..3)).prop_map(
        |(accounts, regions, environments, tags)| Area {
            accounts: accounts.iter().map(|name| name.parse().unwrap()).collect(),
            regions: regions.iter().map(|name| name.parse().unwrap()).collect(),
            environments,
            tags,
        },
    )
}

pub(crate) fn places() -> impl Strategy<Value = Located> {
    let tag =
        (prop::sample::select(vec!["team", "tier"]), prop::sample::select(vec!["a", "b", "c"]))
            .prop_map(|(key, value)| Tag { key: key.to_owned(), value: value.to_owned() });
    let labels = (prop::sample::select(Environment::ALL), vec(tag, 0..3))
        .prop_map(|(environment, tags)| Labels { environment, tags });
    (
        prop::sample::select(vec!["core", "pay"]),
        prop::sample::select(vec!["cn-hangzhou", "cn-shanghai"]),
        of(labels),
    )
        .prop_map(|(account, region, labels)| Located {
            account: account.parse().unwrap(),
            region: region.parse().unwrap(),
            labels,
        })
}

fn area(text: &str) -> Area {
    serde_json::from_str(text).unwrap()
}

fn place(account: &str, labels: Option<(Environment, &[(&str, &str)])>) -> Located {
    let labels = labels.map(|(environment, tags)| Labels {
        environment,
        tags: tags
            .iter()
            .map(|(key, value)| Tag { key: (*key).to_owned(), value: (*value).to_owned() })
            .collect(),
    });
    Located { account: account.parse().unwrap(), region: "cn-hangzhou".parse().unwrap(), labels }
}

#[test]
fn each_dimension_that_names_values_lets_only_those_through() {
    let staging = place("core", Some((Environment::Staging, &[("team", "pay"), ("tier", "1")])));
    let gone = place("core", None);
    for (text, there, released) in [
        ("{}", true, true),
        (r#"{"accounts":["core"]}"#, true, true),
        (r#"{"accounts":["pay"]}"#, false, false),
        (r#"{"accounts":["core","pay"],"regions":["cn-hangzhou"]}"#, true, true),
        (r#"{"regions":["cn-shanghai"]}"#, false, false),
        (r#"{"environments":["staging"]}"#, true, false),
        (r#"{"environments":["production"]}"#, false, false),
        (r#"{"environments":["production","staging"]}"#, true, false),
        (r#"{"tags":{"team":["pay"]}}"#, true, false),
        (r#"{"tags":{"team":["Pay"]}}"#, false, false),
        (r#"{"tags":{"team":["core","pay"],"tier":["1"]}}"#, true, false),
        (r#"{"tags":{"team":["pay"],"tier":["2"]}}"#, false, false),
        (r#"{"tags":{"owner":["pay"]}}"#, false, false),
    ] {
        assert_eq!(area(text).contains(&staging), there, "{text}");
        assert_eq!(area(text).contains(&gone), released, "{text}: released");
    }
}

/// A dimension that this version does not know would be ignored: it would let everything through.
#[test]
fn an_area_of_another_version_is_not_read() {
    for text in [r#"{"resource_groups":["rg-1"]}"#, r#"{"environments":["qa"]}"#, "null"] {
        assert!(serde_json::from_str::<Area>(text).is_err(), "{text}");
    }
    assert_eq!(serde_json::to_string(&Area::default()).unwrap(), "{}");
    assert_eq!(serde_json::to_string(&Scope::Everything).unwrap(), "\"everything\"");
}

proptest! {
    #[test]
    fn an_area_reads_back_what_it_writes(area in areas()) {
        let written = serde_json::to_string(&area).unwrap();
        prop_assert_eq!(serde_json::from_str::<Area>(&written).unwrap(), area);
    }

    #[test]
    fn the_default_is_everything_and_only_that_is(area in areas(), at in places()) {
        prop_assert!(Area::default().contains(&at));
        prop_assert_eq!(area.is_everything(), area == Area::default());
    }

    #[test]
    fn a_union_holds_what_one_of_its_areas_holds(all in vec(areas(), 0..4), at in places()) {
        let scope = Scope::of(&all);
        prop_assert_eq!(scope.contains(&at), all.iter().any(|area| area.contains(&at)));
        prop_assert_eq!(scope.is_everything(), all.iter().any(Area::is_everything));
    }

    #[test]
    fn what_two_areas_share_is_what_both_hold(one in areas(), other in areas(), at in places()) {
        let both = one.contains(&at) && other.contains(&at);
        match one.meet(&other) {
            // A tag twice on one instance, which the cloud does not allow, could be in both by two values.
            Some(met) if !repeated(&at) => prop_assert_eq!(met.contains(&at), both),
            None if !repeated(&at) => prop_assert!(!both),
            _ => {}
        }
        if let Some(met) = one.meet(&other) {
            prop_assert!(!met.contains(&at) || both, "never more than both");
        }
    }

    #[test]
    fn what_is_in_it_is_touched(all in vec(areas(), 0..4), at in places()) {
        let scope = Scope::of(&all);
        if scope.contains(&at) {
            prop_assert!(scope.touches(&at.account, Some(&at.region)));
            prop_assert!(scope.touches(&at.account, None));
        }
    }

    #[test]
    fn a_label_that_is_not_known_never_lets_in(area in areas(), at in places()) {
        let unknown = Located { labels: None, ..at.clone() };
        prop_assert!(!area.contains(&unknown) || area.contains(&at));
    }
}

fn repeated(at: &Located) -> bool {
    let tags = at.labels.as_ref().map(|labels| labels.tags.as_slice()).unwrap_or_default();
    let keys: BTreeSet<&str> = tags.iter().map(|tag| tag.key.as_str()).collect();
    keys.len() < tags.len()
}
