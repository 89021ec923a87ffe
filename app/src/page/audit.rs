//! The audit: who did what to what, and how it ended.

use domain::audit::{Actor, AuditCode, RecordedEvent};
use domain::id::InstanceKey;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use service::viewer::{AUDIT_PAGE, AuditFilter};

use super::load::load;
use crate::api::ssr::Request;
use crate::component::{Frame, Section};
use crate::path;
use crate::text::Language;
use crate::ui::{Empty, Moment, Scroll};

#[component]
pub fn AuditPage() -> impl IntoView {
    let request = Request::current();
    let language = request.language;
    let query = use_query_map().get_untracked();
    let filter = AuditFilter {
        code: query.get("code").and_then(|code| code.parse().ok()),
        person: query.get("person").and_then(|name| name.parse().ok()),
        instance: query.get("instance").and_then(|text| text.parse::<InstanceKey>().ok()),
        change: query.get("change").and_then(|id| id.parse().ok()),
        before: query.get("before").and_then(|number| number.parse().ok()),
    };
    let data = {
        let (request, filter) = (request.clone(), filter.clone());
        async move {
            request.viewer()?.list_audit(&filter).await.map_err(|error| request.respond(error))
        }
    };
    let again = filter.clone();
    let shown =
        load(request, data, move |_, events| view! { <Events language events filter=again/> });
    view! {
        <Frame title=language.audit().to_owned() section=Section::Audit>
            <div class="title"><h1>{language.audit()}</h1><span class="muted">{language.audit_lead()}</span></div>
            <Filters language filter/>
            {shown}
        </Frame>
    }
    .into_any()
}

fn pairs(filter: &AuditFilter) -> [(&'static str, String); 4] {
    [
        ("code", filter.code.map(|code| code.to_string()).unwrap_or_default()),
        ("person", filter.person.as_ref().map(ToString::to_string).unwrap_or_default()),
        ("instance", filter.instance.as_ref().map(ToString::to_string).unwrap_or_default()),
        ("change", filter.change.map(|id| id.to_string()).unwrap_or_default()),
    ]
}

#[component]
fn Filters(language: Language, filter: AuditFilter) -> impl IntoView {
    let codes = AuditCode::ALL.iter().map(|code| {
        view! { <option value=code.code() selected=filter.code == Some(*code)>{language.audit_code(*code)}</option> }
    });
    let [_, (_, person), (_, instance), (_, change)] = pairs(&filter);
    let filtered = filter.code.is_some()
        || filter.person.is_some()
        || filter.instance.is_some()
        || filter.change.is_some();
    view! {
        <form class="filters" method="get" action=path::AUDIT>
            <label class="choice">
                <span class="visually-hidden">{language.code_column()}</span>
                <select class="input" name="code">
                    <option value="">{language.any_event()}</option>
                    {codes.collect_view()}
                </select>
            </label>
            <label class="choice">
                <span class="visually-hidden">{language.person_filter()}</span>
                <input class="input" name="person" value=person placeholder=language.person_filter() maxlength="64"/>
            </label>
            {(!instance.is_empty()).then(|| view! { <input type="hidden" name="instance" value=instance.clone()/> <span class="chip">{instance}</span> })}
            {(!change.is_empty()).then(|| view! { <input type="hidden" name="change" value=change.clone()/> <span class="chip mono">{change}</span> })}
            <button class="button">{language.filter()}</button>
            {filtered.then(|| view! { <a class="clear" href=path::AUDIT>{language.clear_filters()}</a> })}
        </form>
    }
    .into_any()
}

#[component]
fn Events(language: Language, events: Vec<RecordedEvent>, filter: AuditFilter) -> impl IntoView {
    if events.is_empty() {
        return view! { <div class="card"><Empty title=language.no_events() text=language.no_events_text()/></div> }.into_any();
    }
    let full = i64::try_from(events.len()).unwrap_or(0) == AUDIT_PAGE;
    let older = events.last().filter(|_| full).map(|last| {
        let mut query = pairs(&filter).to_vec();
        query.push(("before", last.sequence.to_string()));
        path::with_query(path::AUDIT, &query)
    });
    let newest = filter.before.is_some().then(|| path::with_query(path::AUDIT, &pairs(&filter)));
    let rows = events.into_iter().map(|recorded| view! { <Row language recorded/> }).collect_view();
    view! {
        <Scroll label=language.audit() card=true>
            <table class="rows">
                <thead><tr>
                    <th scope="col">{language.when_column()}</th>
                    <th scope="col">{language.code_column()}</th>
                    <th scope="col">{language.outcome_column()}</th>
                    <th scope="col">{language.actor_column()}</th>
                    <th scope="col">{language.object_column()}</th>
                    <th scope="col" class="wide">{language.detail_column()}</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </Scroll>
        <nav class="pages">
            {newest.map(|href| view! { <a class="button" href=href>{language.newest()}</a> })}
            {older.map(|href| view! { <a class="button" href=href>{language.older()}</a> })}
        </nav>
    }
    .into_any()
}

#[component]
fn Row(language: Language, recorded: RecordedEvent) -> impl IntoView {
    let event = recorded.event;
    let person = match &event.actor {
        Actor::Person { name, .. } => {
            Some(path::with_query(path::AUDIT, &[("person", name.as_str())]))
        }
        Actor::Portal | Actor::CommandLine | Actor::Anonymous => None,
    };
    let actor = actor_name(language, &event.actor);
    let words = [
        event.before.zip(event.after.clone()).map(|(before, after)| format!("{before} → {after}")),
        event.reason,
        event.address,
        (!event.detail.is_empty()).then(|| {
            event
                .detail
                .iter()
                .map(|(key, value)| format!("{key}={value}"))
                .collect::<Vec<_>>()
                .join(" ")
        }),
    ];
    let detail = words.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    view! {
        <tr>
            <td class="num nowrap"><Moment language at=event.at text=language.moment(event.at)/></td>
            <td class="nowrap">{language.audit_code(event.code)}<code class="muted under">{event.code.code()}</code></td>
            <td class="nowrap">{language.audit_outcome(event.outcome)}</td>
            <td>{match person {
                Some(href) => view! { <a href=href>{actor}</a> }.into_any(),
                None => actor.into_any(),
            }}</td>
            <td>
                {event.instance.map(|key| view! { <a class="mono" href=path::instance(&key)>{key.id.to_string()}</a> })}
                {event.change.map(|id| view! { <a class="under" href=path::change(id)>{language.change()}</a> })}
                {event.cloud_request_id.map(|id| view! { <code class="muted under">{id.to_string()}</code> })}
            </td>
            <td class="wide detail"><bdi>{detail}</bdi></td>
        </tr>
    }
    .into_any()
}

pub(super) fn actor_name(language: Language, actor: &Actor) -> String {
    match actor {
        Actor::Portal => language.the_portal().to_owned(),
        Actor::Person { name, .. } => name.to_string(),
        Actor::CommandLine => language.the_command_line().to_owned(),
        Actor::Anonymous => language.nobody_signed_in().to_owned(),
    }
}
