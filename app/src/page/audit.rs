//! The audit: who did what to what, and how it ended.

use domain::audit::{Actor, AuditCode, Outcome, RecordedEvent};
use domain::zone::Zone;
use leptos::prelude::*;
use service::viewer::AUDIT_PAGE;

use super::load::load;
use crate::api::ssr::Request;
use crate::audit_asked::AuditAsked;
use crate::component::{Frame, Nothing, Section};
use crate::path;
use crate::text::Language;
use crate::ui::{Icon, IconName, Moment, Scroll};

#[component]
pub fn AuditPage() -> impl IntoView {
    let request = Request::current();
    let (language, within) = (request.language, request.clone());
    let asked = AuditAsked::of_address(&request.address);
    let data = {
        let (request, filter) = (request.clone(), asked.filter());
        async move {
            request.viewer()?.list_audit(&filter).await.map_err(|error| request.respond(error))
        }
    };
    let again = asked.clone();
    let shown =
        load(request, data, move |request, events| view! { <Events request events asked=again/> });
    view! {
        <Frame title=language.audit().to_owned() section=Section::Audit>
            <div class="title">
                <h1>{language.audit()}</h1>
                <span class="muted">{language.audit_lead()}</span>
                <span class="grow"></span>
                <a class="button" href=asked.address_under(path::AUDIT_CSV) download="">
                    <Icon name=IconName::Download/>"CSV"
                </a>
                <a class="button" href=asked.address_under(path::AUDIT_JSONL) download="">
                    <Icon name=IconName::Download/>"JSON Lines"
                </a>
            </div>
            <Filters request=within asked/>
            {shown}
        </Frame>
    }
    .into_any()
}

#[component]
fn Filters(request: Request, asked: AuditAsked) -> impl IntoView {
    let language = request.language;
    let filter = asked.filter();
    let codes = AuditCode::ALL.iter().map(|code| {
        view! { <option value=code.code() selected=filter.code == Some(*code)>{language.audit_code(*code)}</option> }
    });
    let outcomes = Outcome::ALL.iter().map(|outcome| {
        let selected = filter.outcome == Some(*outcome);
        view! { <option value=outcome.code() selected=selected>{language.audit_outcome(*outcome)}</option> }
    });
    let person = filter.person.as_ref().map(ToString::to_string).unwrap_or_default();
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
                <span class="visually-hidden">{language.outcome_column()}</span>
                <select class="input" name="outcome">
                    <option value="">{language.any_outcome()}</option>
                    {outcomes.collect_view()}
                </select>
            </label>
            <label class="choice">
                <span class="visually-hidden">{language.person_filter()}</span>
                <input class="input" name="person" value=person placeholder=language.person_filter() maxlength="64"/>
            </label>
            <Days request asked=asked.clone()/>
            <About language asked=asked.clone()/>
            <button class="button">{language.filter()}</button>
            {asked.is_filtered().then(|| view! { <a class="clear" href=path::AUDIT>{language.clear_filters()}</a> })}
        </form>
    }
    .into_any()
}

/// From which day to which, and whose days they are.
#[component]
fn Days(request: Request, asked: AuditAsked) -> impl IntoView {
    let language = request.language;
    let chosen = if asked.has_days() { asked.zone.clone() } else { request.zone.clone() };
    let mut zones = vec![chosen.clone()];
    for zone in [request.zone, Zone::UTC] {
        if !zones.contains(&zone) {
            zones.push(zone);
        }
    }
    let zones = zones.into_iter().map(|zone| {
        let (name, selected) = (zone.to_string(), zone == chosen);
        view! { <option value=name.clone() selected=selected>{name.replace('_', " ")}</option> }
    });
    view! {
        <label class="day">
            <span>{language.first_day()}</span>
            <input class="input" type="date" name="from" value=asked.from/>
        </label>
        <label class="day">
            <span>{language.last_day()}</span>
            <input class="input" type="date" name="to" value=asked.to/>
        </label>
        <label class="day">
            <span>{language.days_in()}</span>
            <select class="input" name="zone">{zones.collect_view()}</select>
        </label>
    }
    .into_any()
}

