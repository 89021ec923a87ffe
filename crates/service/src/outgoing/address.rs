//! Which addresses may be reached: those of the public internet, and what somebody named.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use ipnet::IpNet;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// The name leads only to where it may not.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the name leads to an address that is not reached unless the configuration names it")]
pub(crate) struct Refused;

pub(crate) fn may_be_reached(address: IpAddr, allow: &[IpNet]) -> bool {
    let address = address.to_canonical();
    allow.iter().any(|net| net.contains(&address)) || is_public(address)
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// Special-purpose blocks of RFC 6890 and its updates, metadata services among them.
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = matches!(
        (a, b, c),
        (0 | 10 | 127, ..)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (192, 168, _)
            | (198, 18..=19, _)
            | (198, 51, 100)
            | (203, 0, 113)
    );
    !special && a < 224
}

/// Global unicast only, without what carries an IPv4 address or is for documentation.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    let global = (0x2000..0x4000).contains(&first);
    let carries = first == 0x2002 || first == 0x2001 && second < 0x200;
    let documentation = first == 0x2001 && second == 0xdb8 || first == 0x3fff && second < 0x1000;
    global && !carries && !documentation
}

/// Looks a name up and leaves out what may not be reached: the connection is made to what is left, and to nothing else.
pub(crate) struct CheckedLookup(pub Arc<[IpNet]>);

impl Resolve for CheckedLookup {
    fn resolve(&self, name: Name) -> Resolving {
        let allow = Arc::clone(&self.0);
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            Ok(Box::new(allowed(found, &allow)?.into_iter()) as Addrs)
        })
    }
}

fn allowed(
    found: impl Iterator<Item = SocketAddr>,
    allow: &[IpNet],
) -> Result<Vec<SocketAddr>, Refused> {
    let left: Vec<_> = found.filter(|address| may_be_reached(address.ip(), allow)).collect();
    if left.is_empty() { Err(Refused) } else { Ok(left) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_are_reached_unless_named() {
        for refused in [
            "0.0.0.0",
            "10.0.0.1",
            "100.64.0.1",
            // Metadata of ECS instances.
            "100.100.100.200",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.0.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:10.0.0.1",
            "::ffff:127.0.0.1",
            "::127.0.0.1",
            "64:ff9b::a00:1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "3fff::1",
            "100::1",
        ] {
            assert!(!may_be_reached(refused.parse().unwrap(), &[]), "{refused}");
        }
        for public in
            ["8.8.8.8", "100.128.0.1", "172.32.0.1", "223.5.5.5", "2400:3200::1", "2606:4700::1"]
        {
            assert!(may_be_reached(public.parse().unwrap(), &[]), "{public}");
        }
        let named: Vec<IpNet> = vec!["10.1.0.0/16".parse().unwrap()];
        assert!(may_be_reached("10.1.2.3".parse().unwrap(), &named));
        assert!(may_be_reached("::ffff:10.1.2.3".parse().unwrap(), &named));
        assert!(!may_be_reached("10.2.2.3".parse().unwrap(), &named));
    }

    #[test]
    fn of_a_name_with_several_addresses_only_the_allowed_ones_are_used() {
        let found = |list: &[&str]| {
            let list: Vec<SocketAddr> =
                list.iter().map(|ip| SocketAddr::new(ip.parse().unwrap(), 0)).collect();
            allowed(list.into_iter(), &[]).map(|left| left.len())
        };
        assert_eq!(found(&["127.0.0.1", "8.8.8.8", "10.0.0.1"]).unwrap(), 1);
        assert!(found(&["127.0.0.1", "::1"]).is_err());
        assert!(found(&[]).is_err());
    }
}
