//! Who hands out keys without a signature: the metadata service of an ECS instance (versions 1 and
//! 2) and a credentials URI, on a loopback listener of their own.
//!
//! `PUT /latest/api/token`, `GET /latest/meta-data/ram/security-credentials/[ROLE]` and
//! `GET /credentials/ACCOUNT`. Each answer has a fresh key.

mod routes;

pub(crate) use routes::serve;

use crate::clock::Millis;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// How they behave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MetadataSettings {
    /// Whether a role can be asked for without a token.
    pub v1: bool,
    /// Whether tokens are given.
    pub v2: bool,
    /// Name of the account that the ECS instance is in; `None`: the first.
    pub account: Option<String>,
    /// The role that is attached to it; `None`: none is.
    pub role: Option<String>,
    /// How long keys are good for, in seconds.
    pub seconds: u64,
    /// `Code` of the answer; anything but `Success` comes without a key.
    pub code: String,
}

impl Default for MetadataSettings {
    fn default() -> Self {
        Self {
            v1: true,
            v2: true,
            account: None,
            role: Some("latchkey".to_owned()),
            seconds: 3600,
            code: "Success".to_owned(),
        }
    }
}

#[derive(Debug, Default)]
pub(crate) struct Metadata {
    pub settings: MetadataSettings,
    /// Token → until when.
    tokens: HashMap<String, Millis>,
}

impl Metadata {
    fn give_token(&mut self, token: String, now: Millis, until: Millis) {
        self.tokens.retain(|_, until| *until > now);
        self.tokens.insert(token, until);
    }

    /// Whether a question with this token, or without one, is answered.
    fn admits(&self, token: Option<&str>, now: Millis) -> bool {
        match token {
            Some(token) => self.tokens.get(token).is_some_and(|until| *until > now),
            None => self.settings.v1,
        }
    }
}
