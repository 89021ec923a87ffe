//! What both ways to assume a role have in common: what is asked for, and the answer.

use super::Call;
use crate::clock::{Millis, cloud_text};
use crate::gate::keyring::{Account, TemporaryCredentials};
use crate::ram::{Grant, PlatformToken, Policy, Role, RoleArn, Session, is_session_name};
use crate::ram::{role_arn, role_id};
use crate::refusal::{self, Refusal};
use serde::Serialize;

/// The longest policy of a session, in characters.
const LONGEST_POLICY: usize = 2048;
const SHORTEST_SESSION: u32 = 900;

/// The parameters of both.
pub(super) struct Asked<'a> {
    arn: RoleArn<'a>,
    session_name: &'a str,
    policy: Option<Policy>,
    seconds: Option<&'a str>,
}

impl<'a> Asked<'a> {
    pub fn read(call: &Call<'a>) -> Result<Self, Refusal> {
        let parameters = call.parameters;
        let arn = RoleArn::parse(parameters.required("RoleArn")?);
        let arn = arn.ok_or_else(|| Refusal::wrongly_formed("RoleArn"))?;
        let session_name = parameters.required("RoleSessionName")?;
        if !is_session_name(session_name) {
            return Err(Refusal::wrongly_formed("RoleSessionName"));
        }
        let policy = match parameters.get("Policy") {
            None => None,
            Some(text) if text.chars().count() > LONGEST_POLICY => {
                return Err(refusal::POLICY_SIZE.into());
            }
            Some(text) => Some(Policy::parse(text).ok_or(refusal::POLICY_GRAMMAR)?),
        };
        Ok(Self { arn, session_name, policy, seconds: parameters.get("DurationSeconds") })
    }

    fn account(&self, call: &Call<'_>) -> Option<u16> {
        let found = (0u16..).zip(call.accounts).find(|(_, account)| account.uid == self.arn.uid);
        found.map(|(index, _)| index)
    }

    /// The role, of whatever account.
    pub fn role(&self, call: &Call<'a>) -> Result<&'a Role, Refusal> {
        let account = self.account(call);
        let role = account.and_then(|account| call.roles.get(account, self.arn.name));
        role.ok_or_else(|| Refusal::role_not_found(self.arn.uid, self.arn.name))
    }
}

/// `longest`: the longest session that is possible here, in seconds.
pub(super) fn grant(
    call: &Call<'_>,
    asked: Asked<'_>,
    longest: u32,
    token: Option<PlatformToken>,
) -> Result<Grant, Refusal> {
    let seconds = asked.seconds.map_or(Some(3600.min(longest)), |text| text.parse().ok());
    let seconds = seconds
        .filter(|seconds| (SHORTEST_SESSION..=longest).contains(seconds))
        .ok_or_else(|| Refusal::session_duration(longest))?;
    let account = asked.account(call);
    let account = account.ok_or_else(|| Refusal::role_not_found(asked.arn.uid, asked.arn.name))?;
    let session = Session {
        account,
        role: asked.arn.name.to_owned(),
        name: asked.session_name.to_owned(),
        policy: asked.policy,
    };
    Ok(Grant { session, expires_at: call.now + Millis::from(seconds) * 1000, token })
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Answer<'a> {
    request_id: &'a str,
    assumed_role_user: AssumedRoleUser,
    credentials: Credentials<'a>,
    #[serde(rename = "OIDCTokenInfo", skip_serializing_if = "Option::is_none")]
    oidc_token_info: Option<OidcTokenInfo<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct AssumedRoleUser {
    assumed_role_id: String,
    arn: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Credentials<'a> {
    access_key_id: &'a str,
    access_key_secret: &'a str,
    security_token: &'a str,
    expiration: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct OidcTokenInfo<'a> {
    subject: &'a str,
    issuer: &'static str,
    client_ids: &'static str,
    issuance_time: String,
    expiration_time: String,
    verification_info: &'static str,
}

pub(crate) fn answer<'a>(
    request_id: &'a str,
    account: &Account,
    grant: &'a Grant,
    issued: &'a TemporaryCredentials,
) -> Answer<'a> {
    let Session { role, name, .. } = &grant.session;
    Answer {
        request_id,
        assumed_role_user: AssumedRoleUser {
            assumed_role_id: format!("{}:{name}", role_id(account, role)),
            arn: format!("{}/{name}", role_arn(account, role)),
        },
        credentials: Credentials {
            access_key_id: &issued.access_key_id,
            access_key_secret: &issued.access_key_secret,
            security_token: &issued.security_token,
            expiration: cloud_text(grant.expires_at / 1000),
        },
        oidc_token_info: grant.token.as_ref().map(|token| OidcTokenInfo {
            subject: &token.subject,
            issuer: PlatformToken::ISSUER,
            client_ids: PlatformToken::CLIENT_ID,
            issuance_time: cloud_text(token.issued_at / 1000),
            expiration_time: cloud_text(token.expires_at / 1000),
            verification_info: "Success",
        }),
    }
}
