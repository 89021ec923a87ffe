//! What became different, with before and after.

use domain::inventory::FleetEvent;
use domain::time::Timestamp;
use leptos::prelude::*;

use crate::path;
use crate::text::Language;
use crate::ui::{Card, Empty, Moment, Scroll};

/// The newest of it, or that there is nothing yet.
#[component]
pub fn Lately(
    language: Language,
    events: Vec<FleetEvent>,
    now: Timestamp,
    with_instance: bool,
) -> impl IntoView {
    // Steps of a change that have the same word are one to whoever reads it.
    let says = |event: &FleetEvent| {
        let [before, after] = [&event.before, &event.after]
            .map(|value| language.event_value(event, value.as_deref()));
        before != after
    };
    let events: Vec<FleetEvent> = events.into_iter().filter(says).collect();
    view! {
        <Card title=language.lately()>
            {if events.is_empty() {
                view! { <Empty title=language.nothing_lately() text=language.nothing_lately_text()/> }.into_any()
            } else {
                view! { <EventTable language events now with_instance/> }.into_any()
            }}
        </Card>
    }
    .into_any()
}

#[component]
fn EventTable(
    language: Language,
    events: Vec<FleetEvent>,
    now: Timestamp,
    with_instance: bool,
) -> impl IntoView {
    let rows = events
        .into_iter()
        .map(|event| view! { <EventRow language event now with_instance/> })
        .collect_view();
    view! {
        <Scroll label=language.lately()>
            <table class="rows events">
                <thead>
                    <tr>
                        <th scope="col">{language.when_column()}</th>
                        {with_instance.then(|| view! { <th scope="col">{language.instance_column()}</th> })}
                        <th scope="col">{language.what_column()}</th>
                        <th scope="col">{language.before_column()} " → " {language.after_column()}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </Scroll>
    }
    .into_any()
}

#[component]
fn EventRow(
    language: Language,
    event: FleetEvent,
    now: Timestamp,
    with_instance: bool,
) -> impl IntoView {
    let name = event.name.or_id(&event.instance.id).to_owned();
    let before = language.event_value(&event, event.before.as_deref());
    let after = language.event_value(&event, event.after.as_deref());
    let what = language.event_field(&event.field);
    let arrow = (!before.is_empty()).then_some(" → ");
    view! {
        <tr>
            <td class="num nowrap muted"><Moment language at=event.at text=language.ago(event.at, now)/></td>
            {with_instance.then(|| view! {
                <td>
                    <a href=path::instance(&event.instance)><bdi>{name}</bdi></a>
                    <span class="mono muted id">{event.instance.id.to_string()}</span>
                </td>
            })}
            <td>
                {match event.change {
                    Some(change) => view! { <a href=path::change(change)>{what}</a> }.into_any(),
                    None => what.into_any(),
                }}
            </td>
            <td class="detail"><bdi class="muted">{before}</bdi> {arrow} <bdi>{after}</bdi></td>
        </tr>
    }
    .into_any()
}
