//! A titled part of a page.

use leptos::prelude::*;

#[component]
pub fn Card(
    title: &'static str,
    /// Beside the title, quieter.
    #[prop(optional, into)]
    note: Option<String>,
    /// At the end of the head: a control.
    #[prop(optional)]
    aside: Option<AnyView>,
    children: Children,
) -> impl IntoView {
    view! {
        <section class="card">
            <header>
                <h2>{title}</h2>
                {note.map(|note| view! { <span class="muted">{note}</span> })}
                {aside.map(|aside| view! { <span class="aside">{aside}</span> })}
            </header>
            <div class="body">{children()}</div>
        </section>
    }
    .into_any()
}
