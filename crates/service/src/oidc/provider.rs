//! What is known of the provider: its addresses and keys, kept for an hour, and asked for anew where a key is missing.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use domain::time::Timestamp;
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreClaimName, CoreClaimType, CoreClientAuthMethod,
    CoreErrorResponseType, CoreGenderClaim, CoreGrantType, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreJwsSigningAlgorithm,
    CoreResponseMode, CoreResponseType, CoreRevocableToken, CoreRevocationErrorResponse,
    CoreSubjectIdentifierType, CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AdditionalProviderMetadata, AsyncHttpClient, AuthType, Client, ClientId, ClientSecret,
    DiscoveryError, EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet, EndpointSet,
    HttpRequest, HttpResponse, IdTokenFields, IssuerUrl, ProviderMetadata, RequestTokenError,
    StandardErrorResponse, StandardTokenResponse, UserInfoClaims, UserInfoError, UserInfoRequest,
};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;
use url::Url;

use super::claims::Said;
use super::reach::{Reach, ReachError};
use super::{AddressError, OidcOptions, ProviderProblem};

const KEPT: Duration = Duration::from_hours(1);
/// Where it does not answer, what was known is used for no longer than this.
const KEPT_WITHOUT_ANSWER: Duration = Duration::from_hours(24);
/// It is not asked again sooner: neither after it did not answer, nor for keys that nobody has.
const NOT_AGAIN_FOR: Duration = Duration::from_secs(5);

/// What stands in its metadata besides what the library reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct More {
    #[serde(skip_serializing_if = "Option::is_none")]
    end_session_endpoint: Option<String>,
    /// It always says who answers (RFC 9207).
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for More {}

type Metadata = ProviderMetadata<
    More,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

type TokenAnswer = StandardTokenResponse<
    IdTokenFields<
        Said,
        EmptyExtraTokenFields,
        CoreGenderClaim,
        CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm,
    >,
    CoreTokenType,
>;

type ErrorAnswer = StandardErrorResponse<CoreErrorResponseType>;

pub(super) type OurClient = Client<
    Said,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    ErrorAnswer,
    TokenAnswer,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// One provider.
pub(super) struct Provider {
    issuer: IssuerUrl,
    http: Http,
    memory: Mutex<Memory>,
}

#[derive(Default)]
struct Memory {
    known: Option<Known>,
    failed_at: Option<(Timestamp, ProviderProblem)>,
}

/// As it was when it was asked. Cheap to clone.
#[derive(Clone)]
pub(super) struct Known {
    metadata: Arc<Metadata>,
    reach: Reach,
    asked_at: Timestamp,
}

impl Provider {
    pub fn new(options: &OidcOptions) -> Result<Self, AddressError> {
        let url = super::reach::check(&options.issuer, &options.allow)?;
        let issuer =
            IssuerUrl::new(options.issuer.clone()).map_err(|_| AddressError::NotAnAddress)?;
        let http = Http(Reach::new(&url, &options.allow)?);
        Ok(Self { issuer, http, memory: Mutex::default() })
    }

    pub const fn http(&self) -> &Http {
        &self.http
    }

    pub async fn known(&self, now: Timestamp) -> Result<Known, ProviderProblem> {
        self.younger_than(KEPT, now).await
    }

    /// Asked for again, unless that was just done.
    pub async fn known_afresh(&self, now: Timestamp) -> Result<Known, ProviderProblem> {
        self.younger_than(NOT_AGAIN_FOR, now).await
    }

    /// Those who come meanwhile wait for the same answer.
    async fn younger_than(&self, age: Duration, now: Timestamp) -> Result<Known, ProviderProblem> {
        let mut memory = self.memory.lock().await;
        let young = |known: &&Known, age| now.since(known.asked_at) < age;
        if let Some(known) = memory.known.as_ref().filter(|known| young(known, age)) {
            return Ok(known.clone());
        }
        let lately = memory.failed_at.filter(|(at, _)| now.since(*at) < NOT_AGAIN_FOR);
        let asked = match lately {
            Some((_, problem)) => Err(problem),
            None => self.ask(now).await,
        };
        match asked {
            Ok(known) => {
                *memory = Memory { known: Some(known.clone()), failed_at: None };
                Ok(known)
            }
            Err(problem) => {
                if lately.is_none() {
                    memory.failed_at = Some((now, problem));
                }
                let known = memory.known.as_ref();
                known.filter(|known| young(known, KEPT_WITHOUT_ANSWER)).cloned().ok_or(problem)
            }
        }
    }

