//! What is demanded of changes, by what the instance is for, until an admin says otherwise in the portal.
//!
//! To add a setting: a field of the policy in `domain`, a row of [`KEYS`], a line in [`read`], a row in
//! docs/operations/configuration.md.

use std::str::FromStr;
use std::time::Duration;

use domain::person::Role;
use domain::policy::{ApprovalRule, Policy, Rules};
use domain::span::Span;

use super::file::Source;

pub const KEYS: &[&str] = &[
    "approval_lasts",
    "approval_to_close_development",
    "approval_to_close_production",
    "approval_to_close_staging",
    "approval_to_open_development",
    "approval_to_open_production",
    "approval_to_open_staging",
    "break_glass",
    "open_at_most_development",
    "open_at_most_production",
    "open_at_most_staging",
    "put_back_within",
    "reason_development",
    "reason_production",
    "reason_staging",
    "time_zone",
    "who_may_close_development",
    "who_may_close_production",
    "who_may_close_staging",
    "who_may_open_development",
    "who_may_open_production",
    "who_may_open_staging",
    "windows_development",
    "windows_production",
    "windows_staging",
];

/// Open until somebody shuts it.
const UNLIMITED: &str = "unlimited";
const NOBODY: &str = "nobody";
const ROLES: &str = "operator, approver, admin or nobody";
const LEAST: Span = Span(Duration::from_mins(1));
const MOST: Span = Span::days(30);

pub(super) fn read(source: &mut Source<'_, '_>) -> Policy {
    let usual = Policy::default();
    let mut caps = usual.caps;
    caps.production = cap(source, "open_at_most_production", caps.production);
    caps.staging = cap(source, "open_at_most_staging", caps.staging);
    caps.development = cap(source, "open_at_most_development", caps.development);
    Policy {
        freeze: usual.freeze,
        production: rules(source, "production", usual.production),
        staging: rules(source, "staging", usual.staging),
        development: rules(source, "development", usual.development),
        caps,
        zone: known(source, "time_zone", "the name of a time zone such as Asia/Shanghai")
            .unwrap_or(usual.zone),
        approval_lasts: span(source, "approval_lasts", LEAST, usual.approval_lasts),
        put_back_within: span(source, "put_back_within", Span::days(0), usual.put_back_within),
        break_glass: role(source, "break_glass", usual.break_glass),
    }
}

fn rules(source: &mut Source<'_, '_>, environment: &str, usual: Rules) -> Rules {
    let mut rules = usual;
    for (what, direction) in [("open", &mut rules.open), ("close", &mut rules.close)] {
        direction.who = role(source, &format!("who_may_{what}_{environment}"), direction.who);
        let key = format!("approval_to_{what}_{environment}");
        if let Some(approval) = known::<ApprovalRule>(source, &key, "never, when-exposed or always")
        {
            direction.approval = approval;
        }
    }
    if let Some(needed) = known::<Needed>(source, &format!("reason_{environment}"), Needed::ALLOWED)
    {
        rules.reason = needed.0;
    }
    let hours = "hours such as `allow mon-fri 09:00-18:00; refuse fri 12:00-18:00`";
    if let Some(windows) = known(source, &format!("windows_{environment}"), hours) {
        rules.windows = windows;
    }
    rules
}

/// A value of its type, or what is allowed.
fn known<T: FromStr>(source: &mut Source<'_, '_>, key: &str, allowed: &str) -> Option<T> {
    let found = source.text(key, None)?;
    if let Ok(value) = found.value.parse() {
        return Some(value);
    }
    source.reader.refuse(&found.place, format!("`{}` is not {allowed}", found.value));
    None
}

struct Needed(bool);

impl Needed {
    const ALLOWED: &str = "needed or optional";
}

impl FromStr for Needed {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "needed" => Ok(Self(true)),
            "optional" => Ok(Self(false)),
            _ => Err(()),
        }
    }
}

/// `None`: nobody.
fn role(source: &mut Source<'_, '_>, key: &str, usual: Option<Role>) -> Option<Role> {
    let Some(found) = source.text(key, None) else { return usual };
    if found.value == NOBODY {
        return None;
    }
    let role = found.value.parse::<Role>().ok().filter(|role| role.covers(Role::Operator));
    if role.is_none() {
        source.reader.refuse(&found.place, format!("`{}` is not {ROLES}", found.value));
    }
    role.or(usual)
}

fn span(source: &mut Source<'_, '_>, key: &str, least: Span, usual: Duration) -> Duration {
    let Some(found) = source.text(key, None) else { return usual };
    let parsed = found.value.parse::<Span>().ok().filter(|span| (least..=MOST).contains(span));
    let Some(span) = parsed else {
        let text = format!("`{}` is not a time from \"{least}\" to \"{MOST}\"", found.value);
        source.reader.refuse(&found.place, text);
        return usual;
    };
    span.0
}

/// `None`: unlimited.
fn cap(source: &mut Source<'_, '_>, key: &str, usual: Option<Duration>) -> Option<Duration> {
    let Some(found) = source.text(key, None) else { return usual };
    if found.value == UNLIMITED {
        return None;
    }
    let parsed = found.value.parse::<Span>().ok().filter(|span| (LEAST..=MOST).contains(span));
    if let Some(span) = parsed {
        return Some(span.0);
    }
    let text = format!(
        "`{}` is not a time from \"{LEAST}\" to \"{MOST}\", or \"{UNLIMITED}\"",
        found.value
    );
    source.reader.refuse(&found.place, text);
    usual
}
