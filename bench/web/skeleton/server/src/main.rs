//! Serves the page at two addresses, its server function, and the folder `pkg` in the folder that is named, on a free port of loopback,
//! whose address is the first line it prints.

use any_spawner::Executor;
use anyhow::Context as _;
use axum::Router;
use axum::routing::{get, post};
use leptos::prelude::LeptosOptions;
use tower_http::services::ServeDir;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let folder = std::env::args().nth(1).context("which folder holds `pkg`?")?;
    Executor::init_tokio()?;
    let options = LeptosOptions::builder().output_name("skeleton").build();
    let page = move || skeleton_app::shell(options.clone());
    let router = Router::new()
        .route("/", get(leptos_axum::render_app_async(page.clone())))
        .route("/again", get(leptos_axum::render_app_async(page)))
        .route("/api/{*name}", post(leptos_axum::handle_server_fns))
        .fallback_service(ServeDir::new(folder).precompressed_br());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, router).await?)
}
