//! The lines of a batch.

use domain::batch::{BatchItem, BatchState};
use domain::change::{Ending, VerifiedBy};
use leptos::prelude::*;
use service::BatchDetail;

use crate::component::EnvironmentBadge;
use crate::path;
use crate::text::Language;
use crate::ui::{Badge, Card, Scroll, Tone};

/// Those that will change first; of what ran, those that failed first.
#[component]
pub fn Items(language: Language, detail: BatchDetail) -> impl IntoView {
    let draft = detail.batch.state == BatchState::Draft;
    let mut items = detail.items;
    items.sort_by_key(|item| (!item.has_failed(), !item.line.will_change(), item.position));
    let title = if draft { language.what_would_change() } else { language.what_became() };
    let note = if draft { language.by_what_is_known() } else { "" };
    let rows = items.into_iter().map(move |item| view! { <Item language item draft/> });
    view! {
        <Card title note=note>
            <Scroll label=title>
                <table class="rows">
                    <thead>
                        <tr>
                            <th scope="col">{language.instance_column()}</th>
                            <th scope="col">{language.environment_label()}</th>
                            <th scope="col">{language.becomes_column()}</th>
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </Scroll>
        </Card>
    }
    .into_any()
}

#[component]
fn Item(language: Language, item: BatchItem, draft: bool) -> impl IntoView {
    let name = item.name.or_id(&item.instance.id).to_owned();
    let place = format!("{}, {}", item.instance.account, item.instance.region);
    view! {
        <tr>
            <td>
                <a href=path::instance(&item.instance)><bdi>{name}</bdi></a>
                <span class="mono muted id">{item.instance.id.to_string()}</span>
                <span class="muted id">{place}</span>
            </td>
            <td><EnvironmentBadge language environment=item.environment/></td>
            <td><Became language item draft/></td>
        </tr>
    }
    .into_any()
}

#[component]
fn Became(language: Language, item: BatchItem, draft: bool) -> impl IntoView {
    if let Some(problem) = item.problem {
        return view! { <Badge tone=Tone::Danger>{language.item_problem(problem)}</Badge> }
            .into_any();
    }
    if let Some(change) = item.change {
        let label = language.state_label(change.state, change.ending.as_ref());
        let tone = crate::component::state_tone(change.state, change.ending.as_ref());
        let no_op = matches!(change.ending, Some(Ending::Verified { by: VerifiedBy::NoOp }));
        let tone = if no_op { Tone::Neutral } else { tone };
        return view! { <a href=path::change(change.id)><Badge tone>{label}</Badge></a> }
            .into_any();
    }
    let why = language.line_why(&item.line);
    let (will, label) = (item.line.will_change(), language.line(&item.line));
    let label = if will && !draft { language.not_started() } else { label };
    let tone = if will { Tone::Accent } else { Tone::Neutral };
    view! {
        <Badge tone>{label}</Badge>
        {(!why.is_empty()).then(|| view! { <span class="muted small under"><bdi>{why}</bdi></span> })}
    }
    .into_any()
}
