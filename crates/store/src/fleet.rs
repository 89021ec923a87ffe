//! The fleet: what the cloud lists and says of each instance, found fast among a hundred thousand.
//!
//! - [`listing`]: a region's list comes in; instances appear, change and are released
//! - [`facts`]: what each instance's own calls say; a value is written only when it is another one
//! - `summary`: what follows from the facts (access, exposure), kept beside the instance, with the counts
//! - `grams`: the index of text
//! - [`list`], [`detail`]: what people see
//! - `counts`: how many of what, from a table that is kept as instances change
//! - [`events`]: what became different
//! - [`due`]: what is to be read next
//! - `query`: what a filter comes to
//! - `tags`: an instance's tags, to be asked for by scopes
//! - `rows`: many rows in one statement

mod counts;
mod detail;
mod due;
mod events;
mod facts;
mod grams;
mod list;
mod listing;
mod query;
mod rows;
mod summary;
mod tags;

pub(crate) use counts::CountCache;
pub use due::{Due, DueFact, Lane};
pub(crate) use events::record as record_event;
pub use events::{EventFilter, NewEvent};
pub use facts::{FactRecord, FactUpdate};
pub use list::{PageOf, cursor_after};
pub(crate) use listing::stored_text;
