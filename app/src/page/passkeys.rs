//! One's own passkeys, as a card.

use leptos::prelude::*;
use service::OwnPasskey;

use crate::api::ssr::Request;
use crate::component::{PasskeyAct, PasskeyForm};
use crate::path;
use crate::text::Language;
use crate::ui::{Card, Moment};

/// `None`: this portal has none.
#[component]
pub fn Passkeys(
    request: Request,
    own: Option<Vec<OwnPasskey>>,
    /// Whether this person has another second factor.
    others: bool,
) -> impl IntoView {
    let language = request.language;
    let body = match own {
        None => view! { <p>{language.passkeys_unavailable()}</p> }.into_any(),
        Some(own) => view! { <Available request own others/> }.into_any(),
    };
    view! {
        <Card title=language.passkeys()>
            <div class="stack" data-passkeys="">
                <p class="muted">{language.passkeys_lead()}</p>
                {body}
            </div>
        </Card>
    }
    .into_any()
}

#[component]
fn Available(request: Request, own: Vec<OwnPasskey>, others: bool) -> impl IntoView {
    let language = request.language;
    let typed = request.notice.as_ref().and_then(|notice| notice.typed("name"));
    let typed = typed.unwrap_or_default().to_owned();
    let lonely = own.len() == 1 && !others;
    let list = if own.is_empty() {
        view! { <p>{language.passkeys_none()}</p> }.into_any()
    } else {
        let rows = own.into_iter().map(|key| view! { <Key language key/> }).collect_view();
        view! { <ul class="stack plain-list">{rows}</ul> }.into_any()
    };
    view! {
        {list}
        {lonely.then(|| view! { <p class="muted">{language.passkey_two()}</p> })}
        <PasskeyForm language act=PasskeyAct::Make ask=path::BEGIN_PASSKEY_POST action=path::ADD_PASSKEY_POST
            field="answer" button=language.passkey_add()>
            <div class="field">
                <label for="passkey-name">{language.passkey_name()}</label>
                <input class="input" id="passkey-name" name="name" required maxlength="60" value=typed
                    autocomplete="off" aria-describedby="passkey-name-hint"/>
                <p class="muted small" id="passkey-name-hint">{language.passkey_name_hint()}</p>
            </div>
        </PasskeyForm>
    }
    .into_any()
}

#[component]
fn Key(language: Language, key: OwnPasskey) -> impl IntoView {
    let id = key.id.to_string();
    let label = |what: &str| format!("{what}: {}", key.name);
    let (rename, remove) = (label(language.passkey_rename()), label(language.passkey_remove()));
    let used = match key.used_at {
        None => view! { {language.passkey_never_used()} }.into_any(),
        Some(at) => view! {
            {language.passkey_used()} " " <Moment language at text=language.stamp(at)/>
        }
        .into_any(),
    };
    view! {
        <li class="stack passkey">
            <p>
                <b>{key.name.clone()}</b> " "
                <span class="muted small">
                    {language.passkey_added()} " "
                    <Moment language at=key.created_at text=language.stamp(key.created_at)/> " · " {used}
                </span>
            </p>
            <div class="row">
                <form method="post" action=path::RENAME_PASSKEY_POST class="row">
                    <input type="hidden" name="passkey" value=id.clone()/>
                    <input class="input" name="name" required maxlength="60" value=key.name.clone()
                        autocomplete="off" aria-label=rename.clone()/>
                    <button class="button" aria-label=rename>{language.passkey_rename()}</button>
                </form>
                <form method="post" action=path::REMOVE_PASSKEY_POST>
                    <input type="hidden" name="passkey" value=id/>
                    <button class="button" data-tone="danger" aria-label=remove>{language.passkey_remove()}</button>
                </form>
            </div>
        </li>
    }
    .into_any()
}
