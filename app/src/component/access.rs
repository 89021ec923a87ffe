//! How an instance is entered, in words with an icon: colour is never the only sign.

use domain::access::AccessState;
use domain::environment::Environment;
use domain::inventory::WhitelistFinding;
use leptos::prelude::*;

use crate::text::Language;
use crate::ui::{Badge, Icon, IconName, Tone};

#[component]
pub fn AccessBadge(language: Language, state: AccessState) -> impl IntoView {
    let (icon, tone) = match state {
        AccessState::PasswordFree => (IconName::LockOpen, "open"),
        AccessState::PasswordRequired => (IconName::Lock, "closed"),
        AccessState::Unknown => (IconName::Question, "unknown"),
        AccessState::NotApplicable => (IconName::Slash, "none"),
    };
    view! {
        <span class="state" data-tone=tone>
            <Icon name=icon/>
            {language.access_state(state)}
        </span>
    }
    .into_any()
}

#[component]
pub fn EnvironmentBadge(language: Language, environment: Environment) -> impl IntoView {
    let tone = if environment.is_guarded() { Tone::Strong } else { Tone::Neutral };
    view! { <Badge tone>{language.environment(environment)}</Badge> }
}

#[component]
pub fn WhitelistWord(language: Language, finding: WhitelistFinding) -> impl IntoView {
    let text = language.whitelist_finding(finding);
    match finding {
        WhitelistFinding::Everyone => view! { <Badge tone=Tone::Danger>{text}</Badge> }.into_any(),
        WhitelistFinding::Wide => view! { <Badge tone=Tone::Open>{text}</Badge> }.into_any(),
        WhitelistFinding::NotSet | WhitelistFinding::Tight => {
            view! { <span>{text}</span> }.into_any()
        }
        WhitelistFinding::Unknown => view! { <span class="muted">{text}</span> }.into_any(),
    }
}
