//! Signing in with the organisation's own provider (OpenID Connect): authorization code, PKCE, state and nonce.
//!
//! What is sent to the provider follows from a secret that only the browser has (its cookie): the memory keeps the
//! secret's hash, once, for ten minutes. So an answer counts once, and for the browser that began.
//!
//! Of the provider nothing is believed but a token that it signed with a key of its own (`RS256`, `ES256`), for us, just
//! now, for this very sign-in: see [`token`]. Its other words (an error's description, say) are neither shown nor kept.

mod claims;
mod provider;
mod reach;
mod secret;
mod token;

use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use domain::audit::{Actor, AuditCode, AuditEvent, Outcome};
use domain::person::Person;
use domain::time::Timestamp;
use ipnet::IpNet;
use openidconnect::core::{CoreAuthPrompt, CoreAuthenticationFlow};
use openidconnect::{
    AuthorizationCode, CsrfToken, Nonce, OAuth2TokenResponse as _, PkceCodeChallenge,
    PkceCodeVerifier, RedirectUrl, Scope, TokenResponse as _,
};
use secrecy::SecretString;
use sha2::{Digest, Sha256};
use store::pending_sign_in::PendingSignIn;
use url::Url;

use crate::vouched::{Method, Vouched};
use crate::{Portal, ServiceError};
use provider::{Known, Provider};
pub use reach::AddressError;
use secret::Secret;

/// As long as somebody may take at the provider.
pub const SIGN_IN_LASTS: Duration = Duration::from_mins(10);

/// What an operator of the portal says about the provider.
#[derive(Clone)]
pub struct OidcOptions {
    /// Exactly as the provider writes it.
    pub issuer: String,
    pub client_id: String,
    pub client_secret: Option<SecretString>,
    /// Besides `openid`.
    pub scopes: Vec<String>,
    /// Where a token says in which groups somebody is: `groups`, or with dots into it: `realm_access.roles`.
    pub groups_claim: String,
    /// What people call the provider; none: single sign-on.
    pub label: Option<String>,
    /// Private networks that it may be in.
    pub allow: Vec<IpNet>,
    /// Where people reach the portal: `https://redis.example.com`.
    pub origin: String,
    /// The pages of ours that the provider leads back to, as paths.
    pub callback: &'static str,
    pub signed_out: &'static str,
}

/// Ready to be asked. Cheap to clone.
#[derive(Clone)]
pub struct Oidc {
    inner: Arc<Inner>,
}

struct Inner {
    options: OidcOptions,
    redirect: RedirectUrl,
    provider: Provider,
}

/// What became of a sign-in at the provider, in stable words for the audit; people are told less.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProviderProblem {
    /// Begun elsewhere, over, or used.
    Over(&'static str),
    /// The provider, or the person there, said no.
    Refused(&'static str),
    /// What it says does not prove who it is.
    Unproven(&'static str),
    /// It cannot be asked.
    Unreachable(&'static str),
}

impl ProviderProblem {
    /// Stable.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Over(word)
            | Self::Refused(word)
            | Self::Unproven(word)
            | Self::Unreachable(word) => word,
        }
    }
}

/// A sign-in that begins.
#[derive(Debug)]
pub struct Begun {
    /// Where the browser goes.
    pub url: String,
    /// What only the browser has: the value of its cookie.
    pub secret: String,
}

/// What the browser brings back from the provider.
#[derive(Debug, Default)]
pub struct ProviderAnswer {
    pub state: Option<String>,
    pub code: Option<String>,
    /// Who says so (RFC 9207).
    pub issuer: Option<String>,
    pub error: Option<String>,
}

/// Somebody proved who they are.
#[derive(Debug)]
pub struct Proven {
    pub person: Person,
    pub next: String,
    /// The hash of the session that wanted to know it again.
    pub session: Option<String>,
}

impl Oidc {
    pub fn new(options: OidcOptions) -> Result<Self, AddressError> {
        let redirect = format!("{}{}", options.origin, options.callback);
        let redirect = RedirectUrl::new(redirect).map_err(|_| AddressError::NotAnAddress)?;
        let provider = Provider::new(&options)?;
        Ok(Self { inner: Arc::new(Inner { options, redirect, provider }) })
    }

    /// Whether the provider may be where it is said to be.
    pub fn check(issuer: &str, allow: &[IpNet]) -> Result<Url, AddressError> {
        reach::check(issuer, allow)
    }

    pub fn issuer(&self) -> &str {
        &self.inner.options.issuer
    }

    pub fn label(&self) -> Option<&str> {
        self.inner.options.label.as_deref()
    }
}

impl std::fmt::Debug for Oidc {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Oidc({})", self.inner.options.issuer)
    }
}

