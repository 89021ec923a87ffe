//! A call that nobody signs: its proof is a token among its parameters, so it is in a form body like all others.

use domain::time::Timestamp;
use reqwest::Method;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue};

use super::FORM;
use crate::call::Call;
use crate::clock::format_wire;
use crate::endpoint::ApiEndpoint;
use crate::error::{Error, ErrorKind};
use crate::http::Outgoing;
use crate::sign::canonical_query;

pub(crate) fn unsigned(
    endpoint: &ApiEndpoint,
    call: &Call,
    timestamp: Timestamp,
) -> Result<Outgoing, Error> {
    let date = format_wire(timestamp).ok_or_else(|| Error::new(ErrorKind::Clock, None))?;
    let mut params: Vec<(&str, &str)> = vec![
        ("Action", call.action),
        ("Format", "JSON"),
        ("Timestamp", &date),
        ("Version", call.service.version()),
    ];
    params.extend(call.params.iter().map(|(name, value)| (*name, value.as_str())));
    let headers = HeaderMap::from_iter([
        (ACCEPT, HeaderValue::from_static("application/json")),
        (CONTENT_TYPE, HeaderValue::from_static(FORM)),
    ]);
    let body = canonical_query(&params);
    Ok(Outgoing { method: Method::POST, url: endpoint.url(), headers, body })
}
