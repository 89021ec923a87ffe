//! Behaviour over HTTP.

use super::Control;
use crate::conduct::Conduct;
use crate::gate::quota::Quota;
use crate::options::Settle;
use crate::transport::Certificate;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

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

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Shown {
    show: Certificate,
}

pub(super) async fn certificate(State(control): State<Control>) -> Json<Shown> {
    Json(Shown { show: control.certificate() })
}

pub(super) async fn show_certificate(
    State(control): State<Control>,
    Json(Shown { show }): Json<Shown>,
) -> StatusCode {
    match control.show_certificate(show) {
        Ok(()) => StatusCode::NO_CONTENT,
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
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