impl Portal {
    /// `session`: the hash of a session that wants to prove again who it is; the provider then asks the person anew.
    pub async fn begin_oidc(
        &self,
        next: &str,
        session: Option<&str>,
    ) -> Result<Begun, ServiceError> {
        let oidc = self.oidc()?;
        let now = self.now();
        let known = match oidc.inner.provider.known(now).await {
            Ok(known) => known,
            Err(problem) => return Err(ServiceError::Provider { problem }),
        };
        let secret = Secret::new(&self.outside().entropy);
        let client = known.client(&oidc.inner.options);
        let verifier = PkceCodeVerifier::new(secret.verifier());
        let (state, nonce) = (secret.state(), secret.nonce());
        let mut request = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                move || CsrfToken::new(state),
                move || Nonce::new(nonce),
            )
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .set_redirect_uri(Cow::Borrowed(&oidc.inner.redirect));
        for scope in &oidc.inner.options.scopes {
            request = request.add_scope(Scope::new(scope.clone()));
        }
        if session.is_some() {
            request = request.set_max_age(Duration::ZERO).add_prompt(CoreAuthPrompt::Login);
        }
        let (url, _, _) = request.url();
        let pending = PendingSignIn {
            next: next.to_owned(),
            session: session.map(ToOwned::to_owned),
            started_at: now,
        };
        self.store()
            .put_pending_sign_in(&hash(&secret.text()), &pending, now.plus(SIGN_IN_LASTS))
            .await?;
        Ok(Begun { url: url.into(), secret: secret.text() })
    }

    /// `secret`: what the browser's cookie says.
    pub async fn finish_oidc(
        &self,
        secret: Option<&str>,
        answer: ProviderAnswer,
        address: Option<IpAddr>,
    ) -> Result<Proven, ServiceError> {
        match self.prove(secret, answer).await {
            Ok((vouched, pending)) => {
                let person = self.sign_in_vouched(&vouched, address).await?;
                Ok(Proven { person, next: pending.next, session: pending.session })
            }
            Err(ServiceError::Provider { problem }) => {
                self.refuse_vouched(Method::Provider, problem.word(), address).await?;
                Err(ServiceError::Provider { problem })
            }
            Err(error) => Err(error),
        }
    }

    async fn prove(
        &self,
        secret: Option<&str>,
        answer: ProviderAnswer,
    ) -> Result<(Vouched, PendingSignIn), ServiceError> {
        let oidc = self.oidc()?;
        let problem = |problem| ServiceError::Provider { problem };
        let text = secret.ok_or(problem(ProviderProblem::Over("no-cookie")))?;
        let secret = Secret::of(text).ok_or(problem(ProviderProblem::Over("no-cookie")))?;
        if !secret.is_state(answer.state.as_deref().unwrap_or_default()) {
            return Err(problem(ProviderProblem::Over("state")));
        }
        let taken = self.store().take_pending_sign_in(&hash(text), self.now()).await?;
        let pending = taken.ok_or(problem(ProviderProblem::Over("used-or-late")))?;
        let known = oidc.inner.provider.known(self.now()).await.map_err(problem)?;
        known.check_answering_issuer(answer.issuer.as_deref()).map_err(problem)?;
        if answer.error.is_some() {
            return Err(problem(ProviderProblem::Refused("refused-by-provider")));
        }
        let code = answer.code.ok_or(problem(ProviderProblem::Refused("no-code")))?;
        let vouched = oidc.ask(&known, code, &secret, &pending, self).await.map_err(problem)?;
        Ok((vouched, pending))
    }

    /// Where somebody ends what they have open at the provider, if it says so.
    pub async fn end_session_url(&self) -> Option<String> {
        let inner = &self.settings().oidc.as_ref()?.inner;
        let known = inner.provider.known(self.now()).await.ok()?;
        let mut url = known.end_session()?;
        let back = format!("{}{}", inner.options.origin, inner.options.signed_out);
        url.query_pairs_mut()
            .append_pair("client_id", &inner.options.client_id)
            .append_pair("post_logout_redirect_uri", &back);
        Some(url.into())
    }

    /// When the session ends that wanted to know again who is behind it. Whoever proved it is that person.
    pub async fn end_of_proven(
        &self,
        session: &str,
        person: &Person,
    ) -> Result<Timestamp, ServiceError> {
        let now = self.session_now();
        let idle_since = now.minus(self.settings().session_idle);
        let found = self.store().find_session(session, now, idle_since).await?;
        let row = found.filter(|row| row.user == Some(person.id));
        let Some(row) = row else {
            let problem = ProviderProblem::Unproven("another-person");
            self.refuse_vouched(Method::Provider, problem.word(), None).await?;
            return Err(ServiceError::Provider { problem });
        };
        let actor = Actor::Person { id: person.id, name: person.name.clone() };
        let event = AuditEvent {
            session: Some(row.label),
            ..AuditEvent::new(now, AuditCode::StepUpDone, Outcome::Succeeded, actor)
        };
        self.store().record(&event).await?;
        Ok(row.expires_at)
    }

    fn oidc(&self) -> Result<&Oidc, ServiceError> {
        self.settings().oidc.as_ref().ok_or(ServiceError::NotFound)
    }
}

