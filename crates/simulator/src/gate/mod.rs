//! The gateway's checks before a product sees a call, in this order: required parameters, action
//! and version, timestamp format, time window, access key, security token, nonce, signature.
//!
//! A nonce is only remembered once the signature was right. To add a check: one file, one line in
//! [`authenticate`].

pub(crate) mod keyring;
mod nonces;
pub(crate) mod quota;
mod timestamp;

pub(crate) use nonces::Nonces;

use crate::action::{self, Action};
use crate::clock::Millis;
use crate::ram::RoleArn;
use crate::refusal::{self, Refusal};
use crate::signature::{acs3, rpc, sha256_hex};
use crate::transport::request::{Request, Scheme};
use keyring::{Account, Caller, Keyring};

/// The headers a V3 signature has to cover.
const ALWAYS_SIGNED: [&str; 6] = [
    "host",
    "x-acs-action",
    "x-acs-version",
    "x-acs-date",
    "x-acs-signature-nonce",
    "x-acs-content-sha256",
];

/// A call whose signature was right.
#[derive(Clone, Debug)]
pub(crate) struct Authenticated {
    pub action: &'static Action,
    pub caller: Caller,
}

/// Who calls what, or why not.
pub(crate) fn authenticate(
    request: &Request,
    accounts: &[Account],
    keyring: &Keyring,
    nonces: &mut Nonces,
    now: Millis,
) -> Result<Authenticated, Refusal> {
    if let Some(action) = unsigned_action(request) {
        return unsigned(request, action, accounts, now);
    }
    let signed = Signed::read(request)?;
    let action = action::find(&signed.action, &signed.version)?;
    let signed_at = timestamp::read(&signed.timestamp)?;
    timestamp::within_window(signed_at, now)?;
    let (caller, secret) =
        keyring.find(&signed.access_key_id, request.security_token().as_deref(), now)?;
    if nonces.seen(&signed.access_key_id, &signed.nonce, now) {
        return Err(refusal::NONCE_USED.into());
    }
    signed.verify(request, secret)?;
    nonces.remember(&signed.access_key_id, &signed.nonce, signed_at, now);
    Ok(Authenticated { action, caller })
}

/// The action, if it is one that nobody signs.
fn unsigned_action(request: &Request) -> Option<&'static Action> {
    let (name, version) = (request.action()?, request.version()?);
    action::find(&name, &version).ok().filter(|action| action.is_unsigned())
}

/// The account is that of the role that is asked for.
fn unsigned(
    request: &Request,
    action: &'static Action,
    accounts: &[Account],
    now: Millis,
) -> Result<Authenticated, Refusal> {
    let timestamp = request.timestamp().ok_or_else(|| Refusal::missing("Timestamp"))?;
    timestamp::within_window(timestamp::read(&timestamp)?, now)?;
    let arn = RoleArn::parse(request.parameters.required("RoleArn")?)
        .ok_or_else(|| Refusal::wrongly_formed("RoleArn"))?;
    let account = (0u16..).zip(accounts).find(|(_, account)| account.uid == arn.uid);
    let (account, _) = account.ok_or_else(|| Refusal::role_not_found(arn.uid, arn.name))?;
    let caller = Caller { account, access_key_id: String::new(), session: None };
    Ok(Authenticated { action, caller })
}

/// The parts of a request that its signature stands on.
struct Signed {
    action: String,
    version: String,
    access_key_id: String,
    timestamp: String,
    nonce: String,
    proof: Proof,
}

enum Proof {
    Rpc { signature: String },
    Acs3(acs3::Authorization),
}

impl Signed {
    fn read(request: &Request) -> Result<Self, Refusal> {
        let action = request.action().ok_or_else(|| Refusal::missing("Action"))?;
        let version = request.version().ok_or_else(|| Refusal::missing("Version"))?;
        let (access_key_id, proof) = match request.scheme {
            Scheme::V1 => Self::rpc_proof(request)?,
            Scheme::V3 => Self::acs3_proof(request)?,
        };
        let nonce = request.nonce().ok_or_else(|| Refusal::missing("SignatureNonce"))?;
        let timestamp = request.timestamp().ok_or_else(|| Refusal::missing("Timestamp"))?;
        Ok(Self { action, version, access_key_id, timestamp, nonce, proof })
    }

    fn rpc_proof(request: &Request) -> Result<(String, Proof), Refusal> {
        let parameters = &request.parameters;
        let access_key_id = parameters.required("AccessKeyId")?.to_owned();
        if parameters.required("SignatureMethod")? != "HMAC-SHA1" {
            return Err(refusal::INVALID_SIGNATURE_METHOD.into());
        }
        if parameters.required("SignatureVersion")? != "1.0" {
            return Err(Refusal::invalid("SignatureVersion"));
        }
        let signature = parameters.required("Signature")?.to_owned();
        Ok((access_key_id, Proof::Rpc { signature }))
    }

    fn acs3_proof(request: &Request) -> Result<(String, Proof), Refusal> {
        let authorization = request.authorization().ok_or(refusal::INCOMPLETE_SIGNATURE)?;
        let token =
            request.headers.contains_key("x-acs-security-token").then_some("x-acs-security-token");
        let all_signed = ALWAYS_SIGNED
            .into_iter()
            .chain(token)
            .all(|needed| authorization.names().any(|name| name.eq_ignore_ascii_case(needed)));
        if !all_signed {
            return Err(refusal::INCOMPLETE_SIGNATURE.into());
        }
        Ok((authorization.access_key_id.clone(), Proof::Acs3(authorization)))
    }

    fn verify(&self, request: &Request, secret: &str) -> Result<(), Refusal> {
        let (expected, given, string_to_sign) = match &self.proof {
            Proof::Rpc { signature } => {
                let string_to_sign =
                    rpc::string_to_sign(request.method.as_str(), &request.parameters.all);
                (rpc::signature(secret, &string_to_sign), signature, string_to_sign)
            }
            Proof::Acs3(authorization) => {
                let lines = request.header_lines();
                let headers = lines.iter().map(|(name, value)| (*name, value.as_str()));
                let canonical = acs3::canonical_request(
                    request.method.as_str(),
                    &acs3::canonical_query(&request.parameters.query),
                    &acs3::canonical_headers(&authorization.signed_headers, headers),
                    &authorization.signed_headers,
                    &sha256_hex(&request.body),
                );
                let string_to_sign = acs3::string_to_sign(&canonical);
                (acs3::signature(secret, &string_to_sign), &authorization.signature, string_to_sign)
            }
        };
        if expected == *given {
            Ok(())
        } else {
            Err(Refusal::signature_does_not_match(&string_to_sign))
        }
    }
}
