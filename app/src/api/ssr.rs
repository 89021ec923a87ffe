//! What server functions and pages know of the request they serve.

use std::sync::Arc;

use domain::id::UserName;
use domain::person::Role;
use domain::policy::Refusal;
use domain::time::Timestamp;
use http::{HeaderName, HeaderValue, StatusCode};
use leptos::prelude::{expect_context, use_context};
use leptos_axum::ResponseOptions;
use serde::{Deserialize, Serialize};
use service::{Admin, Approver, Attention, Operator, Portal, ServiceError, SignedIn, Viewer};

use super::error::{ApiError, ErrorCode, FieldProblem};
use crate::text::Language;

/// Made by the server for every request that reaches a page or a function.
#[derive(Debug, Clone)]
pub struct Request {
    pub portal: Portal,
    pub who: Option<Arc<SignedIn>>,
    /// The portal's number of the request, as in its log.
    pub id: String,
    pub now: Timestamp,
    pub language: Language,
    /// `light`, `dark`, or none: what the system says.
    pub theme: Option<String>,
    /// Path and query as asked for.
    pub address: String,
    /// What the form before this page was told.
    pub notice: Option<Arc<Notice>>,
    pub sandbox: Option<Arc<Sandbox>>,
    /// At the top of every page.
    pub attention: Arc<Attention>,
}

/// The people of a sandbox, shown on its own sign-in page.
#[derive(Debug, Clone)]
pub struct Sandbox {
    pub people: Vec<SandboxPerson>,
}

#[derive(Debug, Clone)]
pub struct SandboxPerson {
    pub name: UserName,
    pub role: Role,
    /// Made at random at every start.
    pub password: String,
}

/// What a form was told, with what had been typed into it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    pub error: ApiError,
    /// Fields that may be shown again; never a password.
    pub typed: Vec<(String, String)>,
}

impl Notice {
    pub fn typed(&self, field: &str) -> Option<&str> {
        self.typed.iter().find(|(name, _)| name == field).map(|(_, value)| value.as_str())
    }
}

impl Request {
    /// The request being served.
    ///
    /// # Panics
    ///
    /// Where a page is rendered without a server around it, which only a fault of the wiring can do.
    pub fn current() -> Self {
        expect_context()
    }

    /// Somebody who may look.
    pub fn viewer(&self) -> Result<Viewer<'_>, ApiError> {
        let who = self.who.as_deref().ok_or(ApiError::new(ErrorCode::NotSignedIn))?;
        Ok(self.portal.viewer(who))
    }

    /// Somebody who may change. `act` names what is tried, for the audit of a refusal.
    pub async fn operator(&self, act: &'static str) -> Result<Operator<'_>, ApiError> {
        let who = self.who.as_deref().ok_or(ApiError::new(ErrorCode::NotSignedIn))?;
        self.portal.operator(who, act).await.map_err(|error| self.respond(error))
    }

    /// Somebody who may decide on the wishes of others.
    pub async fn approver(&self, act: &'static str) -> Result<Approver<'_>, ApiError> {
        let who = self.who.as_deref().ok_or(ApiError::new(ErrorCode::NotSignedIn))?;
        self.portal.approver(who, act).await.map_err(|error| self.respond(error))
    }

    /// Somebody who may change the rules.
    pub async fn admin(&self, act: &'static str) -> Result<Admin<'_>, ApiError> {
        let who = self.who.as_deref().ok_or(ApiError::new(ErrorCode::NotSignedIn))?;
        self.portal.admin(who, act).await.map_err(|error| self.respond(error))
    }

    /// The role of whoever asks.
    pub fn role(&self) -> Role {
        self.who.as_ref().map_or(Role::Viewer, |who| who.person.role)
    }

    /// The only way from a use case's error to what may be seen: logs the chain once and picks the code.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "an error ends here: it is what `map_err` hands over"
    )]
    pub fn respond(&self, error: ServiceError) -> ApiError {
        let answer = ApiError { request_id: self.id.clone(), ..classify(&error) };
        let chain = &error as &dyn std::error::Error;
        if answer.code.status() >= 500 {
            tracing::error!(request = self.id, code = %answer.code.code(), error = chain, "a request failed");
        } else {
            tracing::info!(request = self.id, code = %answer.code.code(), error = chain, "a request was refused");
        }
        answer
    }
}

