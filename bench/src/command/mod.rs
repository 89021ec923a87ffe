//! One file a measurement; each has one `run`.

pub mod audit;
pub mod batches;
pub mod changes;
pub mod edge;
pub mod growth;
pub mod inventory;
pub mod lists;
pub mod memory;
pub mod quotas;
pub mod soak;
