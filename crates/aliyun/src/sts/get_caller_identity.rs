//! `GetCallerIdentity`: whose credential this is. Needs no permission, so it tells a wrong key from a missing right.

use domain::cloud::CallerIdentity;
use serde::Deserialize;

use crate::answer::{Answer, Misread};
use crate::call::{Call, Service};
use crate::client::Client;
use crate::error::Error;
use crate::lenient::{Text, parse};

impl Client {
    /// Account, principal and kind of the credential. Works with every key that is valid at all.
    #[doc(alias = "GetCallerIdentity")]
    pub async fn get_caller_identity(&self) -> Result<Answer<CallerIdentity>, Error> {
        self.read(&Call::anywhere(Service::Sts, "GetCallerIdentity"), read).await
    }
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Body {
    account_id: Text,
    arn: Text,
    identity_type: Text,
}

fn read(body: &[u8]) -> Result<CallerIdentity, Misread> {
    let body: Body = parse(body).ok_or(Misread::SHAPE)?;
    Ok(CallerIdentity {
        account_id: body.account_id.some().ok_or(Misread::SHAPE)?,
        arn: body.arn.or_empty(),
        identity_type: body.identity_type.or_empty(),
    })
}
