//! An empty list, and which kind of nothing it is: none in anybody's eyes, none that this person may see, or none that
//! fits what was asked for. (What was not read yet is in [`super::FirstSteps`].)

use leptos::prelude::*;

use crate::api::ssr::Request;
use crate::path;
use crate::ui::Empty;

/// Where it is none that fits: where all of them are.
#[component]
pub fn Nothing(
    request: Request,
    title: &'static str,
    text: &'static str,
    #[prop(optional_no_strip)] all: Option<String>,
) -> impl IntoView {
    let language = request.language;
    if request.who.as_ref().is_some_and(|who| who.person.role().is_none()) {
        return view! {
            <div class="card">
                <Empty title=language.no_role_title() text=language.no_role_text()>
                    <p><a class="button" href=path::ME>{language.my_account()}</a></p>
                </Empty>
            </div>
        }
        .into_any();
    }
    view! {
        <div class="card">
            <Empty title text>
                {all.map(|href| view! { <p><a class="button" href=href>{language.clear_filters()}</a></p> })}
            </Empty>
        </div>
    }
    .into_any()
}
