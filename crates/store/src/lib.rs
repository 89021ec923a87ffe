//! Everything the portal remembers. The only place of SQL.
//!
//! One text a query serves both databases: `$1` placeholders and `ON CONFLICT` work on SQLite and PostgreSQL alike.
//! What differs (pragmas, locks, pools) is in [`database`]; the migrations have the same numbers for both.
//! Times come in as arguments. Every read of the fleet takes a `&Scope`, which is narrowed to in SQL ([`scope`]).
//!
//! To add a table: a migration of the next number in both folders, a file for its noun, a scenario in
//! `tests/conformance.rs`.

mod account;
mod database;
mod error;
mod json;
mod scope;

pub mod audit;
pub mod batch;
pub mod call_limit;
pub mod change;
pub mod coverage;
pub mod fleet;
pub mod identity;
pub mod inbox;
pub mod key_file;
pub mod lease;
pub mod notice;
pub mod outbox;
pub mod passkey;
pub mod pending_sign_in;
pub mod people;
pub mod policy;
pub mod reset_link;
pub mod review;
pub mod second_factor;
pub mod session;
pub mod sign_in;
pub mod token;
pub mod user;
pub mod view;

pub use database::{DatabaseUrl, Store, Tables};
pub use error::{Error, OpenError};
