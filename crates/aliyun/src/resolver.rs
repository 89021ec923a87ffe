//! From a host name to addresses.
//!
//! `localhost` is answered here and never asked for, so that "plain http to this machine only" holds whatever a hosts
//! file or a name server says.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// Looks names up. For tests, and for networks where the system's own look-up is not the right one.
#[async_trait::async_trait]
pub trait Resolver: Send + Sync {
    /// Where `host` is. A port of 0 stands for the one of the scheme; a port in the URL wins over any.
    async fn resolve(&self, host: &str) -> io::Result<Vec<SocketAddr>>;
}

/// What the operating system says.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemResolver;

#[async_trait::async_trait]
impl Resolver for SystemResolver {
    async fn resolve(&self, host: &str) -> io::Result<Vec<SocketAddr>> {
        Ok(tokio::net::lookup_host((host, 0)).await?.collect())
    }
}

/// A [`Resolver`] as the HTTP client wants it.
pub(crate) struct Lookup(pub Arc<dyn Resolver>);

impl Resolve for Lookup {
    fn resolve(&self, name: Name) -> Resolving {
        let resolver = Arc::clone(&self.0);
        Box::pin(async move {
            let addresses = match name.as_str() {
                "localhost" => {
                    vec![(Ipv4Addr::LOCALHOST, 0).into(), (Ipv6Addr::LOCALHOST, 0).into()]
                }
                host => resolver.resolve(host).await?,
            };
            if addresses.is_empty() {
                return Err(
                    io::Error::new(io::ErrorKind::NotFound, "the name has no address").into()
                );
            }
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Nowhere;

    #[async_trait::async_trait]
    impl Resolver for Nowhere {
        async fn resolve(&self, _: &str) -> io::Result<Vec<SocketAddr>> {
            Ok(Vec::new())
        }
    }

    #[tokio::test]
    async fn localhost_is_this_machine_whoever_is_asked() {
        let lookup = Lookup(Arc::new(Nowhere));
        let found = lookup.resolve("localhost".parse().unwrap()).await.unwrap();
        assert!(found.map(|address| address.ip()).all(|ip| ip.is_loopback()));
        assert!(lookup.resolve("example.com".parse().unwrap()).await.is_err());
    }
}
