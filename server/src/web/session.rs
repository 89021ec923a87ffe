//! Sessions: tower-sessions in front, the portal's own rows behind.
//!
//! Only the hash of a session's id is stored. Saving changes live sessions and makes none, so that a late answer brings
//! no ended session back; a refused save is no error, since an error would replace an answer that is already right.

use std::net::IpAddr;
use std::time::Duration;

use domain::time::Timestamp;
use http::HeaderValue;
use service::{HalfSignedIn, Method, Portal};
use sha2::{Digest, Sha256};
use store::session::SessionRow;
use tower_sessions::cookie::SameSite;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result};
use tower_sessions::{Expiry, Session, SessionManagerLayer, SessionStore};

pub const COOKIE: &str = "__Host-portal";

/// Keys of what a session keeps.
pub const USER: &str = "user";
pub const ADDRESS: &str = "address";
pub const AGENT: &str = "agent";
pub const METHOD: &str = "method";
/// When whoever is behind it last proved who they are, in milliseconds.
pub const PROVEN: &str = "proven_at";
/// The end that it cannot outlive, in milliseconds: a session that goes on under another id keeps it.
pub const UNTIL: &str = "until";
/// Whose password was right, where a code is missing, and until when it may come.
const HALF: &str = "half";
const HALF_UNTIL: &str = "half_until";
const HALF_LASTS: Duration = Duration::from_mins(5);

pub fn layer(portal: Portal) -> SessionManagerLayer<PortalSessions> {
    SessionManagerLayer::new(PortalSessions { portal })
        .with_name(COOKIE)
        .with_path("/")
        .with_secure(true)
        .with_http_only(true)
        .with_same_site(SameSite::Strict)
        // The browser forgets it when it closes; the server's limits are in the row.
        .with_expiry(Expiry::OnSessionEnd)
}

/// Takes the cookie away. The session layer's own removal lacks `Secure`, without which a `__Host-` cookie stays.
pub fn removal() -> HeaderValue {
    HeaderValue::from_static("__Host-portal=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Strict")
}

/// SHA-256 of the id: what is stored signs nobody in.
pub fn id_hash(id: &Id) -> String {
    hex::encode(Sha256::digest(id.0.to_be_bytes()))
}

/// A short name of a session for the audit and for lists.
pub fn label(id_hash: &str) -> String {
    format!("s-{}", id_hash.get(..8).unwrap_or_default())
}

pub async fn current_hash(session: &Session) -> Option<String> {
    session.id().map(|id| id_hash(&id))
}

/// How whoever is behind a session came in.
pub async fn method(session: &Session) -> Option<Method> {
    let code: Option<String> = session.get(METHOD).await.ok().flatten();
    code.and_then(|code| Method::of_code(&code))
}

pub async fn proven_at(session: &Session) -> Option<Timestamp> {
    let millis: Option<i64> = session.get(PROVEN).await.ok().flatten();
    millis.map(Timestamp::from_millis)
}

/// A session of nobody yet, in place of whatever the browser came with.
pub async fn begin_half(
    session: &Session,
    half: &HalfSignedIn,
    now: Timestamp,
) -> std::result::Result<(), tower_sessions::session::Error> {
    session.flush().await?;
    session.insert(HALF, half.user.to_string()).await?;
    session.insert(HALF_UNTIL, now.plus(HALF_LASTS).as_millis()).await?;
    session.save().await
}

/// Who is half signed in here, and for a while yet.
pub async fn half(session: &Session, now: Timestamp) -> Option<HalfSignedIn> {
    let until: i64 = session.get(HALF_UNTIL).await.ok()??;
    let user: String = session.get(HALF).await.ok()??;
    let user = user.parse().ok()?;
    (now < Timestamp::from_millis(until)).then_some(HalfSignedIn { user })
}

/// Nobody is half signed in who is signed in.
pub async fn end_half(
    session: &Session,
) -> std::result::Result<(), tower_sessions::session::Error> {
    session.remove_value(HALF).await?;
    session.remove_value(HALF_UNTIL).await?;
    Ok(())
}

#[derive(Debug, Clone)]
pub struct PortalSessions {
    portal: Portal,
}

#[async_trait::async_trait]
impl SessionStore for PortalSessions {
    async fn create(&self, record: &mut Record) -> Result<()> {
        let now = self.portal.session_now();
        let hash = id_hash(&record.id);
        let text =
            |key: &str| record.data.get(key).and_then(|value| value.as_str()).map(str::to_owned);
        let longest = now.plus(self.portal.settings().session_absolute);
        let until = record.data.get(UNTIL).and_then(serde_json::Value::as_i64);
        let until = until.map(Timestamp::from_millis);
        let row = SessionRow {
            label: label(&hash),
            id_hash: hash,
            user: text(USER).and_then(|id| id.parse().ok()),
            body: body(record)?,
            address: text(ADDRESS).filter(|address| address.parse::<IpAddr>().is_ok()),
            user_agent: text(AGENT),
            created_at: now,
            seen_at: now,
            expires_at: until.unwrap_or(longest).min(longest),
        };
        self.portal.store().create_session(&row).await.map_err(|error| backend(&error))
    }

    async fn save(&self, record: &Record) -> Result<()> {
        let live = self
            .portal
            .store()
            .update_session(&id_hash(&record.id), &body(record)?)
            .await
            .map_err(|error| backend(&error))?;
        if !live {
            tracing::info!("a session that is over was not saved");
        }
        Ok(())
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let now = self.portal.session_now();
        let idle_since = now.minus(self.portal.settings().session_idle);
        let found = self
            .portal
            .store()
            .find_session(&id_hash(id), now, idle_since)
            .await
            .map_err(|error| backend(&error))?;
        found
            .map(|row| {
                let data = serde_json::from_str(&row.body)
                    .map_err(|error| Error::Decode(error.to_string()))?;
                Ok(Record { id: *id, data, expiry_date: date(row.expires_at) })
            })
            .transpose()
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        self.portal
            .store()
            .revoke_session(&id_hash(id), self.portal.session_now())
            .await
            .map_err(|error| backend(&error))?;
        Ok(())
    }
}

fn body(record: &Record) -> Result<String> {
    serde_json::to_string(&record.data).map_err(|error| Error::Encode(error.to_string()))
}

fn backend(error: &store::Error) -> Error {
    tracing::error!(error = error as &dyn std::error::Error, "sessions are not available");
    Error::Backend("sessions are not available".to_owned())
}

fn date(at: Timestamp) -> tower_sessions::cookie::time::OffsetDateTime {
    let date = tower_sessions::cookie::time::OffsetDateTime::from_unix_timestamp(at.as_secs());
    date.unwrap_or(tower_sessions::cookie::time::OffsetDateTime::UNIX_EPOCH)
}
