//! What a change means for people and applications, told before anybody confirms.

use serde::{Deserialize, Serialize};

use crate::access::Access;
use crate::cloud::WhitelistCheck;
use crate::fact::Fact;
use crate::instance::Series;
use crate::preflight::Facts;
use crate::time::Timestamp;
use crate::whitelist::Admitted;

/// In production each of these is acknowledged before a door is closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case", tag = "code")]
pub enum Consequence {
    /// Clients of this VPC, and of VPCs joined with it by CEN, read and write without a password.
    ClientsEnter { vpc: String, v4_addresses: Option<u64>, whitelist_skipped: bool },
    /// Applications that are connected already must restart or reconnect for it to take effect.
    Reconnect,
    /// It concerns the default account, which reads and writes; other accounts keep their passwords.
    DefaultAccountOnly,
    /// Applications that send no password fail at their next connection.
    PasswordlessClientsFail,
    /// The password that was there before counts again.
    OldPasswordCounts,
    /// An earlier call for the opposite, of which nobody heard, may yet be carried out and undo this one.
    LateEffect { until: Timestamp },
}

impl Consequence {
    pub const fn code(&self) -> &'static str {
        match self {
            Self::ClientsEnter { .. } => "clients-enter",
            Self::Reconnect => "reconnect",
            Self::DefaultAccountOnly => "default-account-only",
            Self::PasswordlessClientsFail => "passwordless-clients-fail",
            Self::OldPasswordCounts => "old-password-counts",
            Self::LateEffect { .. } => "late-effect",
        }
    }
}

pub fn consequences(facts: &Facts, to: Access) -> Vec<Consequence> {
    match to {
        Access::PasswordFree => {
            vec![clients_enter(facts), Consequence::Reconnect, Consequence::DefaultAccountOnly]
        }
        Access::PasswordRequired => {
            vec![Consequence::PasswordlessClientsFail, Consequence::OldPasswordCounts]
        }
    }
}

fn clients_enter(facts: &Facts) -> Consequence {
    let vpc = facts.attribute.known().map(|a| a.row.vpc.clone()).unwrap_or_default();
    let v4_addresses = facts.whitelist.known().map(|groups| Admitted::by(groups).v4_count());
    Consequence::ClientsEnter {
        vpc,
        v4_addresses,
        whitelist_skipped: whitelist_may_be_skipped(facts),
    }
}

/// Whether clients of the VPC get past the whitelist while access is password-free, or nobody knows.
///
/// Source: the cloud's page on password-free access: local-disk 4.0 and 5.0 check the whitelist only with
/// `#no_loose_check-whitelist-always=yes`, 2.8 never, cloud-native always.
pub fn whitelist_may_be_skipped(facts: &Facts) -> bool {
    let Fact::Known(attribute) = &facts.attribute else { return true };
    match (attribute.row.series, attribute.row.version.number()) {
        (Series::CloudNative, _) => false,
        (Series::Classic | Series::Unknown, Some((2, _))) => true,
        (Series::Classic | Series::Unknown, _) => {
            facts.whitelist_check != Fact::Known(WhitelistCheck::Always)
        }
    }
}
