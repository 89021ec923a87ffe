//! What each situation leads to, one line a situation.

mod situation;

use domain::access::Access::{self, PasswordFree, PasswordRequired};
use domain::cloud::WhitelistCheck;
use domain::fact::{Fact, Unread};
use domain::instance::{EngineVersion, InstanceStatus, InstanceType, NetworkType};
use domain::preflight::{Facts, run};
use domain::review::moved;
use situation::{classic, facts, group, public, whitelist, with};

/// What does not pass, as "verdict code".
#[track_caller]
fn expect(facts: &Facts, to: Access, findings: &[&str]) {
    let found: Vec<String> = run(facts, to)
        .checks
        .iter()
        .filter(|check| check.verdict != domain::preflight::Verdict::Passes)
        .map(|check| format!("{} {}", check.verdict, check.kind.code()))
        .collect();
    assert_eq!(found, findings);
}

#[test]
fn a_well_kept_instance_passes_both_ways() {
    expect(&facts(), PasswordFree, &[]);
    expect(&with(|a| a.mode = Some(PasswordFree)), PasswordRequired, &[]);
    let codes: Vec<&str> =
        run(&facts(), PasswordFree).checks.iter().map(|c| c.kind.code()).collect();
    assert_eq!(
        codes,
        [
            "instance-status",
            "engine-type",
            "network-type",
            "access-state",
            "whitelist-set",
            "whitelist-scope",
            "whitelist-width",
            "whitelist-skipped",
            "public-endpoint"
        ]
    );
}

#[test]
fn nothing_is_judged_without_the_attribute() {
    let unread = Facts { attribute: Fact::Unknown(Unread::TimedOut), ..facts() };
    expect(&unread, PasswordFree, &["blocks instance-readable"]);
    expect(&unread, PasswordRequired, &["blocks instance-readable"]);
    expect(
        &Facts::unread(),
        PasswordFree,
        &["blocks instance-readable", "blocks whitelist-set", "blocks whitelist-scope"],
    );
}

#[test]
fn only_a_normal_instance_is_changed() {
    for status in ["Changing", "Creating", "Teleporting", ""] {
        let busy = with(|a| a.row.status = InstanceStatus::from(status));
        expect(&busy, PasswordFree, &["blocks instance-status"]);
        expect(&busy, PasswordRequired, &["blocks instance-status", "warns already-in-mode"]);
    }
}

#[test]
fn where_the_mode_does_not_exist_nothing_is_switched() {
    let classic_network = with(|a| (a.row.network, a.mode) = (NetworkType::Classic, None));
    expect(&classic_network, PasswordFree, &["blocks network-type"]);
    expect(&classic_network, PasswordRequired, &["blocks network-type"]);
    let memcache = with(|a| (a.row.kind, a.mode) = (InstanceType::Memcache, None));
    expect(&memcache, PasswordFree, &["blocks engine-type"]);
    expect(&memcache, PasswordRequired, &["blocks engine-type"]);
}

#[test]
fn what_is_not_understood_blocks_opening_but_not_closing() {
    let odd_mode = with(|a| (a.mode, a.raw_mode) = (None, Some("Ajar".into())));
    expect(&odd_mode, PasswordFree, &["blocks access-state"]);
    expect(&odd_mode, PasswordRequired, &["warns access-state"]);
    let odd_network = with(|a| (a.row.network, a.mode) = ("Mesh".into(), Some(PasswordFree)));
    expect(&odd_network, PasswordRequired, &["warns network-type"]);
    let odd_engine = with(|a| a.row.kind = "Valkey".into());
    expect(&odd_engine, PasswordFree, &["blocks engine-type"]);
}

#[test]
fn a_state_that_is_already_so_is_said_and_does_not_block() {
    expect(&facts(), PasswordRequired, &["warns already-in-mode"]);
    expect(&with(|a| a.mode = Some(PasswordFree)), PasswordFree, &["warns already-in-mode"]);
}

#[test]
fn a_whitelist_for_everyone_blocks_only_the_way_to_password_free() {
    let wide = whitelist(vec![group("default", &["10.0.0.0/24"]), group("office", &["0.0.0.0/0"])]);
    expect(&wide, PasswordFree, &["blocks whitelist-scope", "warns whitelist-width"]);
    expect(&wide, PasswordRequired, &["warns already-in-mode"]);
    let halves = whitelist(vec![group("default", &["0.0.0.0/1"]), group("rest", &["128.0.0.0/1"])]);
    expect(&halves, PasswordFree, &["blocks whitelist-scope", "warns whitelist-width"]);
}

