//! Where a code of an app, or a recovery code, is typed.

use leptos::prelude::*;

use crate::text::Language;

#[component]
pub fn CodeField(language: Language) -> impl IntoView {
    view! {
        <div class="field">
            <label for="code">{language.code()}</label>
            <input class="input" id="code" name="code" autocomplete="one-time-code" autocapitalize="none"
                spellcheck="false" required maxlength="40" aria-describedby="code-hint"/>
            <p class="muted small" id="code-hint">{language.code_hint()}</p>
        </div>
    }
    .into_any()
}
