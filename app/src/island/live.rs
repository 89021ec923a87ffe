//! Keeps open pages up to date: when the portal says that something changed, the parts marked `data-live` are fetched
//! anew and put in place where they differ.
//!
//! One stream a browser, however many tabs: whichever holds the lock listens and tells the others. A tab in the
//! background waits until it is looked at, and a page under a dialog until that is closed: the focus goes back to what
//! opened it. What has the focus is left alone, and so is what did not change. Rows that come, go or change places wait
//! under a pointer until somebody asks for them (`#moved`). While nobody hears the portal, the page says how old it is
//! (`#offline`).

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::web_sys::{
    BroadcastChannel, Element, Event, EventSource, HtmlDetailsElement, HtmlElement, MessageEvent,
};
use wasm_bindgen::prelude::{Closure, wasm_bindgen};
use wasm_bindgen::{JsCast, JsValue};

use super::page::{Page, TURNED, listed, replace};
use super::selecting;

const CHANNEL: &str = "latchkey-live";
/// As in the route table of the server.
const ADDRESS: &str = "/events";
/// Where everything leads that is asked for after the session is over.
const SIGN_IN: &str = "/sign-in";
/// Not more often than this, however much happens.
const PAUSE: Duration = Duration::from_secs(2);
/// After the server refused the stream: signed out, or being started anew.
const AGAIN: Duration = Duration::from_secs(15);
/// On a part that is only put in place when it becomes another kind: what is inside has parts of its own.
const KIND: &str = "data-live-kind";
/// In a message: more than can be named.
const EVERYTHING: &str = "*";
/// In a message, without a number: since when nobody hears the portal, in milliseconds, or nothing.
const SILENT: char = '!';
/// A restart or a change of networks is no news.
const LOST: Duration = Duration::from_secs(20);
/// How often a page says anew how old it is.
const AGEING: Duration = Duration::from_secs(20);
const MINUTE: f64 = 60_000.0;

#[derive(Clone, Copy)]
struct State {
    /// Something changed that is not shown yet.
    behind: StoredValue<bool>,
    /// A look is planned or under way.
    busy: StoredValue<bool>,
    /// The last message's number.
    last: StoredValue<String>,
    channel: StoredValue<Option<BroadcastChannel>, LocalStorage>,
    /// Since when the stream of this tab is broken.
    lost: StoredValue<Option<f64>>,
    /// Since when nobody hears the portal, once that is worth saying.
    silent: StoredValue<Option<f64>>,
    /// Somebody came back to the page, or asks for its rows: they need not stay where they are.
    eager: StoredValue<bool>,
}

#[island]
pub fn Live() -> impl IntoView {
    Effect::new(|| {
        let state = State {
            behind: StoredValue::new(false),
            busy: StoredValue::new(false),
            last: StoredValue::new(String::new()),
            channel: StoredValue::new_local(BroadcastChannel::new(CHANNEL).ok()),
            lost: StoredValue::new(None),
            silent: StoredValue::new(None),
            eager: StoredValue::new(false),
        };
        show_moved(state);
        watch_network(state);
        listen_to_others(state);
        let seen = window_event_listener(ev::Custom::<Event>::new("visibilitychange"), move |_| {
            // Nobody pointed at anything meanwhile.
            state.eager.set_value(!document().hidden() && state.behind.get_value());
            catch_up(state);
        });
        let turned =
            window_event_listener(ev::Custom::<Event>::new(TURNED), move |_| catch_up(state));
        on_cleanup(move || {
            seen.remove();
            turned.remove();
        });
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
            if let Some(since) = text.strip_prefix(SILENT) {
                hush(state, since.parse().ok());
            } else if let Some((number, keys)) = text.split_once('\n') {
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
            state.lost.set_value(None);
            tell_silent(state, None);
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
            if state.lost.get_value().is_none() {
                let since = js_sys::Date::now();
                state.lost.set_value(Some(since));
                lose(state, since);
            }
            // The browser goes on by itself, unless it was refused.
            if source.ready_state() == EventSource::CLOSED {
                // It may be because the session is over.
                tell(state, "", EVERYTHING);
                set_timeout(move || open(state, true), AGAIN);
            }
        })
    };
    source.set_onerror(Some(failed.as_ref().unchecked_ref()));
    failed.forget();
}

