//! Instances, who could get in, and whether that may be changed.

use app::api::error::{ApiError, FieldProblem};
use app::api::ssr::Request as Known;
use axum::{Extension, Json};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::inventory::{InstanceFilter, InstanceSort, ListCursor};
use http::request::Parts;
use serde::{Deserialize, Serialize};
use service::viewer::{ChangeFilter, PageOf, cursor_after};

use super::answer::Answer;
use super::ask::{Body, OfInstance, Query};
use crate::shape::Problem;
use crate::shape::instance::{ExposureDetail, Instance, InstanceDetail, InstanceList};
use crate::shape::preflight::{Preflight, PreflightRequest};

const USUAL: u64 = 100;
const MOST: u64 = 500;
/// What nobody would search for.
const TEXT_CHARS: usize = 200;

const FILTERS: &[&str] = &[
    "q",
    "access",
    "exposure",
    "environment",
    "account",
    "region",
    "version",
    "whitelist",
    "sort",
    "limit",
    "after",
];

/// The instances that a filter finds, page by page
#[utoipa::path(
    get,
    path = "/api/v1/instances",
    tag = "instances",
    params(
        ("q" = Option<String>, Query, description = "In name, id, tags, addresses and VPC"),
        ("access" = Option<crate::shape::words::AccessState>, Query),
        ("exposure" = Option<crate::shape::words::Level>, Query),
        ("environment" = Option<crate::shape::words::Environment>, Query),
        ("account" = Option<String>, Query),
        ("region" = Option<String>, Query),
        ("version" = Option<String>, Query),
        ("whitelist" = Option<crate::shape::words::WhitelistFinding>, Query),
        ("sort" = Option<String>, Query, description = "name, exposure, age or place"),
        ("limit" = Option<u64>, Query, description = "1 to 500; 100"),
        ("after" = Option<String>, Query, description = "`next` of the page before")
    ),
    responses((status = 200, body = InstanceList), (status = "default", description = "Refused", body = Problem))
)]
pub async fn list_instances(
    Extension(known): Extension<Known>,
    parts: Parts,
) -> Answer<InstanceList> {
    let query = Query::of(&parts, FILTERS)?;
    let filter = InstanceFilter {
        text: query.text("q").unwrap_or_default().chars().take(TEXT_CHARS).collect(),
        access: query.word("access")?,
        environment: query.word("environment")?,
        exposure: query.word("exposure")?,
        account: query.word("account")?,
        region: query.word("region")?,
        version: query.text("version").map(ToOwned::to_owned),
        whitelist: query.word("whitelist")?,
        keys: Vec::new(),
    };
    let sort: InstanceSort = query.word("sort")?.unwrap_or(InstanceSort::Name);
    let after = query.text("after").map(|text| cursor(text, sort)).transpose()?;
    let limit = i64::try_from(query.number("limit", USUAL, MOST)?).unwrap_or(1);
    let viewer = known.viewer()?;
    let page =
        PageOf { filter: &filter, sort, after: after.as_ref(), limit: limit.saturating_add(1) };
    let mut rows = viewer.list_instances(page).await.map_err(|error| known.respond(error))?;
    let coverage = viewer.get_coverage().await.map_err(|error| known.respond(error))?;
    let wanted = usize::try_from(limit).unwrap_or_default();
    let more = rows.len() > wanted;
    rows.truncate(wanted);
    let next = rows.last().filter(|_| more).map(|row| written(sort, &cursor_after(sort, row)));
    Ok(Json(InstanceList {
        instances: rows.iter().map(Instance::from).collect(),
        next,
        coverage: (&coverage).into(),
    }))
}

/// Where a page begins. Opaque to programs; of one order only.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cursor {
    s: InstanceSort,
    v: String,
    k: domain::id::InstanceKey,
}

fn written(sort: InstanceSort, cursor: &ListCursor) -> String {
    let cursor = Cursor { s: sort, v: cursor.value.clone(), k: cursor.key.clone() };
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(&cursor).unwrap_or_default())
}

