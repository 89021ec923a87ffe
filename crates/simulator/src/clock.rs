//! What time the simulated cloud thinks it is.
//!
//! Everything that depends on time (signature windows, quotas, transitions, tokens) asks a
//! [`Clock`], so that a test can move it. Only waiting itself (latency, delays of faults) uses real
//! time.

use serde::Serializer;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

/// Answers with the present time.
pub type Clock = Arc<dyn Fn() -> OffsetDateTime + Send + Sync>;

/// Milliseconds since 1970, UTC: the crate's own unit of time.
pub(crate) type Millis = i64;

/// The clock of the machine.
pub fn system() -> Clock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where the simulator reads the machine's clock"
    )]
    Arc::new(OffsetDateTime::now_utc)
}

/// A clock that stands still until it is moved.
#[derive(Clone)]
pub struct ManualClock(Arc<AtomicI64>);

impl ManualClock {
    pub fn at(time: OffsetDateTime) -> Self {
        Self(Arc::new(AtomicI64::new(millis(time))))
    }

    pub fn advance(&self, by: std::time::Duration) {
        self.0.fetch_add(whole_millis(by), Ordering::SeqCst);
    }

    pub fn now(&self) -> OffsetDateTime {
        moment(self.0.load(Ordering::SeqCst))
    }

    pub fn clock(&self) -> Clock {
        let clock = self.clone();
        Arc::new(move || clock.now())
    }
}

pub(crate) fn millis(time: OffsetDateTime) -> Millis {
    i64::try_from(time.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX)
}

pub(crate) fn whole_millis(duration: std::time::Duration) -> Millis {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

pub(crate) fn moment(at: Millis) -> OffsetDateTime {
    OffsetDateTime::UNIX_EPOCH.saturating_add(Duration::milliseconds(at))
}

/// `yyyy-MM-ddTHH:mm:ssZ`, as the cloud writes instants.
pub(crate) fn cloud_text(unix_seconds: i64) -> String {
    let at = moment(unix_seconds.saturating_mul(1000));
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
        at.year(),
        u8::from(at.month()),
        at.day(),
        at.hour(),
        at.minute(),
        at.second()
    )
}

/// For `#[serde(serialize_with = …)]`: RFC 3339.
pub(crate) fn rfc3339<S: Serializer>(
    time: &OffsetDateTime,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let text = time.format(&Rfc3339).map_err(serde::ser::Error::custom)?;
    serializer.serialize_str(&text)
}

/// For `#[serde(serialize_with = …)]`: RFC 3339 or `null`.
#[expect(clippy::ref_option, reason = "serde calls it with a reference to the field")]
pub(crate) fn rfc3339_option<S: Serializer>(
    time: &Option<OffsetDateTime>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match time {
        Some(time) => rfc3339(time, serializer),
        None => serializer.serialize_none(),
    }
}
