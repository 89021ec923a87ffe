//! One batch: what would become of each instance, and then, what became of it.

mod item;
mod start;

use domain::batch::{Batch, BatchState};
use domain::change::ChangeState;
use domain::id::BatchId;
use domain::person::Role;
use domain::policy::Policy;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use service::{After, BatchDetail};

use self::item::Items;
use self::start::StartForm;
use super::NotFoundPage;
use super::load::load;
use crate::api::ssr::Request;
use crate::component::{AccessBadge, Frame, Section};
use crate::island::Following;
use crate::path;
use crate::text::Language;
use crate::ui::{Card, Fact, FactList, Icon, IconName, Moment};

/// What is followed while the batch runs.
const PART: &str = "batch";
const FOLLOW_MS: &str = "2000";
/// With many lines the part is large.
const FOLLOW_MANY_MS: &str = "6000";
const MANY: usize = 200;

#[component]
pub fn BatchPage() -> impl IntoView {
    let id = use_params_map().read_untracked().get("id").and_then(|id| id.parse::<BatchId>().ok());
    let Some(id) = id else { return view! { <NotFoundPage/> }.into_any() };
    let request = Request::current();
    let title = request.language.batch().to_owned();
    let data = {
        let request = request.clone();
        async move {
            let respond = |error| request.respond(error);
            let detail = request.viewer()?.get_batch(id).await.map_err(respond)?;
            Ok((detail, request.portal.policy().await.map_err(respond)?.policy))
        }
    };
    let shown = load(request, data, |request, (detail, policy)| {
        view! { <Shown request detail policy/> }
    });
    view! {
        <Frame title section=Section::Changes>
            {shown}
            <Following/>
        </Frame>
    }
    .into_any()
}

/// How far it is, in numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Progress {
    total: usize,
    verified: usize,
    failed: usize,
    waiting: usize,
    under_way: usize,
}

impl Progress {
    fn of(detail: &BatchDetail) -> Self {
        let mut progress = Self::default();
        for item in detail.will_change() {
            progress.total += 1;
            progress.verified += usize::from(item.is_verified());
            progress.failed += usize::from(item.has_failed());
            let state = item.change.as_ref().map(|change| change.state);
            progress.waiting += usize::from(state == Some(ChangeState::AwaitingApproval));
            progress.under_way += usize::from(item.change.is_some() && !item.is_over());
        }
        progress
    }
}

#[component]
fn Shown(request: Request, detail: BatchDetail, policy: Policy) -> impl IntoView {
    let language = request.language;
    let progress = Progress::of(&detail);
    let batch = detail.batch.clone();
    let draft = batch.state == BatchState::Draft;
    let count = if draft { progress.total } else { detail.will_change().count() };
    let moving = batch.state == BatchState::Running || progress.under_way > 0;
    let follow = if detail.items.len() > MANY { FOLLOW_MANY_MS } else { FOLLOW_MS };
    let version = version(&detail, progress);
    view! {
        <div id=PART class="stack" data-version=version data-follow=moving.then_some(follow)>
            <nav class="crumbs muted" aria-label=language.back()>
                <a href=path::CHANGES>{language.changes()}</a> " / "
                <a href=path::BATCHES>{language.batches()}</a>
            </nav>
            <div class="title"><h1>{language.batch_title(batch.to, count)}</h1></div>
            {if draft {
                view! { <StartForm request=request.clone() detail=detail.clone() policy/> }.into_any()
            } else {
                view! { <Outcome request=request.clone() detail=detail.clone() progress/> }.into_any()
            }}
            <Items language detail/>
        </div>
    }
    .into_any()
}

/// Different as soon as anything on the page is.
fn version(detail: &BatchDetail, progress: Progress) -> String {
    let states: usize = detail
        .items
        .iter()
        .filter_map(|item| item.change.as_ref())
        .map(|change| ChangeState::ALL.iter().position(|state| *state == change.state))
        .map(|place| place.map_or(0, |place| place + 1))
        .enumerate()
        .map(|(index, place)| (index + 1) * place)
        .sum();
    format!("{}-{}-{}-{states}", detail.batch.version, progress.verified, progress.failed)
}

