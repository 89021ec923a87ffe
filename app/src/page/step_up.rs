//! Proving again who one is, before something dangerous; what was typed waits meanwhile.

use leptos::prelude::*;
use service::{Oidc, Way};

use super::load::load;
use crate::api::error::ErrorCode;
use crate::api::ssr::Request;
use crate::component::{CodeField, Frame, PasskeyAct, PasskeyForm, Section};
use crate::path;
use crate::text::Language;

#[component]
pub fn StepUpPage() -> impl IntoView {
    let request = Request::current();
    let language = request.language;
    let next = path::safe_next(path::query_value(&request.address, "next").as_deref());
    let keep = path::kept(&request.address);
    let data = {
        let request = request.clone();
        async move {
            let who = request.who.clone();
            let who = who.ok_or(crate::api::error::ApiError::new(ErrorCode::NotSignedIn))?;
            let way = request.portal.way_to_prove(&who).await;
            way.map_err(|error| request.respond(error))
        }
    };
    let shown = load(request, data, move |request, way| {
        let language = request.language;
        let asked = match way {
            Way::Provider => {
                let settings = request.portal.settings();
                let text = language.prove_with(settings.oidc.as_ref().and_then(Oidc::label));
                let href = path::prove_at_provider(&path::and_kept(&next, &keep));
                view! { <AtProvider text href/> }.into_any()
            }
            Way::Password => view! { <Ask language code=false next keep/> }.into_any(),
            Way::Factor(has) => {
                let passkey = has.passkey.then(|| {
                    let (next, keep) = (next.clone(), keep.clone());
                    view! { <AskPasskey language next keep/> }
                });
                let code = has.code.then(|| view! { <Ask language code=true next keep/> });
                view! { {passkey} {code} }.into_any()
            }
        };
        view! {
            <section class="card">
                <div class="body">
                    <div class="stack step-up">
                        <p>{language.step_up_lead()}</p>
                        {asked}
                    </div>
                </div>
            </section>
        }
    });
    view! {
        <Frame title=language.step_up_title().to_owned() section=Section::None>
            <div class="title"><h1>{language.step_up_title()}</h1></div>
            {shown}
        </Frame>
    }
    .into_any()
}

#[component]
fn Ask(language: Language, code: bool, next: String, keep: String) -> impl IntoView {
    let field = if code {
        view! { <CodeField language/> }.into_any()
    } else {
        view! {
            <div class="field">
                <label for="password">{language.password()}</label>
                <input class="input" id="password" name="password" type="password"
                    autocomplete="current-password" required maxlength="1024"/>
            </div>
        }
        .into_any()
    };
    view! {
        <form method="post" action=path::STEP_UP_POST class="stack">
            <input type="hidden" name="next" value=next.clone()/>
            <input type="hidden" name="keep" value=keep/>
            {field}
            <div class="row">
                <a class="button" href=next>{language.cancel()}</a>
                <button class="button" data-tone="primary">{language.prove()}</button>
            </div>
        </form>
    }
    .into_any()
}

#[component]
fn AskPasskey(language: Language, next: String, keep: String) -> impl IntoView {
    view! {
        <PasskeyForm language act=PasskeyAct::Sign ask=path::ASK_PASSKEY_POST action=path::STEP_UP_POST
            field="passkey" button=language.passkey_use()>
            <input type="hidden" name="next" value=next/>
            <input type="hidden" name="keep" value=keep/>
        </PasskeyForm>
    }
    .into_any()
}

/// A link: a form may not lead to another site.
#[component]
fn AtProvider(text: String, href: String) -> impl IntoView {
    view! {
        <div class="row">
            <a class="button" data-tone="primary" href=href>{text}</a>
        </div>
    }
    .into_any()
}
