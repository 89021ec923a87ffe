//! The WebAssembly entry.

// Without a use of it the linker drops every island.
use skeleton_app as _;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}
