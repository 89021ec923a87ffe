//! A row of the list of instances.

use serde::{Deserialize, Serialize};

use crate::access::AccessState;
use crate::code::closed_enum;
use crate::environment::Environment;
use crate::exposure::Exposure;
use crate::fact::Unread;
use crate::id::{ChangeId, InstanceKey};
use crate::instance::{
    Architecture, EngineVersion, InstanceStatus, InstanceType, NetworkType, Tag,
};
use crate::scope::{Labels, Located};
use crate::text::InstanceName;
use crate::time::Timestamp;
use crate::whitelist::{Admitted, WhitelistGroup};

closed_enum! {
    /// The whitelist in one word, for lists.
    pub enum WhitelistFinding {
        /// Admits every address.
        Everyone = "everyone",
        /// Empty, or loopback only.
        NotSet = "not-set",
        /// 65,536 addresses or more, or entries that cannot be read.
        Wide = "wide",
        Tight = "tight",
        Unknown = "unknown",
    }
}

impl WhitelistFinding {
    pub fn of(groups: &[WhitelistGroup]) -> Self {
        let admitted = Admitted::by(groups);
        if admitted.is_everyone() {
            Self::Everyone
        } else if groups.iter().all(|group| group.is_system() || Admitted::by([group]).is_nobody())
        {
            Self::NotSet
        } else if admitted.is_wide() {
            Self::Wide
        } else {
            Self::Tight
        }
    }
}

/// A row of the list of instances.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstanceListing {
    pub key: InstanceKey,
    pub name: InstanceName,
    pub environment: Environment,
    pub tags: Vec<Tag>,
    pub kind: InstanceType,
    pub version: EngineVersion,
    pub architecture: Architecture,
    pub network: NetworkType,
    pub status: InstanceStatus,
    pub access: AccessState,
    pub whitelist: WhitelistFinding,
    pub exposure: Exposure,
    /// When the mode was read last.
    pub read_at: Option<Timestamp>,
    /// Why the last try to read the mode failed.
    pub problem: Option<Unread>,
    pub open_change: Option<ChangeId>,
    /// When its open door shuts by itself.
    pub ends_at: Option<Timestamp>,
    /// Until then a call of which nobody heard may yet take effect. Can lie in the past for a moment.
    pub late_until: Option<Timestamp>,
    pub released_at: Option<Timestamp>,
}

impl InstanceListing {
    /// Where it stands, as far as scopes ask.
    pub fn located(&self) -> Located {
        let (environment, tags) = (self.environment, self.tags.clone());
        let labels = self.released_at.is_none().then_some(Labels { environment, tags });
        Located { account: self.key.account.clone(), region: self.key.region.clone(), labels }
    }
}
