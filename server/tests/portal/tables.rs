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
    "/sign-in/second-step",
    "/signed-out",
    "/step-up",
    "/me/second-factor",
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
    "/changes/{id}/receipt",
    "/policy",
    "/people",
    "/people/{name}",
    "/groups",
    "/me",
    "/me/sessions",
    "/settings",
    "/about",
    "/go",
    "/keys",
    "/reset",
    "/tokens",
    "/inbox",
    "/audit",
    "/audit/export.csv",
    "/audit/export.jsonl",
    "/design",
    "/{*any}",
];

/// GET only, and the answer goes on.
pub const STREAMS: &[&str] = &["/events"];

/// GET only, and a session may follow: to a provider of single sign-on, back from there (bound by a cookie of its own), and
/// in by the word of a trusted proxy.
pub const SIGN_IN_ELSEWHERE: &[&str] =
    &["/sign-in/oidc", "/sign-in/oidc/callback", "/sign-in/proxy"];

/// POST only, from a page of ours, with the cookie.
pub const FORMS: &[&str] = &[
    "/api/ui/session/sign-in",
    "/api/ui/session/second-step",
    "/api/ui/session/ask-passkey",
    "/api/ui/session/step-up",
    "/api/ui/session/sign-out",
    "/api/ui/second-factor/begin",
    "/api/ui/second-factor/confirm",
    "/api/ui/second-factor/remove",
    "/api/ui/second-factor/take",
    "/api/ui/passkey/begin",
    "/api/ui/passkey/add",
    "/api/ui/passkey/rename",
    "/api/ui/passkey/remove",
    "/api/ui/passkey/ask",
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
    "/api/ui/inbox/read",
    "/api/ui/webhook/test",
    "/api/ui/token/make",
    "/api/ui/token/revoke",
    "/api/ui/view/save",
    "/api/ui/view/delete",
    "/api/ui/people/add",
    "/api/ui/people/give",
    "/api/ui/people/take",
    "/api/ui/people/disable",
    "/api/ui/people/enable",
    "/api/ui/people/end-sessions",
    "/api/ui/people/make-link",
    "/api/ui/group/make",
    "/api/ui/group/give",
    "/api/ui/group/take",
    "/api/ui/group/add-member",
    "/api/ui/group/remove-member",
    "/api/ui/group/disable",
    "/api/ui/group/enable",
    "/api/ui/me/password",
    "/api/ui/me/notices",
    "/api/ui/me/end-session",
    "/api/ui/me/end-others",
    "/api/ui/session/reset",
];

/// By programs: with a token and without a cookie. What each takes.
pub const API: &[(&str, &str)] = &[
    ("/api/v1/token", "GET,HEAD"),
    ("/api/v1/instances", "GET,HEAD"),
    ("/api/v1/instances/{account}/{region}/{id}", "GET,HEAD"),
    ("/api/v1/instances/{account}/{region}/{id}/exposure", "GET,HEAD"),
    ("/api/v1/instances/{account}/{region}/{id}/preflight", "POST"),
    ("/api/v1/changes", "GET,HEAD,POST"),
    ("/api/v1/changes/{id}", "GET,HEAD"),
    ("/api/v1/changes/{id}/wait", "GET,HEAD"),
    ("/api/v1/changes/{id}/end", "POST"),
    ("/api/v1/changes/{id}/cancel", "POST"),
    ("/api/v1/changes/{id}/approve", "POST"),
    ("/api/v1/changes/{id}/reject", "POST"),
    ("/api/v1/audit", "GET,HEAD"),
    // Whatever else stands there is nothing, whoever asks for it.
    ("/api/v1", ""),
    ("/api/v1/", ""),
    ("/api/v1/{*any}", ""),
];

/// Asked by address, by machines.
pub const HEALTH: &[&str] = &["/healthz", "/readyz"];

/// The same bytes for everybody. Those of `public/` are there once the site is built.
pub const FILES: &[&str] =
    &["/assets/{name}", "/favicon.svg", "/robots.txt", "/api/v1/openapi.json"];
