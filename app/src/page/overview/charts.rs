//! How the fleet is made up, field by field. Every row leads to its instances.

use std::cmp::Reverse;

use domain::access::AccessState;
use domain::environment::Environment;
use domain::exposure::ExposureLevel;
use domain::id::{AccountName, RegionId};
use domain::inventory::{ExposureFilter, InstanceCounts, InstanceFilter};
use leptos::prelude::*;

use crate::asked::Asked;
use crate::text::Language;
use crate::ui::{Bar, BarTable, Card, StackedBar};

/// What does not fit stands in the list.
const BARS: usize = 8;
/// Of rows without a meaning of their own.
const PLAIN: &str = "closed";

/// A row for each value, with its part of the whole.
fn bars<T>(
    language: Language,
    total: i64,
    counts: impl IntoIterator<Item = (T, i64)>,
    text_and_tone: impl Fn(&T) -> (String, &'static str),
    narrow: impl Fn(&mut InstanceFilter, T),
) -> Vec<Bar> {
    let bar = |(value, count)| {
        let (text, tone) = text_and_tone(&value);
        let href = Asked::default().with(|filter| narrow(filter, value)).address();
        let (number, share) = (language.count(count), language.share(count, total));
        Bar { text, href: Some(href), count, number, share, tone }
    };
    counts.into_iter().map(bar).take(BARS).collect()
}

/// `whole`: also as one line in parts.
#[component]
fn Chart(
    language: Language,
    title: &'static str,
    bars: Vec<Bar>,
    #[prop(optional)] whole: bool,
) -> impl IntoView {
    view! {
        <Card title=title>
            {whole.then(|| view! { <StackedBar bars=bars.clone()/> })}
            <BarTable caption=title value=language.value_column() count=language.count_column()
                share=language.share_column() bars/>
        </Card>
    }
    .into_any()
}

#[component]
pub fn ByAccess(language: Language, counts: InstanceCounts) -> impl IntoView {
    let look = |state: &AccessState| {
        let tone = match state {
            AccessState::PasswordFree => "open",
            AccessState::PasswordRequired => PLAIN,
            AccessState::Unknown => "unknown",
            AccessState::NotApplicable => "none",
        };
        (language.access_state(*state).to_owned(), tone)
    };
    let bars = bars(language, counts.total, counts.by_access, look, |filter, state| {
        filter.access = Some(state);
    });
    view! { <Chart language title=language.by_access() bars whole=true/> }.into_any()
}

#[component]
pub fn ByExposure(language: Language, counts: InstanceCounts) -> impl IntoView {
    let look = |level: &ExposureFilter| {
        let tone = match level {
            ExposureFilter::Level(ExposureLevel::Critical) => "danger",
            ExposureFilter::Level(ExposureLevel::High | ExposureLevel::Medium) => "open",
            ExposureFilter::Level(ExposureLevel::Low | ExposureLevel::None) => PLAIN,
            ExposureFilter::Unknown => "unknown",
        };
        (language.exposure_filter(*level).to_owned(), tone)
    };
    // The worst first; what is not known stands after what is.
    let mut levels = counts.by_exposure;
    levels.sort_by_key(|(level, _)| (*level == ExposureFilter::Unknown, Reverse(*level)));
    let bars = bars(language, counts.total, levels, look, |filter, level| {
        filter.exposure = Some(level);
    });
    view! { <Chart language title=language.exposure() bars whole=true/> }.into_any()
}

#[component]
pub fn ByAccount(language: Language, counts: InstanceCounts) -> impl IntoView {
    let (rows, total) = (largest(counts.by_account), counts.total);
    let look = |name: &AccountName| (name.to_string(), PLAIN);
    let bars = bars(language, total, rows, look, |filter, name| filter.account = Some(name));
    view! { <Chart language title=language.by_account() bars/> }.into_any()
}

#[component]
pub fn ByRegion(language: Language, counts: InstanceCounts) -> impl IntoView {
    let (rows, total) = (largest(counts.by_region), counts.total);
    let look = |id: &RegionId| (id.to_string(), PLAIN);
    let bars = bars(language, total, rows, look, |filter, id| filter.region = Some(id));
    view! { <Chart language title=language.by_region() bars/> }.into_any()
}

#[component]
pub fn ByEnvironment(language: Language, counts: InstanceCounts) -> impl IntoView {
    let look = |environment: &Environment| (language.environment(*environment).to_owned(), PLAIN);
    let bars = bars(language, counts.total, counts.by_environment, look, |filter, environment| {
        filter.environment = Some(environment);
    });
    view! { <Chart language title=language.by_environment() bars/> }.into_any()
}

#[component]
pub fn ByVersion(language: Language, counts: InstanceCounts) -> impl IntoView {
    let (rows, total) = (largest(counts.by_version), counts.total);
    let look = |version: &String| (version.clone(), PLAIN);
    let bars = bars(language, total, rows, look, |filter, version| filter.version = Some(version));
    view! { <Chart language title=language.by_version() bars/> }.into_any()
}

fn largest<T>(mut counts: Vec<(T, i64)>) -> Vec<(T, i64)> {
    counts.sort_by_key(|(_, count)| Reverse(*count));
    counts
}
