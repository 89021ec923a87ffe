//! What server functions and pages know of the request they serve.

use std::sync::Arc;

use domain::id::UserName;
use domain::person::{Located, Role};
use domain::policy::Refusal;
use domain::time::Timestamp;
use domain::zone::Zone;
use http::{HeaderName, HeaderValue, StatusCode};
use leptos::prelude::{expect_context, use_context};
use leptos_axum::ResponseOptions;
use serde::{Deserialize, Serialize};
use service::{
    Admin, Approver, Attention, Factors, Operator, Portal, ProviderProblem, ServiceError, SignedIn,
    Viewer, Way,
};

use super::error::{ApiError, ErrorCode, FieldProblem};
use crate::text::Language;

/// Made by the server for every request that reaches a page or a function.
#[derive(Debug, Clone)]
pub struct Request {
    pub portal: Portal,
    pub who: Option<Arc<SignedIn>>,
    /// With what somebody may go on whose password was right, on the page that asks for it.
    pub half: Option<Factors>,
    /// The portal's number of the request, as in its log.
    pub id: String,
    pub now: Timestamp,
    pub language: Language,
    /// `light`, `dark`, or none: what the system says.
    pub theme: Option<String>,
    /// By whose clock times are shown.
    pub zone: Zone,
    /// The person chose it; else it is the browser's, as far as that is known.
    pub zone_chosen: bool,
    /// Whether single letters are shortcuts.
    pub shortcuts: bool,
    /// Path and query as asked for.
    pub address: String,
    /// What the form before this page was told.
    pub notice: Option<Arc<Notice>>,
    /// What was made by the form before this page, and is shown this once.
    pub once: Option<String>,
    pub sandbox: Option<Arc<Sandbox>>,
    /// Whoever asks wants no guided look around the sandbox.
    pub tour_hidden: bool,
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
    /// The highest that they have.
    pub role: Role,
    /// They have it in a part of the fleet only.
    pub in_part: bool,
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

    /// Whether whoever asks has a password and second factors here, and not at a provider.
    pub async fn proves_here(&self) -> Result<bool, ApiError> {
        let who = self.who.as_deref().ok_or(ApiError::new(ErrorCode::NotSignedIn))?;
        let way = self.portal.way_to_prove(who).await.map_err(|error| self.respond(error))?;
        Ok(way != Way::Provider)
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

    /// The highest role that whoever asks has anywhere: what can be offered where no instance is chosen yet.
    pub fn role(&self) -> Role {
        self.who.as_ref().and_then(|who| who.person.role()).unwrap_or(Role::Viewer)
    }

    /// The role for an instance that is shown.
    pub fn role_at(&self, at: &Located) -> Role {
        self.who.as_ref().and_then(|who| who.person.role_at(at)).unwrap_or(Role::Viewer)
    }

    /// Whether whoever asks may do what concerns no instance.
    pub fn may_everywhere(&self, role: Role) -> bool {
        self.who.as_ref().is_some_and(|who| who.person.may_everywhere(role))
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
        ServiceError::Provider { problem } => ApiError::new(match problem {
            ProviderProblem::Over(_) => ErrorCode::SignInOver,
            ProviderProblem::Refused(_) => ErrorCode::ProviderRefused,
            ProviderProblem::Unproven(_) => ErrorCode::SignInUnproven,
            ProviderProblem::Unreachable(_) => ErrorCode::ProviderUnreachable,
        }),
        ServiceError::NoRole => ApiError::new(ErrorCode::NoRole),
        ServiceError::AccountDisabled => ApiError::new(ErrorCode::AccountDisabled),
        ServiceError::LocalSignInOff => ApiError::new(ErrorCode::LocalSignInOff),
        ServiceError::CodeRefused => ApiError::new(ErrorCode::CodeRefused),
        ServiceError::PasskeyRefused => ApiError::new(ErrorCode::PasskeyRefused),
        ServiceError::NoSecondFactor => ApiError::new(ErrorCode::NoSecondFactor),
        ServiceError::ProofNeeded { .. } => ApiError::new(ErrorCode::ProofNeeded),
        ServiceError::TooManyOpen => ApiError::new(ErrorCode::TooManyOpen),
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
        ServiceError::NameTaken => ApiError::new(ErrorCode::NameTaken),
        ServiceError::LastAdmin => ApiError::new(ErrorCode::LastAdmin),
        ServiceError::NoPassword => ApiError::new(ErrorCode::NoPassword),
        ServiceError::LinkOver => ApiError::new(ErrorCode::LinkOver),
        ServiceError::Fault(_) => ApiError::new(ErrorCode::Fault),
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
            service::Problem::Common => Self::Common,
            service::Problem::Obvious => Self::Obvious,
        }
    }
}

/// Between a function and the server's outer layer: where a plain form goes. Never leaves the server.
pub const GOTO: HeaderName = HeaderName::from_static("x-latchkey-goto");
/// Where a plain form goes when the function fails.
pub const BACK: HeaderName = HeaderName::from_static("x-latchkey-back");

/// The commit that the binary was built of, where that is known. Given by the server as context.
#[derive(Debug, Clone, Copy, Default)]
pub struct Commit(pub Option<&'static str>);

/// What the page after a plain form shows, once. Never leaves the server by itself.
pub const ONCE: HeaderName = HeaderName::from_static("x-latchkey-once");

/// After success a plain form leads here. `address` comes from [`crate::path`].
pub fn goto(address: &str) {
    set(GOTO, address);
}

/// After a failure a plain form leads here, with a notice. Said first, so that every way out has it.
pub fn back(address: &str) {
    set(BACK, address);
}

/// The page after a plain form shows this, once.
pub fn once(secret: &str) {
    set(ONCE, secret);
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
