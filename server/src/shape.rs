//! What programs are told and ask, as JSON: the server writes these, the client of the command line reads them, and the
//! OpenAPI document is made of them.
//!
//! Words stay what they are: codes in English, times in RFC 3339, lengths of time as `2h`. Fields are added, never renamed.
//! What is not there is left out. Nothing here is a row of the memory or an answer of the cloud.

pub mod audit;
pub mod change;
pub mod instance;
pub mod preflight;
pub mod words;

use std::str::FromStr;

use app::text::{machine_millis, parse_moment};
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// A moment: `2026-11-22T02:18:17.123Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Moment(pub Timestamp);

impl From<Moment> for String {
    fn from(moment: Moment) -> Self {
        machine_millis(moment.0)
    }
}

impl TryFrom<String> for Moment {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl FromStr for Moment {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse_moment(text).map(Self).ok_or("not a moment such as 2026-11-22T02:18:17Z")
    }
}

impl From<Timestamp> for Moment {
    fn from(at: Timestamp) -> Self {
        Self(at)
    }
}

impl PartialSchema for Moment {
    fn schema() -> RefOr<Schema> {
        let object = ObjectBuilder::new().schema_type(Type::String);
        let object = object.format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)));
        object.description(Some("RFC 3339, UTC, with milliseconds.")).into()
    }
}

impl ToSchema for Moment {}

/// All that is said when something is refused or fails. Decide by `code`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "programs know it by this name")]
pub struct Problem {
    /// A stable word.
    #[schema(value_type = words::ErrorCode)]
    pub code: String,
    /// Which field of the request does not do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// What is wrong with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::FieldProblem>)]
    pub problem: Option<String>,
    /// The portal's number of this request, as in its log.
    pub request_id: String,
    /// The cloud's `RequestId`, where it concerns a call of the cloud.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cloud_request_id: Option<String>,
    /// The change that is in the way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<String>,
}

/// Whom a token stands for, with what it may.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Holder {
    pub person: String,
    /// The highest that it may anywhere: the lesser of the person's role and the token's. None, where nothing is left.
    #[schema(value_type = Option<words::Role>)]
    pub role: Option<domain::person::Role>,
    /// Where: `operator: accounts=core environments=staging`, one for each part of the fleet.
    pub grants: Vec<String>,
    /// The token's public name, as in the audit.
    pub token: String,
}
