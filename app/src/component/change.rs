//! Changes in lists, and what is needed to speak of one.

use domain::change::{Change, ChangeState, Ending, SendOutcome, VerifiedBy};
use domain::time::Timestamp;
use leptos::prelude::*;
use service::viewer::ChangeDetail;

use super::AccessBadge;
use crate::path;
use crate::text::{ChangeFacts, Language};
use crate::ui::{Badge, Moment, Scroll, Tone};

/// Nothing is green before it was read back.
pub fn change_tone(change: &Change) -> Tone {
    state_tone(change.state, change.ending.as_ref())
}

/// The same where the rest of the change is not at hand.
pub const fn state_tone(state: ChangeState, ending: Option<&Ending>) -> Tone {
    match (state, ending) {
        (ChangeState::Verified, Some(Ending::Verified { by: VerifiedBy::NoOp }))
        | (ChangeState::Rejected | ChangeState::Expired | ChangeState::Cancelled, _) => {
            Tone::Neutral
        }
        (ChangeState::Verified, _) => Tone::Safe,
        (ChangeState::Failed | ChangeState::Diverged | ChangeState::Refused, _) => Tone::Danger,
        (ChangeState::Unknown | ChangeState::Reconciling, _) => Tone::Open,
        _ => Tone::Accent,
    }
}

#[component]
pub fn ChangeBadge(language: Language, change: Change) -> impl IntoView {
    let emergency = change.break_glass;
    view! {
        <Badge tone=change_tone(&change)>{language.change_label(&change)}</Badge>
        {emergency.then(|| view! { " " <Badge tone=Tone::Danger>{language.emergency_badge()}</Badge> })}
    }
}

/// What the message of a change tells beside its state.
pub fn change_facts(language: Language, detail: &ChangeDetail) -> ChangeFacts {
    let wished = detail.read_backs.iter().filter(|read| read.state.is(detail.change.to));
    let proving: Vec<Timestamp> = wished.map(|read| read.at).collect();
    let proof = match proving[..] {
        [.., first, second] => Some((language.clock(first), language.clock(second))),
        _ => None,
    };
    let late_until = detail.late_until.map(|until| language.moment(until));
    let last = detail.attempts.last().and_then(|attempt| attempt.outcome);
    let accepted = last == Some(SendOutcome::Accepted);
    ChangeFacts { proof, reads: detail.read_backs.len(), late_until, accepted }
}

/// Which changes: above every list of them.
#[component]
pub fn ChangeTabs(language: Language, current: &'static str) -> impl IntoView {
    let tabs = [
        (path::CHANGES, language.all_changes()),
        (path::CHANGES_OPEN, language.open_changes()),
        (path::CHANGES_WAITING, language.waiting_for_approval()),
        (path::BATCHES, language.batches()),
    ];
    let tabs = tabs.into_iter().map(|(href, text)| {
        view! { <a class="chip" href=href aria-current=(href == current).then_some("page")>{text}</a> }
    });
    view! { <nav class="chips" aria-label=language.changes()>{tabs.collect_view()}</nav> }
        .into_any()
}

#[component]
pub fn ChangeTable(
    language: Language,
    changes: Vec<Change>,
    now: Timestamp,
    with_instance: bool,
) -> impl IntoView {
    let rows = changes
        .into_iter()
        .map(|change| view! { <ChangeRow language change now with_instance/> })
        .collect_view();
    view! {
        <Scroll label=language.changes()>
            <table class="rows">
                <thead>
                    <tr>
                        <th scope="col">{language.when_column()}</th>
                        {with_instance.then(|| view! { <th scope="col">{language.instance_column()}</th> })}
                        <th scope="col">{language.target()}</th>
                        <th scope="col">{language.state_column()}</th>
                        <th scope="col">{language.who_column()}</th>
                        <th scope="col" class="wide">{language.reason()}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </Scroll>
    }
    .into_any()
}

#[component]
fn ChangeRow(
    language: Language,
    change: Change,
    now: Timestamp,
    with_instance: bool,
) -> impl IntoView {
    let reason = change.reason.as_ref().map(ToString::to_string);
    view! {
        <tr>
            <td class="num nowrap">
                <a href=path::change(change.id)>
                    <Moment language at=change.requested_at text=language.ago(change.requested_at, now)/>
                </a>
            </td>
            {with_instance.then(|| view! {
                <td>
                    <a href=path::instance(&change.instance)><bdi>{change.name.to_string()}</bdi></a>
                    <span class="mono muted id">{change.instance.id.to_string()}</span>
                </td>
            })}
            <td><AccessBadge language state=change.to.into()/></td>
            <td><ChangeBadge language change=change.clone()/></td>
            <td>
                <a href=path::audit_of_person(&change.requested_by_name) title=language.history_of_person()>
                    {change.requested_by_name.to_string()}
                </a>
            </td>
            <td class="wide"><bdi>{reason}</bdi></td>
        </tr>
    }
    .into_any()
}
