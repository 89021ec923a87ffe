//! What the pages' forms call: server functions, a file a noun.
//!
//! Each is a public HTTP endpoint, whatever page it is used on: POST under `/api/ui`, one strict form codec, and the
//! first thing it does is to ask for the role it needs. It returns a domain type or an [`error::ApiError`]; where a
//! plain form goes from there, it says with [`ssr::goto`] and [`ssr::back`], and the server's outer layer answers.
//!
//! To add one: a function here, its address in `path`, a row in the route table test of `server`.

#![expect(clippy::too_many_arguments, reason = "a form may have many fields")]

pub mod approval;
pub mod batch;
pub mod change;
pub mod error;
pub mod granting;
pub mod group;
pub mod inbox;
pub mod instance;
pub mod me;
pub mod passkey;
pub mod people;
pub mod policy;
pub mod review;
pub mod second_factor;
pub mod ssr;
pub mod strict_form;
pub mod token;
pub mod view;

pub use strict_form::StrictForm;
