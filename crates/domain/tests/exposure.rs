//! Who could get in, one line a situation.

#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

mod situation;

use domain::access::Access::PasswordFree;
use domain::cloud::{SentinelAccess, WhitelistCheck};
use domain::exposure::{self, ExposureLevel, Reach};
use domain::fact::{Fact, Unread};
use domain::instance::NetworkType;
use domain::preflight::Facts;
use situation::{classic, facts, group, public, system_group, whitelist, with};

/// The level, and the worst it could be behind a slash.
#[track_caller]
fn expect(facts: &Facts, judgement: &str) {
    let found = exposure::of(facts);
    let level = found.level.map_or("unknown", ExposureLevel::code);
    let text = found.could_be.map_or_else(|| level.to_owned(), |worst| format!("{level}/{worst}"));
    assert_eq!(text, judgement, "{:?}", found.reach);
}

fn open(facts: Facts) -> Facts {
    let Facts { attribute, .. } = facts.clone();
    let attribute = attribute.map(|mut attribute| {
        attribute.mode = Some(PasswordFree);
        attribute
    });
    Facts { attribute, ..facts }
}

fn unread() -> Unread {
    Unread::Denied("Forbidden.RAM".parse().unwrap())
}

#[test]
fn with_a_password_only_the_knocking_counts() {
    expect(&facts(), "none");
    expect(&public(facts()), "low");
    expect(&whitelist(vec![group("default", &["0.0.0.0/0"])]), "low");
    expect(&public(whitelist(vec![group("default", &["0.0.0.0/0"])])), "medium");
    expect(&Facts { endpoints: Fact::Unknown(unread()), ..facts() }, "none/low");
    expect(&Facts { whitelist: Fact::Unknown(unread()), ..facts() }, "none/low");
    expect(&Facts { whitelist: Fact::Unknown(unread()), ..public(facts()) }, "low/medium");
}

#[test]
fn sentinel_may_give_commands_away_although_a_password_is_asked() {
    let given = |commands: &[&str]| SentinelAccess {
        password_free: Some(true),
        commands: commands.iter().map(|command| (*command).to_owned()).collect(),
    };
    expect(&Facts { sentinel: Fact::Known(given(&[])), ..facts() }, "low");
    expect(&Facts { sentinel: Fact::Known(given(&["info", "get"])), ..facts() }, "medium");
    expect(&Facts { sentinel: Fact::Unknown(unread()), ..facts() }, "none");
}

#[test]
fn without_a_password_it_is_a_matter_of_how_many() {
    for (entries, judgement) in [
        (&["10.0.0.1"][..], "medium"),
        (&["10.0.0.0/27"], "medium"),
        (&["10.0.0.0/26"], "high"),
        (&["10.0.0.0/17", "10.0.1.0/24"], "high"),
        (&["10.0.0.0/16"], "critical"),
        (&["10.0.0.0/17", "10.0.128.0/17"], "critical"),
        (&["0.0.0.0/0"], "critical"),
        (&["fd00::/64"], "critical"),
        (&["127.0.0.1"], "low"),
        (&[], "low"),
        (&["10.0.0.1", "someone"], "medium/critical"),
    ] {
        expect(&open(whitelist(vec![group("default", entries)])), judgement);
    }
}

#[test]
fn a_skipped_whitelist_is_none() {
    for version in ["4.0", "5.0"] {
        expect(&open(classic(version, Fact::Known(WhitelistCheck::SkippedInVpc))), "critical");
        expect(&open(classic(version, Fact::Known(WhitelistCheck::Absent))), "critical");
        expect(&open(classic(version, Fact::Known(WhitelistCheck::Always))), "high");
        expect(&open(classic(version, Fact::Unknown(unread()))), "high/critical");
    }
    expect(&open(classic("2.8", Fact::Known(WhitelistCheck::Always))), "critical");
    let skipped = exposure::of(&open(classic("5.0", Fact::Known(WhitelistCheck::SkippedInVpc))));
    assert_eq!(skipped.reach, Reach::WholeVpc { vpc: "vpc-1".into() });
}

#[test]
fn what_is_unread_is_never_fine() {
    expect(&Facts::unread(), "unknown/critical");
    expect(&with(|a| a.mode = None), "unknown/critical");
    expect(&Facts { whitelist: Fact::Unknown(unread()), ..open(facts()) }, "medium/critical");
    assert!(
        exposure::of(&Facts::unread()).rank()
            < exposure::of(&open(whitelist(vec![group("d", &["0.0.0.0/0"])]))).rank()
    );
    assert!(
        exposure::of(&Facts::unread()).rank()
            > exposure::of(&open(whitelist(vec![group("d", &["10.0.0.0/20"])]))).rank()
    );
}

#[test]
fn addresses_of_other_services_are_counted_and_told_apart() {
    let both = whitelist(vec![
        group("default", &["10.0.0.0/24"]),
        system_group("ali_dms_group", &["100.104.0.0/24"]),
    ]);
    let found = exposure::of(&open(both));
    let expected =
        Reach::Whitelist { vpc: "vpc-1".into(), addresses: 512, own: 256, everyone: false };
    assert_eq!(found.reach, expected);
}

#[test]
fn where_the_mode_does_not_exist_the_public_endpoint_still_counts() {
    let classic_network = with(|a| (a.row.network, a.mode) = (NetworkType::Classic, None));
    expect(&classic_network, "none");
    expect(&public(classic_network), "low");
}

#[test]
fn every_ground_is_there_to_be_explained() {
    let found = exposure::of(&public(open(facts())));
    assert_eq!(found.grounds.len(), 4, "{:?}", found.grounds);
    let text = serde_json::to_string(&found).unwrap();
    assert_eq!(serde_json::from_str::<exposure::Exposure>(&text).unwrap(), found);
}