/// Says it to all tabs, if it is still so after a while.
fn lose(state: State, since: f64) {
    set_timeout(
        move || {
            if state.lost.try_get_value().flatten() == Some(since) {
                tell_silent(state, Some(since));
            }
        },
        LOST,
    );
}

fn tell_silent(state: State, since: Option<f64>) {
    let text = since.map(|since| since.to_string()).unwrap_or_default();
    post(state, &format!("{SILENT}{text}"));
    hush(state, since);
}

/// The browser itself knows that it has no network, and says it at once.
fn watch_network(state: State) {
    let gone = window_event_listener(ev::Custom::<Event>::new("offline"), move |_| {
        hush(state, Some(js_sys::Date::now()));
    });
    let back = window_event_listener(ev::Custom::<Event>::new("online"), move |_| {
        hush(state, None);
        if let Some(since) = state.lost.get_value() {
            lose(state, since);
        }
        state.behind.set_value(true);
        catch_up(state);
    });
    on_cleanup(move || {
        gone.remove();
        back.remove();
    });
    age(state);
}

/// Since when nobody hears the portal. The first that is known counts until it is over.
fn hush(state: State, since: Option<f64>) {
    let known = state.silent.try_get_value().flatten();
    state.silent.set_value(since.map(|since| known.map_or(since, |known| known.min(since))));
    say_age(state);
}

/// For as long as the page is open.
fn age(state: State) {
    set_timeout(
        move || {
            say_age(state);
            age(state);
        },
        AGEING,
    );
}

fn say_age(state: State) {
    let Some(said) = document().get_element_by_id("offline") else { return };
    let since = state.silent.try_get_value().flatten();
    let text = since.and_then(|since| {
        let minutes = ((js_sys::Date::now() - since) / MINUTE).floor();
        counted(&said, minutes)
    });
    let text = text.unwrap_or_default();
    if said.text_content().unwrap_or_default() != text {
        said.set_text_content(Some(&text));
    }
}

/// The words of an element for none, one or many of something.
fn counted(words: &Element, count: f64) -> Option<String> {
    let name = if count < 1.0 {
        "data-none"
    } else if count < 2.0 {
        "data-one"
    } else {
        "data-many"
    };
    Some(words.get_attribute(name)?.replace("{}", &count.to_string()))
}

fn post(state: State, text: &str) {
    state.channel.with_value(|channel| {
        if let Some(channel) = channel {
            let _ = channel.post_message(&JsValue::from_str(text));
        }
    });
}

/// The other tabs, then this one.
fn tell(state: State, number: &str, keys: &str) {
    post(state, &format!("{number}\n{keys}"));
    hear(state, number, keys);
}

