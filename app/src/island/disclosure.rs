//! Shows and hides what the server rendered inside it; open until scripts run.

use leptos::prelude::*;

#[island]
pub fn Disclosure(children: Children) -> impl IntoView {
    let (open, set_open) = signal(true);
    view! {
        <button type="button" aria-expanded=move || open.get().to_string() on:click=move |_| set_open.update(|open| *open = !*open)>
            "Details"
        </button>
        <div hidden=move || !open.get()>{children()}</div>
    }
}
