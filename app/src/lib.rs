//! The portal as a person sees it: the shell and the route table.
//!
//! Pages are rendered by the server alone; in the browser there are only the [`island`]s. So everything but those is
//! compiled for the server only, and nothing of it can end up in the WebAssembly.

pub mod boot;
pub mod island;

#[cfg(feature = "ssr")]
pub mod api;
#[cfg(feature = "ssr")]
pub mod asked;
#[cfg(feature = "ssr")]
pub mod audit_asked;
#[cfg(feature = "ssr")]
mod component;
#[cfg(feature = "ssr")]
pub mod connect;
#[cfg(feature = "ssr")]
mod design;
#[cfg(feature = "ssr")]
mod page;
#[cfg(feature = "ssr")]
pub mod path;
#[cfg(feature = "ssr")]
pub mod problem;
#[cfg(feature = "ssr")]
mod shell;
#[cfg(feature = "ssr")]
mod snippet;
#[cfg(feature = "ssr")]
mod strict_query;
#[cfg(feature = "ssr")]
pub mod text;
#[cfg(feature = "ssr")]
mod ui;

#[cfg(feature = "ssr")]
pub use shell::{App, shell};