fn classify(error: &ServiceError) -> ApiError {
    match error {
        ServiceError::Forbidden { .. } => ApiError::new(ErrorCode::Forbidden),
        ServiceError::NotFound => ApiError::new(ErrorCode::NotFound),
        ServiceError::Invalid { field, problem } => {
            ApiError::field(field.code(), (*problem).into())
        }
        ServiceError::ReviewOver => ApiError::new(ErrorCode::ReviewOver),
        ServiceError::Starting => ApiError::new(ErrorCode::Starting),
        ServiceError::Blocked => ApiError::new(ErrorCode::Blocked),
        ServiceError::Busy { open } => {
            ApiError { change: Some(open.id), ..ApiError::new(ErrorCode::Busy) }
        }
        ServiceError::AgainstPolicy { refusal } => ApiError::new(match refusal {
            Refusal::Role { .. } | Refusal::BreakGlassRole { .. } => ErrorCode::PolicyRole,
            Refusal::Frozen { .. } => ErrorCode::Frozen,
            Refusal::OutsideWindow { .. } => ErrorCode::OutsideWindow,
        }),
        ServiceError::OwnRequest => ApiError::new(ErrorCode::OwnRequest),
        ServiceError::Overtaken => ApiError::new(ErrorCode::Overtaken),
        ServiceError::KeyReused => ApiError::new(ErrorCode::KeyReused),
        ServiceError::SignInRefused => ApiError::new(ErrorCode::SignInRefused),
        ServiceError::SignInThrottled { .. } => ApiError::new(ErrorCode::SignInThrottled),
        ServiceError::SignInBusy => ApiError::new(ErrorCode::TooBusy),
        ServiceError::Store(store_error) if store_error.is_conflict() => {
            ApiError::new(ErrorCode::Busy)
        }
        ServiceError::Store(store_error) if store_error.is_restored() => {
            ApiError::new(ErrorCode::Restored)
        }
        ServiceError::Store(store_error) if store_error.is_damaged() => {
            ApiError::new(ErrorCode::Damaged)
        }
        ServiceError::Store(_) => ApiError::new(ErrorCode::Unavailable),
        ServiceError::NameTaken | ServiceError::Fault(_) => ApiError::new(ErrorCode::Fault),
    }
}

impl From<service::Problem> for FieldProblem {
    fn from(problem: service::Problem) -> Self {
        match problem {
            service::Problem::Missing => Self::Missing,
            service::Problem::Mismatch => Self::Mismatch,
            service::Problem::TooShort => Self::TooShort,
            service::Problem::TooLong => Self::TooLong,
            service::Problem::TooMany => Self::TooMany,
        }
    }
}

/// Between a function and the server's outer layer: where a plain form goes. Never leaves the server.
pub const GOTO: HeaderName = HeaderName::from_static("x-latchkey-goto");
/// Where a plain form goes when the function fails.
pub const BACK: HeaderName = HeaderName::from_static("x-latchkey-back");

/// After success a plain form leads here. `address` comes from [`crate::path`].
pub fn goto(address: &str) {
    set(GOTO, address);
}

/// After a failure a plain form leads here, with a notice. Said first, so that every way out has it.
pub fn back(address: &str) {
    set(BACK, address);
}

fn set(name: HeaderName, address: &str) {
    if let (Some(response), Ok(value)) =
        (use_context::<ResponseOptions>(), HeaderValue::from_str(address))
    {
        response.insert_header(name, value);
    }
}

/// The status of the page being rendered.
pub fn set_status(status: StatusCode) {
    if let Some(response) = use_context::<ResponseOptions>() {
        response.set_status(status);
    }
}
