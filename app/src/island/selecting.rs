//! Keeps ticked rows from page to page, for as long as the tab lives.
//!
//! The boxes belong to the form `#selection`, which asks for a list of just these. Without scripts the same form sends
//! the boxes of the page that is open.

use std::collections::BTreeSet;

use leptos::ev;
use leptos::prelude::*;
use leptos::web_sys::{Element, EventTarget, HtmlInputElement, Storage};
use wasm_bindgen::JsCast;

use super::page::listed;

const KEPT: &str = "latchkey-selection";
const BOXES: &str = "input[form='selection'][name='key']";
/// Sent for rows of other pages.
const ADDED: &str = "data-added";

#[island]
pub fn Selecting() -> impl IntoView {
    Effect::new(move || {
        adopt();
        restore();
        let ticked = window_event_listener(ev::change, |event| {
            let field =
                event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
            if let Some(field) = field.filter(|field| field.matches(BOXES).unwrap_or(false)) {
                tick(&field);
            }
        });
        let cleared = window_event_listener(ev::reset, |event| {
            if is_selection(event.target()) {
                keep(&BTreeSet::new());
                restore();
            }
        });
        let sent = window_event_listener(ev::submit, |event| {
            if is_selection(event.target()) {
                add_others();
            }
        });
        on_cleanup(move || {
            ticked.remove();
            cleared.remove();
            sent.remove();
        });
    });
}

/// Takes over what was ticked before anybody listened.
fn adopt() {
    let Some(form) = form() else { return };
    let mut kept = kept();
    for field in boxes().iter().filter(|field| field.checked()) {
        if kept.len() < most(&form) {
            kept.insert(field.value());
        }
    }
    keep(&kept);
}

/// Ticks what was ticked before, and says how much it is. After rows were put into the page.
pub fn restore() {
    let Some(form) = form() else { return };
    let kept = kept();
    for field in boxes() {
        field.set_checked(kept.contains(&field.value()));
    }
    if let Some(count) = form.query_selector("[data-count]").ok().flatten() {
        count.set_text_content(Some(&kept.len().to_string()));
    }
    let _ = form.toggle_attribute_with_force("data-on", !kept.is_empty());
    let _ = form.toggle_attribute_with_force("data-full", kept.len() >= most(&form));
}

fn tick(field: &HtmlInputElement) {
    let Some(form) = form() else { return };
    let mut kept = kept();
    if !field.checked() {
        kept.remove(&field.value());
    } else if kept.len() < most(&form) {
        kept.insert(field.value());
    }
    keep(&kept);
    restore();
}

/// Fields for what is ticked on other pages.
fn add_others() {
    let Some(form) = form() else { return };
    for old in listed::<Element>(form.query_selector_all(&format!("[{ADDED}]"))) {
        old.remove();
    }
    let here: BTreeSet<String> = boxes().iter().map(HtmlInputElement::value).collect();
    for key in kept().difference(&here) {
        let Ok(field) = document().create_element("input") else { return };
        for (name, value) in [("type", "hidden"), ("name", "key"), ("value", key), (ADDED, "")] {
            let _ = field.set_attribute(name, value);
        }
        let _ = form.append_child(&field);
    }
}

fn form() -> Option<Element> {
    document().get_element_by_id("selection")
}

fn is_selection(target: Option<EventTarget>) -> bool {
    let element = target.and_then(|target| target.dyn_into::<Element>().ok());
    // Not `id()`: of a form with a field called `id` that is the field.
    element.is_some_and(|element| element.matches("#selection").unwrap_or(false))
}

fn most(form: &Element) -> usize {
    form.get_attribute("data-most").and_then(|most| most.parse().ok()).unwrap_or(0)
}

fn boxes() -> Vec<HtmlInputElement> {
    listed(document().query_selector_all(BOXES))
}

fn storage() -> Option<Storage> {
    window().session_storage().ok().flatten()
}

fn kept() -> BTreeSet<String> {
    let text = storage().and_then(|storage| storage.get_item(KEPT).ok().flatten());
    text.unwrap_or_default().lines().map(ToOwned::to_owned).collect()
}

fn keep(keys: &BTreeSet<String>) {
    let text: Vec<&str> = keys.iter().map(String::as_str).collect();
    if let Some(storage) = storage() {
        let _ = storage.set_item(KEPT, &text.join("\n"));
    }
}
