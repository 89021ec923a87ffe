//! One POST.

use std::borrow::Cow;
use std::time::Duration;

use domain::time::Timestamp;
use ipnet::IpNet;
use reqwest::header::CONTENT_TYPE;
use serde_json::json;
use store::outbox::Delivery;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{Webhook, WebhookError};
use crate::outgoing;

const CONNECT: Duration = Duration::from_secs(3);
/// From the look-up to the head of the answer.
pub(super) const TOTAL: Duration = Duration::from_secs(10);

/// What came of a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Any 2xx.
    Taken,
    Status(u16),
    AddressRefused,
    TimedOut,
    /// Name look-up, connection, TLS, or an answer that is none.
    NotReached,
}

impl Outcome {
    /// Stable.
    pub fn word(self) -> Cow<'static, str> {
        match self {
            Self::Taken => "taken".into(),
            Self::Status(status) => format!("http-{status}").into(),
            Self::AddressRefused => "address-refused".into(),
            Self::TimedOut => "timed-out".into(),
            Self::NotReached => "not-reached".into(),
        }
    }
}

pub(super) fn client(allow: &[IpNet], tls: bool) -> Result<reqwest::Client, WebhookError> {
    outgoing::client(allow, tls, CONNECT, TOTAL).map_err(|_| WebhookError::NoCertificates)
}

impl Webhook {
    pub(super) async fn send(&self, due: &Delivery, now: Timestamp) -> Outcome {
        let options = &self.inner.options;
        let body = self.body(due);
        let signature = options.secret.sign(&due.id, now.as_secs(), &body);
        let request = self
            .inner
            .client
            .post(self.inner.url.clone())
            .header(CONTENT_TYPE, "application/json")
            .header("webhook-id", &due.id)
            .header("webhook-timestamp", now.as_secs().to_string())
            .header("webhook-signature", signature)
            .body(body);
        match request.send().await {
            // The rest of the answer is not read.
            Ok(answer) if answer.status().is_success() => Outcome::Taken,
            Ok(answer) => Outcome::Status(answer.status().as_u16()),
            Err(error) if outgoing::is_refused(&error) => Outcome::AddressRefused,
            Err(error) if error.is_timeout() => Outcome::TimedOut,
            Err(_) => Outcome::NotReached,
        }
    }

    /// The same for every try, so that the receiver may take it once.
    fn body(&self, due: &Delivery) -> String {
        let (notice, options) = (&due.notice, &self.inner.options);
        let instance = notice.instance.as_ref().map(|key| {
            json!({
                "account": key.account, "region": key.region, "id": key.id, "name": notice.name,
            })
        });
        json!({
            "type": notice.kind,
            "timestamp": moment(notice.at),
            "data": {
                "id": due.id,
                "instance": instance,
                "change": notice.change,
                "batch": notice.batch,
                "person": notice.person,
                "due_at": notice.due_at.map(moment),
                "reason": notice.reason,
                "url": format!("{}{}", options.origin, (options.page_of)(notice)),
            },
        })
        .to_string()
    }
}

fn moment(at: Timestamp) -> String {
    let nanos = i128::from(at.as_millis()).saturating_mul(1_000_000);
    OffsetDateTime::from_unix_timestamp_nanos(nanos)
        .ok()
        .and_then(|at| at.format(&Rfc3339).ok())
        .unwrap_or_default()
}