    async fn ask(&self, now: Timestamp) -> Result<Known, ProviderProblem> {
        let asked = Metadata::discover_async(self.issuer.clone(), &self.http).await;
        let metadata = asked.map_err(|error| {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                issuer = self.issuer.as_str(),
                "the provider of single sign-on could not be asked"
            );
            ProviderProblem::Unreachable(match error {
                // Its own words may hold anything; that it is another one is all that counts.
                DiscoveryError::Validation(_) => "issuer-differs",
                _ => "discovery",
            })
        })?;
        if self.http.0.check(metadata.authorization_endpoint().as_str()).is_err() {
            return Err(ProviderProblem::Unreachable("authorization-endpoint"));
        }
        Ok(Known { metadata: Arc::new(metadata), reach: self.http.0.clone(), asked_at: now })
    }

    pub async fn user_info(
        &self,
        request: UserInfoRequest<'_, CoreJweContentEncryptionAlgorithm, CoreJsonWebKey>,
    ) -> Result<Said, ProviderProblem> {
        let asked = request.request_async(&self.http).await;
        let claims: UserInfoClaims<Said, CoreGenderClaim> = asked.map_err(|error| {
            tracing::info!(error = &error as &dyn std::error::Error, "no user info");
            match error {
                UserInfoError::ClaimsVerification(_) => ProviderProblem::Unproven("user-info"),
                _ => ProviderProblem::Unreachable("user-info"),
            }
        })?;
        Ok(claims.additional_claims().clone())
    }
}

impl Known {
    /// With the provider's addresses and keys as they are known.
    pub fn client(&self, options: &OidcOptions) -> OurClient {
        let secret = options.client_secret.as_ref();
        let secret = secret.map(|secret| ClientSecret::new(secret.expose_secret().to_owned()));
        let client = OurClient::from_provider_metadata(
            Metadata::clone(&self.metadata),
            ClientId::new(options.client_id.clone()),
            secret,
        );
        // The usual one, where it is not said, is to say the secret in a header.
        let ways = self.metadata.token_endpoint_auth_methods_supported();
        let in_body = ways.is_some_and(|ways| {
            ways.contains(&CoreClientAuthMethod::ClientSecretPost)
                && !ways.contains(&CoreClientAuthMethod::ClientSecretBasic)
        });
        if in_body { client.set_auth_type(AuthType::RequestBody) } else { client }
    }

    /// Another provider's answer is not taken for this one's.
    pub fn check_answering_issuer(&self, issuer: Option<&str>) -> Result<(), ProviderProblem> {
        let more = self.metadata.additional_metadata();
        match issuer {
            Some(issuer) if issuer != self.metadata.issuer().as_str() => {
                Err(ProviderProblem::Unproven("answered-by-another"))
            }
            None if more.authorization_response_iss_parameter_supported => {
                Err(ProviderProblem::Unproven("answered-by-nobody"))
            }
            _ => Ok(()),
        }
    }

    pub fn has_user_info(&self) -> bool {
        self.metadata.userinfo_endpoint().is_some()
    }

    pub fn end_session(&self) -> Option<Url> {
        let url = self.metadata.additional_metadata().end_session_endpoint.as_deref()?;
        self.reach.check(url).ok()
    }
}

pub(super) fn of_exchange(error: &RequestTokenError<ReachError, ErrorAnswer>) -> ProviderProblem {
    match error {
        // The description stays out of the log, too: it is somebody else's text.
        RequestTokenError::ServerResponse(answer) => {
            tracing::info!(error = answer.error().to_string(), "the provider took no code");
            ProviderProblem::Refused("code-refused")
        }
        RequestTokenError::Request(error) => {
            tracing::error!(error = error as &dyn std::error::Error, "no token could be asked for");
            ProviderProblem::Unreachable("token")
        }
        RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
            tracing::error!("the provider's answer to a code is no token");
            ProviderProblem::Unproven("no-token")
        }
    }
}

/// How the library asks.
pub(super) struct Http(Reach);

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = ReachError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, ReachError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.0.send(request))
    }
}
