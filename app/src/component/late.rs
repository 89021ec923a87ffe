//! A call that nobody heard of may yet be carried out.

use domain::time::Timestamp;
use leptos::prelude::*;

use crate::text::Language;
use crate::ui::{Icon, IconName, Moment};

/// Until when.
#[component]
pub fn LateEffect(language: Language, until: Timestamp) -> impl IntoView {
    view! {
        <span class="state under" data-tone="open" data-late="">
            <Icon name=IconName::Warning/>
            <Moment language at=until text=language.late_effect(until)/>
        </span>
    }
    .into_any()
}
