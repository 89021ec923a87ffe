//! Calls to what is not the cloud: the webhook and the provider of single sign-on.
//!
//! No proxy, no redirects, no retries. Where a name leads is checked when the connection is made ([`address`]), so that a
//! name cannot lead into a network that nobody named.

mod address;

use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;
use reqwest::{redirect, retry};
use rustls::client::danger::ServerCertVerifier;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::Verifier;

pub(crate) use address::may_be_reached;
use address::{CheckedLookup, Refused};

/// The certificates of the system cannot be read.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the certificates of the system cannot be read")]
pub(crate) struct NoCertificates;

/// `tls`: whether anything but plain http is asked for. `total`: from the look-up to the end of the answer.
pub(crate) fn client(
    allow: &[IpNet],
    tls: bool,
    connect: Duration,
    total: Duration,
) -> Result<reqwest::Client, NoCertificates> {
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls_config(tls)?)
        .dns_resolver(CheckedLookup(Arc::from(allow)))
        .no_proxy()
        .redirect(redirect::Policy::none())
        .referer(false)
        .retry(retry::never())
        .http1_only()
        .pool_max_idle_per_host(0)
        .connect_timeout(connect)
        .timeout(total)
        .user_agent(concat!("latchkey/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|_| NoCertificates)
}

fn tls_config(needed: bool) -> Result<ClientConfig, NoCertificates> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|_| NoCertificates)?;
    if !needed {
        return Ok(builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth());
    }
    let verifier: Arc<dyn ServerCertVerifier> =
        Arc::new(Verifier::new(provider).map_err(|_| NoCertificates)?);
    // "Dangerous" is the name of the door through which the platform's own verifier comes in.
    Ok(builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth())
}

/// Whether a call was not made because of where it would have led.
pub(crate) fn is_refused(error: &reqwest::Error) -> bool {
    let mut cause = error.source();
    while let Some(found) = cause {
        if found.is::<Refused>() {
            return true;
        }
        cause = found.source();
    }
    false
}
