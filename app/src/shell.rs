//! The whole document around a page, and which page an address shows.

use leptos::prelude::*;
use leptos_meta::{MetaTags, provide_meta_context};
use leptos_router::components::{Route, Router, Routes};
use leptos_router::{SsrMode, path};

use crate::api::ssr::Request;
use crate::boot::{Boot, End};
use crate::component::{KeyMap, PaletteBody};
use crate::island::{Copying, Dialogs, Keys, Live, Palette};
use crate::page::{
    AboutPage, AccountsPage, AuditPage, BatchPage, BatchesPage, ChangePage, ChangesPage,
    DesignPage, GoPage, GroupsPage, InboxPage, InstancePage, InstancesPage, KeysPage, MePage,
    NewBatchPage, NotFoundPage, OverviewPage, PeoplePage, PersonPage, PolicyPage, ResetPage,
    ReviewPage, SecondFactorPage, SecondStepPage, SessionsPage, SettingsPage, SignInPage,
    SignedOutPage, StepUpPage, TokensPage,
};
use crate::ui::{Icon, IconName};

/// The document. A page that nobody is signed in for loads no script at all.
pub fn shell() -> impl IntoView {
    provide_meta_context();
    let request = use_context::<Request>();
    let language = request.as_ref().map_or(crate::text::Language::En, |request| request.language);
    let theme = request.as_ref().and_then(|request| request.theme.clone());
    // What the browser's clock may still change.
    let zone = request
        .as_ref()
        .filter(|request| !request.zone_chosen)
        .map(|request| request.zone.to_string());
    let shortcuts = request.as_ref().is_some_and(|request| request.shortcuts);
    let pressed = if shortcuts { "on" } else { "off" };
    let signed_in = request.as_ref().is_some_and(|request| request.who.is_some());
    view! {
        <!DOCTYPE html>
        <html lang=language.tag() data-theme=theme data-zone=zone data-shortcuts=pressed>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <Boot islands=signed_in/>
                <MetaTags/>
            </head>
            <body>
                <App/>
                {signed_in.then(|| view! {
                    <Copying/>
                    <p class="visually-hidden" id="turned" role="status"></p>
                    <p class="offline" id="offline" role="status" data-none=language.offline_now()
                        data-one=language.offline_minute() data-many=language.offline_minutes()></p>
                    <Live/>
                    <Palette>
                        <h2 class="visually-hidden" id="palette-title">{language.go_to()}</h2>
                        <PaletteBody language/>
                    </Palette>
                    <Keys>
                        <div class="dialog-text">
                            <h2 id="keys-title">{language.keys()}</h2>
                            <KeyMap language shortcuts/>
                            <button type="button" class="dialog-close" data-close="" aria-label=language.close()>
                                <Icon name=IconName::Close/>
                            </button>
                        </div>
                    </Keys>
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
                <End/>
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
                <Route path=path!("/signed-out") view=SignedOutPage ssr=SsrMode::Async/>
                <Route path=path!("/sign-in/second-step") view=SecondStepPage ssr=SsrMode::Async/>
                <Route path=path!("/step-up") view=StepUpPage ssr=SsrMode::Async/>
                <Route path=path!("/me/second-factor") view=SecondFactorPage ssr=SsrMode::Async/>
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
                <Route path=path!("/people") view=PeoplePage ssr=SsrMode::Async/>
                <Route path=path!("/people/:name") view=PersonPage ssr=SsrMode::Async/>
                <Route path=path!("/groups") view=GroupsPage ssr=SsrMode::Async/>
                <Route path=path!("/me") view=MePage ssr=SsrMode::Async/>
                <Route path=path!("/me/sessions") view=SessionsPage ssr=SsrMode::Async/>
                <Route path=path!("/settings") view=SettingsPage ssr=SsrMode::Async/>
                <Route path=path!("/about") view=AboutPage ssr=SsrMode::Async/>
                <Route path=path!("/go") view=GoPage ssr=SsrMode::Async/>
                <Route path=path!("/keys") view=KeysPage ssr=SsrMode::Async/>
                <Route path=path!("/reset") view=ResetPage ssr=SsrMode::Async/>
                <Route path=path!("/policy") view=PolicyPage ssr=SsrMode::Async/>
                <Route path=path!("/tokens") view=TokensPage ssr=SsrMode::Async/>
                <Route path=path!("/inbox") view=InboxPage ssr=SsrMode::Async/>
                <Route path=path!("/audit") view=AuditPage ssr=SsrMode::Async/>
                <Route path=path!("/design") view=DesignPage ssr=SsrMode::Async/>
                <Route path=path!("/*any") view=NotFoundPage ssr=SsrMode::Async/>
            </Routes>
        </Router>
    }
}
