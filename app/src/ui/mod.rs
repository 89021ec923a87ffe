//! Parts that know nothing of Redis: each has a style sheet of the same name in `style/ui`.

mod badge;
mod card;
mod chart;
mod copy;
mod empty;
mod facts;
mod icon;
mod moment;
mod qr;
mod scroll;

pub use badge::{Badge, Tone};
pub use card::Card;
pub use chart::{Bar, BarTable, StackedBar};
pub use copy::CopyButton;
pub use empty::Empty;
pub use facts::{Fact, FactList};
pub use icon::{Icon, IconName};
pub use moment::Moment;
pub use qr::qr;
pub use scroll::Scroll;
