//! A list of instances as a file: CSV for spreadsheets, JSON for programs. Streamed, page by page.
//!
//! What its address asks and cannot be meant is refused: the file would hold more than somebody believes.
//! Both begin with the coverage: a file that leaves a region out says so itself. In CSV no cell can be a formula.

use app::api::error::{ApiError, ErrorCode};
use app::api::ssr::Request as Known;
use app::asked::Asked;
use app::text::{Language, machine_time};
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use domain::inventory::{Coverage, InstanceListing, InstanceSort, ListCursor, RegionCoverage};
use futures_util::stream;
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use serde_json::{Value, json};
use service::viewer::{PageOf, cursor_after};

use super::cells::written;
use super::forms;

const PAGE: i64 = 500;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Csv,
    Json,
}

pub async fn csv(request: Request) -> Response {
    send(request, Format::Csv).await
}

pub async fn json(request: Request) -> Response {
    send(request, Format::Json).await
}

/// What is still to be sent.
struct Export {
    known: Known,
    asked: Asked,
    format: Format,
    next: Next,
}

enum Next {
    Rows { after: Option<ListCursor>, first: bool },
    End,
    Nothing,
}

async fn send(request: Request, format: Format) -> Response {
    let Some(known) = request.extensions().get::<Known>().cloned() else {
        return forms::refuse(&request, ApiError::new(ErrorCode::NotSignedIn));
    };
    // In an order that stays while readings come in.
    let Some(asked) = Asked::strictly_of_address(&known.address) else {
        return forms::refuse(&request, ApiError::new(ErrorCode::InvalidInput));
    };
    let asked = Asked { after: None, ..asked };
    let asked =
        if asked.sort == InstanceSort::Age { asked.sorted(InstanceSort::Name) } else { asked };
    let coverage = match known.viewer() {
        Ok(viewer) => viewer.get_coverage().await.map_err(|error| known.respond(error)),
        Err(error) => Err(error),
    };
    let head = match coverage {
        Ok(coverage) => head(format, &known, &asked, &coverage),
        Err(error) => return forms::refuse(&request, error),
    };
    let name = format!(
        "latchkey-instances-{}.{}",
        machine_time(known.now).replace([':', '-'], ""),
        if format == Format::Csv { "csv" } else { "json" }
    );
    let kind = match format {
        Format::Csv => "text/csv; charset=utf-8; header=present",
        Format::Json => "application/json",
    };
    let export = Export { known, asked, format, next: Next::Rows { after: None, first: true } };
    let rest = stream::try_unfold(export, |mut export| async move {
        Ok::<_, std::io::Error>(export.piece().await?.map(|piece| (piece, export)))
    });
    let first = stream::iter([Ok(head)]);
    (
        [
            (CONTENT_TYPE, kind.to_owned()),
            (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
            (CACHE_CONTROL, "no-store".to_owned()),
        ],
        Body::from_stream(stream::StreamExt::chain(first, rest)),
    )
        .into_response()
}

impl Export {
    /// The next piece of the file. An error breaks the answer off: half a list must not look whole.
    async fn piece(&mut self) -> std::io::Result<Option<Bytes>> {
        let (after, first) = match std::mem::replace(&mut self.next, Next::Nothing) {
            Next::Nothing => return Ok(None),
            Next::End => {
                let end = if self.format == Format::Json { "\n]}\n" } else { "" };
                return Ok((!end.is_empty()).then(|| Bytes::from_static(end.as_bytes())));
            }
            Next::Rows { after, first } => (after, first),
        };
        let page = PageOf {
            filter: &self.asked.filter,
            sort: self.asked.sort,
            after: after.as_ref(),
            limit: PAGE,
        };
        let viewer =
            self.known.viewer().map_err(|error| std::io::Error::other(error.to_string()))?;
        let rows = viewer.list_instances(page).await.map_err(|error| {
            tracing::error!(error = &error as &dyn std::error::Error, "an export broke off");
            std::io::Error::other("the memory did not answer")
        })?;
        let full = i64::try_from(rows.len()).is_ok_and(|count| count == PAGE);
        self.next = match rows.last().filter(|_| full) {
            Some(last) => {
                Next::Rows { after: Some(cursor_after(self.asked.sort, last)), first: false }
            }
            None => Next::End,
        };
        let bytes = match self.format {
            Format::Csv => csv_rows(&rows)?,
            Format::Json => json_rows(&rows, first),
        };
        Ok(Some(bytes))
    }
}

fn head(format: Format, known: &Known, asked: &Asked, coverage: &Coverage) -> Bytes {
    let problems: Vec<&RegionCoverage> = coverage.problems().collect();
    match format {
        Format::Json => {
            let coverage = json!({
                "instances": coverage.instances,
                "read": coverage.read,
                "oldest_reading": coverage.oldest.map(machine_time),
                "regions_not_heard_from": coverage.waiting(),
                "problems": problems.iter().map(|problem| json!({
                    "account": problem.account.as_str(),
                    "region": problem.region.as_ref().map(domain::id::RegionId::as_str),
                    "why": problem.problem.as_ref().map(domain::fact::Unread::code),
                    "code": problem.problem.as_ref().and_then(|why| why.cloud_code()).map(ToString::to_string),
                    "listed_at": problem.listed_at.map(machine_time),
                })).collect::<Vec<_>>(),
                "unread": coverage.failed.iter().map(|(why, count)| json!({
                    "why": why.code(), "code": why.cloud_code().map(ToString::to_string), "instances": count,
                })).collect::<Vec<_>>(),
            });
            let made = json!(machine_time(known.now));
            let query = json!(asked.query());
            Bytes::from(format!(
                "{{\"exported_at\":{made},\"query\":{query},\"coverage\":{coverage},\"instances\":["
            ))
        }
        Format::Csv => {
            let mut lines = vec![
                vec!["# exported at".to_owned(), machine_time(known.now)],
                vec!["# list".to_owned(), asked.query()],
                vec![
                    "# instances read".to_owned(),
                    format!("{} of {}", coverage.read, coverage.instances),
                ],
            ];
            if coverage.waiting() > 0 {
                lines.push(vec![
                    "# regions not heard from yet".to_owned(),
                    coverage.waiting().to_string(),
                ]);
            }
            for problem in problems {
                let region = problem
                    .region
                    .as_ref()
                    .map_or_else(|| "all regions".to_owned(), ToString::to_string);
                let why = problem
                    .problem
                    .as_ref()
                    .map(|why| Language::En.unread(why))
                    .unwrap_or_default();
                lines.push(vec!["# not read".to_owned(), problem.account.to_string(), region, why]);
            }
            for (why, count) in &coverage.failed {
                lines.push(vec![
                    "# mode not read".to_owned(),
                    count.to_string(),
                    Language::En.unread(why),
                ]);
            }
            lines.push(COLUMNS.map(ToOwned::to_owned).to_vec());
            // The mark tells spreadsheets that it is UTF-8.
            let mut bytes = "\u{feff}".as_bytes().to_vec();
            bytes.extend(written(lines).unwrap_or_default());
            Bytes::from(bytes)
        }
    }
}

/// Words that stay what they are, in every language.
const COLUMNS: [&str; 19] = [
    "account",
    "region",
    "instance_id",
    "name",
    "environment",
    "engine",
    "version",
    "architecture",
    "network",
    "status",
    "access",
    "exposure",
    "exposure_could_be",
    "exposure_says",
    "whitelist",
    "mode_read_at",
    "problem",
    "open_change",
    "ends_at",
];

/// In the order of [`COLUMNS`].
fn cells(row: &InstanceListing) -> [String; COLUMNS.len()] {
    [
        row.key.account.to_string(),
        row.key.region.to_string(),
        row.key.id.to_string(),
        row.name.to_string(),
        row.environment.to_string(),
        row.kind.to_string(),
        row.version.to_string(),
        row.architecture.to_string(),
        row.network.to_string(),
        row.status.to_string(),
        row.access.to_string(),
        row.exposure.level.map_or("unknown", domain::exposure::ExposureLevel::code).to_owned(),
        row.exposure.could_be.map_or("", domain::exposure::ExposureLevel::code).to_owned(),
        Language::En.exposure_sentence(&row.exposure),
        row.whitelist.to_string(),
        row.read_at.map(machine_time).unwrap_or_default(),
        row.problem.as_ref().map(|why| Language::En.unread(why)).unwrap_or_default(),
        row.open_change.map(|change| change.to_string()).unwrap_or_default(),
        row.ends_at.map(machine_time).unwrap_or_default(),
    ]
}

fn csv_rows(rows: &[InstanceListing]) -> std::io::Result<Bytes> {
    written(rows.iter().map(|row| cells(row).to_vec())).map(Bytes::from)
}

fn json_rows(rows: &[InstanceListing], first: bool) -> Bytes {
    let mut text = String::new();
    for (index, row) in rows.iter().enumerate() {
        text.push_str(if first && index == 0 { "\n" } else { ",\n" });
        let mut object = serde_json::Map::new();
        for (name, cell) in COLUMNS.iter().zip(cells(row)) {
            let value = if cell.is_empty() { Value::Null } else { Value::String(cell) };
            object.insert((*name).to_owned(), value);
        }
        text.push_str(&Value::Object(object).to_string());
    }
    Bytes::from(text)
}
