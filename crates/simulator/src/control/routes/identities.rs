//! Identities over HTTP.

use super::{Control, ControlError};
use crate::gate::keyring::IssuedSession;
use crate::metadata::MetadataSettings;
use crate::ram::Role;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
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

pub(super) async fn roles(State(control): State<Control>) -> Json<Vec<Role>> {
    Json(control.roles())
}

pub(super) async fn put_role(
    State(control): State<Control>,
    Json(role): Json<Role>,
) -> Result<StatusCode, ControlError> {
    control.put_role(role).map(|()| StatusCode::NO_CONTENT)
}

pub(super) async fn remove_role(
    State(control): State<Control>,
    Path((account, name)): Path<(String, String)>,
) -> Result<StatusCode, ControlError> {
    control.remove_role(&account, &name).map(|()| StatusCode::NO_CONTENT)
}

pub(super) async fn sessions(State(control): State<Control>) -> Json<Vec<IssuedSession>> {
    Json(control.sessions())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct IssueToken {
    account: String,
    #[serde(default = "a_pod")]
    subject: String,
    #[serde(default = "an_hour")]
    seconds: u64,
}

fn a_pod() -> String {
    "system:serviceaccount:default:latchkey".to_owned()
}

pub(super) async fn issue_platform_token(
    State(control): State<Control>,
    Json(issue): Json<IssueToken>,
) -> Result<Response, ControlError> {
    let lifetime = Duration::from_secs(issue.seconds);
    let identity = control.issue_platform_token(&issue.account, &issue.subject, lifetime)?;
    Ok((StatusCode::CREATED, Json(identity)).into_response())
}

pub(super) async fn metadata(State(control): State<Control>) -> Json<MetadataSettings> {
    Json(control.metadata())
}

pub(super) async fn set_metadata(
    State(control): State<Control>,
    Json(settings): Json<MetadataSettings>,
) -> StatusCode {
    control.set_metadata(settings);
    StatusCode::NO_CONTENT
}
