//! Single letters: through the rows of a list, to a page, and `?` for the list of them all.
//!
//! They do nothing with a modifier, inside a field, under a dialog, and for whoever switched them off (`data-shortcuts`
//! on the document). Moving is moving the focus, to the link of a row: so Enter opens it, and it is seen and read aloud.

use std::time::Duration;

use leptos::ev;
use leptos::html::Dialog;
use leptos::prelude::*;
use leptos::web_sys::{Element, HtmlElement};
use wasm_bindgen::JsCast;

use super::page::listed;

/// Until when the second letter of two may come.
const TOGETHER: Duration = Duration::from_millis(1500);
/// Where a letter means itself.
const FIELDS: &str = "input:not([type=checkbox]), textarea, select, [contenteditable]";
const ROWS: &str = "main table.rows tbody tr, main ol.inbox > li";

/// The children say which keys do what.
#[island]
pub fn Keys(children: Children) -> impl IntoView {
    let node = NodeRef::<Dialog>::new();
    // `g` was pressed; how often, so that an old one is forgotten.
    let going = StoredValue::new(false);
    let turn = StoredValue::new(0_u32);
    Effect::new(move || {
        let keys = window_event_listener(ev::keydown, move |event| {
            let on = document()
                .document_element()
                .is_some_and(|root| root.get_attribute("data-shortcuts").as_deref() == Some("on"));
            let modified = event.ctrl_key() || event.meta_key() || event.alt_key();
            if !on || modified || event.default_prevented() || is_taken(&event) {
                return;
            }
            let key = event.key();
            if going.try_get_value() == Some(true) {
                going.set_value(false);
                if go(&key) {
                    event.prevent_default();
                }
                return;
            }
            let done = match key.as_str() {
                "?" => open(node),
                "/" => search(),
                "j" => step(true),
                "k" => step(false),
                "x" => tick(),
                "g" => {
                    turn.update_value(|turn| *turn += 1);
                    let mine = turn.get_value();
                    going.set_value(true);
                    let forget = move || {
                        if turn.try_get_value() == Some(mine) {
                            going.set_value(false);
                        }
                    };
                    set_timeout(forget, TOGETHER);
                    true
                }
                _ => false,
            };
            if done {
                event.prevent_default();
            }
        });
        on_cleanup(move || keys.remove());
    });
    let left = move |event: ev::MouseEvent| {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let leaves = target.is_some_and(|target| {
            target.matches("dialog").unwrap_or(false)
                || target.closest("[data-close]").ok().flatten().is_some()
        });
        if let (true, Some(dialog)) = (leaves, node.get_untracked()) {
            dialog.close();
        }
    };
    view! {
        <dialog class="dialog" node_ref=node aria-labelledby="keys-title" on:click=left>{children()}</dialog>
    }
}

/// Somebody types, or a dialog is open.
fn is_taken(event: &ev::KeyboardEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let field = target.is_some_and(|target| target.closest(FIELDS).ok().flatten().is_some());
    field || first("dialog[open]").is_some()
}

fn first(selector: &str) -> Option<HtmlElement> {
    document().query_selector(selector).ok().flatten()?.dyn_into().ok()
}

fn open(node: NodeRef<Dialog>) -> bool {
    node.get_untracked().is_some_and(|dialog| dialog.show_modal().is_ok())
}

/// Into the field of the list, or where there is none into the palette.
fn search() -> bool {
    let field = first("main input[type=search]");
    match &field {
        Some(field) => drop(field.focus()),
        None => {
            if let Some(link) = first("[data-palette]") {
                link.click();
            }
        }
    }
    true
}

fn go(key: &str) -> bool {
    let named = key.len() == 1 && key.bytes().all(|byte| byte.is_ascii_lowercase());
    let link = named.then(|| first(&format!("a[data-key='{key}']"))).flatten();
    if let Some(link) = &link {
        link.click();
    }
    link.is_some()
}

/// What opens each row, in order. A row without a link is passed over.
fn openers() -> Vec<HtmlElement> {
    let rows: Vec<Element> = listed(document().query_selector_all(ROWS));
    let opener = |row: &Element| {
        let marked = row.query_selector("a[data-open]").ok().flatten();
        marked.or_else(|| row.query_selector("a[href]").ok().flatten())?.dyn_into().ok()
    };
    rows.iter().filter_map(opener).collect()
}

/// The row that has the focus, wherever inside it.
fn row() -> Option<Element> {
    document().active_element()?.closest(ROWS).ok().flatten()
}

fn step(down: bool) -> bool {
    let openers = openers();
    let here = row();
    let now = openers
        .iter()
        .position(|opener| here.as_ref().is_some_and(|row| row.contains(Some(opener))));
    let next = match (now, down) {
        (None, _) => 0,
        (Some(now), true) => now + 1,
        (Some(now), false) => now.saturating_sub(1),
    };
    let Some(opener) = openers.get(next) else { return !openers.is_empty() };
    let _ = opener.focus();
    true
}

fn tick() -> bool {
    let boxed = row().and_then(|row| row.query_selector("input[type=checkbox]").ok().flatten());
    let field = boxed.and_then(|field| field.dyn_into::<HtmlElement>().ok());
    if let Some(field) = &field {
        field.click();
    }
    field.is_some()
}
