//! The actions of STS, version 2015-04-01, that are needed here, a file each.

mod assume_role;
mod get_caller_identity;
