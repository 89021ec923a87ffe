//! Who is let through to an instance, by exact arithmetic on address blocks.
//!
//! The cloud keeps groups of addresses; a client passes if any group holds its address. Hidden groups and those
//! made by other services count as much as the rest.

use std::fmt;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use serde::{Deserialize, Serialize};

/// One group, as `DescribeSecurityIps` gives it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WhitelistGroup {
    pub name: String,
    /// `SecurityIpGroupAttribute`: empty or `hidden`, kept as it came.
    pub attribute: String,
    pub entries: Vec<SecurityIp>,
}

impl WhitelistGroup {
    pub fn is_hidden(&self) -> bool {
        self.attribute == "hidden"
    }

    /// Made by another service of the cloud (DMS, DAS, DTS, …): people cannot change it and did not ask for it.
    pub fn is_system(&self) -> bool {
        self.is_hidden()
            || self.name.starts_with("ali_")
            || matches!(
                self.name.as_str(),
                "hdm_security_ips" | "dms_security_ips" | "dtspolardb" | "dts_security_ips"
            )
    }
}

/// One entry of a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum SecurityIp {
    /// An address is a block of one. Host bits are cleared: `10.0.0.5/8` admits what `10.0.0.0/8` admits.
    Block(IpNet),
    /// Neither an address nor a block, kept as it came. What it admits is not known.
    Unparsed(String),
}

impl SecurityIp {
    /// Whether this entry alone admits every address of its family.
    pub fn is_everyone(&self) -> bool {
        matches!(self, Self::Block(net) if net.prefix_len() == 0)
    }
}

impl From<&str> for SecurityIp {
    fn from(text: &str) -> Self {
        let text = text.trim();
        let block = text
            .parse::<IpNet>()
            .ok()
            .or_else(|| text.parse::<std::net::IpAddr>().map(IpNet::from).ok());
        // The cloud's console also shows `/0` alone for "everyone".
        let block = block.or_else(|| (text == "/0").then(|| Ipv4Net::default().into()));
        block.map_or_else(|| Self::Unparsed(text.to_owned()), |net| Self::Block(net.trunc()))
    }
}

impl From<String> for SecurityIp {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

impl From<SecurityIp> for String {
    fn from(entry: SecurityIp) -> Self {
        entry.to_string()
    }
}

impl fmt::Display for SecurityIp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Block(net) if net.prefix_len() == net.max_prefix_len() => {
                write!(f, "{}", net.addr())
            }
            Self::Block(net) => write!(f, "{net}"),
            Self::Unparsed(text) => f.write_str(text),
        }
    }
}

/// One `/16`: as much as a whole VPC usually has.
const WIDE: u64 = 1 << 16;

/// What a set of groups admits, without counting any address twice. Loopback addresses admit nobody and are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Admitted {
    v4: Vec<Ipv4Net>,
    v6: Vec<Ipv6Net>,
    /// Entries whose meaning is not known.
    pub unparsed: Vec<String>,
}

impl Admitted {
    pub fn by<'a>(groups: impl IntoIterator<Item = &'a WhitelistGroup>) -> Self {
        let mut admitted = Self::default();
        for entry in groups.into_iter().flat_map(|group| &group.entries) {
            match entry {
                SecurityIp::Block(net) if is_loopback(net) => {}
                SecurityIp::Block(IpNet::V4(net)) => admitted.v4.push(*net),
                SecurityIp::Block(IpNet::V6(net)) => admitted.v6.push(*net),
                SecurityIp::Unparsed(text) => admitted.unparsed.push(text.clone()),
            }
        }
        admitted.v4 = Ipv4Net::aggregate(&admitted.v4);
        admitted.v6 = Ipv6Net::aggregate(&admitted.v6);
        admitted
    }

    pub fn is_nobody(&self) -> bool {
        self.v4.is_empty() && self.v6.is_empty() && self.unparsed.is_empty()
    }

    /// Whether every address of a family is admitted, be it by one block or by several that together leave no gap.
    pub fn is_everyone(&self) -> bool {
        self.v4.iter().any(|net| net.prefix_len() == 0)
            || self.v6.iter().any(|net| net.prefix_len() == 0)
    }

    /// So many addresses, or such that nobody can count, that the whitelist is hardly a gate.
    pub fn is_wide(&self) -> bool {
        self.v4_count() >= WIDE || !self.v6.is_empty() || !self.unparsed.is_empty()
    }

    /// How many IPv4 addresses.
    pub fn v4_count(&self) -> u64 {
        self.v4.iter().map(|net| 1_u64 << (32 - u32::from(net.prefix_len()))).sum()
    }

    /// How many IPv6 blocks; counting their addresses would say nothing to a person.
    pub fn v6_blocks(&self) -> usize {
        self.v6.len()
    }

    /// The widest IPv4 block.
    pub fn widest(&self) -> Option<Ipv4Net> {
        self.v4.iter().min_by_key(|net| net.prefix_len()).copied()
    }
}

