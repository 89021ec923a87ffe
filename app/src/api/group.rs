//! Groups of people, changed by admins over everything. Each form carries the version that its page showed.

use domain::id::{GroupName, UserName};
use domain::person::Role;
use leptos::prelude::*;

use super::StrictForm;
use super::error::{ApiError, FieldProblem};
use super::granting::Fields;
use super::people::parse_name;
use super::ssr::{Request, back, goto};
use crate::path;

/// Makes a group that gives nothing yet.
#[server(endpoint = "ui/group/make", input = StrictForm)]
pub async fn make_group(name: String) -> Result<(), ApiError> {
    lead_to_groups();
    let request = Request::current();
    let admin = request.admin("make-group").await?;
    let name = parse_name(&name)?;
    admin.people().make_group(&name).await.map_err(|error| request.respond(error))
}

/// Gives everybody in the group a role in a part of the fleet; the fields are those of [`Fields`].
#[server(endpoint = "ui/group/give", input = StrictForm)]
pub async fn give_group(
    name: GroupName,
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
    lead_to_groups();
    let request = Request::current();
    let admin = request.admin("give-group").await?;
    let fields = Fields { accounts, regions, production, staging, development, unlabelled, tags };
    let given = admin.people().add_group_grant(&name, version, fields.grant(role)?).await;
    given.map_err(|error| request.respond(error))
}

/// Takes a role back. `place`: from 0 on, in the order they are shown.
#[server(endpoint = "ui/group/take", input = StrictForm)]
pub async fn take_from_group(name: GroupName, version: i64, place: u16) -> Result<(), ApiError> {
    lead_to_groups();
    let request = Request::current();
    let admin = request.admin("take-from-group").await?;
    let taken = admin.people().remove_group_grant(&name, version, place.into()).await;
    taken.map_err(|error| request.respond(error))
}

#[server(endpoint = "ui/group/add-member", input = StrictForm)]
pub async fn add_member(name: GroupName, version: i64, member: String) -> Result<(), ApiError> {
    set_member("add-member", name, version, member, true).await
}

#[server(endpoint = "ui/group/remove-member", input = StrictForm)]
pub async fn remove_member(name: GroupName, version: i64, member: String) -> Result<(), ApiError> {
    set_member("remove-member", name, version, member, false).await
}

async fn set_member(
    act: &'static str,
    name: GroupName,
    version: i64,
    member: String,
    is_in: bool,
) -> Result<(), ApiError> {
    lead_to_groups();
    let request = Request::current();
    let admin = request.admin(act).await?;
    let malformed = |_| ApiError::field("member", FieldProblem::Mismatch);
    let member: UserName = member.trim().parse().map_err(malformed)?;
    let done = admin.people().set_member(&name, version, &member, is_in).await;
    done.map_err(|error| request.respond(error))
}

/// What the group gives counts for nobody.
#[server(endpoint = "ui/group/disable", input = StrictForm)]
pub async fn disable_group(name: GroupName, version: i64) -> Result<(), ApiError> {
    set_disabled("disable-group", name, version, true).await
}

#[server(endpoint = "ui/group/enable", input = StrictForm)]
pub async fn enable_group(name: GroupName, version: i64) -> Result<(), ApiError> {
    set_disabled("enable-group", name, version, false).await
}

async fn set_disabled(
    act: &'static str,
    name: GroupName,
    version: i64,
    disabled: bool,
) -> Result<(), ApiError> {
    lead_to_groups();
    let request = Request::current();
    let admin = request.admin(act).await?;
    let done = admin.people().set_group_disabled(&name, version, disabled).await;
    done.map_err(|error| request.respond(error))
}

fn lead_to_groups() {
    back(path::GROUPS);
    goto(path::GROUPS);
}
