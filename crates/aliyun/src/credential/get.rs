//! Plain requests to whoever hands out keys without a signature.

use reqwest::Method;
use reqwest::header::{ACCEPT, HeaderMap, HeaderName, HeaderValue};

use super::CredentialError;
use crate::error::Error;
use crate::http::{Http, Lane, Outgoing, Reply};

pub(super) async fn request(
    http: &Http,
    from: &'static str,
    method: Method,
    url: String,
    header: Option<(HeaderName, HeaderValue)>,
) -> Result<Reply, CredentialError> {
    let accept = (ACCEPT, HeaderValue::from_static("*/*"));
    let headers: HeaderMap = [accept].into_iter().chain(header).collect();
    let outgoing = Outgoing { method, url, headers, body: String::new() };
    let reply = http.exchange(Lane::Read, outgoing).await;
    reply.map_err(|failure| CredentialError::fetching(from, &Error::from(failure)))
}
