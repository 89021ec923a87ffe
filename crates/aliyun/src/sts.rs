//! The actions of STS, version 2015-04-01, that are needed here, a file each.

mod get_caller_identity;
