//! A button that copies a text. It is there only where scripts run: see `island::copy`.

use leptos::prelude::*;

use super::{Icon, IconName};
use crate::text::Language;

#[component]
pub fn CopyButton(
    language: Language,
    #[prop(into)] text: String,
    /// What it is called, where the text itself is too long to be read aloud.
    #[prop(optional)]
    what: Option<&'static str>,
) -> impl IntoView {
    let label = format!("{}: {}", language.copy(), what.unwrap_or(&text));
    view! {
        <button type="button" class="copy" data-copy=text data-copied=language.copied() aria-label=label title=language.copy()>
            <Icon name=IconName::Copy/>
        </button>
    }
}
