//! Where a program connects to, and with what.

use domain::access::AccessState;
use domain::endpoint::NetType;
use domain::instance::{Architecture, InstanceType, Series};
use domain::inventory::InstanceDetail;

/// What the cloud gives an endpoint where nobody chose another port.
const USUAL_PORT: u16 = 6379;

/// Everything the code of a client depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// A host name, and nothing else: it stands in code that people run.
    pub host: String,
    pub port: u16,
    pub password: Password,
    pub nodes: Nodes,
    pub tls: bool,
}

/// Whether the code sends one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Password {
    Needed,
    /// Nobody is asked for one here.
    NotNeeded,
    /// Not known whether it is asked for. A right one is accepted in both modes, so it is sent.
    SentAnyway,
}

impl Password {
    pub const fn is_sent(self) -> bool {
        !matches!(self, Self::NotNeeded)
    }
}

/// What answers at the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nodes {
    /// One node, or a proxy that looks like one: any client will do.
    One,
    /// The shards of a cluster, which answer `MOVED`: only a cluster client will do.
    Shards,
    /// A cluster, and its class does not say which of both. An ordinary client finds out at its first key.
    NotKnown,
}

/// A kind of address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    Private,
    Public,
    Classic,
    Direct,
}

impl Via {
    const ALL: [Self; 4] = [Self::Private, Self::Public, Self::Classic, Self::Direct];

    /// As in an address of the portal.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Private => "private",
            Self::Public => "public",
            Self::Classic => "classic",
            Self::Direct => "direct",
        }
    }
}

/// One address of an instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    pub via: Via,
    pub host: String,
    /// `None`: the cloud sent no number, and [`Target`] has the usual one.
    pub port: Option<u16>,
}

/// The addresses that were read, the private one first; as long as none was, what the list of instances says.
///
/// None for what is no Redis.
pub fn ways(detail: &InstanceDetail) -> Vec<Way> {
    if detail.row.kind == InstanceType::Memcache {
        return Vec::new();
    }
    let Some(endpoints) = &detail.endpoints.value else {
        let (host, port) = (detail.row.connection_domain.clone(), detail.row.port);
        return if is_host(&host) {
            vec![Way { via: Via::Private, host, port }]
        } else {
            Vec::new()
        };
    };
    let kind_of = |net: &NetType, direct: bool| match net {
        NetType::Vpc if direct => Some(Via::Direct),
        NetType::Vpc => Some(Via::Private),
        NetType::Public => Some(Via::Public),
        NetType::ClassicNetwork => Some(Via::Classic),
        NetType::Other(_) => None,
    };
    let of = |via: Via| {
        let found = endpoints.iter().find(|endpoint| {
            kind_of(&endpoint.net, endpoint.direct) == Some(via) && is_host(&endpoint.host)
        })?;
        Some(Way { via, host: found.host.clone(), port: found.port })
    };
    Via::ALL.into_iter().filter_map(of).collect()
}

impl Target {
    pub fn of(detail: &InstanceDetail, way: &Way, tls: bool) -> Self {
        Self {
            host: way.host.clone(),
            port: way.port.unwrap_or(USUAL_PORT),
            password: password(detail.facts().access_state(), way.via),
            nodes: nodes(detail, way.via),
            tls,
        }
    }

    /// `host:port`
    pub(super) fn address(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    pub(super) fn is_cluster(&self) -> bool {
        self.nodes == Nodes::Shards
    }
}

/// Password-free access is for clients of the VPC: every other address asks for the password whatever the mode.
fn password(state: AccessState, via: Via) -> Password {
    match (state, via) {
        (_, Via::Public | Via::Classic)
        | (AccessState::PasswordRequired | AccessState::NotApplicable, _) => Password::Needed,
        (AccessState::PasswordFree, _) => Password::NotNeeded,
        (AccessState::Unknown, _) => Password::SentAnyway,
    }
}

/// Local-disk clusters stand behind a proxy. Of cloud-native ones the class says it: `….with.proxy.…`.
fn nodes(detail: &InstanceDetail, via: Via) -> Nodes {
    let row = &detail.row;
    match (&row.architecture, row.series) {
        _ if via == Via::Direct => Nodes::Shards,
        (Architecture::Standard | Architecture::Rwsplit, _)
        | (Architecture::Cluster, Series::Classic) => Nodes::One,
        (Architecture::Cluster, _) if row.class.contains("with.proxy") => Nodes::One,
        (Architecture::Cluster, Series::CloudNative) => Nodes::Shards,
        (Architecture::Cluster | Architecture::Other(_), _) => Nodes::NotKnown,
    }
}

/// Letters, digits, dots and hyphens: nothing that a shell or a string of any language would read.
fn is_host(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
    (1..=253).contains(&text.len()) && text.chars().all(plain) && !text.starts_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_host_name_gets_into_code() {
        assert!(is_host("r-bp1.redis.rds.aliyuncs.com"));
        for odd in ["", "a b", "a;b", "$(a)", "a\"", "a'", "`a`", "a\nb", "-h", "名", "a/b", "a:1"]
        {
            assert!(!is_host(odd), "{odd:?}");
        }
        assert!(!is_host(&"a".repeat(254)));
    }

    #[test]
    fn outside_the_vpc_a_password_is_needed_whatever_the_mode() {
        use AccessState::{NotApplicable, PasswordFree, PasswordRequired, Unknown};
        for state in [PasswordRequired, PasswordFree, NotApplicable, Unknown] {
            assert_eq!(password(state, Via::Public), Password::Needed);
            assert_eq!(password(state, Via::Classic), Password::Needed);
        }
        for via in [Via::Private, Via::Direct] {
            assert_eq!(password(PasswordFree, via), Password::NotNeeded);
            assert_eq!(password(PasswordRequired, via), Password::Needed);
            assert_eq!(password(Unknown, via), Password::SentAnyway);
        }
    }
}
