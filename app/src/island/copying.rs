//! Copies the text of a `data-copy` button, wherever on the page it is.

use std::time::Duration;

use leptos::ev;
use leptos::prelude::*;
use leptos::web_sys::Element;
use wasm_bindgen::JsCast;

const SHOWN: Duration = Duration::from_secs(2);

/// Shows nothing itself, but a word for screen readers.
#[island]
pub fn Copying() -> impl IntoView {
    let (said, say) = signal(String::new());
    Effect::new(move || {
        let listener = window_event_listener(ev::click, move |event| {
            let button = event.target().and_then(|target| target.dyn_into::<Element>().ok());
            let Some(button) =
                button.and_then(|element| element.closest("[data-copy]").ok().flatten())
            else {
                return;
            };
            let text = button.get_attribute("data-copy").unwrap_or_default();
            let _ = window().navigator().clipboard().write_text(&text);
            say.set(button.get_attribute("data-copied").unwrap_or_default());
            let _ = button.set_attribute("data-done", "");
            set_timeout(
                move || {
                    let _ = button.remove_attribute("data-done");
                    say.set(String::new());
                },
                SHOWN,
            );
        });
        on_cleanup(move || listener.remove());
    });
    view! { <span class="visually-hidden" role="status">{said}</span> }
}
