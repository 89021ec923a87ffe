//! Where one is signed in, and ending that.

use leptos::prelude::*;

use super::load::load;
use crate::api::ssr::Request;
use crate::component::{Frame, Section, SessionTable};
use crate::path;

#[component]
pub fn SessionsPage() -> impl IntoView {
    let request = Request::current();
    let language = request.language;
    let data = {
        let request = request.clone();
        async move {
            let viewer = request.viewer()?;
            viewer.list_sessions().await.map_err(|error| request.respond(error))
        }
    };
    let shown = load(request, data, |request, sessions| {
        let language = request.language;
        let own = request.who.as_ref().map(|who| who.session.clone());
        let others = sessions.len() > 1;
        view! {
            <div class="stack measure">
                <SessionTable language now=request.now sessions own/>
                {others.then(|| view! {
                    <form method="post" action=path::END_OTHERS_POST>
                        <button class="button" data-tone="danger">{language.end_others()}</button>
                    </form>
                })}
            </div>
        }
        .into_any()
    });
    view! {
        <Frame title=language.sessions().to_owned() section=Section::None>
            <nav class="crumbs muted" aria-label=language.back()><a href=path::ME>{language.my_account()}</a></nav>
            <div class="title">
                <h1>{language.sessions()}</h1>
                <span class="muted">{language.sessions_lead()}</span>
            </div>
            {shown}
        </Frame>
    }
    .into_any()
}
