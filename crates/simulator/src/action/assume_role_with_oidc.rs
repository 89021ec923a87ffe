//! STS `AssumeRoleWithOIDC`: whoever holds a token of a platform becomes a role. Nobody signs.

use super::role_session::{self, Asked};
use super::{Action, Call, Product, Run};
use crate::ram::{Grant, is_provider_arn, provider_arn};
use crate::refusal::{self, Refusal};

pub(super) const ACTION: Action = Action {
    name: "AssumeRoleWithOIDC",
    product: Product::Sts,
    instance: None,
    regional: false,
    run: Run::Grant(run),
};

fn run(call: &Call<'_>) -> Result<Grant, Refusal> {
    let asked = Asked::read(call)?;
    let provider = call.parameters.required("OIDCProviderArn")?;
    if !is_provider_arn(provider) {
        return Err(Refusal::wrongly_formed("OIDCProviderArn"));
    }
    let text = call.parameters.required("OIDCToken")?;
    if !(4..=20_000).contains(&text.len()) {
        return Err(Refusal::wrongly_formed("OIDCToken"));
    }
    if provider != provider_arn(call.account()) {
        return Err(refusal::PROVIDER_NOT_FOUND.into());
    }
    let role = asked.role(call)?;
    let token = call.tokens.get(text).ok_or(refusal::PLATFORM_TOKEN_INVALID)?;
    if token.expires_at <= call.now {
        return Err(refusal::PLATFORM_TOKEN_EXPIRED.into());
    }
    if token.account != call.caller.account {
        return Err(refusal::NOT_TRUSTED.into());
    }
    role_session::grant(call, asked, role.max_session_seconds, Some(token.clone()))
}
