//! Opens two readers of headers to [`crate::fuzz`].

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, Request};
use http::HeaderMap;
use ipnet::IpNet;

use super::{identify, session};

pub fn cookie(headers: &HeaderMap) -> Option<String> {
    identify::cookie(headers, session::COOKIE)
}

/// Behind a trusted proxy at 10.0.0.1, of the network 10.0.0.0/8.
pub fn client_address(mut request: Request) -> IpAddr {
    let peer = IpAddr::from([10, 0, 0, 1]);
    request.extensions_mut().insert(ConnectInfo(SocketAddr::new(peer, 1)));
    let trusted: [IpNet; 1] = [IpNet::new_assert(IpAddr::from([10, 0, 0, 0]), 8)];
    identify::client_address(&request, &trusted).unwrap_or(peer)
}
