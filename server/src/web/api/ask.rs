//! What programs send, taken literally: an unknown or repeated field, another content type, or a value that is not quite
//! one is refused, with the field where it is one of ours.

use std::str::FromStr;

use app::api::change::{UNTIL_SHUT, WHEN_ALLOWED};
use app::api::error::{ApiError, ErrorCode, FieldProblem};
use app::api::strict_form;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use domain::id::{ChangeId, IdempotencyKey, InstanceKey};
use domain::span::Span;
use http::header::CONTENT_TYPE;
use http::request::Parts;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;
use service::{Lasts, Start};
use utoipa::PartialSchema;
use utoipa::openapi::{RefOr, Schema};

use super::answer::Refused;

/// The header by which a repeated request is recognised.
pub const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// The body of a request. An empty one is all defaults.
#[derive(Debug)]
pub struct Body<T>(pub T);

impl<T: DeserializeOwned + PartialSchema, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refused> {
        let json = is_json(request.headers());
        let bytes = Bytes::from_request(request, state).await.map_err(|refused| {
            match refused.status() {
                StatusCode::PAYLOAD_TOO_LARGE => Refused::from(ErrorCode::TooLarge),
                _ => ErrorCode::Malformed.into(),
            }
        })?;
        if bytes.is_empty() {
            return read(b"{}").map(Self).map_err(Refused::from);
        }
        if !json {
            let refused = Refused::from(ErrorCode::Malformed);
            return Err(refused.with_status(StatusCode::UNSUPPORTED_MEDIA_TYPE));
        }
        read(&bytes).map(Self).map_err(Refused::from)
    }
}

/// A charset may stand there, and only the one that JSON has.
fn is_json(headers: &HeaderMap) -> bool {
    let text = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut parts = text.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default();
    essence.eq_ignore_ascii_case("application/json")
        && parts.all(|part| part.eq_ignore_ascii_case("charset=utf-8"))
}

fn read<T: DeserializeOwned + PartialSchema>(bytes: &[u8]) -> Result<T, ApiError> {
    // A list would be taken for the fields in their order.
    if bytes.trim_ascii_start().first() != Some(&b'{') {
        return Err(ApiError::new(ErrorCode::Malformed));
    }
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value: T = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let place = error.path().iter().next().map(ToString::to_string).unwrap_or_default();
        // A name of ours is said again; whatever else was sent is not.
        if error.inner().is_data() && fields::<T>().contains(&place) {
            ApiError::field(&place, FieldProblem::Malformed)
        } else {
            ApiError::new(ErrorCode::Malformed)
        }
    })?;
    json.end().map_err(|_| ApiError::new(ErrorCode::Malformed))?;
    Ok(value)
}

fn fields<T: PartialSchema>() -> Vec<String> {
    match T::schema() {
        RefOr::T(Schema::Object(object)) => object.properties.keys().cloned().collect(),
        _ => Vec::new(),
    }
}

/// The query of a request, each name once and known.
#[derive(Debug)]
pub struct Query(Vec<(String, String)>);

impl Query {
    pub fn of(parts: &Parts, known: &[&str]) -> Result<Self, ApiError> {
        let query = parts.uri.query().unwrap_or_default();
        let pairs = strict_form::pairs(query.as_bytes());
        let pairs = pairs.ok_or(ApiError::new(ErrorCode::Malformed))?;
        if pairs.iter().all(|(name, _)| known.contains(&name.as_str())) {
            Ok(Self(pairs))
        } else {
            Err(ApiError::new(ErrorCode::Malformed))
        }
    }

