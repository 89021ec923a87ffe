//! How a page loads its style sheet and wakes its islands.
//!
//! Invariants: no script without the response's nonce; nothing is fetched twice (the hints below ask in the same mode
//! as the requests they stand for); a page whose scripts never run is whole without them.
//!
//! Not Leptos' own `HydrationScripts`: it reads a file beside the executable, and this one is alone.

use std::collections::BTreeMap;
use std::sync::Arc;

use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos::web_sys::Element;
use wasm_bindgen::prelude::wasm_bindgen;

/// Where the built files are: plain name (`app.css`) to address (`/assets/app.0123456789abcdef.css`).
///
/// Given by the server as context. A name that was not built is missing, and the page does without.
#[derive(Clone, Debug, Default)]
pub struct AssetHrefs(Arc<BTreeMap<String, String>>);

impl AssetHrefs {
    pub fn new(hrefs: BTreeMap<String, String>) -> Self {
        Self(Arc::new(hrefs))
    }

    pub fn get(&self, name: &str) -> Option<String> {
        self.0.get(name).cloned()
    }
}

/// The id of [`End`].
const END: &str = "page-end";

/// The style sheet and, where the page has islands, the scripts. Belongs into `<head>`, once.
///
/// Nothing is painted before all of the page is there: columns of half a table would move when the rest comes. A browser
/// that does not know of it paints as it reads.
///
/// The scripts change nothing of the page before they run: without them it works as plain links and forms.
#[component]
pub fn Boot(
    /// Whether the page has islands. Without, no script and no WebAssembly is loaded.
    islands: bool,
) -> impl IntoView {
    // Islands start as plain HTML: only what stands inside an `#[island]` is hydrated.
    if let Some(shared) = Owner::current_shared_context() {
        shared.set_is_hydrating(false);
    }
    let hrefs = use_context::<AssetHrefs>().unwrap_or_default();
    let style = hrefs.get("app.css").map(|href| view! { <link rel="stylesheet" href=href/> });
    let scripts = islands.then(|| scripts(&hrefs)).flatten();
    view! {
        <link rel="expect" href=format!("#{END}") blocking="render"/>
        {style}
        {scripts}
    }
}

/// The last element of the page's body, once.
#[component]
pub fn End() -> impl IntoView {
    view! { <span id=END hidden></span> }
}

/// Wakes the islands inside HTML that was fetched and put into the page, and ends those that left the page.
///
/// Call it in the browser only (effects, event handlers), after the swap, with the element whose content is new. Woken
/// islands do not belong to the caller: they live until their HTML leaves the page. The islands that the swap took
/// away are ended before this returns, also the one that calls: its signals are gone then.
pub fn wake(region: &Element) {
    let caller = Owner::current();
    untrack(|| wake_islands(region));
    if let Some(caller) = caller {
        caller.set();
    }
}

#[wasm_bindgen]
extern "C" {
    /// Put there by `crates/frontend/boot.js`.
    #[wasm_bindgen(js_namespace = __latchkey, js_name = wake)]
    fn wake_islands(region: &Element);
}

fn scripts(hrefs: &AssetHrefs) -> Option<impl IntoView + use<>> {
    let (boot, glue, program) =
        (hrefs.get("boot.js")?, hrefs.get("app.js")?, hrefs.get("app.wasm")?);
    let nonce = use_nonce();
    // `crossorigin` without a value is the mode of `fetch()` and of module scripts; another mode would fetch again.
    Some(view! {
        <link rel="modulepreload" href=glue/>
        <link rel="preload" href=program r#as="fetch" r#type="application/wasm" crossorigin="anonymous"/>
        <script type="module" src=boot nonce=nonce></script>
    })
}