fn is_loopback(net: &IpNet) -> bool {
    match net {
        IpNet::V4(net) => net.addr().is_loopback() && net.prefix_len() >= 8,
        IpNet::V6(net) => net.addr().is_loopback() && net.prefix_len() == 128,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admitted(entries: &[&str]) -> Admitted {
        let entries = entries.iter().map(|e| SecurityIp::from(*e)).collect();
        Admitted::by([&WhitelistGroup {
            name: "default".into(),
            attribute: String::new(),
            entries,
        }])
    }

    #[test]
    fn no_address_is_counted_twice() {
        assert_eq!(admitted(&["10.0.0.0/16", "10.0.3.0/24", "10.0.0.7"]).v4_count(), 65_536);
        assert_eq!(
            admitted(&["10.0.0.0/24", "10.0.1.0/24"]).widest().unwrap().to_string(),
            "10.0.0.0/23"
        );
        assert_eq!(admitted(&["10.0.0.9/8"]).v4_count(), 1 << 24);
        assert_eq!(admitted(&["0.0.0.0/0"]).v4_count(), 1 << 32);
    }

    #[test]
    fn everyone_is_found_however_it_is_written() {
        for entries in [
            &["0.0.0.0/0"][..],
            &["/0"],
            &["0.0.0.0/1", "128.0.0.0/1"],
            &["::/0"],
            &["10.1.2.3/0"],
            &[" 0.0.0.0/0 "],
        ] {
            assert!(admitted(entries).is_everyone(), "{entries:?}");
        }
        for entries in
            [&["0.0.0.0/1"][..], &["0.0.0.0"], &["128.0.0.0/1", "0.0.0.0/2"], &["everyone"], &[]]
        {
            assert!(!admitted(entries).is_everyone(), "{entries:?}");
        }
    }

    #[test]
    fn loopback_admits_nobody_and_an_unreadable_entry_may_admit_somebody() {
        assert!(admitted(&["127.0.0.1", "::1", "127.0.0.0/8"]).is_nobody());
        assert!(admitted(&[]).is_nobody());
        assert!(!admitted(&["10.0.0.300"]).is_nobody());
        assert_eq!(admitted(&["10.0.0.300"]).unparsed, ["10.0.0.300"]);
    }

    #[test]
    fn groups_of_other_services_are_told_apart() {
        let group = |name: &str, attribute: &str| WhitelistGroup {
            name: name.into(),
            attribute: attribute.into(),
            entries: vec![],
        };
        assert!(group("ali_dms_group", "").is_system());
        assert!(group("mine", "hidden").is_system());
        assert!(!group("default", "").is_system());
    }

    proptest::proptest! {
        #[test]
        fn an_entry_reads_back_what_it_writes(text in "[0-9./:a-f ]{0,20}") {
            let entry = SecurityIp::from(text.as_str());
            proptest::prop_assert_eq!(SecurityIp::from(entry.to_string()), entry);
        }

        #[test]
        fn the_count_is_that_of_the_plain_union(blocks in proptest::collection::vec((0_u32..256, 24_u8..=32), 0..6)) {
            let nets: Vec<String> = blocks.iter().map(|(host, prefix)| format!("10.0.0.{host}/{prefix}")).collect();
            let plain = (0..256_u32).filter(|last| {
                nets.iter().any(|net| net.parse::<Ipv4Net>().unwrap().contains(&std::net::Ipv4Addr::from((10 << 24) | last)))
            }).count();
            let nets: Vec<&str> = nets.iter().map(String::as_str).collect();
            proptest::prop_assert_eq!(admitted(&nets).v4_count(), plain as u64);
        }
    }
}
