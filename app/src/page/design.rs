//! The look on one page, in both themes: tokens, and every part of `ui` in its states. In the sandbox only.
//!
//! States that a pointer or the keyboard makes are shown by classes that stand beside the pseudo-classes in the same
//! rules (`:is(:hover, .is-hover)`). To add a part: its states in [`parts`].

mod parts;
mod tokens;

use leptos::prelude::*;

use self::parts::Parts;
use self::tokens::{Colours, Scales};
use super::NotFoundPage;
use crate::api::ssr::Request;
use crate::component::{Frame, Section};
use crate::design::Theme;

#[component]
pub fn DesignPage() -> impl IntoView {
    let request = Request::current();
    if request.sandbox.is_none() {
        return view! { <NotFoundPage/> }.into_any();
    }
    let language = request.language;
    let themes = Theme::ALL.map(|theme| {
        let title = match theme {
            Theme::Light => language.theme_light(),
            Theme::Dark => language.theme_dark(),
        };
        view! {
            <section class="design" data-theme=theme.code() aria-label=title>
                <h2>{title}</h2>
                <Colours language theme/>
                <Scales language/>
                <Parts language theme/>
            </section>
        }
    });
    view! {
        <Frame title=language.design().to_owned() section=Section::None>
            <div class="title">
                <h1>{language.design()}</h1>
                <span class="muted">{language.design_lead()}</span>
            </div>
            <div class="designs">{themes.collect_view()}</div>
        </Frame>
    }
    .into_any()
}
