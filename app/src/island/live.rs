//! Keeps open pages up to date: when the portal says that something changed, the parts marked `data-live` are fetched
//! anew and put in place where they differ.
//!
//! One stream a browser, however many tabs: whichever holds the lock listens and tells the others. A tab in the
//! background waits until it is looked at. What has the focus is left alone, and so is a part that did not change.

use std::time::Duration;

use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::web_sys::{
    BroadcastChannel, Element, Event, EventSource, HtmlDetailsElement, MessageEvent, NodeList,
};
use wasm_bindgen::prelude::{Closure, wasm_bindgen};
use wasm_bindgen::{JsCast, JsValue};

use super::page::Page;
use super::selecting;

const CHANNEL: &str = "latchkey-live";
/// As in the route table of the server.
const ADDRESS: &str = "/events";
/// Not more often than this, however much happens.
const PAUSE: Duration = Duration::from_secs(2);
/// After the server refused the stream: signed out, or being started anew.
const AGAIN: Duration = Duration::from_secs(15);
/// In a message: more than can be named.
const EVERYTHING: &str = "*";

#[derive(Clone, Copy)]
struct State {
    /// Something changed that is not shown yet.
    behind: StoredValue<bool>,
    /// A look is planned or under way.
    busy: StoredValue<bool>,
    /// The last message's number.
    last: StoredValue<String>,
    channel: StoredValue<Option<BroadcastChannel>, LocalStorage>,
}

#[island]
pub fn Live() -> impl IntoView {
    Effect::new(|| {
        let state = State {
            behind: StoredValue::new(false),
            busy: StoredValue::new(false),
            last: StoredValue::new(String::new()),
            channel: StoredValue::new_local(BroadcastChannel::new(CHANNEL).ok()),
        };
        listen_to_others(state);
        let seen = window_event_listener(ev::Custom::<Event>::new("visibilitychange"), move |_| {
            catch_up(state);
        });
        on_cleanup(move || seen.remove());
        hold_lock(move || open(state));
    });
}

#[wasm_bindgen]
extern "C" {
    /// Web Locks, which only secure pages have. Not in `web-sys` without its unstable part.
    type LockManager;

    #[wasm_bindgen(method)]
    fn request(this: &LockManager, name: &str, held: &js_sys::Function) -> js_sys::Promise;
}

/// Calls when this tab holds the lock, which it then keeps; without locks each tab is on its own.
fn hold_lock(then: impl Fn() + 'static) {
    let locks = js_sys::Reflect::get(&window().navigator(), &JsValue::from_str("locks"));
    let Some(locks) = locks.ok().filter(JsValue::is_object) else { return then() };
    let held = Closure::once_into_js(move || {
        then();
        // Held until the tab is gone.
        js_sys::Promise::new(&mut |_, _| {})
    });
    let _ = locks.unchecked_into::<LockManager>().request(CHANNEL, held.unchecked_ref());
}

fn listen_to_others(state: State) {
    state.channel.with_value(|channel| {
        let Some(channel) = channel else { return };
        let heard = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            let text = event.data().as_string().unwrap_or_default();
            if let Some((number, keys)) = text.split_once('\n') {
                hear(state, number, keys);
            }
        });
        channel.set_onmessage(Some(heard.as_ref().unchecked_ref()));
        heard.forget();
    });
}

/// Opens the stream, from where this browser was.
fn open(state: State) {
    let last = state.last.try_get_value().unwrap_or_default();
    let address =
        if last.is_empty() { ADDRESS.to_owned() } else { format!("{ADDRESS}?after={last}") };
    let Ok(source) = EventSource::new(&address) else { return };
    let heard = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        let (number, keys) = (event.last_event_id(), event.data().as_string().unwrap_or_default());
        state.channel.with_value(|channel| {
            if let Some(channel) = channel {
                let _ = channel.post_message(&JsValue::from_str(&format!("{number}\n{keys}")));
            }
        });
        hear(state, &number, &keys);
    });
    source.set_onmessage(Some(heard.as_ref().unchecked_ref()));
    heard.forget();
    let failed = {
        let source = source.clone();
        Closure::<dyn Fn()>::new(move || {
            // The browser goes on by itself, unless it was refused.
            if source.ready_state() == EventSource::CLOSED {
                set_timeout(move || open(state), AGAIN);
            }
        })
    };
    source.set_onerror(Some(failed.as_ref().unchecked_ref()));
    failed.forget();
}

