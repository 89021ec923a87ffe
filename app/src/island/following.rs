//! Keeps a part of the page up to date while it says so: an element with an `id`, `data-follow` in milliseconds and
//! `data-version`.
//!
//! The part is fetched with the page it is on. It is put in place only when its version changed, so that nothing moves
//! and nothing is read aloud twice. A page in the background waits until it is looked at.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::web_sys::Element;

use super::page::Page;

#[island]
pub fn Following() -> impl IntoView {
    let here = StoredValue::new(());
    Effect::new(move || follow(here));
}

/// Looks again after the time that the part names, as long as there is one, and the page is the same.
fn follow(here: StoredValue<()>) {
    let Some((_, pause)) = followed() else { return };
    set_timeout(
        move || {
            if here.is_disposed() {
                return;
            }
            if document().hidden() {
                return follow(here);
            }
            spawn_local(async move {
                refresh().await;
                if !here.is_disposed() {
                    follow(here);
                }
            });
        },
        pause,
    );
}

fn followed() -> Option<(Element, Duration)> {
    let part = document().query_selector("[data-follow]").ok().flatten()?;
    let millis = part.get_attribute("data-follow")?.parse().ok()?;
    Some((part, Duration::from_millis(millis)))
}

/// A page that cannot be had is asked for again later: the part stays as it was.
async fn refresh() {
    let Ok(page) = Page::look(&location().href().unwrap_or_default()).await else { return };
    let Some((shown, _)) = followed() else { return };
    let id = shown.id();
    let version = |element: &Element| element.get_attribute("data-version");
    if page.part(&id).as_ref().map(version) != Some(version(&shown)) {
        page.swap(&id);
    }
}