fn cursor(text: &str, sort: InstanceSort) -> Result<ListCursor, ApiError> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok();
    let read = bytes.and_then(|bytes| serde_json::from_slice::<Cursor>(&bytes).ok());
    read.filter(|read| read.s == sort)
        .map(|read| ListCursor { value: read.v, key: read.k })
        .ok_or_else(|| ApiError::field("after", FieldProblem::Malformed))
}

/// Everything known of one instance, with its age
#[utoipa::path(
    get,
    path = "/api/v1/instances/{account}/{region}/{id}",
    tag = "instances",
    params(("account" = String, Path), ("region" = String, Path), ("id" = String, Path)),
    responses((status = 200, body = InstanceDetail), (status = "default", description = "Refused", body = Problem))
)]
pub async fn get_instance(
    Extension(known): Extension<Known>,
    OfInstance(key): OfInstance,
    parts: Parts,
) -> Answer<InstanceDetail> {
    Query::of(&parts, &[])?;
    let viewer = known.viewer()?;
    let detail = viewer.look_at(&key).await.map_err(|error| known.respond(error))?;
    let duty = viewer.find_return(&key).await.map_err(|error| known.respond(error))?;
    let filter = ChangeFilter { instance: Some(key), open_only: true, ..ChangeFilter::default() };
    let open = viewer.list_changes(&filter, 1).await.map_err(|error| known.respond(error))?;
    let open = open.first().map(|change| change.id);
    Ok(Json(InstanceDetail::of(&detail, duty.as_ref(), open)))
}

/// Who could get in, and what that rests on
#[utoipa::path(
    get,
    path = "/api/v1/instances/{account}/{region}/{id}/exposure",
    tag = "instances",
    params(("account" = String, Path), ("region" = String, Path), ("id" = String, Path)),
    responses((status = 200, body = ExposureDetail), (status = "default", description = "Refused", body = Problem))
)]
pub async fn get_exposure(
    Extension(known): Extension<Known>,
    OfInstance(key): OfInstance,
    parts: Parts,
) -> Answer<ExposureDetail> {
    Query::of(&parts, &[])?;
    let viewer = known.viewer()?;
    let detail = viewer.look_at(&key).await.map_err(|error| known.respond(error))?;
    Ok(Json((&detail.exposure).into()))
}

/// Reads an instance afresh and runs every check, for a change that is wished for
#[utoipa::path(
    post,
    path = "/api/v1/instances/{account}/{region}/{id}/preflight",
    tag = "instances",
    params(("account" = String, Path), ("region" = String, Path), ("id" = String, Path)),
    request_body = PreflightRequest,
    responses((status = 200, body = Preflight), (status = "default", description = "Refused", body = Problem))
)]
pub async fn take_preflight(
    Extension(known): Extension<Known>,
    OfInstance(key): OfInstance,
    Body(asked): Body<PreflightRequest>,
) -> Answer<Preflight> {
    let operator = known.operator("take-review").await?;
    let to = asked.to.ok_or_else(|| ApiError::field("to", FieldProblem::Missing))?;
    let review = operator.take_review(&key, to).await.map_err(|error| known.respond(error))?;
    let demanded = operator.demand(&review).await.map_err(|error| known.respond(error))?;
    let (in_force, demand) = demanded;
    let expires_at = review.taken_at.plus(known.portal.settings().review_lasts);
    Ok(Json(Preflight::of(&review, &in_force.policy, &demand, expires_at)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_belongs_to_its_order() {
        let key: domain::id::InstanceKey = "core/cn-hangzhou/r-1".parse().unwrap();
        let here = ListCursor { value: "订单\u{0}".into(), key };
        let text = written(InstanceSort::Name, &here);
        assert_eq!(cursor(&text, InstanceSort::Name).unwrap(), here);
        assert!(cursor(&text, InstanceSort::Age).is_err());
        for other in ["", "x", "e30", &text[1..], "bnVsbA"] {
            assert!(cursor(other, InstanceSort::Name).is_err(), "{other}");
        }
    }
}
