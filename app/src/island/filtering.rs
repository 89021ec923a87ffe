//! Filters while somebody types: fetches the page that the form leads to and swaps its list.
//!
//! The address follows, so that a reload or a shared link shows the same. Rows follow each letter at once: a page takes
//! milliseconds to make. What is still being put together (Chinese by an input method) is not asked for.

use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::web_sys::{Element, Event, HtmlFormElement};
use wasm_bindgen::{JsCast, JsValue};

use super::live;
use super::page::{Page, fields, is_composing};

/// Serves the form with `data-filters`, which names the part by its id.
#[island]
pub fn Filtering() -> impl IntoView {
    let turn = StoredValue::new(0_u32);
    let asked = move |event: &Event| {
        let field = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let form = field.and_then(|field| field.closest("form[data-filters]").ok().flatten());
        let Some(form) = form.and_then(|form| form.dyn_into::<HtmlFormElement>().ok()) else {
            return;
        };
        let part = form.get_attribute("data-filters").unwrap_or_default();
        turn.update_value(|turn| *turn += 1);
        let mine = turn.get_value();
        let still_wanted = move || turn.try_get_value() == Some(mine);
        // After everything that came with this: fields that change together ask once.
        spawn_local(async move {
            if still_wanted() {
                refresh(&form, &part, still_wanted).await;
            }
        });
    };
    Effect::new(move || {
        let written = window_event_listener(ev::input, move |event| {
            if !is_composing(&event) {
                asked(&event);
            }
        });
        let composed = window_event_listener(ev::compositionend, move |event| asked(&event));
        on_cleanup(move || {
            written.remove();
            composed.remove();
        });
    });
}

async fn refresh(form: &HtmlFormElement, part: &str, still_wanted: impl Fn() -> bool) {
    let Ok(fields) = fields(form) else { return };
    let wish = String::from(fields.to_string());
    let query: Vec<&str> = wish.split('&').filter(|pair| !pair.ends_with('=')).collect();
    let path = location().pathname().unwrap_or_default();
    let address = if query.is_empty() { path } else { format!("{path}?{}", query.join("&")) };
    let Ok(page) = Page::get(&address).await else { return };
    // An answer that was overtaken by another letter is of no use.
    if still_wanted() && page.swap(part).is_some() {
        live::put(&page);
        let history = window().history();
        let _ = history
            .and_then(|history| history.replace_state_with_url(&JsValue::NULL, "", Some(&address)));
    }
}
