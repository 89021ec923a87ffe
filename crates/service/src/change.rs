//! How a wish becomes a proven fact, or an honest "no".
//!
//! - [`operator`]: a person takes a review, confirms it, and gets the id of a change. Nothing else happens in a request.
//! - [`engine`]: who drives which change; finds those that nobody drives, also after a restart.
//! - `lease`: the right to drive it among processes, and its proof right before a call leaves.
//! - `drive`: from the wish to the committed intent: fresh facts, stale or blocked is refused, no call for a no-op.
//! - `attempt`: one signed call after the other, each committed before it is sent, each only after proof that the one
//!   before changed nothing.
//! - `returns`: doors whose time is over are shut by the same way, however often it takes.
//! - [`approver`]: somebody else agrees to a wish, or not.
//! - [`batch`]: the same for many instances, a few first.
//! - `pending`: how much may wait for one person's word.
//! - `put_back`: what was just changed is taken back.
//! - [`order`]: a program takes a review and confirms it in one step; `wait`: it waits for the end.
//! - `verify`: reads back until there is proof. From here on nothing is ever sent.
//! - `late`: the last read after a call that nobody heard of.

pub(crate) mod approver;
mod attempt;
pub(crate) mod batch;
mod drive;
pub(crate) mod engine;
mod late;
mod lease;
pub(crate) mod operator;
pub(crate) mod order;
pub(crate) mod pending;
mod put_back;
mod record;
mod request;
mod returns;
mod verify;
mod wait;
