//! The portal as a person sees it: the shell and the route table.

pub mod boot;
pub mod island;
mod page;

use leptos::prelude::*;
use leptos_router::components::{Route, Router, Routes};
use leptos_router::{SsrMode, path};

/// The whole document around a page.
pub fn shell() -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <title>"Latchkey"</title>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <boot::Boot islands=true/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}

/// The route table.
#[component]
pub fn App() -> impl IntoView {
    view! {
        <Router>
            <main>
                <Routes fallback=|| view! { <h1>"Not found"</h1> }>
                    <Route path=path!("/") view=page::start::StartPage ssr=SsrMode::Async/>
                </Routes>
            </main>
        </Router>
    }
}
