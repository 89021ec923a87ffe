//! What scripts add: everything here works without them, as plain links and forms.
//!
//! None of the islands knows what a page is about. They fetch the page that a link or form leads to anyway, and put a
//! part of it into the one that is open: words, rules and rows stay on the server. About 6 KB each: count them.
//!
//! They take no props: those would bring a JSON reader into every page (27 KB). What they need to know stands in `data-`
//! attributes of the markup they serve.
//!
//! To add one: a file here, its name in a page, and a browser test that it wakes.

mod copying;
mod dialogs;
mod filtering;
mod following;
mod keys;
mod live;
mod page;
mod palette;
mod selecting;

pub use copying::Copying;
pub use dialogs::Dialogs;
pub use filtering::Filtering;
pub use following::Following;
pub use keys::Keys;
pub use live::Live;
pub use palette::Palette;
pub use selecting::Selecting;
