//! How programs are told no.

use std::any::Any;

use app::api::error::{ApiError, ErrorCode};
use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{ALLOW, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};

/// What every function gives back.
pub type Answer<T> = Result<Json<T>, Refused>;

/// An error on its way out. [`close`] writes it down.
#[derive(Debug, Clone)]
pub struct Refused {
    error: Box<ApiError>,
    status: StatusCode,
    retry_after: Option<u64>,
}

impl From<ApiError> for Refused {
    fn from(error: ApiError) -> Self {
        let status =
            StatusCode::from_u16(error.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self { error: Box::new(error), status, retry_after: None }
    }
}

impl From<ErrorCode> for Refused {
    fn from(code: ErrorCode) -> Self {
        ApiError::new(code).into()
    }
}

impl Refused {
    /// Where the status says more than the code.
    pub fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    pub fn rate_limited(seconds: u64) -> Self {
        Self { retry_after: Some(seconds), ..ErrorCode::RateLimited.into() }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// The last word: every answer that is no success is a problem in JSON, with the number of the request.
pub fn close(response: Response, number: &str) -> Response {
    let status = response.status();
    if status.is_success() {
        return response;
    }
    let refused = response.extensions().get::<Refused>().cloned();
    let refused = refused.unwrap_or_else(|| Refused::from(code_of(status)).with_status(status));
    let error = ApiError { request_id: number.to_owned(), ..*refused.error };
    let allowed = response.headers().get(ALLOW).cloned();
    let mut answer = (refused.status, Json(error)).into_response();
    let headers = answer.headers_mut();
    if let Some(allowed) = allowed {
        headers.insert(ALLOW, allowed);
    }
    if refused.status == StatusCode::UNAUTHORIZED {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if let Some(seconds) = refused.retry_after {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    answer
}

/// A framework's status where there was no error of ours.
fn code_of(status: StatusCode) -> ErrorCode {
    match status {
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => ErrorCode::NotFound,
        StatusCode::PAYLOAD_TOO_LARGE => ErrorCode::TooLarge,
        status if status.is_client_error() => ErrorCode::Malformed,
        StatusCode::SERVICE_UNAVAILABLE => ErrorCode::Unavailable,
        _ => ErrorCode::Fault,
    }
}

pub async fn no_such_function() -> Refused {
    ErrorCode::NotFound.into()
}

pub async fn no_such_method() -> Refused {
    Refused::from(ErrorCode::NotFound).with_status(StatusCode::METHOD_NOT_ALLOWED)
}

/// What was said by the panic is in the log, written where it happened.
pub fn panicked(_panic: Box<dyn Any + Send + 'static>) -> Response {
    Refused::from(ErrorCode::Fault).into_response()
}
