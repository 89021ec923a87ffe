//! Notices go out: one signed POST each, by the rules of Standard Webhooks, until somebody takes it.
//!
//! https only, no redirects, no proxy. Where the name leads is checked when the connection is made ([`crate::outgoing`]), so that
//! a name cannot lead into a network it should not. Of the answer only the status counts; nothing else of it is read.

mod send;
mod sign;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use domain::inbox::Notice;
use ipnet::IpNet;
use store::outbox::{AfterTry, Delivery};
use url::{Host, Url};

pub use sign::WebhookSecret;

use crate::{Portal, ServiceError, outgoing};
use send::Outcome;

/// A try that is not over by then died with its process.
const AGAIN: Duration = Duration::from_mins(1);
const BATCH: i64 = 20;
/// Between the tries; the last one is used again until the day is over.
const PAUSES: [Duration; 8] = [
    Duration::from_secs(5),
    Duration::from_secs(30),
    Duration::from_mins(2),
    Duration::from_mins(10),
    Duration::from_mins(30),
    Duration::from_hours(1),
    Duration::from_hours(2),
    Duration::from_hours(4),
];
/// After this nobody tries any more.
const DAY: Duration = Duration::from_hours(24);

/// What an operator of the portal says about it.
#[derive(Clone)]
pub struct WebhookOptions {
    pub url: String,
    pub secret: WebhookSecret,
    /// Networks that may be reached although they are private.
    pub allow: Vec<IpNet>,
    /// Where people reach the portal, for links: `https://redis.example.com`.
    pub origin: String,
    /// The page that a notice is about.
    pub page_of: fn(&Notice) -> String,
}

/// Ready to send. Cheap to clone.
#[derive(Clone)]
pub struct Webhook {
    inner: Arc<Inner>,
}

struct Inner {
    url: Url,
    options: WebhookOptions,
    client: reqwest::Client,
}

/// Why an address cannot be used, to be put behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    #[error("is not https://HOST[:PORT][/PATH]")]
    NotAnAddress,
    #[error(
        "has a user name or password in it, which would stand in logs: the signature says who sends"
    )]
    HasPassword,
    #[error(
        "is plain http, which is allowed to a loopback address that webhook_allow names, and nowhere else"
    )]
    PlainHttp,
    #[error("is in a network that is not reached unless webhook_allow names it")]
    Refused,
    #[error("needs the certificates of the system, which cannot be read")]
    NoCertificates,
}

impl Webhook {
    pub fn new(options: WebhookOptions) -> Result<Self, WebhookError> {
        let url = Self::check(&options.url, &options.allow)?;
        let client = send::client(&options.allow, url.scheme() == "https")?;
        Ok(Self { inner: Arc::new(Inner { url, options, client }) })
    }

    /// Whether an address can be used at all. A name is looked up when it is used, not here.
    pub fn check(url: &str, allow: &[IpNet]) -> Result<Url, WebhookError> {
        let url = Url::parse(url).map_err(|_| WebhookError::NotAnAddress)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(WebhookError::HasPassword);
        }
        let address = match url.host() {
            Some(Host::Ipv4(address)) => Some(IpAddr::from(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::from(address)),
            Some(Host::Domain(name)) if !name.is_empty() => None,
            _ => return Err(WebhookError::NotAnAddress),
        };
        let allowed = address.is_none_or(|address| outgoing::may_be_reached(address, allow));
        match url.scheme() {
            "https" if allowed => Ok(url),
            "https" => Err(WebhookError::Refused),
            "http" if address.is_some_and(|address| address.is_loopback()) && allowed => Ok(url),
            "http" => Err(WebhookError::PlainHttp),
            _ => Err(WebhookError::NotAnAddress),
        }
    }

    /// For people: nothing of its path or query, which may be a secret.
    pub fn host(&self) -> String {
        self.inner.url.host_str().unwrap_or_default().to_owned()
    }
}

impl std::fmt::Debug for Webhook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Webhook({})", self.host())
    }
}

impl Portal {
    /// Delivers what is due, for ever.
    pub async fn keep_deliveries(self) {
        loop {
            if let Err(error) = self.deliver_due().await {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "what the webhook is to be told could not be looked for"
                );
            }
            tokio::time::sleep(self.settings().timing.between_returns()).await;
        }
    }

    /// One round. What another replica takes is not taken here.
    pub async fn deliver_due(&self) -> Result<(), ServiceError> {
        let Some(webhook) = self.settings().webhook.clone() else { return Ok(()) };
        let again = self.settings().timing.scale(AGAIN).max(send::TOTAL * 2);
        for due in self.store().take_due_deliveries(self.now(), again, BATCH).await? {
            let outcome = webhook.send(&due, self.now()).await;
            let now = self.now();
            let after = after(outcome, &due, now, |pause| self.settings().timing.scale(pause));
            if outcome != Outcome::Taken {
                tracing::warn!(notice = %due.id, tries = due.tries, outcome = %outcome.word(), given_up = after == AfterTry::GivenUp, "a notice was not taken");
            }
            self.store().note_delivery(&due, &outcome.word(), after, now).await?;
        }
        Ok(())
    }
}

