//! What programs say in place of people: made, shown once, and revoked.

use domain::id::TokenId;
use domain::person::Role;
use domain::span::Span;
use domain::token::{ParseLabelError, TokenLabel};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use service::NewToken;

use super::StrictForm;
use super::error::{ApiError, FieldProblem};
use super::granting::Fields;
use super::ssr::{Request, back, goto, once};
use crate::path;

/// A token that was just made. Nobody is ever told `token` again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Made {
    pub id: TokenId,
    pub token: String,
}

/// `expires_in` is a time such as `30d`; where it may is told by the fields of [`Fields`].
#[server(endpoint = "ui/token/make", input = StrictForm)]
pub async fn make_token(
    label: String,
    role: Role,
    expires_in: String,
    accounts: Option<String>,
    regions: Option<String>,
    production: Option<String>,
    staging: Option<String>,
    development: Option<String>,
    unlabelled: Option<String>,
    tags: Option<String>,
) -> Result<Made, ApiError> {
    back(path::TOKENS);
    goto(path::TOKENS);
    let request = Request::current();
    let viewer = request.viewer()?;
    let fields = Fields { accounts, regions, production, staging, development, unlabelled, tags };
    let (label, lasts) = (parse_label(&label)?, parse_lasts(&expires_in)?.0);
    let new = NewToken { label, role, area: fields.area()?, lasts };
    let made = viewer.make_token(new).await.map_err(|error| request.respond(error))?;
    let token = made.reveal().to_owned();
    once(&token);
    Ok(Made { id: made.id, token })
}

/// Ends it for good.
#[server(endpoint = "ui/token/revoke", input = StrictForm)]
pub async fn revoke_token(token: TokenId) -> Result<(), ApiError> {
    back(path::TOKENS);
    goto(path::TOKENS);
    let request = Request::current();
    let viewer = request.viewer()?;
    viewer.revoke_token(token).await.map_err(|error| request.respond(error))
}

fn parse_label(text: &str) -> Result<TokenLabel, ApiError> {
    text.parse().map_err(|error| {
        let problem = match error {
            ParseLabelError::Empty => FieldProblem::Missing,
            ParseLabelError::TooLong => FieldProblem::TooLong,
            ParseLabelError::Forbidden => FieldProblem::Malformed,
        };
        ApiError::field("label", problem)
    })
}

fn parse_lasts(text: &str) -> Result<Span, ApiError> {
    text.trim().parse().map_err(|_| ApiError::field("expires_in", FieldProblem::Malformed))
}
