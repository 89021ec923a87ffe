//! All changes, the newest first.

use domain::id::InstanceKey;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use service::viewer::ChangeFilter;

use super::load::load;
use crate::api::ssr::Request;
use crate::component::{ChangeTable, ChangeTabs, Frame, Nothing, Section};
use crate::path;

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
    let (waiting, open_only) = (query.get("waiting").is_some(), filter.open_only);
    let data = {
        let request = request.clone();
        async move {
            let wanted = i64::try_from(PAGE).unwrap_or(i64::MAX).saturating_add(1);
            let viewer = request.viewer()?;
            let listed = if waiting {
                viewer.list_waiting(wanted).await
            } else {
                viewer.list_changes(&filter, wanted).await
            };
            listed.map_err(|error| request.respond(error))
        }
    };
    let shown = load(request, data, move |request, mut changes| {
        let more = changes.len() > PAGE;
        changes.truncate(PAGE);
        let older = changes.last().filter(|_| more && !waiting).map(|last| {
            let instance = about.as_ref().map(ToString::to_string).unwrap_or_default();
            path::with_query(
                path::CHANGES,
                &[
                    ("instance", instance.as_str()),
                    ("open", if open_only { "1" } else { "" }),
                    ("before", &last.id.to_string()),
                ],
            )
        });
        if changes.is_empty() {
            let narrowed = open_only || about.is_some();
            let (title, text) = match (waiting, narrowed) {
                (true, _) => (language.nothing_waiting(), language.nothing_waiting_text()),
                (false, true) => (language.no_such_changes(), language.no_such_changes_text()),
                (false, false) => (language.no_changes(), language.no_changes_text()),
            };
            let all = (narrowed && !waiting).then(|| path::CHANGES.to_owned());
            return view! { <Nothing request title text all/> }.into_any();
        }
        view! {
            <div class="card"><ChangeTable language changes now=request.now with_instance=true/></div>
            <nav class="pages">{older.map(|href| view! { <a class="button" href=href>{language.older()}</a> })}</nav>
        }
        .into_any()
    });
    let current = match (waiting, open_only) {
        (true, _) => path::CHANGES_WAITING,
        (false, true) => path::CHANGES_OPEN,
        (false, false) => path::CHANGES,
    };
    view! {
        <Frame title=language.changes().to_owned() section=Section::Changes>
            <div class="title"><h1>{language.changes()}</h1></div>
            <ChangeTabs language current/>
            {shown}
        </Frame>
    }
    .into_any()
}