fn after(
    outcome: Outcome,
    due: &Delivery,
    now: domain::time::Timestamp,
    scaled: impl Fn(Duration) -> Duration,
) -> AfterTry {
    if outcome == Outcome::Taken {
        return AfterTry::Delivered;
    }
    let tries = usize::try_from(due.tries).unwrap_or(1).clamp(1, PAUSES.len());
    let pause = PAUSES.get(tries - 1).copied().unwrap_or(AGAIN);
    let next = now.plus(scaled(pause));
    if next.since(due.created_at) > DAY { AfterTry::GivenUp } else { AfterTry::Again(next) }
}

#[cfg(test)]
mod tests {
    use domain::inbox::NoticeKind;
    use domain::time::Timestamp;

    use super::*;

    #[test]
    fn an_address_is_https_and_leads_outside_unless_somebody_said_so() {
        let loopback: Vec<IpNet> = vec!["127.0.0.0/8".parse().unwrap()];
        let private: Vec<IpNet> = vec!["10.1.0.0/16".parse().unwrap()];
        for (url, allow, expected) in [
            ("https://hooks.example.com/x?y=z", &vec![], Ok(())),
            ("https://hooks.example.com:8443/", &vec![], Ok(())),
            ("https://93.184.216.34/", &vec![], Ok(())),
            ("http://hooks.example.com/", &vec![], Err(WebhookError::PlainHttp)),
            ("http://hooks.example.com/", &loopback, Err(WebhookError::PlainHttp)),
            ("http://localhost/", &loopback, Err(WebhookError::PlainHttp)),
            ("http://127.0.0.1:9/", &vec![], Err(WebhookError::PlainHttp)),
            ("http://127.0.0.1:9/", &loopback, Ok(())),
            ("http://10.1.0.1/", &private, Err(WebhookError::PlainHttp)),
            ("https://10.1.0.1/", &private, Ok(())),
            ("https://10.2.0.1/", &private, Err(WebhookError::Refused)),
            ("https://169.254.169.254/", &vec![], Err(WebhookError::Refused)),
            ("https://100.100.100.200/", &vec![], Err(WebhookError::Refused)),
            ("https://[::1]/", &vec![], Err(WebhookError::Refused)),
            ("https://0x7f000001/", &vec![], Err(WebhookError::Refused)),
            ("https://2130706433/", &vec![], Err(WebhookError::Refused)),
            ("https://u:p@hooks.example.com/", &vec![], Err(WebhookError::HasPassword)),
            ("file:///etc/passwd", &vec![], Err(WebhookError::NotAnAddress)),
            ("hooks.example.com", &vec![], Err(WebhookError::NotAnAddress)),
            ("https:///x", &vec![], Ok(())),
            ("", &vec![], Err(WebhookError::NotAnAddress)),
        ] {
            assert_eq!(Webhook::check(url, allow).map(drop), expected, "{url}");
        }
    }

    #[test]
    fn tries_come_further_apart_until_the_day_is_over() {
        let at = Timestamp::from_secs;
        let mut due = Delivery {
            id: "1".into(),
            notice: Notice::new(NoticeKind::Test, at(0), "x".into()),
            created_at: at(0),
            next_try_at: at(0),
            tries: 0,
            last_try_at: None,
            last_outcome: None,
            delivered_at: None,
            given_up_at: None,
        };
        let (mut now, mut pauses) = (at(0), Vec::new());
        loop {
            due.tries += 1;
            match after(Outcome::Status(500), &due, now, |pause| pause) {
                AfterTry::Again(next) => {
                    pauses.push(next.since(now));
                    now = next;
                }
                AfterTry::GivenUp => break,
                AfterTry::Delivered => panic!(),
            }
        }
        assert!(pauses.is_sorted() && pauses[0] == Duration::from_secs(5), "{pauses:?}");
        assert!(now > at(20 * 3600) && now <= at(24 * 3600), "{now:?}");
        assert_eq!(after(Outcome::Taken, &due, now, |pause| pause), AfterTry::Delivered);
    }
}
