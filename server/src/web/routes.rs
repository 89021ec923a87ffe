//! The tables of routes.

use app::api::ssr::Request;
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
use tower_http::timeout::TimeoutLayer;

use super::{
    Web, assets, batch_export, events, export, forms, gate, headers, health, host, identify,
    preferences, problem, session, sign_in,
};

/// The whole of HTTP.
pub fn router(web: Web) -> Router {
    let sessions = session::layer(web.portal.clone());
    let people = pages_and_functions(&web)
        .merge(own_forms())
        .merge(own_pages())
        .method_not_allowed_fallback(problem::no_such_address)
        .layer(
            // From the outside in.
            ServiceBuilder::new()
                .layer(sessions)
                .layer(from_fn_with_state(web.clone(), identify::identify))
                .layer(from_fn_with_state(web.clone(), gate::cross_site))
                .layer(from_fn_with_state(web.clone(), forms::answer))
                .layer(from_fn_with_state(web.clone(), identify::require_sign_in)),
        )
        .layer(from_fn_with_state(web.clone(), host::known));
    Router::new()
        .merge(people)
        .merge(health::routes())
        .merge(assets::routes())
        .method_not_allowed_fallback(problem::no_such_address)
        .fallback(problem::no_such_address)
        .layer(
            ServiceBuilder::new()
                .layer(from_fn_with_state(web.clone(), headers::around))
                .layer(CatchPanicLayer::custom(problem::panicked))
                .layer(TimeoutLayer::with_status_code(
                    http::StatusCode::SERVICE_UNAVAILABLE,
                    problem::TIMEOUT,
                ))
                .layer(DefaultBodyLimit::max(forms::BODY_LIMIT)),
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
        if let Some(request) =
            use_context::<Parts>().and_then(|parts| parts.extensions.get::<Request>().cloned())
        {
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
fn own_pages() -> Router<Web> {
    Router::new()
        .route(app::path::EXPORT_CSV, get(export::csv))
        .route(app::path::EXPORT_JSON, get(export::json))
        .route("/batches/{id}/export.csv", get(batch_export::csv))
        .route(app::path::EVENTS, get(events::follow))
}

/// Forms that are no server functions: they make and end sessions.
fn own_forms() -> Router<Web> {
    Router::new()
        .route(app::path::SIGN_IN_POST, post(sign_in::sign_in))
        .route(app::path::SIGN_OUT_POST, post(sign_in::sign_out))
        .route(app::path::PREFERENCES_POST, post(preferences::set))
        .layer(from_fn(problem::no_store))
}

#[cfg(test)]
#[path = "../../tests/portal/tables.rs"]
mod tables;
#[cfg(test)]
mod tests;