/// One instance or one change, as somebody came from its page.
#[component]
fn About(language: Language, asked: AuditAsked) -> impl IntoView {
    let filter = asked.filter();
    let instance = filter.instance.map(|key| {
        let less = asked.with(|filter| filter.instance = None).address();
        view! {
            <input type="hidden" name="instance" value=key.to_string()/>
            <a class="chip mono" href=less aria-current="true" title=language.take_back()>{key.to_string()}</a>
        }
    });
    let change = filter.change.map(|id| {
        let less = asked.with(|filter| filter.change = None).address();
        view! {
            <input type="hidden" name="change" value=id.to_string()/>
            <a class="chip mono" href=less aria-current="true" title=language.take_back()>{language.change()} " " {id.to_string()}</a>
        }
    });
    view! { {instance} {change} }.into_any()
}

#[component]
fn Events(request: Request, events: Vec<RecordedEvent>, asked: AuditAsked) -> impl IntoView {
    let language = request.language;
    let newest = asked.is_later_page().then(|| asked.address());
    let full = i64::try_from(events.len()).unwrap_or(0) == AUDIT_PAGE;
    let older = events.last().filter(|_| full).map(|last| asked.older(last));
    let empty = events.is_empty();
    let rows = events
        .into_iter()
        .map(|recorded| view! { <Row language recorded asked=asked.clone()/> })
        .collect_view();
    let table = if empty {
        let (title, text, all) = if asked.is_filtered() {
            let all = path::AUDIT.to_owned();
            (language.no_events(), language.no_events_text(), Some(all))
        } else {
            (language.nothing_recorded(), language.nothing_recorded_text(), None)
        };
        view! { <Nothing request title text all/> }.into_any()
    } else {
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
        }
        .into_any()
    };
    view! {
        {table}
        <nav class="pages" aria-label=language.pages()>
            {newest.map(|href| view! { <a class="button" href=href>{language.newest()}</a> })}
            {older.map(|href| view! { <a class="button" href=href rel="next">{language.older()}</a> })}
        </nav>
    }
    .into_any()
}

#[component]
fn Row(language: Language, recorded: RecordedEvent, asked: AuditAsked) -> impl IntoView {
    let place = place(&recorded);
    let event = recorded.event;
    let person = match &event.actor {
        Actor::Person { name, .. } => {
            Some(asked.with(|filter| filter.person = Some(name.clone())).address())
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
            <td class="num nowrap">
                <Moment language at=event.at text=language.stamp(event.at)/>
                <span class="muted under" title=language.place_in_chain()>{place}</span>
            </td>
            <td class="nowrap">{language.audit_code(event.code)}<code class="muted under">{event.code.code()}</code></td>
            <td class="nowrap">{language.audit_outcome(event.outcome)}</td>
            <td>{match person {
                Some(href) => view! { <a href=href>{actor}</a> }.into_any(),
                None => actor.into_any(),
            }}</td>
            <td>
                {event.instance.map(|key| {
                    let only = asked.with(|filter| filter.instance = Some(key.clone())).address();
                    view! {
                        <a class="mono" data-open="" href=path::instance(&key)>{key.id.to_string()}</a> " "
                        <a class="small muted" href=only aria-label=format!("{} {}", language.only_this(), key.id)>{language.only_this()}</a>
                    }
                })}
                {event.change.map(|id| {
                    let only = asked.with(|filter| filter.change = Some(id)).address();
                    view! {
                        <span class="under">
                            <a href=path::change(id)>{language.change()}</a> " "
                            <a class="small muted" href=only aria-label=format!("{}: {}", language.only_this(), language.change())>{language.only_this()}</a>
                        </span>
                    }
                })}
                {event.cloud_request_id.map(|id| view! { <code class="muted under">{id.to_string()}</code> })}
            </td>
            <td class="wide detail"><bdi>{detail}</bdi></td>
        </tr>
    }
    .into_any()
}

/// `1/42`: the epoch of the chain of seals and the place in it.
fn place(recorded: &RecordedEvent) -> String {
    recorded.position.map(|position| format!("{}/{position}", recorded.epoch)).unwrap_or_default()
}

pub(super) fn actor_name(language: Language, actor: &Actor) -> String {
    match actor {
        Actor::Portal => language.the_portal().to_owned(),
        Actor::Person { name, .. } => name.to_string(),
        Actor::CommandLine => language.the_command_line().to_owned(),
        Actor::Anonymous => language.nobody_signed_in().to_owned(),
    }
}
