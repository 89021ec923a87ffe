//! STS `GetCallerIdentity`: who the key belongs to.

use super::{Action, Call, Product, Run};
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
    let uid = call.account().uid.as_str();
    let user = user_id(uid);
    let role = format!("30{}", &user[2..]);
    let session = format!("{role}:latchkey");
    let temporary = call.caller.temporary;
    call.answer(&Answer {
        request_id: call.request_id,
        identity_type: if temporary { "AssumedRoleUser" } else { "RAMUser" },
        account_id: uid,
        user_id: (!temporary).then_some(user.as_str()),
        role_id: temporary.then_some(role.as_str()),
        principal_id: if temporary { &session } else { &user },
        arn: if temporary {
            format!("acs:ram::{uid}:assumed-role/latchkey/latchkey")
        } else {
            format!("acs:ram::{uid}:user/latchkey")
        },
    })
}

/// The RAM user behind an account's access key: eighteen digits.
pub(crate) fn user_id(uid: &str) -> String {
    format!("20{uid}")
}
