//! Which keys do what.

use leptos::prelude::*;

use crate::api::ssr::Request;
use crate::component::{Frame, KeyMap, Section};

#[component]
pub fn KeysPage() -> impl IntoView {
    let request = Request::current();
    let (language, shortcuts) = (request.language, request.shortcuts);
    view! {
        <Frame title=language.keys().to_owned() section=Section::None>
            <div class="title">
                <h1>{language.keys()}</h1>
                <span class="muted">{language.keys_lead()}</span>
            </div>
            <div class="card"><div class="body"><h2 class="visually-hidden">{language.keys()}</h2><KeyMap language shortcuts/></div></div>
        </Frame>
    }
    .into_any()
}
