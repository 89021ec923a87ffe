//! STS `AssumeRole`: a signed identity becomes a role.

use super::role_session::{self, Asked};
use super::{Action, Call, Product, Run};
use crate::ram::Grant;
use crate::refusal::{self, Refusal};

pub(super) const ACTION: Action = Action {
    name: "AssumeRole",
    product: Product::Sts,
    instance: None,
    regional: false,
    run: Run::Grant(run),
};

fn run(call: &Call<'_>) -> Result<Grant, Refusal> {
    let asked = Asked::read(call)?;
    let external_id = call.parameters.get("ExternalId");
    if external_id.is_some_and(|id| !(2..=1224).contains(&id.len())) {
        return Err(Refusal::wrongly_formed("ExternalId"));
    }
    let role = asked.role(call)?;
    if !role.trusts(&call.account().name, external_id) {
        return Err(refusal::NOT_AUTHORIZED.into());
    }
    // A session cannot prolong itself: an hour, whatever the role allows.
    let chained = call.caller.session.is_some();
    let longest =
        if chained { role.max_session_seconds.min(3600) } else { role.max_session_seconds };
    role_session::grant(call, asked, longest, None)
}
