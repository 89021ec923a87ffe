//! The control API over HTTP: JSON in, JSON out, on a loopback listener that the cloud's clients
//! never see.

mod identities;
mod instances;
mod settings;

use super::guard::only_programs;
use super::{Control, ControlError, NewInstance};
use crate::fault::Rule;
use crate::transport::stopped;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, patch, post, put};
use axum::{Json, Router, middleware};
use serde::Deserialize;
use serde_json::{Value, json};
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
        .route("/instances", get(instances::instances).post(instances::add_instance))
        .route(
            "/instances/{id}",
            get(instances::instance)
                .patch(instances::set_fields)
                .delete(instances::remove_instance),
        )
        .route("/instances/{id}/status", put(instances::set_status))
        .route("/instances/{id}/whitelist", put(instances::set_whitelist))
        .route("/instances/{id}/finish", post(instances::finish))
        .route("/finish", post(instances::finish_all))
        .route("/credentials", post(identities::issue_credentials))
        .route("/keys/{id}", patch(identities::enable_key))
        .route("/roles", get(identities::roles).put(identities::put_role))
        .route("/roles/{account}/{name}", delete(identities::remove_role))
        .route("/sessions", get(identities::sessions))
        .route("/platform-tokens", post(identities::issue_platform_token))
        .route("/metadata", get(identities::metadata).put(identities::set_metadata))
        .route("/certificate", get(settings::certificate).put(settings::show_certificate))
        .route("/conduct", get(settings::conduct).put(settings::set_conduct))
        .route("/settings", patch(settings::set_settings))
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

async fn reset(State(control): State<Control>) -> StatusCode {
    control.reset();
    StatusCode::NO_CONTENT
}