fn hear(state: State, number: &str, keys: &str) {
    if !number.is_empty() {
        state.last.set_value(number.to_owned());
    }
    let about = document().query_selector("[data-about]").ok().flatten();
    let about = about.and_then(|element| element.get_attribute("data-about"));
    let concerns =
        about.is_none_or(|about| keys.lines().any(|key| key == about || key == EVERYTHING));
    if concerns {
        state.behind.set_value(true);
        catch_up(state);
    }
}

/// Looks again, if there is a reason and somebody to look.
fn catch_up(state: State) {
    let wanted = state.behind.get_value() && !state.busy.get_value() && !document().hidden();
    if !wanted {
        return;
    }
    state.busy.set_value(true);
    state.behind.set_value(false);
    spawn_local(async move {
        refresh().await;
        set_timeout(
            move || {
                state.busy.set_value(false);
                catch_up(state);
            },
            PAUSE,
        );
    });
}

/// A page that cannot be had is asked for again at the next message: the open one stays as it was.
async fn refresh() {
    let address = location().href().unwrap_or_default();
    if parts().is_empty() {
        return;
    }
    let Ok(page) = Page::look(&address).await else { return };
    // Somebody moved on while it was fetched.
    if location().href().unwrap_or_default() != address {
        return;
    }
    put(&page);
}

fn parts() -> Vec<Element> {
    let found = document().query_selector_all("[data-live]").ok();
    let count = found.as_ref().map_or(0, NodeList::length);
    (0..count).filter_map(|index| found.as_ref()?.item(index)?.dyn_into().ok()).collect()
}

/// Puts in place what is different.
pub fn put(page: &Page) {
    for shown in parts() {
        let Some(new) = page.part(&shown.id()) else { continue };
        if shown.has_attribute("data-live-rows") {
            put_rows(page, &shown, &new);
        } else {
            put_part(page, &shown, &new);
        }
    }
    selecting::restore();
}

/// Row by row while they are the same ones: then nothing moves under the pointer.
fn put_rows(page: &Page, shown: &Element, new: &Element) {
    let ids = |part: &Element| -> Vec<String> {
        let rows = part.children();
        (0..rows.length()).filter_map(|index| rows.item(index)).map(|row| row.id()).collect()
    };
    let old = ids(shown);
    if old != ids(new) {
        return put_part(page, shown, new);
    }
    for id in old {
        if let (Some(shown), Some(new)) = (document().get_element_by_id(&id), page.part(&id)) {
            put_part(page, &shown, &new);
        }
    }
}

fn put_part(page: &Page, shown: &Element, new: &Element) {
    if shown.is_equal_node(Some(new)) || has_focus(shown) {
        return;
    }
    let opened = opened(shown);
    if let Some(put) = page.swap(&shown.id())
        && let Some(opened) = opened
    {
        for (details, open) in details(&put).into_iter().zip(opened) {
            details.set_open(open);
        }
    }
}

fn has_focus(part: &Element) -> bool {
    let focused = document().active_element();
    focused.is_some_and(|focused| part.contains(Some(&focused)))
}

/// Which folded parts stand open.
fn opened(part: &Element) -> Option<Vec<bool>> {
    let details = details(part);
    (!details.is_empty()).then(|| details.iter().map(HtmlDetailsElement::open).collect())
}

fn details(part: &Element) -> Vec<HtmlDetailsElement> {
    let found = part.query_selector_all("details").ok();
    let count = found.as_ref().map_or(0, NodeList::length);
    (0..count).filter_map(|index| found.as_ref()?.item(index)?.dyn_into().ok()).collect()
}
