//! The operations of the simulated products.
//!
//! A read looks at the world and writes an answer; a write checks what is asked and says what is to
//! change, and whoever called it decides when that happens; a grant says who becomes whom. To add an action: one file with
//! `pub(super) const ACTION`, one line in [`ACTIONS`], fixtures for its answers.

mod assume_role;
mod assume_role_with_oidc;
mod call;
mod describe_db_instance_net_info;
mod describe_engine_version;
mod describe_instance_attribute;
mod describe_instance_config;
mod describe_instances;
mod describe_parameters;
mod describe_regions;
mod describe_security_ips;
mod describe_zones;
mod get_caller_identity;
mod modify_instance_vpc_auth_mode;
mod modify_security_ips;
mod role_session;
mod row;

pub(crate) use call::Call;
pub(crate) use get_caller_identity::user_id;
pub(crate) use role_session::answer as session_answer;

use crate::ram::Grant;
use crate::refusal::{self, Refusal};
use crate::transport::envelope::Text;
use crate::world::Change;

/// One operation.
#[derive(Debug)]
pub(crate) struct Action {
    pub name: &'static str,
    pub product: Product,
    /// The parameter that names the instance, where the action is about one.
    pub instance: Option<&'static str>,
    /// Whether `RegionId` has to be a region that exists.
    pub regional: bool,
    pub run: Run,
}

#[derive(Debug)]
pub(crate) enum Run {
    Read(fn(&Call<'_>) -> Result<Text, Refusal>),
    Write(fn(&Call<'_>) -> Result<Change, Refusal>),
    /// Temporary credentials are made of what comes out.
    Grant(fn(&Call<'_>) -> Result<Grant, Refusal>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Product {
    RKvstore,
    Sts,
}

impl Product {
    pub fn name(self) -> &'static str {
        match self {
            Self::RKvstore => "R-kvstore",
            Self::Sts => "Sts",
        }
    }

    fn version(self) -> &'static str {
        match self {
            Self::RKvstore => "2015-01-01",
            Self::Sts => "2015-04-01",
        }
    }

    /// What RAM calls the product.
    pub fn ram_code(self) -> &'static str {
        match self {
            Self::RKvstore => "kvstore",
            Self::Sts => "sts",
        }
    }
}

impl Action {
    /// Nobody signs it: a token among its parameters is the proof.
    pub fn is_unsigned(&self) -> bool {
        self.name == assume_role_with_oidc::ACTION.name
    }

    /// What RAM calls it, such as `kvstore:DescribeInstances`.
    pub fn permission(&self) -> String {
        format!("{}:{}", self.product.ram_code(), self.name)
    }

    /// Whoever has a valid key may.
    pub fn needs_no_permission(&self) -> bool {
        matches!(self.name, "GetCallerIdentity" | "DescribeRegions")
    }

    pub fn mutates(&self) -> bool {
        matches!(self.run, Run::Write(_))
    }
}

const ACTIONS: &[Action] = &[
    describe_regions::ACTION,
    describe_zones::ACTION,
    describe_instances::ACTION,
    describe_instance_attribute::ACTION,
    describe_security_ips::ACTION,
    describe_db_instance_net_info::ACTION,
    describe_engine_version::ACTION,
    describe_parameters::ACTION,
    describe_instance_config::ACTION,
    modify_instance_vpc_auth_mode::ACTION,
    modify_security_ips::ACTION,
    get_caller_identity::ACTION,
    assume_role::ACTION,
    assume_role_with_oidc::ACTION,
];

/// The action of a product's version. Names are case-sensitive.
pub(crate) fn find(name: &str, version: &str) -> Result<&'static Action, Refusal> {
    if ![Product::RKvstore, Product::Sts].iter().any(|product| product.version() == version) {
        return Err(refusal::INVALID_VERSION.into());
    }
    ACTIONS
        .iter()
        .find(|action| action.name == name && action.product.version() == version)
        .ok_or_else(|| refusal::ACTION_NOT_FOUND.into())
}

/// Whether a request for `name` belongs into the ledger, even if it is refused.
pub(crate) fn is_mutating(name: &str) -> bool {
    ACTIONS.iter().any(|action| action.name == name && action.mutates())
}
