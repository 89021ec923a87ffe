//! The fleet at a glance: how its instances are entered, what is exposed, what changed, what needs a look.

use domain::access::AccessState;
use domain::exposure::ExposureLevel;
use domain::inventory::{
    Coverage, ExposureFilter, FleetEvent, InstanceCounts, InstanceFilter, InstanceListing,
    InstanceSort,
};
use domain::time::Timestamp;
use domain::timebox::ReturnDuty;
use leptos::prelude::*;
use service::viewer::{EventFilter, PageOf};

use super::load::load;
use crate::api::error::ApiError;
use crate::api::ssr::Request;
use crate::asked::Asked;
use crate::component::{
    AccessBadge, CoverageBar, Ends, EnvironmentBadge, EventTable, ExposureBadge, Frame, Section,
};
use crate::path;
use crate::text::Language;
use crate::ui::{Bar, BarTable, Card, Empty, StackedBar};

/// Rows of each table: what does not fit stands in the list.
const WORST: i64 = 8;
const EVENTS: i64 = 12;
const BARS: usize = 8;

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
            <CoverageBar language coverage now/>
            <div class="halves">
                <div class="stack">
                    <Access language counts=counts.clone()/>
                    <Worst language worst/>
                    <ByAccount language counts=counts.clone()/>
                </div>
                <div class="stack">
                    <Exposure language counts=counts.clone()/>
                    <Timed language returns now/>
                    <Lately language events now/>
                    <ByEnvironment language counts=counts.clone()/>
                    <ByRegion language counts=counts.clone()/>
                    <ByVersion language counts/>
                </div>
            </div>
        </div>
    }
    .into_any()
}

/// A row that leads to its instances.
fn bar(
    language: Language,
    text: String,
    count: i64,
    total: i64,
    tone: &'static str,
    narrow: impl FnOnce(&mut InstanceFilter),
) -> Bar {
    Bar {
        text,
        href: Some(Asked::default().with(narrow).address()),
        count,
        number: language.count(count),
        share: language.share(count, total),
        tone,
    }
}

#[component]
fn Chart(language: Language, title: &'static str, mut bars: Vec<Bar>) -> impl IntoView {
    bars.truncate(BARS);
    view! {
        <Card title=title>
            <BarTable caption=title value=language.value_column() count=language.count_column()
                share=language.share_column() bars/>
        </Card>
    }
    .into_any()
}

#[component]
fn Access(language: Language, counts: InstanceCounts) -> impl IntoView {
    let total = counts.total;
    let bars = counts.by_access.iter().map(|(state, count)| {
        let tone = match state {
            AccessState::PasswordFree => "open",
            AccessState::PasswordRequired => "closed",
            AccessState::Unknown => "unknown",
            AccessState::NotApplicable => "none",
        };
        let text = language.access_state(*state).to_owned();
        bar(language, text, *count, total, tone, |filter| filter.access = Some(*state))
    });
    let bars: Vec<Bar> = bars.collect();
    view! {
        <Card title=language.by_access()>
            <StackedBar bars=bars.clone()/>
            <BarTable caption=language.by_access() value=language.value_column()
                count=language.count_column() share=language.share_column() bars/>
        </Card>
    }
    .into_any()
}

#[component]
fn Exposure(language: Language, counts: InstanceCounts) -> impl IntoView {
    let total = counts.total;
    // The worst first; what is not known stands after what is.
    let known = |filter: &ExposureFilter| *filter != ExposureFilter::Unknown;
    let (levels, unknown): (Vec<_>, Vec<_>) =
        counts.by_exposure.iter().copied().rev().partition(|(filter, _)| known(filter));
    let bars = levels.into_iter().chain(unknown).map(|(level, count)| {
        let tone = match level {
            ExposureFilter::Level(ExposureLevel::Critical) => "danger",
            ExposureFilter::Level(ExposureLevel::High | ExposureLevel::Medium) => "open",
            ExposureFilter::Level(ExposureLevel::Low | ExposureLevel::None) => "closed",
            ExposureFilter::Unknown => "unknown",
        };
        let text = language.exposure_filter(level).to_owned();
        bar(language, text, count, total, tone, |filter| filter.exposure = Some(level))
    });
    let bars: Vec<Bar> = bars.collect();
    view! {
        <Card title=language.exposure()>
            <StackedBar bars=bars.clone()/>
            <BarTable caption=language.exposure() value=language.value_column()
                count=language.count_column() share=language.share_column() bars/>
        </Card>
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

#[component]
fn Lately(language: Language, events: Vec<FleetEvent>, now: Timestamp) -> impl IntoView {
    view! {
        <Card title=language.lately()>
            {if events.is_empty() {
                view! { <Empty title=language.nothing_lately() text=language.nothing_lately_text()/> }.into_any()
            } else {
                view! { <EventTable language events now with_instance=true/> }.into_any()
            }}
        </Card>
    }
    .into_any()
}

#[component]
fn ByAccount(language: Language, counts: InstanceCounts) -> impl IntoView {
    let total = counts.total;
    let bars = largest(counts.by_account).into_iter().map(|(name, count)| {
        let text = name.to_string();
        bar(language, text, count, total, "closed", |filter| filter.account = Some(name))
    });
    view! { <Chart language title=language.by_account() bars=bars.collect()/> }.into_any()
}

#[component]
fn ByRegion(language: Language, counts: InstanceCounts) -> impl IntoView {
    let total = counts.total;
    let bars = largest(counts.by_region).into_iter().map(|(id, count)| {
        let text = id.to_string();
        bar(language, text, count, total, "closed", |filter| filter.region = Some(id))
    });
    view! { <Chart language title=language.by_region() bars=bars.collect()/> }.into_any()
}

#[component]
fn ByEnvironment(language: Language, counts: InstanceCounts) -> impl IntoView {
    let total = counts.total;
    let bars = counts.by_environment.into_iter().map(|(environment, count)| {
        let text = language.environment(environment).to_owned();
        bar(language, text, count, total, "closed", |filter| filter.environment = Some(environment))
    });
    view! { <Chart language title=language.by_environment() bars=bars.collect()/> }.into_any()
}

#[component]
fn ByVersion(language: Language, counts: InstanceCounts) -> impl IntoView {
    let total = counts.total;
    let bars = largest(counts.by_version).into_iter().map(|(version, count)| {
        let text = version.clone();
        bar(language, text, count, total, "closed", |filter| filter.version = Some(version))
    });
    view! { <Chart language title=language.by_version() bars=bars.collect()/> }.into_any()
}

fn largest<T>(mut counts: Vec<(T, i64)>) -> Vec<(T, i64)> {
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counts
}
