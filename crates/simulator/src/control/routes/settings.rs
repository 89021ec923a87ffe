//! Identities and behaviour over HTTP.

use super::{Control, ControlError};
use crate::conduct::Conduct;
use crate::gate::quota::Quota;
use crate::options::Settle;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::time::Duration;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Issue {
    account: String,
    #[serde(default = "an_hour")]
    seconds: u64,
}

fn an_hour() -> u64 {
    3600
}

pub(super) async fn issue_credentials(
    State(control): State<Control>,
    Json(issue): Json<Issue>,
) -> Result<Response, ControlError> {
    let credentials =
        control.issue_credentials(&issue.account, Duration::from_secs(issue.seconds))?;
    Ok((StatusCode::CREATED, Json(credentials)).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Enable {
    enabled: bool,
}

pub(super) async fn enable_key(
    State(control): State<Control>,
    Path(id): Path<String>,
    Json(Enable { enabled }): Json<Enable>,
) -> Result<StatusCode, ControlError> {
    control.enable_key(&id, enabled).map(|()| StatusCode::NO_CONTENT)
}

pub(super) async fn conduct(State(control): State<Control>) -> Json<Conduct> {
    Json(control.conduct())
}

pub(super) async fn set_conduct(
    State(control): State<Control>,
    Json(conduct): Json<Conduct>,
) -> StatusCode {
    control.set_conduct(conduct);
    StatusCode::NO_CONTENT
}

/// What is absent stays as it is.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Settings {
    quotas: Option<bool>,
    #[serde(default)]
    quota: BTreeMap<String, Quota>,
    latency_ms: Option<u64>,
    clock_offset_ms: Option<i64>,
    /// `"explicit"`, or `[shortest, longest]` in milliseconds.
    settle: Option<SettleSetting>,
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum SettleSetting {
    Explicit(Explicit),
    Between(u64, u64),
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Explicit {
    Explicit,
}

pub(super) async fn set_settings(
    State(control): State<Control>,
    Json(settings): Json<Settings>,
) -> StatusCode {
    for (action, quota) in settings.quota {
        control.set_quota(&action, quota);
    }
    if let Some(enabled) = settings.quotas {
        control.set_quotas(enabled);
    }
    if let Some(latency) = settings.latency_ms {
        control.set_latency(Duration::from_millis(latency));
    }
    if let Some(offset) = settings.clock_offset_ms {
        control.shift_clock(offset);
    }
    match settings.settle {
        Some(SettleSetting::Explicit(Explicit::Explicit)) => control.set_settle(Settle::Explicit),
        Some(SettleSetting::Between(shortest, longest)) => {
            let settle =
                Settle::Between(Duration::from_millis(shortest), Duration::from_millis(longest));
            control.set_settle(settle);
        }
        None => {}
    }
    StatusCode::NO_CONTENT
}
