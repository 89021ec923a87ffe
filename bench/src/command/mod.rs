//! One file a measurement; each has one `run`.

pub mod audit;
pub mod growth;
pub mod inventory;
pub mod lists;
pub mod memory;
pub mod quotas;
