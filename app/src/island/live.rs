//! Keeps open pages up to date: when the portal says that something changed, the parts marked `data-live` are fetched
//! anew and put in place where they differ.
//!
//! One stream a browser, however many tabs: whichever holds the lock listens and tells the others. A tab in the
//! background waits until it is looked at, and a page under a dialog until that is closed: the focus goes back to what
//! opened it. What has the focus is left alone, and so is what did not change.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::web_sys::{
    BroadcastChannel, Element, Event, EventSource, HtmlDetailsElement, MessageEvent,
};
use wasm_bindgen::prelude::{Closure, wasm_bindgen};
use wasm_bindgen::{JsCast, JsValue};

use super::page::{Page, listed, replace};
use super::selecting;

const CHANNEL: &str = "latchkey-live";
/// As in the route table of the server.
const ADDRESS: &str = "/events";
/// Not more often than this, however much happens.
const PAUSE: Duration = Duration::from_secs(2);
/// After the server refused the stream: signed out, or being started anew.
const AGAIN: Duration = Duration::from_secs(15);
/// On a part that is only put in place when it becomes another kind: what is inside has parts of its own.
const KIND: &str = "data-live-kind";
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
        hold_lock(move || open(state, false));
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

/// Opens the stream, from where this browser was. After a break every tab looks again: who had heard nothing before
/// has no number to go on from.
fn open(state: State, broken: bool) {
    let last = state.last.try_get_value().unwrap_or_default();
    let address =
        if last.is_empty() { ADDRESS.to_owned() } else { format!("{ADDRESS}?after={last}") };
    let Ok(source) = EventSource::new(&address) else { return };
    let heard = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        tell(state, &event.last_event_id(), &event.data().as_string().unwrap_or_default());
    });
    source.set_onmessage(Some(heard.as_ref().unchecked_ref()));
    heard.forget();
    let broken = Rc::new(Cell::new(broken));
    let opened = {
        let broken = broken.clone();
        Closure::<dyn Fn()>::new(move || {
            if broken.replace(false) {
                tell(state, "", EVERYTHING);
            }
        })
    };
    source.set_onopen(Some(opened.as_ref().unchecked_ref()));
    opened.forget();
    let failed = {
        let source = source.clone();
        Closure::<dyn Fn()>::new(move || {
            broken.set(true);
            // The browser goes on by itself, unless it was refused.
            if source.ready_state() == EventSource::CLOSED {
                set_timeout(move || open(state, true), AGAIN);
            }
        })
    };
    source.set_onerror(Some(failed.as_ref().unchecked_ref()));
    failed.forget();
}

/// The other tabs, then this one.
fn tell(state: State, number: &str, keys: &str) {
    state.channel.with_value(|channel| {
        if let Some(channel) = channel {
            let _ = channel.post_message(&JsValue::from_str(&format!("{number}\n{keys}")));
        }
    });
    hear(state, number, keys);
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
    if document().query_selector("dialog[open]").ok().flatten().is_some() {
        return rest(state);
    }
    state.behind.set_value(false);
    spawn_local(async move {
        refresh().await;
        rest(state);
    });
}

/// Nothing for a while, then what came meanwhile.
fn rest(state: State) {
    set_timeout(
        move || {
            state.busy.set_value(false);
            catch_up(state);
        },
        PAUSE,
    );
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
    listed(document().query_selector_all("[data-live], [data-live-rows]"))
}

/// Puts in place what is different.
pub fn put(page: &Page) {
    for shown in parts() {
        let Some(new) = page.part(&shown.id()) else { continue };
        let kind = shown.get_attribute(KIND);
        if shown.has_attribute("data-live-rows") {
            put_rows(page, &shown, &new);
        } else if kind.is_none() || kind != new.get_attribute(KIND) {
            put_part(&shown, &new);
        }
    }
    selecting::restore();
}

/// Row by row while they are the same ones: then nothing moves under the pointer.
fn put_rows(page: &Page, shown: &Element, new: &Element) {
    let ids = |part: &Element| -> Vec<String> { children(part).iter().map(Element::id).collect() };
    let old = ids(shown);
    if old != ids(new) {
        return put_part(shown, new);
    }
    for id in old {
        if let (Some(shown), Some(new)) = (document().get_element_by_id(&id), page.part(&id)) {
            put_part(&shown, &new);
        }
    }
}

/// Around what has the focus, the rest is put in place as long as both are built alike.
fn put_part(shown: &Element, new: &Element) {
    if shown.is_equal_node(Some(new)) {
        return;
    }
    if has_focus(shown) {
        let (shown, new) = (children(shown), children(new));
        let alike = shown.iter().map(Element::tag_name).eq(new.iter().map(Element::tag_name));
        for (shown, new) in shown.iter().zip(&new).filter(|_| alike) {
            put_part(shown, new);
        }
        return;
    }
    let opened: Vec<bool> = details(shown).iter().map(HtmlDetailsElement::open).collect();
    if replace(shown, new) {
        for (details, open) in details(new).into_iter().zip(opened) {
            details.set_open(open);
        }
    }
}

fn children(of: &Element) -> Vec<Element> {
    let children = of.children();
    (0..children.length()).filter_map(|index| children.item(index)).collect()
}

fn has_focus(part: &Element) -> bool {
    let focused = document().active_element();
    focused.is_some_and(|focused| part.contains(Some(&focused)))
}

/// What can be folded, the part itself too.
fn details(part: &Element) -> Vec<HtmlDetailsElement> {
    let inside = listed(part.query_selector_all("details"));
    part.clone().dyn_into().ok().into_iter().chain(inside).collect()
}
