//! Nothing to show, and which kind of nothing.

use leptos::prelude::*;

#[component]
pub fn Empty(
    title: &'static str,
    text: &'static str,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <p class="empty-title">{title}</p>
            <p class="muted">{text}</p>
            {children.map(|children| children())}
        </div>
    }
    .into_any()
}
