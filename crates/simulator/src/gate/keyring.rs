//! Who may sign: the access keys of the accounts, and temporary ones with their tokens.

use crate::clock::Millis;
use crate::refusal::{self, Refusal};
use crate::seed::Dice;
use std::collections::HashMap;

const LETTERS_AND_DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const DIGITS: &[u8] = b"0123456789";

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
    pub access_key_id: String,
    pub temporary: bool,
}

#[derive(Debug, Default)]
pub(crate) struct Keyring {
    keys: HashMap<String, Key>,
}

#[derive(Debug)]
struct Key {
    account: u16,
    secret: String,
    enabled: bool,
    token: Option<(String, Millis)>,
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
                Key { account: index, secret, enabled: true, token: None },
            )
        });
        Self { keys: keys.collect() }
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
        match (&key.token, token) {
            (None, None) => {}
            (Some(_), None) => return Err(Refusal::missing("SecurityToken")),
            (Some((right, expires_at)), Some(given)) if right == given => {
                if *expires_at <= now {
                    return Err(refusal::TOKEN_EXPIRED.into());
                }
            }
            (_, Some(given)) if self.issued(given) => return Err(refusal::TOKEN_MISMATCH.into()),
            (_, Some(_)) => return Err(refusal::TOKEN_MALFORMED.into()),
        }
        let temporary = key.token.is_some();
        Ok((
            Caller { account: key.account, access_key_id: access_key_id.to_owned(), temporary },
            &key.secret,
        ))
    }

    pub fn account_of(&self, access_key_id: &str) -> Option<u16> {
        self.keys.get(access_key_id).map(|key| key.account)
    }

    /// False when nobody has that key.
    pub fn enable(&mut self, access_key_id: &str, enabled: bool) -> bool {
        self.keys.get_mut(access_key_id).map(|key| key.enabled = enabled).is_some()
    }

    pub fn issue(
        &mut self,
        account: u16,
        name: &str,
        expires_at: Millis,
        dice: &mut Dice,
    ) -> TemporaryCredentials {
        let access_key_id = format!("STS.N{}", dice.text(LETTERS_AND_DIGITS, 24));
        let access_key_secret = dice.text(LETTERS_AND_DIGITS, 44);
        let security_token = format!("CAIS{}==", dice.text(BASE64, 250));
        let token = Some((security_token.clone(), expires_at));
        self.keys.insert(
            access_key_id.clone(),
            Key { account, secret: access_key_secret.clone(), enabled: true, token },
        );
        TemporaryCredentials {
            account: name.to_owned(),
            access_key_id,
            access_key_secret,
            security_token,
            expires_at: crate::clock::moment(expires_at),
        }
    }

    fn issued(&self, token: &str) -> bool {
        self.keys.values().any(|key| key.token.as_ref().is_some_and(|(issued, _)| issued == token))
    }
}
