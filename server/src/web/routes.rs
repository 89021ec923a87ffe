//! The tables of routes.

use app::api::ssr::{Commit, Request};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::Redirect;
use axum::routing::{get, post};
use http::request::Parts;
use leptos::config::LeptosOptions;
use leptos::prelude::{provide_context, use_context};
use leptos_axum::{LeptosRoutes as _, generate_route_list};
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;

use super::{
    Web, api, assets, batch_export, demand, events, export, export_audit, forms, framing, gate,
    headers, health, host, identify, packing, preferences, problem, provider, proxy_user, receipt,
    reset, second_step, session, sign_in, turns,
};

/// Noted by `cargo xtask build --release`; no other build knows it for sure. It stands here, since whatever it stands in is
/// built again for each commit.
const COMMIT: Option<&str> = option_env!("LATCHKEY_COMMIT");

/// The whole of HTTP.
pub fn router(web: Web) -> Router {
    let sessions = session::layer(web.portal.clone());
    let people = pages_and_functions(&web)
        .merge(own_forms())
        .merge(own_pages(&web))
        .merge(sign_in_elsewhere())
        .method_not_allowed_fallback(problem::no_such_address)
        .layer(
            // From the outside in.
            ServiceBuilder::new()
                .layer(sessions)
                .layer(from_fn_with_state(web.clone(), identify::identify))
                .layer(from_fn_with_state(web.clone(), gate::cross_site))
                .layer(from_fn_with_state(web.clone(), forms::answer))
                .layer(from_fn_with_state(web.clone(), identify::require_sign_in))
                .layer(from_fn_with_state(web.clone(), demand::second_factor)),
        )
        .layer(from_fn_with_state(web.clone(), host::known))
        .layer(packing::layer());
    Router::new()
        .merge(people)
        .merge(api::routes(&web))
        .merge(health::routes())
        .merge(assets::routes())
        .method_not_allowed_fallback(problem::no_such_address)
        .fallback(problem::no_such_address)
        .layer(
            ServiceBuilder::new()
                .layer(from_fn_with_state(web.clone(), headers::around))
                .layer(CatchPanicLayer::custom(problem::panicked))
                .layer(from_fn(problem::in_time))
                .layer(DefaultBodyLimit::max(forms::BODY_LIMIT))
                .layer(from_fn(framing::clear)),
        )
        .with_state(web)
}

/// Pages, and the server functions that their forms post to.
fn pages_and_functions(web: &Web) -> Router<Web> {
    let options = LeptosOptions::builder().output_name("app").build();
    let routes = generate_route_list(app::App);
    let hrefs = web.hrefs.clone();
    let context = move || {
        provide_context(hrefs.clone());
        provide_context(Commit(COMMIT));
        if let Some(request) =
            use_context::<Parts>().and_then(|parts| parts.extensions.get::<Request>().cloned())
        {
            provide_context(request.zone.clone());
            provide_context(request);
        }
        headers::content_security_policy();
    };
    let pages = Router::new()
        .leptos_routes_with_context(&options, routes, context, app::shell)
        .with_state(options);
    Router::new()
        .route(app::path::HOME, get(async || Redirect::to(app::path::INSTANCES)))
        .merge(pages)
}

/// What is looked at and is no page: files and the stream of news.
fn own_pages(web: &Web) -> Router<Web> {
    let files = Router::new()
        .route(app::path::EXPORT_CSV, get(export::csv))
        .route(app::path::EXPORT_JSON, get(export::json))
        .route("/batches/{id}/export.csv", get(batch_export::csv))
        .route(app::path::AUDIT_CSV, get(export_audit::csv))
        .route(app::path::AUDIT_JSONL, get(export_audit::jsonl))
        .route(app::path::RECEIPT, get(receipt::send))
        .layer(from_fn_with_state(web.clone(), turns::file));
    let streams = Router::new()
        .route(app::path::EVENTS, get(events::follow))
        .layer(from_fn_with_state(web.clone(), turns::stream));
    files.merge(streams)
}

/// To a provider by a link, since a form may not lead to other sites; back bound by a cookie and not by the gate; and in by
/// the word of a proxy.
fn sign_in_elsewhere() -> Router<Web> {
    Router::new()
        .route(app::path::PROVIDER, get(provider::start))
        .route(app::path::PROVIDER_CALLBACK, get(provider::callback))
        .route(app::path::PROXY, get(proxy_user::enter))
        .layer(from_fn(problem::no_store))
}

/// Forms that are no server functions: they make and end sessions, and links to set a password by.
fn own_forms() -> Router<Web> {
    Router::new()
        .route(app::path::SIGN_IN_POST, post(sign_in::sign_in))
        .route(app::path::SECOND_STEP_POST, post(second_step::second_step))
        .route(app::path::SECOND_STEP_ASK_POST, post(second_step::ask_passkey))
        .route(app::path::STEP_UP_POST, post(second_step::step_up))
        .route(app::path::SIGN_OUT_POST, post(sign_in::sign_out))
        .route(app::path::PREFERENCES_POST, post(preferences::set))
        .route(app::path::MAKE_LINK_POST, post(reset::make))
        .route(app::path::RESET_POST, post(reset::set_password))
        .layer(from_fn(problem::no_store))
}

#[cfg(test)]
#[path = "../../tests/portal/tables.rs"]
mod tables;
#[cfg(test)]
mod tests;