fn hear(state: State, number: &str, keys: &str) {
    if !number.is_empty() {
        state.last.set_value(number.to_owned());
    }
    if is_turning() {
        // The page that comes may be older than this.
        return state.behind.set_value(true);
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

/// Another page was asked for, and is not here yet.
fn is_turning() -> bool {
    document().query_selector("#page[data-turning]").ok().flatten().is_some()
}

/// Looks again, if there is a reason and somebody to look.
fn catch_up(state: State) {
    let wanted = state.behind.get_value()
        && !state.busy.get_value()
        && !document().hidden()
        && !is_turning();
    if !wanted {
        return;
    }
    state.busy.set_value(true);
    if document().query_selector("dialog[open]").ok().flatten().is_some() {
        return rest(state);
    }
    state.behind.set_value(false);
    spawn_local(async move {
        refresh(state).await;
        rest(state);
    });
}

/// Puts the rows in place that wait, when somebody asks for them.
fn show_moved(state: State) {
    let clicks = window_event_listener(ev::click, move |event| {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let asked = target.and_then(|target| target.closest("#moved button").ok().flatten());
        if asked.is_some() {
            state.eager.set_value(true);
            spawn_local(async move {
                refresh(state).await;
                let first = document().query_selector("#rows a[href]").ok().flatten();
                if let Some(first) = first.and_then(|first| first.dyn_into::<HtmlElement>().ok()) {
                    let _ = first.focus();
                }
            });
        }
    });
    on_cleanup(move || clicks.remove());
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
async fn refresh(state: State) {
    let address = location().href().unwrap_or_default();
    if parts().is_empty() {
        return;
    }
    let Ok(page) = Page::look(&address).await else { return };
    // Somebody moved on while it was fetched.
    if location().href().unwrap_or_default() != address {
        return;
    }
    let sign_in = format!("{}{SIGN_IN}", location().origin().unwrap_or_default());
    if page.address.starts_with(&sign_in) {
        // Nobody sees any more what only this session was shown.
        return super::page::go(&page.address);
    }
    put_all(&page, state.eager.try_update_value(std::mem::take).unwrap_or_default());
}

fn parts() -> Vec<Element> {
    listed(document().query_selector_all("[data-live], [data-live-rows]"))
}

/// Puts in place what is different, after somebody asked for this page.
pub fn put(page: &Page) {
    put_all(page, true);
}

fn put_all(page: &Page, eager: bool) {
    for shown in parts() {
        let Some(new) = page.part(&shown.id()) else { continue };
        let kind = shown.get_attribute(KIND);
        if shown.has_attribute("data-live-rows") {
            put_rows(page, &shown, &new, eager);
        } else if kind.is_none() || kind != new.get_attribute(KIND) {
            put_part(&shown, &new);
        }
    }
    selecting::restore();
}

/// Row by row, so that nothing moves under the pointer: rows that are new, gone or elsewhere are counted, and wait.
fn put_rows(page: &Page, shown: &Element, new: &Element, eager: bool) {
    let ids = |part: &Element| -> Vec<String> { children(part).iter().map(Element::id).collect() };
    let (old, now) = (ids(shown), ids(new));
    let moved = document().get_element_by_id("moved");
    // Where the focus is, no rows are put: they wait too.
    let at_once = moved.is_none() || eager && !has_focus(shown);
    let waits = if at_once { 0 } else { different(&old, &now) };
    if let Some(moved) = moved {
        say_moved(&moved, waits);
    }
    if old != now && waits == 0 {
        return put_part(shown, new);
    }
    for id in &old {
        if let (false, Some(gone)) = (now.contains(id), document().get_element_by_id(id)) {
            let _ = gone.set_attribute("data-gone", "");
        }
    }
    for id in old {
        if let (Some(shown), Some(new)) = (document().get_element_by_id(&id), page.part(&id)) {
            put_part(&shown, &new);
        }
    }
}

/// How many rows are not where they were.
fn different(old: &[String], now: &[String]) -> usize {
    let gone = old.iter().filter(|id| !now.contains(id)).count();
    let new = now.iter().filter(|id| !old.contains(id)).count();
    if gone + new > 0 {
        // One that came for one that went is one row that changed.
        return gone.max(new);
    }
    old.iter().zip(now).filter(|(old, now)| old != now).count()
}

fn say_moved(moved: &Element, count: usize) {
    let text = u32::try_from(count).ok().filter(|count| *count > 0);
    let text = text.and_then(|count| counted(moved, count.into())).unwrap_or_default();
    if let Some(said) = moved.query_selector("[data-said]").ok().flatten() {
        said.set_text_content(Some(&text));
    }
    let _ = moved.toggle_attribute_with_force("data-on", count > 0);
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
