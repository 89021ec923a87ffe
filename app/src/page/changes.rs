//! All changes, the newest first.

use domain::id::InstanceKey;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use service::viewer::ChangeFilter;

use super::load::load;
use crate::api::ssr::Request;
use crate::component::{ChangeTable, Frame, Section};
use crate::path;
use crate::ui::Empty;

const PAGE: usize = 50;

#[component]
pub fn ChangesPage() -> impl IntoView {
    let request = Request::current();
    let language = request.language;
    let query = use_query_map().get_untracked();
    let filter = ChangeFilter {
        instance: query.get("instance").and_then(|text| text.parse::<InstanceKey>().ok()),
        open_only: query.get("open").is_some(),
        before: query.get("before").and_then(|id| id.parse().ok()),
        ..ChangeFilter::default()
    };
    let about = filter.instance.clone();
    let data = {
        let request = request.clone();
        async move {
            let wanted = i64::try_from(PAGE).unwrap_or(i64::MAX).saturating_add(1);
            request
                .viewer()?
                .list_changes(&filter, wanted)
                .await
                .map_err(|error| request.respond(error))
        }
    };
    let shown = load(request, data, move |request, mut changes| {
        let more = changes.len() > PAGE;
        changes.truncate(PAGE);
        let older = changes.last().filter(|_| more).map(|last| {
            let instance = about.as_ref().map(ToString::to_string).unwrap_or_default();
            path::with_query(
                path::CHANGES,
                &[("instance", &instance), ("before", &last.id.to_string())],
            )
        });
        if changes.is_empty() {
            return view! { <Empty title=language.no_changes() text=language.no_changes_text()/> }
                .into_any();
        }
        view! {
            <div class="card"><ChangeTable language changes now=request.now with_instance=true/></div>
            <nav class="pages">{older.map(|href| view! { <a class="button" href=href>{language.older()}</a> })}</nav>
        }
        .into_any()
    });
    view! {
        <Frame title=language.changes().to_owned() section=Section::Changes>
            <div class="title"><h1>{language.changes()}</h1></div>
            {shown}
        </Frame>
    }
    .into_any()
}
