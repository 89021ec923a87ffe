//! Whether an instance asks clients inside its VPC for a password.
//!
//! The cloud's own words for this read backwards and stay inside the `aliyun` crate.

use crate::code::closed_enum;
use crate::instance::{InstanceType, NetworkType};

closed_enum! {
    /// What we ask for, in words that cannot be misread.
    pub enum Access {
        /// Clients must authenticate.
        PasswordRequired = "password-required",
        /// Any client of the VPC that is let through gets in without a password.
        PasswordFree = "password-free",
    }
}

impl Access {
    #[must_use]
    pub const fn opposite(self) -> Self {
        match self {
            Self::PasswordRequired => Self::PasswordFree,
            Self::PasswordFree => Self::PasswordRequired,
        }
    }

    /// Whether going there opens a door, and so endangers data rather than availability.
    pub const fn opens(self) -> bool {
        matches!(self, Self::PasswordFree)
    }
}

closed_enum! {
    /// What we know of an instance. Anything unexpected is `Unknown`, never a guess.
    pub enum AccessState {
        PasswordFree = "password-free",
        PasswordRequired = "password-required",
        Unknown = "unknown",
        /// Classic network or Memcache: the mode does not exist there.
        NotApplicable = "not-applicable",
    }
}

impl AccessState {
    /// The state from what the attribute call said. `mode` is `None` where the value was missing or not understood.
    ///
    /// A network or engine that has no such mode, together with a value that says "password-free", is a
    /// contradiction: it is unknown, so that nobody takes an open door for a missing one.
    pub fn of(mode: Option<Access>, network: &NetworkType, kind: &InstanceType) -> Self {
        let has_mode = *network != NetworkType::Classic && *kind != InstanceType::Memcache;
        match (has_mode, mode) {
            (true, Some(Access::PasswordRequired)) => Self::PasswordRequired,
            (true, Some(Access::PasswordFree)) => Self::PasswordFree,
            (false, None | Some(Access::PasswordRequired)) => Self::NotApplicable,
            (true, None) | (false, Some(Access::PasswordFree)) => Self::Unknown,
        }
    }

    /// The mode, where there is one and we know it.
    pub const fn access(self) -> Option<Access> {
        match self {
            Self::PasswordFree => Some(Access::PasswordFree),
            Self::PasswordRequired => Some(Access::PasswordRequired),
            Self::Unknown | Self::NotApplicable => None,
        }
    }

    pub fn is(self, access: Access) -> bool {
        self.access() == Some(access)
    }
}

impl From<Access> for AccessState {
    fn from(access: Access) -> Self {
        match access {
            Access::PasswordRequired => Self::PasswordRequired,
            Access::PasswordFree => Self::PasswordFree,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_expected_value_on_a_network_that_has_the_mode_is_believed() {
        use Access::{PasswordFree, PasswordRequired};
        let vpc = NetworkType::Vpc;
        let classic = NetworkType::Classic;
        let odd = NetworkType::from("Mesh");
        let redis = InstanceType::Redis;
        let memcache = InstanceType::Memcache;
        for (mode, network, kind, state) in [
            (Some(PasswordRequired), &vpc, &redis, AccessState::PasswordRequired),
            (Some(PasswordFree), &vpc, &redis, AccessState::PasswordFree),
            (None, &vpc, &redis, AccessState::Unknown),
            (None, &classic, &redis, AccessState::NotApplicable),
            (Some(PasswordRequired), &classic, &redis, AccessState::NotApplicable),
            (Some(PasswordFree), &classic, &redis, AccessState::Unknown),
            (None, &vpc, &memcache, AccessState::NotApplicable),
            (Some(PasswordFree), &vpc, &memcache, AccessState::Unknown),
            (Some(PasswordFree), &odd, &redis, AccessState::PasswordFree),
            (None, &odd, &redis, AccessState::Unknown),
        ] {
            assert_eq!(AccessState::of(mode, network, kind), state, "{mode:?} {network} {kind}");
        }
    }
}
