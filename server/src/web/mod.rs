//! HTTP: which address does what, and what stands around every answer.
//!
//! Routes form tables, and an address is in exactly one of them ([`routes`]): pages (GET, write nothing), forms (POST
//! under `/api/ui`, cookie, cross-site gate), health, and files. From the outside in: [`headers`] (request number, log
//! line, security headers), panic and time limits, [`host`], then for pages and forms the session, [`identify`] and
//! [`gate`], then for forms [`forms`].

mod assets;
mod batch_export;
pub mod cells;
mod encoding;
mod events;
mod export;
mod export_audit;
mod forms;
#[cfg(feature = "fuzz")]
pub mod fuzz;
mod gate;
mod headers;
mod health;
mod host;
mod identify;
mod preferences;
mod problem;
mod receipt;
mod routes;
pub mod serve;
mod session;
mod sign_in;
pub mod tls;

use std::sync::Arc;

use app::api::ssr::Sandbox;
use app::boot::AssetHrefs;
use ipnet::IpNet;
use service::Portal;

pub use assets::Site;
pub use routes::router;

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
    pub sandbox: Option<Arc<Sandbox>>,
}
