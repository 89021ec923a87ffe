//! Parts that speak of instances, checks and changes.

#![expect(clippy::needless_pass_by_value, reason = "a component owns its props")]

mod access;
mod change;
mod checks;
mod coverage;
mod deciding;
mod error;
mod events;
mod exposure;
mod frame;
mod late;
mod returns;
mod reviewing;
mod starting;
mod switch;
mod whitelist;

pub use access::{AccessBadge, EnvironmentBadge, WhitelistWord};
pub use change::{ChangeTable, ChangeTabs, change_facts, change_tone, state_tone};
pub use checks::CheckList;
pub use coverage::CoverageBar;
pub use deciding::{ApprovalCard, CancelForm, DecideForm, Emergencies};
pub use error::{ErrorPanel, NoticePanel};
pub use events::Lately;
pub use exposure::{ExposureBadge, ExposureCard};
pub use frame::{Frame, Plain, Preferences, Section};
pub use late::LateEffect;
pub use returns::{Ends, ExtendForm, LastsField, Overdue};
pub use reviewing::{DecidingForm, ReviewForm};
pub use starting::StartField;
pub use switch::{AccessSwitch, TakeReview};
pub use whitelist::WhitelistTable;
