//! One's own password and sessions.

use std::collections::BTreeSet;

use domain::inbox::NoticeKind;
use leptos::prelude::*;

use super::StrictForm;
use super::error::{ApiError, ErrorCode, FieldProblem};
use super::ssr::{Request, back, goto};
use crate::path;

/// A label as [`service::SessionOf`] has it is no longer.
const LABEL_BYTES: usize = 64;

/// Kinds of notices that one can do without, and the field that keeps each.
pub const WANTED: [(NoticeKind, &str); 3] = [
    (NoticeKind::DoorShutsSoon, "door_shuts_soon"),
    (NoticeKind::ReturnFailed, "return_failed"),
    (NoticeKind::ApprovalDecided, "approval_decided"),
];

/// Chooses what the inbox keeps. A box that is not ticked is not sent.
#[server(endpoint = "ui/me/notices", input = StrictForm)]
pub async fn choose_notices(
    door_shuts_soon: Option<String>,
    return_failed: Option<String>,
    approval_decided: Option<String>,
) -> Result<(), ApiError> {
    back(path::SETTINGS);
    goto(&path::settings_saved());
    let request = Request::current();
    let viewer = request.viewer()?;
    let ticked = [door_shuts_soon, return_failed, approval_decided];
    if ticked.iter().flatten().any(|value| value != "1") {
        return Err(ApiError::new(ErrorCode::Malformed));
    }
    let unwanted = WANTED.iter().zip(ticked).filter(|(_, ticked)| ticked.is_none());
    let muted: BTreeSet<NoticeKind> = unwanted.map(|((kind, _), _)| *kind).collect();
    viewer.set_muted(&muted).await.map_err(|error| request.respond(error))
}

/// Sets one's password. All other sessions end.
#[server(endpoint = "ui/me/password", input = StrictForm)]
pub async fn change_password(old: String, password: String, again: String) -> Result<(), ApiError> {
    back(path::ME);
    goto(path::SESSIONS);
    let request = Request::current();
    let viewer = request.viewer()?;
    if password != again {
        return Err(ApiError::field("again", FieldProblem::Mismatch));
    }
    let changed = viewer.change_password(old.into(), password.into()).await;
    changed.map_err(|error| request.respond(error))
}

/// Ends one of one's own sessions.
#[server(endpoint = "ui/me/end-session", input = StrictForm)]
pub async fn end_session(session: String) -> Result<(), ApiError> {
    back(path::SESSIONS);
    goto(path::SESSIONS);
    let request = Request::current();
    let viewer = request.viewer()?;
    let fits = session.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if !fits || session.is_empty() || session.len() > LABEL_BYTES {
        return Err(ApiError::new(ErrorCode::Malformed));
    }
    viewer.end_session(&session).await.map_err(|error| request.respond(error))
}

/// Ends all of one's sessions but the one that asks.
#[server(endpoint = "ui/me/end-others", input = StrictForm)]
pub async fn end_other_sessions() -> Result<(), ApiError> {
    back(path::SESSIONS);
    goto(path::SESSIONS);
    let request = Request::current();
    let viewer = request.viewer()?;
    viewer.end_other_sessions().await.map_err(|error| request.respond(error))
}
