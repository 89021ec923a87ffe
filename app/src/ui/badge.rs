//! A word with a colour that repeats what it says.

use leptos::prelude::*;

/// What a colour means. Amber: a door that stands open. Red: danger. Green: only what was verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Neutral,
    Accent,
    /// Dark: production.
    Strong,
    Open,
    Danger,
    Safe,
}

impl Tone {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Neutral => "neutral",
            Self::Accent => "accent",
            Self::Strong => "strong",
            Self::Open => "open",
            Self::Danger => "danger",
            Self::Safe => "safe",
        }
    }
}

#[component]
pub fn Badge(tone: Tone, children: Children) -> impl IntoView {
    view! { <span class="badge" data-tone=tone.code()>{children()}</span> }
}
