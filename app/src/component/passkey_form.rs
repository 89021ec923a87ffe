//! A form that is sent with what an authenticator answered. The asking is `crates/frontend/passkey.js`, loaded here
//! and nowhere else.

use leptos::nonce::use_nonce;
use leptos::prelude::*;

use crate::boot::AssetHrefs;
use crate::text::Language;

/// What the authenticator is to do.
#[derive(Clone, Copy)]
pub enum PasskeyAct {
    /// Make a key.
    Make,
    /// Sign with one that it has.
    Sign,
}

#[component]
pub fn PasskeyForm(
    language: Language,
    act: PasskeyAct,
    /// Says what to ask the authenticator.
    ask: &'static str,
    action: &'static str,
    /// The field with the answer.
    field: &'static str,
    button: &'static str,
    children: Children,
) -> impl IntoView {
    let act = match act {
        PasskeyAct::Make => "make",
        PasskeyAct::Sign => "sign",
    };
    let hrefs = use_context::<AssetHrefs>().unwrap_or_default();
    let script = hrefs
        .get("passkey.js")
        .map(|href| view! { <script type="module" src=href nonce=use_nonce()></script> });
    view! {
        <form method="post" action=action class="stack" data-passkey=act data-ask=ask>
            {children()}
            <input type="hidden" name=field value="" data-answer=""/>
            <div class="row"><button class="button" data-tone="primary">{button}</button></div>
            <p class="muted" role="alert" data-passkey-none="" hidden>{language.passkey_none_given()}</p>
            <noscript><p class="muted small">{language.passkey_needs_scripts()}</p></noscript>
        </form>
        {script}
    }
    .into_any()
}
