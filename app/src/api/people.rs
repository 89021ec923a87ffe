//! What people may do, changed by admins over everything. Each form carries the version that its page showed.

use domain::id::UserName;
use domain::person::Role;
use leptos::prelude::*;

use super::StrictForm;
use super::error::ApiError;
use super::granting::Fields;
use super::ssr::{Request, back, goto};
use crate::path;

/// Adds somebody who may do nothing yet, and cannot sign in before a link to set a password was made.
#[server(endpoint = "ui/people/add", input = StrictForm)]
pub async fn add_person(name: String) -> Result<(), ApiError> {
    back(path::PEOPLE);
    let request = Request::current();
    let people = request.admin("add-person").await?;
    let name = parse_name(&name)?;
    goto(&path::person(&name));
    people.people().add(&name, &[], None).await.map_err(|error| request.respond(error))
}

/// Gives a role in a part of the fleet; the fields are those of [`Fields`].
#[server(endpoint = "ui/people/give", input = StrictForm)]
pub async fn give_role(
    name: UserName,
    version: i64,
    role: Role,
    accounts: Option<String>,
    regions: Option<String>,
    production: Option<String>,
    staging: Option<String>,
    development: Option<String>,
    unlabelled: Option<String>,
    tags: Option<String>,
) -> Result<(), ApiError> {
    lead_to(&name);
    let request = Request::current();
    let people = request.admin("give-role").await?;
    let fields = Fields { accounts, regions, production, staging, development, unlabelled, tags };
    let given = people.people().add_grant(&name, version, fields.grant(role)?).await;
    given.map_err(|error| request.respond(error))
}

/// Takes a role back. `place`: from 0 on, in the order they are shown.
#[server(endpoint = "ui/people/take", input = StrictForm)]
pub async fn take_role(name: UserName, version: i64, place: u16) -> Result<(), ApiError> {
    lead_to(&name);
    let request = Request::current();
    let people = request.admin("take-role").await?;
    let taken = people.people().remove_grant(&name, version, place.into()).await;
    taken.map_err(|error| request.respond(error))
}

/// From the next request on this person is nobody.
#[server(endpoint = "ui/people/disable", input = StrictForm)]
pub async fn disable_person(name: UserName, version: i64) -> Result<(), ApiError> {
    set_disabled("disable-person", name, version, true).await
}

#[server(endpoint = "ui/people/enable", input = StrictForm)]
pub async fn enable_person(name: UserName, version: i64) -> Result<(), ApiError> {
    set_disabled("enable-person", name, version, false).await
}

async fn set_disabled(
    act: &'static str,
    name: UserName,
    version: i64,
    disabled: bool,
) -> Result<(), ApiError> {
    lead_to(&name);
    let request = Request::current();
    let people = request.admin(act).await?;
    let done = people.people().set_disabled(&name, version, disabled).await;
    done.map_err(|error| request.respond(error))
}

/// Signs somebody out everywhere.
#[server(endpoint = "ui/people/end-sessions", input = StrictForm)]
pub async fn end_sessions(name: UserName) -> Result<(), ApiError> {
    lead_to(&name);
    let request = Request::current();
    let people = request.admin("end-sessions").await?;
    people.people().end_sessions(&name).await.map_err(|error| request.respond(error))
}

fn lead_to(name: &UserName) {
    back(&path::person(name));
    goto(&path::person(name));
}

pub(super) fn parse_name<T: std::str::FromStr>(name: &str) -> Result<T, ApiError> {
    use super::error::FieldProblem;
    let name = name.trim();
    let problem = if name.is_empty() { FieldProblem::Missing } else { FieldProblem::Malformed };
    name.parse().map_err(|_| ApiError::field("name", problem))
}