    /// An empty value is none.
    pub fn text(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    pub fn word<T: FromStr>(&self, name: &str) -> Result<Option<T>, ApiError> {
        let malformed = |_| ApiError::field(name, FieldProblem::Malformed);
        self.text(name).map(|text| text.parse::<T>().map_err(malformed)).transpose()
    }

    /// A whole number within bounds.
    pub fn number(&self, name: &str, usual: u64, most: u64) -> Result<u64, ApiError> {
        match self.word(name)? {
            None => Ok(usual),
            Some(0) => Err(ApiError::field(name, FieldProblem::TooShort)),
            Some(number) if number > most => Err(ApiError::field(name, FieldProblem::TooLong)),
            Some(number) => Ok(number),
        }
    }
}

/// Of the address. What is no name of an instance names none.
#[derive(Debug)]
pub struct OfInstance(pub InstanceKey);

impl<S: Send + Sync> FromRequestParts<S> for OfInstance {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refused> {
        let named = Path::<(String, String, String)>::from_request_parts(parts, state).await;
        let Ok(Path((account, region, id))) = named else {
            return Err(ErrorCode::NotFound.into());
        };
        match (account.parse(), region.parse(), id.parse()) {
            (Ok(account), Ok(region), Ok(id)) => Ok(Self(InstanceKey { account, region, id })),
            _ => Err(ErrorCode::NotFound.into()),
        }
    }
}

/// Of the address.
#[derive(Debug)]
pub struct OfChange(pub ChangeId);

impl<S: Send + Sync> FromRequestParts<S> for OfChange {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refused> {
        let named = Path::<String>::from_request_parts(parts, state).await;
        let id = named.ok().and_then(|Path(id)| id.parse().ok());
        id.map(Self).ok_or_else(|| ErrorCode::NotFound.into())
    }
}

/// Without one a request that got lost could not be repeated safely.
#[derive(Debug)]
pub struct Key(pub IdempotencyKey);

impl<S: Send + Sync> FromRequestParts<S> for Key {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Refused> {
        let mut values = parts.headers.get_all(IDEMPOTENCY_KEY).iter();
        let problem = match (values.next(), values.next()) {
            (None, _) => FieldProblem::Missing,
            (Some(value), None) => match value.to_str().ok().and_then(|text| text.parse().ok()) {
                Some(key) => return Ok(Self(key)),
                None => FieldProblem::Malformed,
            },
            (Some(_), Some(_)) => FieldProblem::Malformed,
        };
        Err(ApiError::field(IDEMPOTENCY_KEY, problem).into())
    }
}

pub fn lasts(text: Option<&str>) -> Result<Lasts, ApiError> {
    match text {
        None => Ok(Lasts::Usual),
        Some(UNTIL_SHUT) => Ok(Lasts::UntilShut),
        Some(text) => Ok(Lasts::For(span("lasts", text)?.0)),
    }
}

pub fn start(text: Option<&str>) -> Result<Start, ApiError> {
    match text {
        None => Ok(Start::Now),
        Some(WHEN_ALLOWED) => Ok(Start::WhenAllowed),
        Some(text) => Ok(Start::In(span("start", text)?.0)),
    }
}

fn span(field: &str, text: &str) -> Result<Span, ApiError> {
    text.parse().map_err(|_| ApiError::field(field, FieldProblem::Malformed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shape::change::ChangeRequest;

    #[test]
    fn a_body_is_taken_literally_and_its_fields_are_named() {
        let field =
            |text: &str| read::<ChangeRequest>(text.as_bytes()).map_err(|e| (e.code, e.field));
        assert!(field("{}").is_ok());
        assert_eq!(field(r#"{"lasts":"2h"}"#).unwrap().lasts.as_deref(), Some("2h"));
        for (text, name) in [
            (r#"{"to":"Close"}"#, "to"),
            (r#"{"review":"1"}"#, "review"),
            (r#"{"acknowledged":["a",1]}"#, "acknowledged"),
            (r#"{"break_glass":"yes"}"#, "break_glass"),
        ] {
            let expected = (ErrorCode::InvalidInput, Some(name.to_owned()));
            assert_eq!(field(text).unwrap_err(), expected, "{text}");
        }
        for text in [
            "",
            "[]",
            "null",
            "{",
            "{}{}",
            "{} x",
            r#"{"evil":1}"#,
            r#"{"to":"password-free","to":"password-free"}"#,
            r#"{"reason":"a","reason":"b"}"#,
            "\u{feff}{}",
            r#"{"reason":"\ud800"}"#,
        ] {
            let refused = field(text).unwrap_err();
            assert!(matches!(refused.0, ErrorCode::Malformed | ErrorCode::InvalidInput), "{text}");
            assert!(
                refused.1.is_none_or(|name| ["reason", "to"].contains(&name.as_str())),
                "{text}"
            );
        }
        assert!(read::<ChangeRequest>(b"{\"reason\":\"\xff\"}").is_err());
        let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
        assert!(field(&format!("{{\"reason\":{deep}}}")).is_err());
    }

    #[test]
    fn only_json_s_content_type_does() {
        let of = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, text.parse().unwrap());
            is_json(&headers)
        };
        assert!(of("application/json") && of("Application/JSON; charset=UTF-8"));
        for bad in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "application/json; charset=gbk",
            "application/jsonx",
            "",
        ] {
            assert!(!of(bad), "{bad}");
        }
    }
}
