//! The portal's server.

mod assets;
mod encoding;

use std::io::Write as _;
use std::net::SocketAddr;

use app::boot::AssetHrefs;
use axum::Router;
use clap::{Parser, Subcommand};
use http::{HeaderName, HeaderValue};
use leptos::config::LeptosOptions;
use leptos::prelude::{expect_context, provide_context};
use leptos_axum::{LeptosRoutes as _, ResponseOptions, generate_route_list};
use tokio::net::TcpListener;

#[derive(Parser)]
#[command(name = "latchkey", version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serves the portal
    Serve {
        /// With a built-in simulated cloud instead of real accounts
        #[arg(long)]
        sandbox: bool,
        /// Address and port to listen on [default: 127.0.0.1:3000, or the next free port]
        #[arg(long)]
        listen: Option<SocketAddr>,
    },
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let Command::Serve { sandbox: _, listen } = Arguments::parse().command;
    let listener = listen_on(listen).await?;
    let mut out = std::io::stdout();
    let hrefs = match assets::Site::load() {
        Ok(site) => site.hrefs,
        Err(not_built) => {
            writeln!(out, "{not_built}")?;
            std::collections::BTreeMap::default()
        }
    };
    writeln!(out, "http://{}", listener.local_addr()?)?;
    out.flush()?;
    axum::serve(listener, router(AssetHrefs::new(hrefs))).await
}

fn router(hrefs: AssetHrefs) -> Router {
    let options = LeptosOptions::builder().output_name("app").build();
    let routes = generate_route_list(app::App);
    let context = move || {
        provide_context(hrefs.clone());
        content_security_policy();
    };
    Router::new()
        .leptos_routes_with_context(&options, routes, context, app::shell)
        .with_state(options)
        .merge(assets::routes())
}

/// Rule H6: one nonce a response; nothing inline, nothing from elsewhere.
fn content_security_policy() {
    let nonce =
        leptos::nonce::use_nonce().map(|nonce| format!("'nonce-{nonce}'")).unwrap_or_default();
    let policy = format!(
        "default-src 'none'; script-src 'self' {nonce} 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; \
         font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'"
    );
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        let name = HeaderName::from_static("content-security-policy");
        expect_context::<ResponseOptions>().insert_header(name, policy);
    }
}

async fn listen_on(wanted: Option<SocketAddr>) -> std::io::Result<TcpListener> {
    if let Some(address) = wanted {
        return TcpListener::bind(address).await;
    }
    for port in 3000..3100 {
        if let Ok(listener) = TcpListener::bind(("127.0.0.1", port)).await {
            return Ok(listener);
        }
    }
    TcpListener::bind(("127.0.0.1", 3000)).await
}
