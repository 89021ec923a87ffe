//! A guided look around the sandbox: tasks in order, each a link, ticked by what this person really did.
//!
//! Whether it is hidden is a cookie; whether a task is done is read from changes and audit, never remembered.

use domain::access::{Access, AccessState};
use domain::audit::AuditCode;
use domain::change::{Cause, Change, ChangeState};
use domain::environment::Environment;
use domain::inventory::InstanceSort;
use leptos::prelude::*;
use service::ServiceError;
use service::viewer::{AuditFilter, ChangeFilter, Viewer};

use crate::api::ssr::Request;
use crate::asked::Asked;
use crate::path;
use crate::text::Language;
use crate::ui::{Icon, IconName};

/// More than anybody does in a sandbox.
const CHANGES: i64 = 200;

/// Which tasks are done, in their order.
pub type Done = [bool; 5];

/// `None` outside of the sandbox, or for nobody.
pub async fn look(request: &Request) -> Result<Option<Done>, ServiceError> {
    let (Some(_), Some(who)) = (&request.sandbox, &request.who) else { return Ok(None) };
    let viewer = request.portal.viewer(who);
    let person = Some(who.person.name.clone());
    let own = ChangeFilter { person: person.clone(), ..ChangeFilter::default() };
    let all = ChangeFilter::default();
    let of = |code, person| AuditFilter { code: Some(code), person, ..AuditFilter::default() };
    let (reviews, own, all, approved, approvals, exported) = futures_util::try_join!(
        audited(viewer, of(AuditCode::ReviewTaken, person.clone())),
        viewer.list_changes(&own, CHANGES),
        viewer.list_changes(&all, CHANGES),
        audited(viewer, of(AuditCode::ChangeApproved, None)),
        audited(viewer, of(AuditCode::ChangeApproved, person.clone())),
        audited(viewer, of(AuditCode::AuditExported, person)),
    )?;
    let shut_word = Some(Access::PasswordRequired.code());
    let found = reviews.iter().any(|event| event.after.as_deref() == shut_word);
    let opened: Vec<&Change> = own.iter().filter(|change| is_door(change)).collect();
    let shut = opened.iter().any(|door| all.iter().any(|change| shuts(change, door)));
    let others =
        approved.iter().any(|event| own.iter().any(|change| Some(change.id) == event.change));
    Ok(Some([
        found,
        !opened.is_empty(),
        shut,
        others || !approvals.is_empty(),
        !exported.is_empty(),
    ]))
}

async fn audited(
    viewer: Viewer<'_>,
    filter: AuditFilter,
) -> Result<Vec<domain::audit::AuditEvent>, ServiceError> {
    let events = viewer.list_audit(&filter).await?;
    Ok(events.into_iter().map(|recorded| recorded.event).collect())
}

/// Opened for a time, in development, and proven open.
fn is_door(change: &Change) -> bool {
    change.to == Access::PasswordFree
        && change.environment == Environment::Development
        && change.lasts.is_some()
        && change.state == ChangeState::Verified
}

/// By whom or what it may be.
fn shuts(change: &Change, door: &Change) -> bool {
    let later = change.requested_at > door.requested_at || change.cause == Cause::Return;
    change.instance == door.instance
        && change.to == Access::PasswordRequired
        && change.state == ChangeState::Verified
        && later
}

#[component]
pub fn Tour(request: Request, done: Done) -> impl IntoView {
    let language = request.language;
    let name = request.who.as_ref().map(|who| who.person.name.to_string()).unwrap_or_default();
    let list = |access, environment| {
        Asked::default()
            .with(|filter| {
                filter.access = Some(access);
                filter.environment = environment;
            })
            .sorted(InstanceSort::Exposure)
            .address()
    };
    let worst = list(AccessState::PasswordFree, None);
    let development = list(AccessState::PasswordRequired, Some(Environment::Development));
    let tasks = [
        (language.tour_find(), language.tour_find_text(), worst),
        (language.tour_door(), language.tour_door_text(), development),
        (language.tour_shut(), language.tour_shut_text(), path::OVERVIEW.to_owned()),
        (language.tour_approve(), language.tour_approve_text(), path::POLICY.to_owned()),
        (
            language.tour_audit(),
            language.tour_audit_text(),
            path::with_query(path::AUDIT, &[("person", name)]),
        ),
    ];
    let next = done.iter().position(|done| !done);
    let tasks = tasks.into_iter().enumerate().map(|(place, (title, text, href))| {
        let ticked = done.get(place).copied().unwrap_or_default();
        let current = (next == Some(place)).then_some("step");
        view! { <Task language ticked current title text href/> }
    });
    let tasks = tasks.collect_view();
    view! {
        <section class="card tour" aria-labelledby="tour">
            <header>
                <h2 id="tour">{language.tour()}</h2>
                <span class="muted">{language.tour_lead()}</span>
                <span class="aside"><Shown request=request.clone() word="hidden" text=language.tour_hide()/></span>
            </header>
            <ol class="body">{tasks}</ol>
        </section>
    }
    .into_any()
}

#[component]
fn Task(
    language: Language,
    ticked: bool,
    current: Option<&'static str>,
    title: &'static str,
    text: &'static str,
    href: String,
) -> impl IntoView {
    let (icon, word) = if ticked {
        (IconName::Check, language.tour_done())
    } else {
        (IconName::ArrowRight, language.tour_open_step())
    };
    let done = ticked.then_some("");
    view! {
        <li data-done=done aria-current=current>
            <Icon name=icon/>
            <span><a href=href>{title}</a> <span class="visually-hidden">" (" {word} ")"</span>
            <span class="muted small under">{text}</span></span>
        </li>
    }
    .into_any()
}

/// A button that hides it, or shows it again.
#[component]
pub fn Shown(request: Request, word: &'static str, text: &'static str) -> impl IntoView {
    view! {
        <form method="post" action=path::PREFERENCES_POST>
            <input type="hidden" name="next" value=request.address.clone()/>
            <button class="button" data-tone="quiet" name="tour" value=word>{text}</button>
        </form>
    }
}