#[test]
fn a_whitelist_that_admits_nobody_counts_as_not_set() {
    for entries in [&[][..], &["127.0.0.1"], &["127.0.0.0/8", "::1"]] {
        expect(
            &whitelist(vec![group("default", entries)]),
            PasswordFree,
            &["blocks whitelist-set"],
        );
    }
    expect(&whitelist(vec![]), PasswordFree, &["blocks whitelist-set"]);
    let only_system =
        vec![group("default", &["127.0.0.1"]), group("ali_dms_group", &["100.104.175.0/24"])];
    expect(&whitelist(only_system), PasswordFree, &["blocks whitelist-set"]);
    let unread = Facts { whitelist: Fact::Unknown(Unread::NotYet), ..facts() };
    expect(&unread, PasswordFree, &["blocks whitelist-set", "blocks whitelist-scope"]);
    expect(&unread, PasswordRequired, &["warns already-in-mode"]);
}

#[test]
fn a_wide_or_unreadable_whitelist_warns() {
    expect(
        &whitelist(vec![group("default", &["10.0.0.0/16"])]),
        PasswordFree,
        &["warns whitelist-width"],
    );
    expect(&whitelist(vec![group("default", &["10.0.0.0/17"])]), PasswordFree, &[]);
    expect(
        &whitelist(vec![group("default", &["10.0.0.1", "10.0.0.300"])]),
        PasswordFree,
        &["warns whitelist-width"],
    );
    expect(
        &whitelist(vec![group("default", &["10.0.0.1", "fd00::/8"])]),
        PasswordFree,
        &["warns whitelist-width"],
    );
}

#[test]
fn local_disk_instances_skip_the_whitelist_unless_told_otherwise() {
    let skipped = &["warns whitelist-skipped"];
    for version in ["4.0", "5.0"] {
        expect(&classic(version, Fact::Known(WhitelistCheck::SkippedInVpc)), PasswordFree, skipped);
        expect(&classic(version, Fact::Known(WhitelistCheck::Absent)), PasswordFree, skipped);
        expect(&classic(version, Fact::Unknown(Unread::NotYet)), PasswordFree, skipped);
        expect(&classic(version, Fact::Known(WhitelistCheck::Always)), PasswordFree, &[]);
    }
    expect(&classic("2.8", Fact::Known(WhitelistCheck::Always)), PasswordFree, skipped);
    expect(
        &classic("2.8", Fact::Known(WhitelistCheck::Always)),
        PasswordRequired,
        &["warns already-in-mode"],
    );
}

#[test]
fn a_public_endpoint_warns_where_the_cloud_says_so() {
    let always = || Fact::Known(WhitelistCheck::Always);
    expect(&public(classic("4.0", always())), PasswordFree, &["warns public-endpoint"]);
    expect(&public(classic("5.0", always())), PasswordFree, &["warns public-endpoint"]);
    expect(
        &public(classic("2.8", always())),
        PasswordFree,
        &["warns whitelist-skipped", "warns public-endpoint"],
    );
    expect(&public(facts()), PasswordFree, &[]);
    expect(
        &Facts { endpoints: Fact::Unknown(Unread::NotYet), ..facts() },
        PasswordFree,
        &["warns public-endpoint"],
    );
    expect(&public(classic("5.0", always())), PasswordRequired, &["warns already-in-mode"]);
}

#[test]
fn a_review_is_stale_when_what_it_stood_on_moved() {
    #[track_caller]
    fn stale(now: &Facts, to: Access, codes: &[&str]) {
        let found: Vec<&str> =
            moved(&facts(), now, to).iter().map(domain::review::Moved::code).collect();
        assert_eq!(found, codes);
    }
    stale(&facts(), PasswordFree, &[]);
    stale(&with(|a| a.mode = Some(PasswordFree)), PasswordFree, &["access"]);
    stale(&with(|a| a.row.status = InstanceStatus::Changing), PasswordFree, &["status"]);
    stale(&with(|a| a.row.name = "else".into()), PasswordRequired, &["name"]);
    stale(&with(|a| a.row.vpc = "vpc-2".into()), PasswordFree, &["network"]);
    stale(&with(|a| a.row.version = EngineVersion::new("8.0")), PasswordFree, &["engine"]);
    stale(&public(facts()), PasswordFree, &["endpoints"]);
    let wider = whitelist(vec![group("default", &["10.0.0.0/23"])]);
    stale(&wider, PasswordFree, &["whitelist"]);
    stale(&wider, PasswordRequired, &[]);
    let split = whitelist(vec![group("b", &["10.0.0.128/25"]), group("a", &["10.0.0.0/25"])]);
    stale(&split, PasswordFree, &[]);
    stale(
        &Facts { attribute: Fact::Unknown(Unread::TimedOut), ..facts() },
        PasswordFree,
        &["access"],
    );
}

#[test]
fn checks_survive_storage() {
    let preflight = run(&Facts::unread(), PasswordFree);
    let text = serde_json::to_string(&preflight).unwrap();
    assert_eq!(serde_json::from_str::<domain::preflight::Preflight>(&text).unwrap(), preflight);
    let text = serde_json::to_string(&facts()).unwrap();
    assert_eq!(serde_json::from_str::<Facts>(&text).unwrap(), facts());
}
