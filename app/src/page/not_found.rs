//! An address that leads nowhere.

use leptos::prelude::*;

use crate::api::ssr::{Request, set_status};
use crate::component::{Frame, Section};
use crate::path;
use crate::ui::Empty;

#[component]
pub fn NotFoundPage() -> impl IntoView {
    set_status(http::StatusCode::NOT_FOUND);
    let language = Request::current().language;
    view! {
        <Frame title=language.not_found_title().to_owned() section=Section::None>
            <h1>{language.not_found_title()}</h1>
            <Empty title=language.not_found_title() text=language.not_found_text()>
                <p><a class="button" href=path::INSTANCES>{language.to_instances()}</a></p>
            </Empty>
        </Frame>
    }
    .into_any()
}