/// Where it stands, read aloud when it changes, and what can be done.
#[component]
fn Outcome(request: Request, detail: BatchDetail, progress: Progress) -> impl IntoView {
    let language = request.language;
    let batch = detail.batch.clone();
    let (tone, icon) = match batch.state {
        BatchState::Done if progress.failed == 0 && progress.verified == progress.total => {
            ("safe", IconName::Check)
        }
        BatchState::Running => ("accent", IconName::Clock),
        BatchState::Paused => ("open", IconName::Warning),
        _ if progress.failed > 0 => ("danger", IconName::Warning),
        _ => ("neutral", IconName::Info),
    };
    let parts = [
        Some(language.n_of_verified(progress.verified, progress.total)),
        (progress.failed > 0).then(|| language.n_lines_failed(progress.failed)),
        (progress.under_way > 0).then(|| language.n_under_way(progress.under_way)),
        (progress.waiting > 0).then(|| language.n_wait_for_approval(progress.waiting)),
    ];
    let told: Vec<String> = parts.into_iter().flatten().collect();
    let halt = batch.halt.map(|halt| language.halt(halt));
    let (now, total) = (progress.verified + progress.failed, progress.total.max(1));
    view! {
        <section class="outcome" data-tone=tone data-state=batch.state.code() role="status">
            <Icon name=icon/>
            <div class="stack">
                <p class="big">{language.batch_state(batch.state)}</p>
                <p class="num">{told.join(" · ")}</p>
                <progress max=total.to_string() value=now.to_string() aria-label=language.progress()></progress>
                {halt.map(|text| view! { <p>{text}</p> })}
            </div>
        </section>
        <Steering request=request.clone() detail/>
        <Facts language batch/>
    }
    .into_any()
}

/// For whoever started it, and for approvers.
#[component]
fn Steering(request: Request, detail: BatchDetail) -> impl IntoView {
    let language = request.language;
    let batch = &detail.batch;
    let own = request.who.as_ref().is_some_and(|who| who.person.id == batch.requested_by);
    let role = request.role();
    let steers = role.covers(Role::Operator) && (own || role.covers(Role::Approver));
    let id = batch.id.to_string();
    let button =
        |action: &'static str, label: &'static str, shown: bool, icon: Option<IconName>| {
            let id = id.clone();
            shown.then(|| view! {
            <form method="post" action=action>
                <input type="hidden" name="batch" value=id/>
                <button class="button">{icon.map(|name| view! { <Icon name/> })}{label}</button>
            </form>
        })
        };
    let (running, paused) = (batch.state == BatchState::Running, batch.state == BatchState::Paused);
    let operator = role.covers(Role::Operator);
    let export = path::batch_export(batch.id);
    view! {
        <div class="row">
            {button(path::PAUSE_BATCH_POST, language.pause(), steers && running, None)}
            {button(path::RESUME_BATCH_POST, language.resume(), steers && paused, None)}
            {button(path::STOP_BATCH_POST, language.stop(), steers && (running || paused), None)}
            {button(path::TRY_BATCH_AGAIN_POST, language.try_failed_again(), operator && !running && detail.may_follow(After::Failed), Some(IconName::Refresh))}
            {button(path::PUT_BATCH_BACK_POST, language.put_all_back(), operator && !running && detail.may_follow(After::PutBack), Some(IconName::Undo))}
            <a class="button" href=export download=""><Icon name=IconName::Download/>{language.export()} " CSV"</a>
        </div>
        {(steers && running).then(|| view! { <p class="muted small">{language.stop_text()}</p> })}
    }
    .into_any()
}

#[component]
fn Facts(language: Language, batch: Batch) -> impl IntoView {
    let reason = batch.reason.as_ref().map(ToString::to_string);
    view! {
        <Card title=language.batch()>
            <FactList>
                <Fact name=language.target()><AccessBadge language state=batch.to.into()/></Fact>
                <Fact name=language.started_by()>{batch.requested_by_name.to_string()}</Fact>
                {batch.started_at.map(|at| view! {
                    <Fact name=language.started_at()><Moment language at text=language.stamp(at)/></Fact>
                })}
                <Fact name=language.reason()><bdi>{reason.unwrap_or_else(|| language.none().to_owned())}</bdi></Fact>
                <Fact name=language.at_once()>{batch.at_once}</Fact>
                {batch.after.map(|id| view! {
                    <Fact name=language.batch_after()><a href=path::batch(id)>{language.see_batch()}</a></Fact>
                })}
            </FactList>
        </Card>
    }
    .into_any()
}
