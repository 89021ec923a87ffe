//! A point in time, for people and for machines.

use domain::time::Timestamp;
use leptos::prelude::*;

use crate::text::{Language, machine_time};

/// `text` is how it reads here, such as an age; the full time, in UTC too, is its title.
#[component]
pub fn Moment(language: Language, at: Timestamp, #[prop(into)] text: String) -> impl IntoView {
    view! { <time datetime=machine_time(at) title=language.in_full(at)>{text}</time> }
}
