//! What a token has to say before it is believed. The library checks signature, issuer, audience and nonce; the times and
//! for whom it was made are checked here, by the portal's own clock.
//!
//! To add a rule: a line in [`check`], its word, a row in server/tests/portal/provider.rs.

use domain::time::Timestamp;
use openidconnect::core::{
    CoreGenderClaim, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm,
};
use openidconnect::{
    ClaimsVerificationError, IdToken, IdTokenClaims, IdTokenVerifier, Nonce,
    SignatureVerificationError, SubjectIdentifier,
};

use super::ProviderProblem;
use super::claims::Said;

/// Clocks may be apart by this many seconds.
const SKEW: i64 = 60;
/// A token that was made longer ago was not made for this sign-in.
const OLDEST: i64 = 10 * 60;
/// As long as the standard allows.
const MOST_SUBJECT: usize = 255;

pub(super) type Token =
    IdToken<Said, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm>;

pub(super) struct Expected<'a> {
    pub client_id: &'a str,
    pub nonce: String,
    pub now: Timestamp,
    /// They have to have proven it to the provider since then.
    pub proven_since: Option<Timestamp>,
}

/// Who it is.
pub(super) struct Proof {
    pub subject: SubjectIdentifier,
    pub name: Option<String>,
    pub claims: Said,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failure {
    /// The provider may have another key by now.
    UnknownKey,
    Other(&'static str),
}

impl Failure {
    pub const fn problem(self) -> ProviderProblem {
        ProviderProblem::Unproven(match self {
            Self::UnknownKey => "unknown-key",
            Self::Other(word) => word,
        })
    }
}

pub(super) fn prove(
    token: &Token,
    verifier: &IdTokenVerifier<'_, CoreJsonWebKey>,
    expected: &Expected<'_>,
) -> Result<Proof, Failure> {
    let verifier = verifier
        .clone()
        .set_allowed_algs([
            CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
            CoreJwsSigningAlgorithm::EcdsaP256Sha256,
        ])
        // The clock is ours: see `check`.
        .set_time_fn(Default::default);
    let claims = token.claims(&verifier, &Nonce::new(expected.nonce.clone())).map_err(|error| {
        tracing::info!(error = &error as &dyn std::error::Error, "a token was not believed");
        failure(&error)
    })?;
    check(claims, expected).map_err(Failure::Other)?;
    Ok(Proof {
        subject: claims.subject().clone(),
        name: claims.preferred_username().map(|name| name.to_string()),
        claims: claims.additional_claims().clone(),
    })
}

fn check(
    claims: &IdTokenClaims<Said, CoreGenderClaim>,
    expected: &Expected<'_>,
) -> Result<(), &'static str> {
    let now = expected.now.as_secs();
    let made = claims.issue_time().timestamp();
    let party = claims.authorized_party().map(|party| party.as_str());
    let subject = claims.subject().as_str();
    if claims.expiration().timestamp() + SKEW <= now {
        return Err("expired");
    }
    if made > now + SKEW || made < now - OLDEST - SKEW {
        return Err("made-at-another-time");
    }
    if party.is_some_and(|party| party != expected.client_id) {
        return Err("for-somebody-else");
    }
    if subject.is_empty() || subject.len() > MOST_SUBJECT {
        return Err("subject");
    }
    if let Some(since) = expected.proven_since {
        let proven = claims.auth_time().map(|at| at.timestamp());
        if proven.is_none_or(|proven| proven + SKEW < since.as_secs()) {
            return Err("not-proven-afresh");
        }
    }
    Ok(())
}

/// The library's words hold what stood in the token; ours do not.
fn failure(error: &ClaimsVerificationError) -> Failure {
    use SignatureVerificationError as Signature;
    Failure::Other(match error {
        ClaimsVerificationError::InvalidIssuer(_) => "issuer",
        ClaimsVerificationError::InvalidAudience(_) => "audience",
        ClaimsVerificationError::InvalidNonce(_) => "nonce",
        ClaimsVerificationError::SignatureVerification(signature) => match signature {
            Signature::NoMatchingKey => return Failure::UnknownKey,
            Signature::DisallowedAlg(_) | Signature::UnsupportedAlg(_) => "algorithm",
            Signature::NoSignature => "not-signed",
            _ => "signature",
        },
        _ => "token",
    })
}
