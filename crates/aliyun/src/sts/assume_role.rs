//! `AssumeRole` and `AssumeRoleWithOIDC`: a temporary key that can do what a role may.
//!
//! Both change nothing, so both are tried again like reads. The credential that comes is `credential`'s to keep.

use serde::Deserialize;

use crate::answer::{Answer, Misread};
use crate::call::{Call, Service};
use crate::client::Client;
use crate::credential::{Credential, Role, SessionName, WireCredential};
use crate::error::Error;
use crate::lenient::{Section, parse};

impl Client {
    pub(crate) async fn assume_role(
        &self,
        role: &Role,
        session: &SessionName,
    ) -> Result<Answer<Credential>, Error> {
        let call = of_role(Call::anywhere(Service::Sts, "AssumeRole"), role, session);
        let call = match &role.external_id {
            Some(id) => call.with("ExternalId", id),
            None => call,
        };
        self.read(&call, read).await
    }

    /// Not signed: `token` proves who asks.
    pub(crate) async fn assume_role_with_oidc(
        &self,
        role: &Role,
        session: &SessionName,
        provider_arn: &str,
        token: &str,
    ) -> Result<Answer<Credential>, Error> {
        let call = Call::anywhere(Service::Sts, "AssumeRoleWithOIDC").unsigned();
        let call = of_role(call, role, session)
            .with("OIDCProviderArn", provider_arn)
            .with("OIDCToken", token);
        self.read(&call, read).await
    }
}

fn of_role(call: Call, role: &Role, session: &SessionName) -> Call {
    let call = call
        .with("RoleArn", role.arn.as_str())
        .with("RoleSessionName", session.as_str())
        .with("DurationSeconds", role.duration.as_secs().to_string());
    match &role.policy {
        Some(policy) => call.with("Policy", policy),
        None => call,
    }
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Body {
    credentials: Section<WireCredential>,
}

fn read(body: &[u8]) -> Result<Credential, Misread> {
    let body: Body = parse(body).ok_or(Misread::SHAPE)?;
    let wire = body.credentials.present().ok_or(Misread::SHAPE)?;
    wire.read().map_err(|_| Misread::SHAPE)
}
