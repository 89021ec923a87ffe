//! The form that makes somebody, or a group: by a name.

use leptos::prelude::*;

use crate::api::ssr::Request;

/// One field: what is made is called by it.
#[component]
pub fn NameForm(
    request: Request,
    action: &'static str,
    id: &'static str,
    button: &'static str,
) -> impl IntoView {
    let language = request.language;
    // Other forms of these pages have a version besides the name.
    let notice = request.notice.as_ref().filter(|notice| {
        notice.typed("role").is_none() && notice.error.field.as_deref() != Some("member")
    });
    let typed = notice.and_then(|notice| notice.typed("name")).unwrap_or_default().to_owned();
    let marked = notice.is_some_and(|notice| notice.error.field.as_deref() == Some("name"));
    let hint = format!("{id}-hint");
    view! {
        <form class="stack" method="post" action=action>
            <div class="field">
                <label for=id>{language.group_name()}</label>
                <input class="input" id=id name="name" value=typed maxlength="64" autocomplete="off" autocapitalize="none"
                    spellcheck="false" required aria-describedby=hint.clone() aria-invalid=marked.then_some("true")/>
                <p class="muted small" id=hint>{language.name_hint()}</p>
            </div>
            <div class="row"><button class="button" data-tone="primary">{button}</button></div>
        </form>
    }
    .into_any()
}
