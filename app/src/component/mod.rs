//! Parts that speak of instances, checks and changes.

#![expect(clippy::needless_pass_by_value, reason = "a component owns its props")]

mod access;
mod change;
mod checks;
mod code_field;
mod connect;
mod coverage;
mod deciding;
mod error;
mod events;
mod exposure;
mod first_steps;
mod frame;
mod granting;
mod late;
mod naming;
mod nothing;
mod palette;
mod passkey_form;
mod returns;
mod reviewing;
mod sessions;
mod shown_once;
mod starting;
mod switch;
pub mod tour;
mod whitelist;

pub use access::{AccessBadge, EnvironmentBadge, WhitelistWord};
pub use change::{ChangeTable, ChangeTabs, change_facts, change_tone, state_tone};
pub use checks::CheckList;
pub use code_field::CodeField;
pub use connect::ConnectCard;
pub use coverage::CoverageBar;
pub use deciding::{ApprovalCard, CancelForm, DecideForm, Emergencies};
pub use error::{ErrorPanel, NoticePanel};
pub use events::Lately;
pub use exposure::{ExposureBadge, ExposureCard};
pub use first_steps::{FirstSteps, is_first_start};
pub use frame::{Frame, Plain, Preferences, Section};
pub use granting::{AREA_FIELDS, AreaFields, GiveForm, GrantTable};
pub use late::LateEffect;
pub use naming::NameForm;
pub use nothing::Nothing;
pub use palette::{GoLink, KeyMap, PaletteBody};
pub use passkey_form::{PasskeyAct, PasskeyForm};
pub use returns::{Ends, ExtendForm, LastsField, Overdue};
pub use reviewing::{DecidingForm, ReviewForm};
pub use sessions::SessionTable;
pub use shown_once::ShownOnce;
pub use starting::StartField;
pub use switch::{AccessSwitch, TakeReview};
pub use whitelist::WhitelistTable;
