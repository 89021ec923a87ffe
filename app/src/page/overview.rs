//! The fleet at a glance: how its instances are entered, what is exposed, what changed, what needs a look.

mod charts;

use domain::exposure::ExposureLevel;
use domain::inventory::{
    Coverage, FleetEvent, InstanceCounts, InstanceFilter, InstanceListing, InstanceSort,
};
use domain::time::Timestamp;
use domain::timebox::ReturnDuty;
use leptos::prelude::*;
use service::viewer::{EventFilter, PageOf};

use self::charts::{ByAccess, ByAccount, ByEnvironment, ByExposure, ByRegion, ByVersion};
use super::load::load;
use crate::api::error::ApiError;
use crate::api::ssr::Request;
use crate::asked::Asked;
use crate::component::{
    AccessBadge, CoverageBar, Ends, EnvironmentBadge, ExposureBadge, FirstSteps, Frame, Lately,
    Section, is_first_start,
};
use crate::path;
use crate::text::Language;
use crate::ui::{Card, Empty};

/// Rows of each table: what does not fit stands in the list.
const WORST: i64 = 8;
const EVENTS: i64 = 12;

struct Shown {
    counts: InstanceCounts,
    coverage: Coverage,
    worst: Vec<InstanceListing>,
    events: Vec<FleetEvent>,
    returns: Vec<ReturnDuty>,
    accounts: usize,
}

#[component]
pub fn OverviewPage() -> impl IntoView {
    let request = Request::current();
    let language = request.language;
    let data = gather(request.clone());
    let shown = load(request, data, |request, shown| view! { <Overview request shown/> });
    view! {
        <Frame title=language.overview().to_owned() section=Section::Overview>{shown}</Frame>
    }
    .into_any()
}

async fn gather(request: Request) -> Result<Shown, ApiError> {
    let viewer = request.viewer()?;
    let (all, lately) = (InstanceFilter::default(), EventFilter::default());
    let worst = PageOf { filter: &all, sort: InstanceSort::Exposure, after: None, limit: WORST };
    let (counts, coverage, worst, events, returns) = futures_util::try_join!(
        viewer.count_instances(&all),
        viewer.get_coverage(),
        viewer.list_instances(worst),
        viewer.list_events(&lately, EVENTS),
        viewer.list_returns(),
    )
    .map_err(|error| request.respond(error))?;
    let accounts = request.portal.accounts().names().len();
    Ok(Shown { counts, coverage, worst, events, returns, accounts })
}

#[component]
fn Overview(request: Request, shown: Shown) -> impl IntoView {
    let language = request.language;
    let now = request.now;
    let Shown { counts, coverage, worst, events, returns, accounts } = shown;
    let total = language.n_instances(coverage.instances, accounts, coverage.places());
    view! {
        <div class="title">
            <h1>{language.overview()}</h1>
            <span class="muted num" id="total" data-live="">{total}</span>
        </div>
        <div class="stack overview" id="overview" data-live="">
            <CoverageBar language coverage=coverage.clone() now/>
            {is_first_start(&request, &coverage).then(|| view! { <FirstSteps request=request.clone() coverage/> })}
            <div class="halves">
                <div class="stack">
                    <ByAccess language counts=counts.clone()/>
                    <Worst language worst/>
                    <ByAccount language counts=counts.clone()/>
                    <ByEnvironment language counts=counts.clone()/>
                    <ByRegion language counts=counts.clone()/>
                    <ByVersion language counts=counts.clone()/>
                </div>
                <div class="stack">
                    <ByExposure language counts/>
                    <Timed language returns now/>
                    <Lately language events now with_instance=true/>
                </div>
            </div>
        </div>
    }
    .into_any()
}

/// What is known to be open wide, and what could be.
#[component]
fn Worst(language: Language, worst: Vec<InstanceListing>) -> impl IntoView {
    let medium = ExposureLevel::Medium.number() * 2;
    let rows: Vec<_> = worst.into_iter().filter(|row| row.exposure.rank() >= medium).collect();
    let all = Asked::default().sorted(InstanceSort::Exposure).address();
    let link = view! { <a href=all>{language.see_all()}</a> }.into_any();
    let none = rows.is_empty();
    let rows = rows.into_iter().map(|row| {
        let name = row.name.or_id(&row.key.id).to_owned();
        view! {
            <li>
                <span class="line">
                    <a href=path::instance(&row.key)><bdi>{name}</bdi></a>
                    " " <EnvironmentBadge language environment=row.environment/>
                    <span class="grow"></span>
                    <ExposureBadge language exposure=row.exposure.clone()/>
                </span>
                <span class="line small"><AccessBadge language state=row.access/></span>
                <span class="muted small">{language.exposure_sentence(&row.exposure)}</span>
            </li>
        }
    });
    let rows = rows.collect_view();
    view! {
        <Card title=language.needs_a_look() aside=link>
            {if none {
                view! { <Empty title=language.needs_nothing() text=language.needs_nothing_text()/> }.into_any()
            } else {
                view! { <ul class="worst">{rows}</ul> }.into_any()
            }}
        </Card>
    }
    .into_any()
}

/// Doors that stand open for a time, the next to be shut first.
#[component]
fn Timed(language: Language, returns: Vec<ReturnDuty>, now: Timestamp) -> impl IntoView {
    let none = returns.is_empty();
    let rows = returns.into_iter().map(|duty| {
        let name = duty.name.or_id(&duty.instance.id).to_owned();
        let who = language.opened_for(&duty);
        view! {
            <li>
                <span class="line">
                    <a href=path::instance(&duty.instance)><bdi>{name}</bdi></a>
                    " " <EnvironmentBadge language environment=duty.environment/>
                    <span class="grow"></span>
                    <Ends language due_at=duty.due_at now/>
                </span>
                <span class="muted small"><a href=path::change(duty.opened_by)>{who}</a></span>
            </li>
        }
    });
    let rows = rows.collect_view();
    view! {
        <Card title=language.open_for_a_time()>
            {if none {
                view! { <Empty title=language.nothing_open() text=language.nothing_open_text()/> }.into_any()
            } else {
                view! { <ul class="worst">{rows}</ul> }.into_any()
            }}
        </Card>
    }
    .into_any()
}
