//! What people are told.

use leptos::prelude::*;

use super::StrictForm;
use super::error::{ApiError, ErrorCode};
use super::ssr::{Request, back, goto};
use crate::path;

/// In place of a notice: every one.
pub const ALL: &str = "all";

/// Marks a notice of one's own as read, or all.
#[server(endpoint = "ui/inbox/read", input = StrictForm)]
pub async fn mark_read(notice: String) -> Result<(), ApiError> {
    back(path::INBOX);
    goto(path::INBOX);
    let request = Request::current();
    let viewer = request.viewer()?;
    let id = (notice != ALL).then_some(notice.as_str());
    if id.is_some_and(|id| id.len() != 32 || !id.bytes().all(|b| b.is_ascii_hexdigit())) {
        return Err(ApiError::new(ErrorCode::Malformed));
    }
    viewer.mark_read(id).await.map_err(|error| request.respond(error))
}

/// Tells the admin who asks, and the webhook where there is one.
#[server(endpoint = "ui/webhook/test", input = StrictForm)]
pub async fn test_webhook() -> Result<(), ApiError> {
    back(path::INBOX);
    goto(path::INBOX);
    let request = Request::current();
    let who = request.who.clone().ok_or(ApiError::new(ErrorCode::NotSignedIn))?;
    request.portal.send_test_notice(&who).await.map_err(|error| request.respond(error))
}
