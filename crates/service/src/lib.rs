//! What people can do with the portal: the only place that combines the cloud, the memory, the clock and the rules.
//!
//! The way in is by role: [`Portal::viewer`], [`Portal::operator`]. Whoever holds a [`Viewer`] has no method to change
//! anything with. A page or an API function asks for the least it needs, and that is its permission check.
//!
//! Nothing here waits for the cloud on behalf of a page, except a review and *read again*; changes are carried out by
//! a worker that outlives every request (see [`change`]).

mod account;
mod attention;
mod audit;
mod error;
mod failpoint;
mod fresh;
mod gather;
mod health;
pub mod inbox;
mod memory;
mod news;
mod oidc;
mod outgoing;
mod outside;
mod passkey;
mod password;
mod people;
mod policy;
mod portal;
mod prune;
mod quota;
mod read;
mod receipt;
mod second_factor;
mod sessions;
mod sign_in;
mod step_up;
mod token;
mod views;
mod vouched;
mod webhook;

pub mod change;
pub mod reader;
pub mod viewer;

pub use account::{Account, AccountOptions, Accounts, smallest_ram_policy};
pub use attention::Attention;
pub use change::approver::Approver;
pub use change::batch::{After, BatchDetail, BatchStart, USUAL_AT_ONCE, USUAL_FAILURES};
pub use change::operator::{Confirmation, Extended, Lasts, Operator, Start};
pub use change::order::{Order, fingerprint};
pub use error::{Field, Problem, ServiceError};
pub use health::{AccountHealth, CallLimit};
pub use news::{News, NewsStream};
pub use oidc::{
    AddressError, Begun, Oidc, OidcOptions, Proven, ProviderAnswer, ProviderProblem, SIGN_IN_LASTS,
};
pub use outside::{Clock, Entropy, Outside, Timing};
pub use passkey::{OwnPasskey, Passkeys};
pub use password::ResetLink;
pub use people::{MOST_GRANTS, People};
pub use policy::{Admin, InForce, PolicyVersion};
pub use portal::{Portal, Settings};
pub use receipt::{PublicKey, ReceiptError, ReceiptKey, verify_receipt};
pub use second_factor::{
    Enrolment, FactorKey, FactorProof, Factors, FirstStep, HalfSignedIn, OwnFactor,
};
pub use sessions::SessionOf;
pub use sign_in::{
    MAX_BYTES as PASSWORD_MAX_BYTES, MIN_CHARS as PASSWORD_MIN_CHARS, SignedIn,
    check_password_length,
};
pub use step_up::{Act, PROOF_LASTS, Proof, Way};
pub use store::people::Group;
pub use store::user::User;
pub use token::{MadeToken, NewToken, TokenHash};
pub use viewer::Viewer;
pub use vouched::{GroupRoles, Method, Vouched};
pub use webhook::{Webhook, WebhookError, WebhookOptions, WebhookSecret};
