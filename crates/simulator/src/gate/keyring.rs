//! Who may sign: the access keys of the accounts, and temporary ones with their tokens.

use crate::clock::Millis;
use crate::ram::Session;
use crate::refusal::{self, Refusal};
use crate::seed::Dice;
use std::collections::HashMap;
use std::sync::Arc;

const LETTERS_AND_DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const DIGITS: &[u8] = b"0123456789";
/// Beyond so many keys those that have expired are forgotten.
const MANY: usize = 10_000;

/// One simulated cloud account and its long-lived access key. Made from the seed.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Account {
    pub name: String,
    /// Sixteen digits, as the cloud numbers accounts.
    pub uid: String,
    pub access_key_id: String,
    pub access_key_secret: String,
}

/// A temporary identity in an account, as STS would issue it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct TemporaryCredentials {
    pub account: String,
    /// Starts with `STS.`.
    pub access_key_id: String,
    pub access_key_secret: String,
    pub security_token: String,
    #[serde(serialize_with = "crate::clock::rfc3339")]
    pub expires_at: time::OffsetDateTime,
}

/// The one who signed a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Caller {
    /// Index of the account.
    pub account: u16,
    /// Empty where nobody signed.
    pub access_key_id: String,
    /// `None`: the account's own key.
    pub session: Option<Arc<Session>>,
}

/// A session that was given out.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct IssuedSession {
    /// Name of the account that has the role.
    pub account: String,
    pub role: String,
    /// `RoleSessionName`.
    pub session: String,
    pub access_key_id: String,
    #[serde(serialize_with = "crate::clock::rfc3339")]
    pub expires_at: time::OffsetDateTime,
}

#[derive(Debug, Default)]
pub(crate) struct Keyring {
    keys: HashMap<String, Key>,
    issued: u64,
}

#[derive(Debug)]
struct Key {
    account: u16,
    secret: String,
    enabled: bool,
    temporary: Option<Temporary>,
}

#[derive(Debug)]
struct Temporary {
    token: String,
    expires_at: Millis,
    session: Arc<Session>,
    /// In which order they were issued.
    number: u64,
}

impl Account {
    pub(crate) fn generate(seed: u64, number: usize) -> Self {
        const NAMES: [&str; 6] =
            ["acme-retail", "acme-platform", "acme-labs", "acme-media", "acme-pay", "acme-iot"];
        let mut dice = Dice::stream(seed, &format!("account {number}"));
        Self {
            name: NAMES
                .get(number)
                .map_or_else(|| format!("account-{}", number + 1), |name| (*name).to_owned()),
            uid: format!("1{}", dice.text(DIGITS, 15)),
            access_key_id: format!("LTAI5tSIM{}", dice.text(LETTERS_AND_DIGITS, 15)),
            access_key_secret: dice.text(LETTERS_AND_DIGITS, 30),
        }
    }
}

impl Keyring {
    pub fn of(accounts: &[Account]) -> Self {
        let keys = (0u16..).zip(accounts).map(|(index, account)| {
            let secret = account.access_key_secret.clone();
            (
                account.access_key_id.clone(),
                Key { account: index, secret, enabled: true, temporary: None },
            )
        });
        Self { keys: keys.collect(), issued: 0 }
    }

    /// The caller and the secret that must have signed, after the checks of key and token.
    pub fn find(
        &self,
        access_key_id: &str,
        token: Option<&str>,
        now: Millis,
    ) -> Result<(Caller, &str), Refusal> {
        let key = self.keys.get(access_key_id).ok_or(refusal::KEY_NOT_FOUND)?;
        if !key.enabled {
            return Err(refusal::KEY_INACTIVE.into());
        }
        match (&key.temporary, token) {
            (None, None) => {}
            (Some(_), None) => return Err(Refusal::missing("SecurityToken")),
            (Some(temporary), Some(given)) if temporary.token == given => {
                if temporary.expires_at <= now {
                    return Err(refusal::TOKEN_EXPIRED.into());
                }
            }
            (_, Some(given)) if self.knows(given) => return Err(refusal::TOKEN_MISMATCH.into()),
            (_, Some(_)) => return Err(refusal::TOKEN_MALFORMED.into()),
        }
        let session = key.temporary.as_ref().map(|temporary| Arc::clone(&temporary.session));
        let caller =
            Caller { account: key.account, access_key_id: access_key_id.to_owned(), session };
        Ok((caller, &key.secret))
    }

    pub fn account_of(&self, access_key_id: &str) -> Option<u16> {
        self.keys.get(access_key_id).map(|key| key.account)
    }

    /// False when nobody has that key.
    pub fn enable(&mut self, access_key_id: &str, enabled: bool) -> bool {
        self.keys.get_mut(access_key_id).map(|key| key.enabled = enabled).is_some()
    }

    /// The session that a key is good for.
    pub fn session_of(&self, access_key_id: &str) -> Option<&Session> {
        let temporary = self.keys.get(access_key_id)?.temporary.as_ref();
        temporary.map(|temporary| &*temporary.session)
    }

    /// `name`: of the session's account.
    pub fn issue(
        &mut self,
        session: Session,
        name: &str,
        (now, expires_at): (Millis, Millis),
        dice: &mut Dice,
    ) -> TemporaryCredentials {
        if self.keys.len() > MANY {
            let good = |key: &Key| {
                key.temporary.as_ref().is_none_or(|temporary| temporary.expires_at > now)
            };
            self.keys.retain(|_, key| good(key));
        }
        let access_key_id = format!("STS.N{}", dice.text(LETTERS_AND_DIGITS, 24));
        let access_key_secret = dice.text(LETTERS_AND_DIGITS, 44);
        let security_token = format!("CAIS{}==", dice.text(BASE64, 250));
        self.issued += 1;
        let temporary = Temporary {
            token: security_token.clone(),
            expires_at,
            number: self.issued,
            session: Arc::new(session),
        };
        let key = Key {
            account: temporary.session.account,
            secret: access_key_secret.clone(),
            enabled: true,
            temporary: Some(temporary),
        };
        self.keys.insert(access_key_id.clone(), key);
        TemporaryCredentials {
            account: name.to_owned(),
            access_key_id,
            access_key_secret,
            security_token,
            expires_at: crate::clock::moment(expires_at),
        }
    }

    /// Every session that was given out and is still known, oldest first.
    pub fn sessions(&self, accounts: &[Account]) -> Vec<IssuedSession> {
        let mut all: Vec<(&String, &Temporary)> =
            self.keys.iter().filter_map(|(id, key)| Some((id, key.temporary()?))).collect();
        all.sort_by_key(|(_, temporary)| temporary.number);
        let issued = all.into_iter().map(|(id, temporary)| IssuedSession {
            account: accounts[usize::from(temporary.session.account)].name.clone(),
            role: temporary.session.role.clone(),
            session: temporary.session.name.clone(),
            access_key_id: id.clone(),
            expires_at: crate::clock::moment(temporary.expires_at),
        });
        issued.collect()
    }

    fn knows(&self, token: &str) -> bool {
        let mut known = self.keys.values().filter_map(Key::temporary);
        known.any(|temporary| temporary.token == token)
    }
}

impl Key {
    fn temporary(&self) -> Option<&Temporary> {
        self.temporary.as_ref()
    }
}
