//! What is demanded of changes: where it is said, and what it may be.

use std::time::Duration;

use domain::person::Role;
use domain::policy::{ApprovalRule, Policy};

use super::*;

fn policy(text: &str) -> Policy {
    parsed(text, &[]).unwrap().policy
}

#[test]
fn each_cap_has_a_default_a_variable_and_bounds() {
    let hours = |hours| Some(Duration::from_hours(hours));
    let caps = policy("").caps;
    assert_eq!((caps.production, caps.staging, caps.development), (hours(4), hours(24), None));
    let text = "open_at_most_production = \"1h\"\nopen_at_most_staging = \"unlimited\"\n\
                open_at_most_development = \"7d\"";
    let caps = policy(text).caps;
    assert_eq!((caps.production, caps.staging, caps.development), (hours(1), None, hours(168)));
    let said = [("LATCHKEY_OPEN_AT_MOST_PRODUCTION", "2h")];
    assert_eq!(parsed(text, &said).unwrap().policy.caps.production, hours(2));
    for wrong in ["0s", "59s", "31d", "", "soon", "Unlimited", "-1h"] {
        let told = format!("`{wrong}` is not a time from \"1m\" to \"30d\", or \"unlimited\"");
        refuses(&format!("\nopen_at_most_staging = \"{wrong}\""), &[&told]);
    }
}

#[test]
fn without_a_word_it_is_the_default() {
    assert_eq!(policy(""), Policy::default());
}

#[test]
fn each_rule_is_of_its_environment_and_direction() {
    let said = policy(
        "who_may_open_production = \"approver\"\nwho_may_close_staging = \"nobody\"\n\
         approval_to_open_production = \"always\"\napproval_to_open_development = \"when-exposed\"\n\
         reason_staging = \"needed\"\nreason_production = \"optional\"\n\
         windows_production = \"allow mon-fri 09:00-18:00; refuse fri 12:00-18:00\"\n\
         time_zone = \"Asia/Shanghai\"\napproval_lasts = \"2h\"\nput_back_within = \"0s\"\nbreak_glass = \"nobody\"",
    );
    assert_eq!(said.production.open.who, Some(Role::Approver));
    assert_eq!(said.production.close.who, Some(Role::Operator));
    assert_eq!(said.staging.close.who, None);
    assert_eq!(said.production.open.approval, ApprovalRule::Always);
    assert_eq!(said.development.open.approval, ApprovalRule::WhenExposed);
    assert_eq!(said.production.close.approval, ApprovalRule::Never);
    assert_eq!((said.staging.reason, said.production.reason), (true, false));
    assert_eq!(said.production.windows.0.len(), 2);
    assert_eq!(said.zone.name(), "Asia/Shanghai");
    assert_eq!(said.approval_lasts, Duration::from_hours(2));
    assert_eq!((said.put_back_within, said.break_glass), (Duration::ZERO, None));
}

#[test]
fn what_is_no_rule_is_told_with_what_is_allowed() {
    for (wrong, told) in [
        (
            "who_may_open_production = \"viewer\"",
            "`viewer` is not operator, approver, admin or nobody",
        ),
        ("approval_to_open_staging = \"maybe\"", "`maybe` is not never, when-exposed or always"),
        ("reason_production = \"yes\"", "`yes` is not needed or optional"),
        ("windows_staging = \"9 to 5\"", "`9 to 5` is not hours such as"),
        (
            "time_zone = \"Shanghai\"",
            "`Shanghai` is not the name of a time zone such as Asia/Shanghai",
        ),
        ("approval_lasts = \"1s\"", "`1s` is not a time from \"1m\" to \"30d\""),
        ("break_glass = \"root\"", "`root` is not operator, approver, admin or nobody"),
    ] {
        refuses(&format!("\n{wrong}"), &[told]);
    }
}
