//! Instances over HTTP.

use super::{Control, ControlError, NewInstance};
use crate::world::WhitelistGroup;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Map, Value, json};

#[derive(Deserialize)]
pub(super) struct InstancesQuery {
    account: Option<String>,
    region: Option<String>,
}

pub(super) async fn instances(
    State(control): State<Control>,
    Query(query): Query<InstancesQuery>,
) -> Json<Vec<Value>> {
    Json(control.instances(query.account.as_deref(), query.region.as_deref()))
}

pub(super) async fn add_instance(
    State(control): State<Control>,
    Json(new): Json<NewInstance>,
) -> Result<Response, ControlError> {
    let id = control.add_instance(new)?;
    Ok((StatusCode::CREATED, Json(json!({ "InstanceId": id }))).into_response())
}

pub(super) async fn instance(
    State(control): State<Control>,
    Path(id): Path<String>,
) -> Result<Json<Value>, ControlError> {
    control.instance(&id).map(Json).ok_or_else(|| ControlError::Missing(format!("instance {id}")))
}

pub(super) async fn set_fields(
    State(control): State<Control>,
    Path(id): Path<String>,
    Json(fields): Json<Map<String, Value>>,
) -> Result<StatusCode, ControlError> {
    for (field, value) in fields {
        control.set_field(&id, &field, value)?;
    }
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn remove_instance(
    State(control): State<Control>,
    Path(id): Path<String>,
) -> Result<StatusCode, ControlError> {
    control.remove_instance(&id).map(|()| StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Status {
    status: String,
}

pub(super) async fn set_status(
    State(control): State<Control>,
    Path(id): Path<String>,
    Json(Status { status }): Json<Status>,
) -> Result<StatusCode, ControlError> {
    control.set_status(&id, &status).map(|()| StatusCode::NO_CONTENT)
}

pub(super) async fn set_whitelist(
    State(control): State<Control>,
    Path(id): Path<String>,
    Json(groups): Json<Vec<WhitelistGroup>>,
) -> Result<StatusCode, ControlError> {
    control.set_whitelist(&id, groups).map(|()| StatusCode::NO_CONTENT)
}

pub(super) async fn finish(
    State(control): State<Control>,
    Path(id): Path<String>,
) -> Result<Json<Value>, ControlError> {
    Ok(Json(json!({ "finished": u8::from(control.finish(&id)?) })))
}

pub(super) async fn finish_all(State(control): State<Control>) -> Json<Value> {
    Json(json!({ "finished": control.finish_all() }))
}
