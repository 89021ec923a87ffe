//! What RAM says to a call: a fault may deny it, and so may the role of whoever calls, or the policy
//! that the session was given.

use super::{Admission, Cloud, State};
use crate::action;
use crate::fault::Denial;
use crate::ram::Policy;
use crate::refusal::{AccessDeniedDetail, Refusal};
use crate::transport::request::Request;

const IDENTITY_POLICY: &str = "AccountLevelIdentityBasedPolicy";

impl Cloud {
    pub(super) fn check_permission(
        &self,
        state: &State,
        request: &Request,
        admission: &Admission,
    ) -> Result<(), Refusal> {
        if let Some(denial) = &admission.plan.deny {
            return Err(self.denied(admission, denial, IDENTITY_POLICY));
        }
        match denied_to_session(state, request, admission) {
            Some((denial, policy_type)) => Err(self.denied(admission, &denial, policy_type)),
            None => Ok(()),
        }
    }

    fn denied(&self, admission: &Admission, denial: &Denial, policy_type: &'static str) -> Refusal {
        let account = &self.accounts[usize::from(admission.caller.account)];
        let session = admission.caller.session.as_deref();
        let message = if denial.code == "NoPermission" {
            "You are not authorized to do this action."
        } else {
            "User not authorized to operate on the specified resource, or this API doesn't support RAM."
        };
        let detail = AccessDeniedDetail {
            auth_action: admission.action.permission(),
            auth_principal_type: if session.is_some() { "AssumedRoleUser" } else { "SubUser" },
            auth_principal_owner_id: account.uid.clone(),
            auth_principal_display_name: session.map_or_else(
                || action::user_id(&account.uid),
                |session| format!("{}:{}", session.role, session.name),
            ),
            policy_type,
            no_permission_type: if denial.explicit { "ExplicitDeny" } else { "ImplicitDeny" },
            encoded_diagnostic_message: format!(
                "AQFohtp4aIbaeSIMULATED{}",
                admission.request_id.replace('-', "")
            ),
        };
        Refusal {
            status: 403,
            code: denial.code.clone().into(),
            message: message.into(),
            denied: Some(Box::new(detail)),
            retry_after: None,
        }
    }
}

/// What the role, or the policy that its session was given, does not allow.
fn denied_to_session(
    state: &State,
    request: &Request,
    admission: &Admission,
) -> Option<(Denial, &'static str)> {
    let session = admission.caller.session.as_deref()?;
    let action = admission.action;
    if action.needs_no_permission() {
        return None;
    }
    let denial = |explicit| Denial { code: "NoPermission".to_owned(), explicit };
    let role = state.roles.get(session.account, &session.role);
    if role.is_some_and(|role| role.denies(action.name)) {
        return Some((denial(true), IDENTITY_POLICY));
    }
    let mode = request.parameters.get("VpcAuthMode");
    let allows = |policy: &Policy| policy.allows(&action.permission(), mode);
    let allowed = session.policy.as_ref().is_none_or(allows);
    (!allowed).then(|| (denial(false), "SessionPolicy"))
}
