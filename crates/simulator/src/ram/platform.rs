//! Tokens of a platform (OIDC), such as Kubernetes gives its pods: issued on demand by the control
//! API, and recognised because they were issued here. Their signature is made up.

use crate::clock::Millis;
use crate::gate::keyring::Account;
use crate::seed::Dice;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use std::collections::HashMap;

const PROVIDER: &str = "latchkey";
const BASE64_URL: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// One that was issued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PlatformToken {
    /// Index of the account whose provider it is for.
    pub account: u16,
    pub subject: String,
    pub issued_at: Millis,
    pub expires_at: Millis,
}

impl PlatformToken {
    pub const ISSUER: &str = "https://oidc.simulator.invalid";
    pub const CLIENT_ID: &str = "sts.aliyuncs.com";
}

#[derive(Debug, Default)]
pub(crate) struct PlatformTokens(HashMap<String, PlatformToken>);

impl PlatformTokens {
    pub fn issue(&mut self, token: PlatformToken, dice: &mut Dice) -> String {
        let header = json!({"alg": "RS256", "typ": "JWT", "kid": "simulator"});
        let claims = json!({
            "iss": PlatformToken::ISSUER, "sub": token.subject, "aud": [PlatformToken::CLIENT_ID],
            "iat": token.issued_at / 1000, "exp": token.expires_at / 1000,
        });
        let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signature = dice.text(BASE64_URL, 342);
        let text = format!("{}.{}.{signature}", part(header), part(claims));
        self.0.insert(text.clone(), token);
        text
    }

    pub fn get(&self, text: &str) -> Option<&PlatformToken> {
        self.0.get(text)
    }
}

/// Every account trusts one provider.
pub(crate) fn provider_arn(account: &Account) -> String {
    format!("acs:ram::{}:oidc-provider/{PROVIDER}", account.uid)
}

pub(crate) fn is_provider_arn(text: &str) -> bool {
    text.strip_prefix("acs:ram::").and_then(|rest| rest.split_once(":oidc-provider/")).is_some_and(
        |(uid, name)| {
            !uid.is_empty() && uid.bytes().all(|byte| byte.is_ascii_digit()) && !name.is_empty()
        },
    )
}
