//! The audit as a file, as the page of the audit filters it. Streamed, page by page, the oldest first; who took it is in
//! the audit before the first row leaves.

use app::api::error::{ApiError, ErrorCode};
use app::api::ssr::Request as Known;
use app::audit_asked::AuditAsked;
use app::text::machine_time;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use service::viewer::AuditFilter;

use super::forms;
use crate::audit_file;
use crate::cli::AuditFormat;

pub async fn csv(request: Request) -> Response {
    send(request, AuditFormat::Csv).await
}

pub async fn jsonl(request: Request) -> Response {
    send(request, AuditFormat::Jsonl).await
}

/// What is still to be sent.
struct Export {
    known: Known,
    filter: AuditFilter,
    format: AuditFormat,
    after: i64,
}

async fn send(request: Request, format: AuditFormat) -> Response {
    let Some(known) = request.extensions().get::<Known>().cloned() else {
        return forms::refuse(&request, ApiError::new(ErrorCode::NotSignedIn));
    };
    // Without a filter that was meant, the file would hold more than somebody believes.
    let Some(asked) = AuditAsked::strictly_of_address(&known.address) else {
        return forms::refuse(&request, ApiError::new(ErrorCode::InvalidInput));
    };
    let (ending, kind) = match format {
        AuditFormat::Csv => ("csv", "text/csv; charset=utf-8; header=present"),
        AuditFormat::Jsonl => ("jsonl", "application/jsonl; charset=utf-8"),
    };
    let recorded = match known.viewer() {
        Ok(viewer) => viewer
            .record_audit_export(&asked.query(), ending)
            .await
            .map_err(|error| known.respond(error)),
        Err(error) => Err(error),
    };
    if let Err(error) = recorded {
        return forms::refuse(&request, error);
    }
    let name =
        format!("latchkey-audit-{}.{ending}", machine_time(known.now).replace([':', '-'], ""));
    let export = Export { filter: asked.filter(), known, format, after: i64::MIN };
    let rest = stream::try_unfold(export, |mut export| async move {
        Ok::<_, std::io::Error>(export.piece().await?.map(|piece| (piece, export)))
    });
    let first = stream::iter([Ok(Bytes::from(audit_file::head(format)))]);
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
    /// The next piece of the file. An error breaks the answer off: half an audit must not look whole.
    async fn piece(&mut self) -> std::io::Result<Option<Bytes>> {
        let viewer =
            self.known.viewer().map_err(|error| std::io::Error::other(error.to_string()))?;
        let rows = viewer.walk_audit(&self.filter, self.after).await.map_err(|error| {
            tracing::error!(error = &error as &dyn std::error::Error, "an export broke off");
            std::io::Error::other("the memory did not answer")
        })?;
        let Some(last) = rows.last() else { return Ok(None) };
        self.after = last.sequence;
        Ok(Some(Bytes::from(audit_file::rows(self.format, &rows)?)))
    }
}
