//! The control API over HTTP: JSON in, JSON out, on a loopback listener that the cloud's clients
//! never see.

use super::guard::only_programs;
use super::{Control, ControlError, NewInstance};
use crate::conduct::Conduct;
use crate::fault::Rule;
use crate::gate::quota::Quota;
use crate::options::Settle;
use crate::transport::stopped;
use crate::world::WhitelistGroup;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, patch, post, put};
use axum::{Json, Router, middleware};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;

pub(crate) async fn serve(
    listener: TcpListener,
    control: Control,
    mut stopping: watch::Receiver<bool>,
) {
    let stopped = async move { stopped(&mut stopping).await };
    // A listener that fails for good leaves the cloud itself running; the next control call then
    // says so.
    let _ = axum::serve(listener, router(control)).with_graceful_shutdown(stopped).await;
}

fn router(control: Control) -> Router {
    Router::new()
        .route("/", get(summary))
        .route("/ledger", get(ledger).delete(clear_ledger))
        .route("/counters", get(counters).delete(clear_counters))
        .route("/faults", get(faults).post(add_fault).delete(clear_faults))
        .route("/faults/{id}", delete(remove_fault))
        .route("/instances", get(instances).post(add_instance))
        .route("/instances/{id}", get(instance).patch(set_fields).delete(remove_instance))
        .route("/instances/{id}/status", put(set_status))
        .route("/instances/{id}/whitelist", put(set_whitelist))
        .route("/instances/{id}/finish", post(finish))
        .route("/finish", post(finish_all))
        .route("/credentials", post(issue_credentials))
        .route("/keys/{id}", patch(enable_key))
        .route("/conduct", get(conduct).put(set_conduct))
        .route("/settings", patch(set_settings))
        .route("/reset", post(reset))
        .layer(middleware::from_fn(only_programs))
        .with_state(control)
}

impl IntoResponse for ControlError {
    fn into_response(self) -> Response {
        let status = match self {
            Self::Missing(_) => StatusCode::NOT_FOUND,
            Self::Taken(_) => StatusCode::CONFLICT,
            Self::Field(_) => StatusCode::UNPROCESSABLE_ENTITY,
        };
        (status, Json(json!({ "error": self.to_string() }))).into_response()
    }
}

async fn summary(State(control): State<Control>) -> Json<Value> {
    let accounts: Vec<Value> = control
        .cloud
        .accounts
        .iter()
        .map(|account| json!({ "name": account.name, "uid": account.uid, "access_key_id": account.access_key_id }))
        .collect();
    let regions: Vec<&str> =
        control.cloud.regions.iter().map(|region| region.id.as_str()).collect();
    Json(json!({
        "accounts": accounts,
        "regions": regions,
        "instances": control.instance_count(),
        "now": crate::clock::cloud_text(control.now().unix_timestamp()),
    }))
}

#[derive(Deserialize)]
struct LedgerQuery {
    account: Option<String>,
    instance: Option<String>,
    /// Only entries with a higher number.
    #[serde(default)]
    after: u64,
}

async fn ledger(State(control): State<Control>, Query(query): Query<LedgerQuery>) -> Response {
    let mut entries = control.ledger();
    entries.retain(|entry| {
        entry.number > query.after
            && (query.account.is_none() || entry.account == query.account)
            && (query.instance.is_none() || entry.instance == query.instance)
    });
    Json(entries).into_response()
}

async fn clear_ledger(State(control): State<Control>) -> StatusCode {
    control.clear_ledger();
    StatusCode::NO_CONTENT
}

async fn counters(State(control): State<Control>) -> Response {
    Json(control.counters()).into_response()
}

async fn clear_counters(State(control): State<Control>) -> StatusCode {
    control.clear_counters();
    StatusCode::NO_CONTENT
}

async fn faults(State(control): State<Control>) -> Response {
    Json(control.faults()).into_response()
}

async fn add_fault(State(control): State<Control>, Json(rule): Json<Rule>) -> Response {
    (StatusCode::CREATED, Json(json!({ "id": control.add_fault(rule) }))).into_response()
}

