//! Every address of the portal, each in exactly one table: what stands in none, or in two, fails a test.
//!
//! Shared by the unit test of the router, which knows what there is, and the tests over HTTP, which know what it does.
//! To add a page or a form: a row here; a form also gets its fields in `forms.rs`.

/// GET only, and nothing is written by looking.
pub const PAGES: &[&str] = &[
    "/",
    "/overview",
    "/accounts",
    "/sign-in",
    "/instances",
    "/instances/export.csv",
    "/instances/export.json",
    "/instances/{account}/{region}/{id}",
    "/reviews/{id}",
    "/changes",
    "/changes/{id}",
    "/batches",
    "/batches/new",
    "/batches/{id}",
    "/batches/{id}/export.csv",
    "/policy",
    "/audit",
    "/{*any}",
];

/// GET only, and the answer goes on.
pub const STREAMS: &[&str] = &["/events"];

/// POST only, from a page of ours, with the cookie.
pub const FORMS: &[&str] = &[
    "/api/ui/session/sign-in",
    "/api/ui/session/sign-out",
    "/api/ui/preferences/set",
    "/api/ui/review/take",
    "/api/ui/change/confirm",
    "/api/ui/change/cancel",
    "/api/ui/change/put-back",
    "/api/ui/approval/review",
    "/api/ui/approval/approve",
    "/api/ui/approval/reject",
    "/api/ui/approval/see",
    "/api/ui/policy/freeze",
    "/api/ui/policy/rules",
    "/api/ui/policy/general",
    "/api/ui/policy/as-configured",
    "/api/ui/batch/draft",
    "/api/ui/batch/start",
    "/api/ui/batch/pause",
    "/api/ui/batch/resume",
    "/api/ui/batch/stop",
    "/api/ui/batch/try-again",
    "/api/ui/batch/put-back",
    "/api/ui/return/extend",
    "/api/ui/instance/read-again",
    "/api/ui/instances/read-again",
    "/api/ui/view/save",
    "/api/ui/view/delete",
];

/// Asked by address, by machines.
pub const HEALTH: &[&str] = &["/healthz", "/readyz"];

/// The same bytes for everybody. Those of `public/` are there once the site is built.
pub const FILES: &[&str] = &["/assets/{name}", "/favicon.svg", "/robots.txt"];