impl Oidc {
    /// Turns the code into a token, and the token into who it is.
    async fn ask(
        &self,
        known: &Known,
        code: String,
        secret: &Secret,
        pending: &PendingSignIn,
        portal: &Portal,
    ) -> Result<Vouched, ProviderProblem> {
        let (options, provider) = (&self.inner.options, &self.inner.provider);
        let client = known.client(options);
        let unusable = |_| ProviderProblem::Unreachable("no-token-endpoint");
        let answer = client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(unusable)?
            .set_pkce_verifier(PkceCodeVerifier::new(secret.verifier()))
            .set_redirect_uri(Cow::Borrowed(&self.inner.redirect))
            .request_async(provider.http())
            .await
            .map_err(|error| provider::of_exchange(&error))?;
        let id_token = answer.id_token().ok_or(ProviderProblem::Unproven("no-id-token"))?;
        let expected = token::Expected {
            client_id: &options.client_id,
            nonce: secret.nonce(),
            now: portal.now(),
            // Whoever proves again who they are, does so after they were asked.
            proven_since: pending.session.as_ref().map(|_| pending.started_at),
        };
        let proof = match token::prove(id_token, &client.id_token_verifier(), &expected) {
            // The provider may have begun to sign with another key since it was last asked.
            Err(token::Failure::UnknownKey) => {
                let known = provider.known_afresh(portal.now()).await?;
                let client = known.client(options);
                token::prove(id_token, &client.id_token_verifier(), &expected)
            }
            proof => proof,
        };
        let proof = proof.map_err(token::Failure::problem)?;
        let mut said = proof.claims;
        if said.groups(&options.groups_claim).is_none() && known.has_user_info() {
            let asked = client
                .user_info(answer.access_token().clone(), Some(proof.subject.clone()))
                .map_err(|_| ProviderProblem::Unreachable("no-user-info"))?;
            said = provider.user_info(asked).await?;
        }
        Ok(Vouched {
            method: Method::Provider,
            issuer: options.issuer.clone(),
            subject: proof.subject.to_string(),
            name: proof.name,
            groups: Some(said.groups(&options.groups_claim).unwrap_or_default()),
        })
    }
}

fn hash(secret: &str) -> String {
    hex::encode(Sha256::digest(secret))
}
