//! Sending signed bytes and reading an answer of bounded size, without ever doing either twice.
//!
//! Two clients. Reads keep connections alive. The write has no pool, so that no connection can have gone stale, and
//! gets one connection of its own. Both: HTTP/1.1, no redirects, no proxy, no retries of the library, no cookies, no
//! decompression.

mod failure;

use std::sync::Arc;
use std::time::Duration;

use domain::time::Timestamp;
use reqwest::header::{CONTENT_LENGTH, HeaderMap, HeaderValue};
use reqwest::{Method, Response, redirect, retry};

pub(crate) use failure::{Failure, FailureKind};

use crate::clock::parse_http_date;
use crate::options::{BuildClientError, Timeouts};
use crate::resolver::{Lookup, Resolver};
use crate::tls::{self, RootCertificates};

/// The largest answer that is read. A page of 50 instances has about 60 KB.
const LARGEST_BODY: usize = 2 * 1024 * 1024;
/// An hour: anything longer is no pause but an error of the cloud.
const LONGEST_RETRY_AFTER: Duration = Duration::from_hours(1);

/// Which of the two clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lane {
    Read,
    Write,
}

/// How servers are reached and whom we believe to be them.
pub(crate) struct Settings<'a> {
    pub timeouts: Timeouts,
    pub root_certificates: Option<&'a RootCertificates>,
    pub resolver: &'a Arc<dyn Resolver>,
    pub user_agent: &'a str,
    /// False where only plain http to this machine is ever called.
    pub tls: bool,
}

/// Everything that is sent.
pub(crate) struct Outgoing {
    pub method: Method,
    pub url: String,
    pub headers: HeaderMap,
    pub body: String,
}

/// An answer, whatever its status.
pub(crate) struct Reply {
    pub status: u16,
    pub date: Option<Timestamp>,
    /// `x-acs-retry-after`, in milliseconds on the wire.
    pub retry_after: Option<Duration>,
    pub body: Vec<u8>,
}

pub(crate) struct Http {
    reads: reqwest::Client,
    write: reqwest::Client,
}

impl Http {
    pub(crate) fn new(settings: &Settings<'_>) -> Result<Self, BuildClientError> {
        let timeouts = settings.timeouts;
        if timeouts.connect.is_zero() || timeouts.connect >= timeouts.total {
            return Err(BuildClientError::BadTimeouts);
        }
        let printable = |b: u8| b.is_ascii_graphic() || b == b' ';
        if settings.user_agent.is_empty() || !settings.user_agent.bytes().all(printable) {
            return Err(BuildClientError::BadUserAgent);
        }
        let tls = tls::client_config(settings.root_certificates, settings.tls)?;
        let builder = || {
            reqwest::Client::builder()
                .tls_backend_preconfigured(tls.clone())
                .dns_resolver(Lookup(Arc::clone(settings.resolver)))
                .no_proxy()
                .redirect(redirect::Policy::none())
                .referer(false)
                .retry(retry::never())
                .http1_only()
                .connect_timeout(timeouts.connect)
                .timeout(timeouts.total)
                .user_agent(settings.user_agent)
        };
        let build =
            |builder: reqwest::ClientBuilder| builder.build().map_err(|_| BuildClientError::Http);
        Ok(Self {
            reads: build(
                builder().pool_max_idle_per_host(8).pool_idle_timeout(Duration::from_secs(30)),
            )?,
            write: build(builder().pool_max_idle_per_host(0))?,
        })
    }

    /// One request. Every failure says how far it came.
    pub(crate) async fn exchange(&self, lane: Lane, outgoing: Outgoing) -> Result<Reply, Failure> {
        let client = match lane {
            Lane::Read => &self.reads,
            Lane::Write => &self.write,
        };
        let Outgoing { method, url, mut headers, body } = outgoing;
        if body.is_empty() && method != Method::GET {
            // Left out by the library for an empty body, and some gateways want it of every POST.
            headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        let sent = client.request(method, url).headers(headers).body(body).send().await;
        let response = sent.map_err(|error| Failure::sending(error.without_url()))?;
        let status = response.status().as_u16();
        let date = header(&response, "date").and_then(parse_http_date);
        let retry_after = header(&response, "x-acs-retry-after")
            .and_then(|millis| millis.trim().parse().ok())
            .map(Duration::from_millis)
            .filter(|wait| *wait <= LONGEST_RETRY_AFTER);
        let body = read_bounded(response).await.map_err(|failure| failure.with_status(status))?;
        Ok(Reply { status, date, retry_after, body })
    }
}

/// Stops at the cap, whatever length was announced.
async fn read_bounded(mut response: Response) -> Result<Vec<u8>, Failure> {
    let mut body = Vec::new();
    while let Some(chunk) =
        response.chunk().await.map_err(|error| Failure::reading(error.without_url()))?
    {
        if body.len() + chunk.len() > LARGEST_BODY {
            return Err(Failure::new(FailureKind::TooLarge));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn header<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    response.headers().get(name)?.to_str().ok()
}
