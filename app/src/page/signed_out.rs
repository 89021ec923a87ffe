//! After signing out, for whoever came by a provider of single sign-on: there they are signed in still.

use leptos::prelude::*;

use crate::api::ssr::Request;
use crate::component::Plain;
use crate::path;

#[component]
pub fn SignedOutPage() -> impl IntoView {
    let request = Request::current();
    let language = request.language;
    let portal = request.portal.clone();
    let elsewhere = async move {
        portal.end_session_url().await.map(|url| {
            view! {
                <p class="muted">{language.signed_out_text()}</p>
                <a class="button" data-tone="primary" href=url>{language.sign_out_there()}</a>
            }
        })
    };
    view! {
        <Plain title=language.signed_out_title()>
            <div class="sign-in">
                <h1>{language.signed_out_title()}</h1>
                <Suspense>{Suspend::new(elsewhere)}</Suspense>
                <p><a href=path::SIGN_IN>{language.sign_in_again()}</a></p>
            </div>
        </Plain>
    }
    .into_any()
}
