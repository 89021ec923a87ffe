//! The one mutating call, as it was sent, for people to look at.
//!
//! Every secret is taken out before a value of this type exists: key ids, tokens and signatures read `***`.

use serde::{Deserialize, Serialize};

use crate::code::closed_enum;

closed_enum! {
    /// How a request is signed.
    pub enum SignatureScheme {
        /// RPC, HMAC-SHA1, everything in the parameters.
        V1 = "v1",
        /// ACS3-HMAC-SHA256, in headers.
        V3 = "v3",
    }
}

/// What stands in place of a secret.
pub const REDACTED: &str = "***";

/// A request without its secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentCall {
    pub scheme: SignatureScheme,
    pub method: String,
    /// Scheme, host and path; parameters never travel in it.
    pub url: String,
    pub headers: Vec<(String, String)>,
    /// The form body, in the order it was sent.
    pub form: Vec<(String, String)>,
}
