//! Who may become whom: the roles of the accounts, the sessions in which they are assumed, and the
//! tokens of a platform that stand for a workload.
//!
//! Every account has a role `latchkey` from the start, which every identity of every account may
//! assume.

mod platform;
mod policy;
mod role;
mod session;

pub(crate) use platform::{PlatformToken, PlatformTokens, is_provider_arn, provider_arn};
pub(crate) use policy::Policy;
pub use role::Role;
pub(crate) use role::{RoleArn, Roles, role_arn, role_id};
pub(crate) use session::{Grant, Session, is_session_name};
