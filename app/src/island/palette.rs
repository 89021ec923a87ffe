//! The palette: Ctrl K or ⌘ K, or the link that leads to the same as a page.
//!
//! What it shows are the results of that page (`page/go.rs`), fetched as somebody types; the words and what may be done
//! stay on the server. An option is a link, or the button of a form that opens a review. While an answer is under way no
//! option is chosen, so that Enter never means the one before: it leads to the page then.

use std::time::Duration;

use leptos::ev;
use leptos::html::Dialog;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::web_sys::{Element, Event, HtmlDialogElement, HtmlElement, HtmlInputElement, Storage};
use wasm_bindgen::JsCast;

use super::page::{Page, TURNED, is_composing, listed, replace};

/// As in the route table of the server.
const ADDRESS: &str = "/go";
const INSTANCES: &str = "/instances/";
const PAUSE: Duration = Duration::from_millis(120);
/// The instances that were opened in this tab, the last first. Their keys alone: what they are now the server says.
const RECENT: &str = "latchkey-recent";
const MOST: usize = 5;
const ACTIVE: &str = "aria-activedescendant";

/// The children are the field, the list and what is said of it.
#[island]
pub fn Palette(children: Children) -> impl IntoView {
    let node = NodeRef::<Dialog>::new();
    let turn = StoredValue::new(0_u32);
    Effect::new(move || {
        arrive();
        let turned = window_event_listener(ev::Custom::<Event>::new(TURNED), |_| arrive());
        let keys = window_event_listener(ev::keydown, move |event| {
            let plain = event.alt_key() || event.shift_key();
            if (event.ctrl_key() || event.meta_key()) && !plain && event.key() == "k" {
                event.prevent_default();
                toggle(node, turn);
            }
        });
        let clicks = window_event_listener(ev::click, move |event| {
            let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
            let opens = target.and_then(|target| target.closest("[data-palette]").ok().flatten());
            // Another tab, if that was asked for.
            if opens.is_some() && !event.ctrl_key() && !event.meta_key() && !event.shift_key() {
                event.prevent_default();
                toggle(node, turn);
            }
        });
        on_cleanup(move || {
            turned.remove();
            keys.remove();
            clicks.remove();
        });
    });
    let pressed = move |event: ev::KeyboardEvent| {
        // They choose among what the input method offers.
        if event.is_composing() {
            return;
        }
        let step = match event.key().as_str() {
            "ArrowDown" => 1,
            "ArrowUp" => -1,
            "Enter" => {
                if let Some(option) = active() {
                    event.prevent_default();
                    option.click();
                }
                return;
            }
            _ => return,
        };
        event.prevent_default();
        choose(step);
    };
    // What an option opens, it opens over the page and not over the palette.
    let left = move |event: ev::MouseEvent| {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let option =
            target.clone().and_then(|target| target.closest("[role=option]").ok().flatten());
        let outside = target.is_some_and(|target| target.matches("dialog").unwrap_or(false));
        if let (true, Some(dialog)) = (option.is_some() || outside, node.get_untracked()) {
            dialog.close();
        }
    };
    let written = move |event: Event| {
        if !is_composing(&event) {
            look(turn, PAUSE);
        }
    };
    view! {
        <dialog class="dialog palette" node_ref=node aria-labelledby="palette-title"
            on:input=written on:compositionend=move |_| look(turn, PAUSE) on:keydown=pressed on:click=left>
            {children()}
        </dialog>
    }
}

fn toggle(node: NodeRef<Dialog>, turn: StoredValue<u32>) {
    let Some(dialog) = node.get_untracked() else { return };
    if dialog.open() {
        return dialog.close();
    }
    // Over another dialog there is nothing to go to.
    if document().query_selector("dialog[open]").ok().flatten().is_none() {
        show(&dialog, turn);
    }
}

fn show(dialog: &HtmlDialogElement, turn: StoredValue<u32>) {
    let _ = dialog.show_modal();
    if let Some(field) = field() {
        let _ = field.focus();
        field.select();
    }
    look(turn, Duration::ZERO);
}

fn field() -> Option<HtmlInputElement> {
    document().get_element_by_id("palette-field")?.dyn_into().ok()
}

