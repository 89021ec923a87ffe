//! Where clients connect to.

use serde::{Deserialize, Serialize};

use crate::code::open_enum;

open_enum! {
    /// `DBInstanceNetType` of `DescribeDBInstanceNetInfo`.
    pub enum NetType {
        Public = "0",
        ClassicNetwork = "1",
        Vpc = "2",
    }
}

/// One connection address of an instance. Every text field is the cloud's, and may be empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    pub net: NetType,
    pub host: String,
    /// `None` where the cloud sent no number.
    pub port: Option<u16>,
    pub ip: String,
    pub vpc: String,
    pub vswitch: String,
    /// A direct connection to the shards of a cluster, past the proxy.
    pub direct: bool,
}

impl Endpoint {
    pub fn is_public(&self) -> bool {
        self.net == NetType::Public
    }

    /// `host:port`, or the host alone.
    pub fn address(&self) -> String {
        self.port.map_or_else(|| self.host.clone(), |port| format!("{}:{port}", self.host))
    }
}
