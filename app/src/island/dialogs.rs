//! Opens reviews in a dialog: forms with `data-dialog` are sent in the background, and the review they lead to is shown
//! above the page. Whatever is no review is a page of its own, and is gone to.
//!
//! Enter confirms nothing. Escape closes. What the form was told stands inside the dialog, with what was typed.

use leptos::ev;
use leptos::html::Dialog;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::web_sys::{
    Element, EventTarget, FocusOptions, HtmlButtonElement, HtmlDialogElement, HtmlElement,
    HtmlFormElement, HtmlInputElement,
};
use wasm_bindgen::JsCast;

use super::page::{Page, go, listed};

const REVIEW: &str = "review";
/// On the dialog: `busy`, `broken` or `shown`. The style sheet shows the one of the children that fits.
const PHASE: &str = "data-phase";

/// The children say that it is under way, that it failed, and hold the button that closes.
#[island]
pub fn Dialogs(children: Children) -> impl IntoView {
    let node = NodeRef::<Dialog>::new();
    Effect::new(move || {
        let submits = window_event_listener(ev::submit, move |event| {
            let form = event.target().and_then(|target| target.dyn_into::<HtmlFormElement>().ok());
            let form = form.filter(|form| form.has_attribute("data-dialog"));
            if let (Some(form), Some(dialog)) = (form, node.get_untracked()) {
                event.prevent_default();
                // A second click while the first is under way is no second wish.
                if dialog.get_attribute(PHASE).as_deref() != Some("busy") {
                    send(dialog, form);
                }
            }
        });
        let clicks = window_event_listener(ev::click, move |event| {
            let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
            let dismissed =
                target.and_then(|target| target.closest("dialog [data-dismiss]").ok().flatten());
            if let (Some(_), Some(dialog)) = (dismissed, node.get_untracked()) {
                event.prevent_default();
                dialog.close();
            }
        });
        on_cleanup(move || {
            submits.remove();
            clicks.remove();
        });
    });
    let keep_enter = |event: ev::KeyboardEvent| {
        let in_field = event.target().is_some_and(|target| target.has_type::<HtmlInputElement>());
        if event.key() == "Enter" && in_field {
            event.prevent_default();
        }
    };
    view! {
        <dialog class="dialog" node_ref=node aria-labelledby="review-title" on:input=|event| gate(event.target()) on:keydown=keep_enter>
            {children()}
            <div data-body=""></div>
        </dialog>
    }
}

fn send(dialog: HtmlDialogElement, form: HtmlFormElement) {
    let _ = dialog.set_attribute(PHASE, "busy");
    if !dialog.open() {
        if let Some(body) = body(&dialog) {
            body.replace_children_with_node_0();
        }
        let _ = dialog.show_modal();
    }
    spawn_local(async move {
        let page = Page::submit(&form).await;
        let _ = dialog.set_attribute(PHASE, if page.is_ok() { "shown" } else { "broken" });
        if let Ok(page) = page {
            show(&dialog, &page);
        }
    });
}

fn body(dialog: &HtmlElement) -> Option<Element> {
    dialog.query_selector("[data-body]").ok().flatten()
}

/// A review is shown here, a refusal without one too; anything else is a page.
fn show(dialog: &HtmlElement, page: &Page) {
    let refusal = || page.document.query_selector(".error-panel").ok().flatten();
    let (Some(part), Some(body)) = (page.part(REVIEW).or_else(refusal), body(dialog)) else {
        return go(&page.address);
    };
    body.replace_children_with_node_1(&part);
    crate::boot::wake(&body);
    gate(body.query_selector("form input").ok().flatten().map(Into::into));
    let first = body.query_selector("[aria-invalid], [data-first-focus], .button").ok().flatten();
    if let Some(first) = first.and_then(|first| first.dyn_into::<HtmlElement>().ok()) {
        // Without scrolling there: one reads from the top.
        let options = FocusOptions::new();
        options.set_prevent_scroll(true);
        let _ = first.focus_with_options(&options);
    }
}

/// The confirming button waits for the typed name and every tick.
fn gate(field: Option<EventTarget>) {
    let field = field.and_then(|field| field.dyn_into::<Element>().ok());
    let Some(form) = field.and_then(|field| field.closest("form.confirm").ok().flatten()) else {
        return;
    };
    let inputs =
        |selector: &str| listed::<HtmlInputElement>(form.query_selector_all(selector)).into_iter();
    let named = inputs("[data-gate]").all(|input| {
        let name = input.get_attribute("data-gate").unwrap_or_default();
        !name.trim().is_empty() && input.value().trim() == name.trim()
    });
    let ticked = inputs("[type=checkbox]").all(|input| input.checked());
    let reasoned = inputs("[data-needed]").all(|input| !input.value().trim().is_empty());
    let button = form.query_selector("[data-confirm]").ok().flatten();
    if let Some(button) = button.and_then(|button| button.dyn_into::<HtmlButtonElement>().ok()) {
        button.set_disabled(!(named && ticked && reasoned));
    }
}
