//! The whole document around a page, and which page an address shows.

use leptos::prelude::*;
use leptos_meta::{MetaTags, provide_meta_context};
use leptos_router::components::{Route, Router, Routes};
use leptos_router::{SsrMode, path};

use crate::api::ssr::Request;
use crate::boot::Boot;
use crate::island::{Copying, Dialogs, Live};
use crate::page::{
    AccountsPage, AuditPage, BatchPage, BatchesPage, ChangePage, ChangesPage, InstancePage,
    InstancesPage, NewBatchPage, NotFoundPage, OverviewPage, PolicyPage, ReviewPage, SignInPage,
};
use crate::ui::{Icon, IconName, IconShapes};

/// The document. A page that nobody is signed in for loads no script at all.
pub fn shell() -> impl IntoView {
    provide_meta_context();
    let request = use_context::<Request>();
    let language = request.as_ref().map_or(crate::text::Language::En, |request| request.language);
    let theme = request.as_ref().and_then(|request| request.theme.clone());
    let signed_in = request.as_ref().is_some_and(|request| request.who.is_some());
    view! {
        <!DOCTYPE html>
        <html lang=language.tag() data-theme=theme>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <Boot islands=signed_in/>
                <MetaTags/>
            </head>
            <body>
                <IconShapes/>
                <App/>
                {signed_in.then(|| view! {
                    <Copying/>
                    <Live/>
                    <Dialogs>
                        <p class="dialog-busy" role="status">
                            <span class="spinner" aria-hidden="true"></span>
                            {language.dialog_checking()}
                        </p>
                        <p class="dialog-broken" role="alert">{language.dialog_failed()}</p>
                        <button type="button" class="dialog-close" data-dismiss="" aria-label=language.close()>
                            <Icon name=IconName::Close/>
                        </button>
                    </Dialogs>
                })}
            </body>
        </html>
    }
}

/// The route table. Whole pages (`Async`): without scripts a streamed one would stay half.
#[component]
pub fn App() -> impl IntoView {
    view! {
        <Router>
            <Routes fallback=|| view! { <NotFoundPage/> }>
                <Route path=path!("/sign-in") view=SignInPage ssr=SsrMode::Async/>
                <Route path=path!("/overview") view=OverviewPage ssr=SsrMode::Async/>
                <Route path=path!("/accounts") view=AccountsPage ssr=SsrMode::Async/>
                <Route path=path!("/instances") view=InstancesPage ssr=SsrMode::Async/>
                <Route path=path!("/instances/:account/:region/:id") view=InstancePage ssr=SsrMode::Async/>
                <Route path=path!("/reviews/:id") view=ReviewPage ssr=SsrMode::Async/>
                <Route path=path!("/changes") view=ChangesPage ssr=SsrMode::Async/>
                <Route path=path!("/changes/:id") view=ChangePage ssr=SsrMode::Async/>
                <Route path=path!("/batches") view=BatchesPage ssr=SsrMode::Async/>
                <Route path=path!("/batches/new") view=NewBatchPage ssr=SsrMode::Async/>
                <Route path=path!("/batches/:id") view=BatchPage ssr=SsrMode::Async/>
                <Route path=path!("/policy") view=PolicyPage ssr=SsrMode::Async/>
                <Route path=path!("/audit") view=AuditPage ssr=SsrMode::Async/>
                <Route path=path!("/*any") view=NotFoundPage ssr=SsrMode::Async/>
            </Routes>
        </Router>
    }
}