async fn clear_faults(State(control): State<Control>) -> StatusCode {
    control.clear_faults();
    StatusCode::NO_CONTENT
}

async fn remove_fault(
    State(control): State<Control>,
    Path(id): Path<u64>,
) -> Result<StatusCode, ControlError> {
    let removed = control.remove_fault(id);
    removed
        .then_some(StatusCode::NO_CONTENT)
        .ok_or_else(|| ControlError::Missing(format!("fault {id}")))
}

#[derive(Deserialize)]
struct InstancesQuery {
    account: Option<String>,
    region: Option<String>,
}

async fn instances(
    State(control): State<Control>,
    Query(query): Query<InstancesQuery>,
) -> Json<Vec<Value>> {
    Json(control.instances(query.account.as_deref(), query.region.as_deref()))
}

async fn add_instance(
    State(control): State<Control>,
    Json(new): Json<NewInstance>,
) -> Result<Response, ControlError> {
    let id = control.add_instance(new)?;
    Ok((StatusCode::CREATED, Json(json!({ "InstanceId": id }))).into_response())
}

async fn instance(
    State(control): State<Control>,
    Path(id): Path<String>,
) -> Result<Json<Value>, ControlError> {
    control.instance(&id).map(Json).ok_or_else(|| ControlError::Missing(format!("instance {id}")))
}

async fn set_fields(
    State(control): State<Control>,
    Path(id): Path<String>,
    Json(fields): Json<Map<String, Value>>,
) -> Result<StatusCode, ControlError> {
    for (field, value) in fields {
        control.set_field(&id, &field, value)?;
    }
    Ok(StatusCode::NO_CONTENT)
}

async fn remove_instance(
    State(control): State<Control>,
    Path(id): Path<String>,
) -> Result<StatusCode, ControlError> {
    control.remove_instance(&id).map(|()| StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Status {
    status: String,
}

async fn set_status(
    State(control): State<Control>,
    Path(id): Path<String>,
    Json(Status { status }): Json<Status>,
) -> Result<StatusCode, ControlError> {
    control.set_status(&id, &status).map(|()| StatusCode::NO_CONTENT)
}

async fn set_whitelist(
    State(control): State<Control>,
    Path(id): Path<String>,
    Json(groups): Json<Vec<WhitelistGroup>>,
) -> Result<StatusCode, ControlError> {
    control.set_whitelist(&id, groups).map(|()| StatusCode::NO_CONTENT)
}

async fn finish(
    State(control): State<Control>,
    Path(id): Path<String>,
) -> Result<Json<Value>, ControlError> {
    Ok(Json(json!({ "finished": u8::from(control.finish(&id)?) })))
}

async fn finish_all(State(control): State<Control>) -> Json<Value> {
    Json(json!({ "finished": control.finish_all() }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Issue {
    account: String,
    #[serde(default = "an_hour")]
    seconds: u64,
}

fn an_hour() -> u64 {
    3600
}

async fn issue_credentials(
    State(control): State<Control>,
    Json(issue): Json<Issue>,
) -> Result<Response, ControlError> {
    let credentials =
        control.issue_credentials(&issue.account, Duration::from_secs(issue.seconds))?;
    Ok((StatusCode::CREATED, Json(credentials)).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Enable {
    enabled: bool,
}

async fn enable_key(
    State(control): State<Control>,
    Path(id): Path<String>,
    Json(Enable { enabled }): Json<Enable>,
) -> Result<StatusCode, ControlError> {
    control.enable_key(&id, enabled).map(|()| StatusCode::NO_CONTENT)
}

async fn conduct(State(control): State<Control>) -> Json<Conduct> {
    Json(control.conduct())
}

async fn set_conduct(State(control): State<Control>, Json(conduct): Json<Conduct>) -> StatusCode {
    control.set_conduct(conduct);
    StatusCode::NO_CONTENT
}

/// What is absent stays as it is.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
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
enum SettleSetting {
    Explicit(Explicit),
    Between(u64, u64),
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Explicit {
    Explicit,
}

async fn set_settings(
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

async fn reset(State(control): State<Control>) -> StatusCode {
    control.reset();
    StatusCode::NO_CONTENT
}
