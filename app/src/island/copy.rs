//! A button that copies a text. Without scripts it does not show.

use leptos::prelude::*;

#[island]
pub fn Copy(text: String) -> impl IntoView {
    let (awake, set_awake) = signal(false);
    let (copied, set_copied) = signal(false);
    Effect::new(move || set_awake.set(true));
    let copy = move |_| {
        // The promise tells nothing that the label should wait for.
        let _ = window().navigator().clipboard().write_text(&text);
        set_copied.set(true);
    };
    view! {
        <button type="button" hidden=move || !awake.get() on:click=copy>
            {move || if copied.get() { "Copied" } else { "Copy" }}
        </button>
    }
}
