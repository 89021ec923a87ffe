//! What may be wider than the page. It scrolls by itself, also by keyboard.

use leptos::prelude::*;

#[component]
pub fn Scroll(
    /// What stands in it, for who does not see it.
    label: &'static str,
    /// On a card of its own, not inside one.
    #[prop(optional)]
    card: bool,
    children: Children,
) -> impl IntoView {
    let class = if card { "card scroll" } else { "scroll" };
    view! { <div class=class tabindex="0" role="region" aria-label=label>{children()}</div> }
        .into_any()
}
