//! What became of each line of a batch, for spreadsheets.

use app::api::error::{ApiError, ErrorCode};
use app::api::ssr::Request as Known;
use app::text::machine_time;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request};
use axum::response::{IntoResponse, Response};
use domain::batch::{BatchItem, ItemProblem};
use domain::change::Ending;
use domain::id::BatchId;
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};

use super::{cells as guarded, forms};

/// Words that stay what they are, in every language.
const COLUMNS: [&str; 10] = [
    "account",
    "region",
    "instance_id",
    "name",
    "environment",
    "line",
    "change",
    "state",
    "code",
    "problem",
];

pub async fn csv(id: Result<Path<String>, PathRejection>, request: Request) -> Response {
    let Some(known) = request.extensions().get::<Known>().cloned() else {
        return forms::refuse(&request, ApiError::new(ErrorCode::NotSignedIn));
    };
    let Some(id) = id.ok().and_then(|Path(id)| id.parse::<BatchId>().ok()) else {
        return forms::refuse(&request, ApiError::new(ErrorCode::NotFound));
    };
    let found = match known.viewer() {
        Ok(viewer) => viewer.get_batch(id).await.map_err(|error| known.respond(error)),
        Err(error) => Err(error),
    };
    let detail = match found {
        Ok(detail) => detail,
        Err(error) => return forms::refuse(&request, error),
    };
    let batch = &detail.batch;
    let head = [
        vec!["# batch".to_owned(), batch.id.to_string()],
        vec!["# exported at".to_owned(), machine_time(known.now)],
        vec!["# to".to_owned(), batch.to.to_string()],
        vec!["# state".to_owned(), batch.state.to_string()],
        COLUMNS.map(ToOwned::to_owned).to_vec(),
    ];
    let rows = detail.items.iter().map(|item| cells(item).to_vec());
    let Ok(lines) = guarded::written(head.into_iter().chain(rows)) else {
        return forms::refuse(&request, ApiError::new(ErrorCode::Fault));
    };
    // The mark tells spreadsheets that it is UTF-8.
    let mut bytes = "\u{feff}".as_bytes().to_vec();
    bytes.extend(lines);
    (
        [
            (CONTENT_TYPE, "text/csv; charset=utf-8; header=present".to_owned()),
            (CONTENT_DISPOSITION, format!("attachment; filename=\"latchkey-batch-{id}.csv\"")),
            (CACHE_CONTROL, "no-store".to_owned()),
        ],
        bytes,
    )
        .into_response()
}

/// In the order of [`COLUMNS`].
fn cells(item: &BatchItem) -> [String; COLUMNS.len()] {
    let change = item.change.as_ref();
    let code = match change.and_then(|change| change.ending.as_ref()) {
        Some(Ending::Denied { code } | Ending::Throttled { code }) => code.to_string(),
        _ => String::new(),
    };
    [
        item.instance.account.to_string(),
        item.instance.region.to_string(),
        item.instance.id.to_string(),
        item.name.to_string(),
        item.environment.to_string(),
        item.line.code().to_owned(),
        change.map(|change| change.id.to_string()).unwrap_or_default(),
        change.map(|change| change.state.to_string()).unwrap_or_default(),
        code,
        item.problem.map_or("", ItemProblem::code).to_owned(),
    ]
}
