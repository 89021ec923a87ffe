//! Changing the rules. Each form carries the version that its page showed.

use std::time::Duration;

use domain::environment::Environment;
use domain::person::Role;
use domain::policy::{ApprovalRule, Freeze, Policy, Rules, Windows};
use domain::span::Span;
use domain::zone::Zone;
use leptos::prelude::*;

use super::StrictForm;
use super::change::parse_reason;
use super::error::{ApiError, FieldProblem};
use super::ssr::{Request, back, goto};
use crate::path;

/// What a form sends for "nobody may" and "as long as somebody wants".
pub const NOBODY: &str = "nobody";
pub const UNLIMITED: &str = "unlimited";

/// Switches changes off, or on again.
#[server(endpoint = "ui/policy/freeze", input = StrictForm)]
pub async fn set_freeze(
    version: i64,
    freeze: Freeze,
    reason: Option<String>,
) -> Result<(), ApiError> {
    set("set-freeze", version, reason, |policy| {
        policy.freeze = freeze;
        Ok(())
    })
    .await
}

/// The rules of one environment. `…_who` is a role or `nobody`; `open_at_most` a time such as `4h`, or `unlimited`;
/// `need_reason` is a box.
#[server(endpoint = "ui/policy/rules", input = StrictForm)]
pub async fn set_rules(
    version: i64,
    environment: Environment,
    open_who: String,
    open_approval: ApprovalRule,
    open_at_most: String,
    close_who: String,
    close_approval: ApprovalRule,
    need_reason: Option<String>,
    windows: Option<String>,
    reason: Option<String>,
) -> Result<(), ApiError> {
    set("set-rules", version, reason, move |policy| {
        let windows: Windows = windows
            .unwrap_or_default()
            .parse()
            .map_err(|_| ApiError::field("windows", FieldProblem::Malformed))?;
        let mut rules = Rules { reason: need_reason.is_some(), windows, ..Rules::default() };
        rules.open.who = parse_who("open_who", &open_who)?;
        rules.open.approval = open_approval;
        rules.close.who = parse_who("close_who", &close_who)?;
        rules.close.approval = close_approval;
        let cap = match open_at_most.as_str() {
            UNLIMITED => None,
            text => Some(parse_span("open_at_most", text, Span(Duration::from_mins(1)))?),
        };
        match environment {
            Environment::Production | Environment::Unlabelled => {
                (policy.production, policy.caps.production) = (rules, cap);
            }
            Environment::Staging => (policy.staging, policy.caps.staging) = (rules, cap),
            Environment::Development => {
                (policy.development, policy.caps.development) = (rules, cap);
            }
        }
        Ok(())
    })
    .await
}

/// What is the same for all environments.
#[server(endpoint = "ui/policy/general", input = StrictForm)]
pub async fn set_general(
    version: i64,
    zone: String,
    approval_lasts: String,
    put_back_within: String,
    break_glass: String,
    reason: Option<String>,
) -> Result<(), ApiError> {
    set("set-general", version, reason, move |policy| {
        policy.zone =
            zone.parse::<Zone>().map_err(|_| ApiError::field("zone", FieldProblem::Malformed))?;
        let minute = Span(Duration::from_mins(1));
        policy.approval_lasts = parse_span("approval_lasts", &approval_lasts, minute)?;
        policy.put_back_within =
            parse_span("put_back_within", &put_back_within, Span(Duration::ZERO))?;
        policy.break_glass = parse_who("break_glass", &break_glass)?;
        Ok(())
    })
    .await
}

/// What is configured holds again.
#[server(endpoint = "ui/policy/as-configured", input = StrictForm)]
pub async fn use_configured(version: i64, reason: Option<String>) -> Result<(), ApiError> {
    back(path::POLICY);
    goto(path::POLICY);
    let request = Request::current();
    let admin = request.admin("use-configured").await?;
    let note = parse_reason(reason.as_deref())?;
    admin.set_policy(version, None, note).await.map_err(|error| request.respond(error))
}

/// A version like the one that holds, but for what `edit` does to it.
async fn set(
    act: &'static str,
    version: i64,
    reason: Option<String>,
    edit: impl FnOnce(&mut Policy) -> Result<(), ApiError>,
) -> Result<(), ApiError> {
    back(path::POLICY);
    goto(path::POLICY);
    let request = Request::current();
    let admin = request.admin(act).await?;
    let note = parse_reason(reason.as_deref())?;
    let mut policy = request.portal.policy().await.map_err(|error| request.respond(error))?.policy;
    edit(&mut policy)?;
    admin.set_policy(version, Some(policy), note).await.map_err(|error| request.respond(error))
}

fn parse_who(field: &str, text: &str) -> Result<Option<Role>, ApiError> {
    if text == NOBODY {
        return Ok(None);
    }
    let role = text.parse::<Role>().ok().filter(|role| role.covers(Role::Operator));
    role.map(Some).ok_or_else(|| ApiError::field(field, FieldProblem::Malformed))
}

fn parse_span(field: &str, text: &str, least: Span) -> Result<Duration, ApiError> {
    let span: Span =
        text.trim().parse().map_err(|_| ApiError::field(field, FieldProblem::Malformed))?;
    if span < least {
        Err(ApiError::field(field, FieldProblem::TooShort))
    } else if span > Span::days(30) {
        Err(ApiError::field(field, FieldProblem::TooLong))
    } else {
        Ok(span.0)
    }
}
