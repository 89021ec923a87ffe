//! STS `GetCallerIdentity`: who the key belongs to.

use super::{Action, Call, Product, Run};
use crate::ram::role_id;
use crate::refusal::Refusal;
use crate::transport::envelope::Text;
use serde::Serialize;

pub(super) const ACTION: Action = Action {
    name: "GetCallerIdentity",
    product: Product::Sts,
    instance: None,
    regional: false,
    run: Run::Read(run),
};

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Answer<'a> {
    request_id: &'a str,
    identity_type: &'a str,
    account_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role_id: Option<&'a str>,
    principal_id: &'a str,
    arn: String,
}

fn run(call: &Call<'_>) -> Result<Text, Refusal> {
    let account = call.account();
    let (uid, user) = (account.uid.as_str(), user_id(&account.uid));
    let Some(session) = &call.caller.session else {
        return call.answer(&Answer {
            request_id: call.request_id,
            identity_type: "RAMUser",
            account_id: uid,
            user_id: Some(&user),
            role_id: None,
            principal_id: &user,
            arn: format!("acs:ram::{uid}:user/latchkey"),
        });
    };
    let (role, name) = (&session.role, &session.name);
    let role_id = role_id(account, role);
    call.answer(&Answer {
        request_id: call.request_id,
        identity_type: "AssumedRoleUser",
        account_id: uid,
        user_id: None,
        role_id: Some(&role_id),
        principal_id: &format!("{role_id}:{name}"),
        arn: format!("acs:ram::{uid}:assumed-role/{role}/{name}"),
    })
}

/// The RAM user behind an account's access key: eighteen digits.
pub(crate) fn user_id(uid: &str) -> String {
    format!("20{uid}")
}
