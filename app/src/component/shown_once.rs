//! What was just made and nobody is shown again: said to a screen reader, copied by a button.

use leptos::prelude::*;

use crate::text::Language;
use crate::ui::{CopyButton, Icon, IconName};

/// `what` names it for the button; the children say what to heed. One a page.
#[component]
pub fn ShownOnce(
    language: Language,
    title: &'static str,
    text: String,
    what: &'static str,
    children: Children,
) -> impl IntoView {
    view! {
        <section class="card" role="status" aria-labelledby="shown-once">
            <header><h2 id="shown-once">{title}</h2></header>
            <div class="body stack">
                <p class="row">
                    <code class="mono">{text.clone()}</code>
                    <CopyButton language text=text what/>
                </p>
                <p><Icon name=IconName::Warning/> " " {children()}</p>
            </div>
        </section>
    }
    .into_any()
}
