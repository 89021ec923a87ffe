//! The WebAssembly entry: what `boot.js` calls to wake the islands of a page.
//!
//! Invariants: every island has an owner of its own, so that it can be ended when its HTML has left the page; an
//! island among another island's children stands under that one and sees its context, all others under one root and
//! see none.

use std::cell::RefCell;

// Without a use of `app` the linker drops every island: the build stays green and nothing wakes (leptos#2083).
use app as _;
use leptos::prelude::Owner;
use leptos::web_sys::HtmlElement;
use wasm_bindgen::prelude::wasm_bindgen;

thread_local! {
    static ROOT: RefCell<Option<Owner>> = const { RefCell::new(None) };
    static AWAKE: RefCell<Vec<(HtmlElement, Owner)>> = const { RefCell::new(Vec::new()) };
}

/// Starts the reactive system. Once a page, before anything else here.
#[wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
    ROOT.set(Owner::current());
}

/// Makes an owner for this island and makes it current; the island is hydrated right after.
///
/// `nested`: the current owner is that of the island among whose children this one stands.
#[wasm_bindgen]
pub fn adopt(island: HtmlElement, nested: bool) {
    let parent = if nested { Owner::current() } else { ROOT.with_borrow(Clone::clone) };
    let Some(parent) = parent else { return };
    let owner = parent.child();
    owner.set();
    AWAKE.with_borrow_mut(|awake| awake.push((island, owner)));
}

/// Ends the islands whose HTML has left the page: their effects stop, their `on_cleanup` runs.
#[wasm_bindgen]
pub fn release() {
    let gone: Vec<_> = AWAKE.with_borrow_mut(|awake| {
        awake.extract_if(.., |(island, _)| !island.is_connected()).collect()
    });
    // Outside the borrow: a cleanup may wake or release others.
    for (_, owner) in gone {
        owner.cleanup();
    }
}
