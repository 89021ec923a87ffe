//! HTTP: which address does what, and what stands around every answer.
//!
//! Routes form tables, and an address is in exactly one of them ([`routes`]): pages (GET, write nothing), forms (POST
//! under `/api/ui`, cookie, cross-site gate), the way to a provider of single sign-on and back (GET, bound by a cookie of
//! its own), health, and files. From the outside in: [`headers`] (request number, log line, security headers), panic and
//! time limits, [`framing`], for pages [`packing`], [`host`], then for pages and forms the session, [`identify`] and
//! [`gate`], for forms [`forms`], and whether there is somebody, with what is demanded of them ([`demand`]).

mod api;
mod assets;
mod batch_export;
pub mod cells;
mod demand;
mod encoding;
mod events;
mod export;
mod export_audit;
mod forms;
mod framing;
#[cfg(feature = "fuzz")]
pub mod fuzz;
mod gate;
mod headers;
mod health;
mod host;
mod identify;
mod once;
mod packing;
mod preferences;
mod problem;
mod provider;
mod proxy_user;
mod receipt;
mod reset;
mod routes;
mod second_step;
pub mod serve;
mod session;
mod sign_in;
pub mod tls;
mod turns;

use std::sync::Arc;

use app::api::ssr::Sandbox;
use app::boot::AssetHrefs;
use ipnet::IpNet;
use service::Portal;

pub use assets::Site;
pub use gate::Refusals;
pub use proxy_user::ProxyUser;
pub use routes::router;
pub use turns::Turns;

/// What every request handler may need.
#[derive(Debug, Clone)]
pub struct Web {
    pub portal: Portal,
    pub hrefs: AssetHrefs,
    /// Origins of the portal's own pages; more than one only in the sandbox.
    pub origins: Arc<[String]>,
    /// Names the portal answers to, as in `Host`.
    pub authorities: Arc<[String]>,
    pub trusted_proxies: Arc<[IpNet]>,
    /// Headers by which those proxies say who somebody is.
    pub proxy_user: Option<Arc<ProxyUser>>,
    pub sandbox: Option<Arc<Sandbox>>,
    /// What lasts, by person.
    pub turns: Turns,
    pub refusals: Refusals,
}
