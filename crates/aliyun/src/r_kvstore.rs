//! The actions of R-kvstore, version 2015-01-01, a file each.
//!
//! Reads take what comes (see `lenient`) and send exactly what is documented. [`Client::send`](crate::Client::send) is
//! the only write.
//!
//! To add an action: one file here with a method of `Client`, one line below, its fixtures, and its rows in
//! `tests/fixtures.rs`.

mod describe_db_instance_net_info;
mod describe_engine_version;
mod describe_instance_attribute;
mod describe_instance_config;
mod describe_instances;
mod describe_parameters;
mod describe_regions;
mod describe_security_ips;
#[cfg(feature = "fuzz")]
pub(crate) mod fuzz;
mod row;
mod vpc_auth_mode;

pub(crate) mod modify_instance_vpc_auth_mode;

pub use describe_instance_config::InstanceConfig;
pub use describe_instances::{InstancePage, Listing, ListingEnd, PAGE_SIZE, Paging};
pub use describe_parameters::RunningParameters;
pub use describe_regions::Language;