fn list() -> Option<Element> {
    document().get_element_by_id("palette-list")
}

fn options() -> Vec<HtmlElement> {
    listed(document().query_selector_all("#palette-list [role=option]"))
}

/// Asks for what fits, after a pause in which nothing more is typed.
fn look(turn: StoredValue<u32>, pause: Duration) {
    turn.update_value(|turn| *turn += 1);
    let mine = turn.get_value();
    mark(None);
    set_timeout(
        move || {
            if turn.try_get_value() == Some(mine) {
                spawn_local(fetch(turn, mine));
            }
        },
        pause,
    );
}

async fn fetch(turn: StoredValue<u32>, mine: u32) {
    let typed = field().map(|field| field.value()).unwrap_or_default();
    let part = |text: &str| String::from(js_sys::encode_uri_component(text));
    let address =
        format!("{ADDRESS}?in=palette&q={}&recent={}", part(&typed), part(&recent().join(" ")));
    let Ok(page) = Page::get(&address).await else { return };
    // An answer that was overtaken by another letter is of no use.
    if turn.try_get_value() != Some(mine) {
        return;
    }
    let Some(new) = page.part("palette-found") else {
        // The session is over: its page says so.
        return super::page::go(&page.address);
    };
    if let (Some(shown), Some(list)) = (list(), found(&page)) {
        replace(&shown, &list);
    }
    if let Some(said) = document().get_element_by_id("palette-said") {
        said.set_text_content(new.text_content().as_deref());
    }
    mark(options().first());
}

/// The list of the page that was fetched: its results, and not those of its own palette, which is empty.
fn found(page: &Page) -> Option<Element> {
    page.document.query_selector("main #palette-list").ok().flatten()
}

fn active() -> Option<HtmlElement> {
    let id = field()?.get_attribute(ACTIVE)?;
    document().get_element_by_id(&id)?.dyn_into().ok()
}

fn choose(step: i32) {
    let options = options();
    let now = active().and_then(|active| options.iter().position(|option| *option == active));
    let last = options.len().checked_sub(1);
    let next = match (now, step > 0, last) {
        (_, _, None) => return,
        (None, true, _) => 0,
        (None, false, Some(last)) => last,
        (Some(now), true, Some(last)) => {
            if now == last {
                0
            } else {
                now + 1
            }
        }
        (Some(now), false, Some(last)) => now.checked_sub(1).unwrap_or(last),
    };
    mark(options.get(next));
}

/// The option that Enter opens, or none.
fn mark(chosen: Option<&HtmlElement>) {
    for option in options() {
        let is = chosen == Some(&option);
        let _ = option.set_attribute("aria-selected", if is { "true" } else { "false" });
    }
    let Some(field) = field() else { return };
    match chosen {
        Some(option) => {
            let _ = field.set_attribute(ACTIVE, &option.id());
            option.scroll_into_view_with_bool(false);
        }
        None => {
            let _ = field.remove_attribute(ACTIVE);
        }
    }
}

fn storage() -> Option<Storage> {
    window().session_storage().ok().flatten()
}

fn recent() -> Vec<String> {
    let text = storage().and_then(|storage| storage.get_item(RECENT).ok().flatten());
    text.unwrap_or_default().lines().map(ToOwned::to_owned).collect()
}

/// At each page.
fn arrive() {
    remember();
    name_keys();
}

/// Notes the instance whose page this is.
fn remember() {
    let path = location().pathname().unwrap_or_default();
    let Some(key) = path.strip_prefix(INSTANCES) else { return };
    let before = recent();
    let others = before.iter().map(String::as_str).filter(|known| *known != key);
    let keys: Vec<&str> = std::iter::once(key).chain(others).take(MOST).collect();
    if let Some(storage) = storage() {
        let _ = storage.set_item(RECENT, &keys.join("\n"));
    }
}

/// Keys are called otherwise on some keyboards.
fn name_keys() {
    if !window().navigator().platform().unwrap_or_default().starts_with("Mac") {
        return;
    }
    for key in listed::<Element>(document().query_selector_all("[data-mac]")) {
        key.set_text_content(key.get_attribute("data-mac").as_deref());
    }
}
