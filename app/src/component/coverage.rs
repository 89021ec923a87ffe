//! How much of the fleet is known, and what is missing and why.

use domain::fact::Unread;
use domain::inventory::{Coverage, RegionCoverage};
use domain::time::Timestamp;
use leptos::prelude::*;

use crate::text::Language;
use crate::ui::{Icon, IconName};

#[component]
pub fn CoverageBar(language: Language, coverage: Coverage, now: Timestamp) -> impl IntoView {
    let oldest = coverage.oldest.map(|at| language.oldest(&language.span(now.since(at))));
    let waiting = coverage.waiting();
    let problems: Vec<RegionCoverage> = coverage.problems().cloned().collect();
    let complete = !coverage.regions.is_empty() && problems.is_empty() && waiting == 0;
    view! {
        <section class="coverage" aria-label=language.coverage()>
            <progress max=coverage.instances.max(1).to_string() value=coverage.read.to_string() aria-hidden="true"></progress>
            <b class="num">{language.n_of_m_read(coverage.read, coverage.instances)}</b>
            {oldest.map(|oldest| view! { <span class="muted num">{oldest}</span> })}
            {complete.then(|| view! { <span class="muted">{language.coverage_complete()}</span> })}
            {(waiting > 0).then(|| view! { <span>{language.n_regions_waiting(waiting)}</span> })}
            {coverage.failed.into_iter().map(|(why, count)| view! { <Failed language why count/> }).collect_view()}
            {problems.into_iter().map(|problem| view! { <Problem language problem/> }).collect_view()}
        </section>
    }
    .into_any()
}

/// Instances that are listed, but whose mode could not be read.
#[component]
fn Failed(language: Language, why: Unread, count: i64) -> impl IntoView {
    let text = language.n_failed(count, &language.unread(&why));
    let needs = matches!(why, Unread::Denied(_))
        .then(|| language.needs_permission("kvstore:DescribeInstanceAttribute"));
    view! {
        <span class="state" data-tone="open">
            <Icon name=IconName::Warning/>
            {text}
            {needs.map(|needs| view! { ", " <code>{needs}</code> })}
        </span>
    }
    .into_any()
}

#[component]
fn Problem(language: Language, problem: RegionCoverage) -> impl IntoView {
    let place = match &problem.region {
        Some(region) => format!("{}: {region}", problem.account),
        None => format!("{}: {}", problem.account, language.account_whole()),
    };
    let action = if problem.region.is_some() {
        "kvstore:DescribeInstances"
    } else {
        "kvstore:DescribeRegions"
    };
    let needs = matches!(problem.problem, Some(Unread::Denied(_)))
        .then(|| language.needs_permission(action));
    let why = problem.problem.as_ref().map(|why| language.unread(why)).unwrap_or_default();
    view! {
        <span class="state" data-tone="open">
            <Icon name=IconName::Warning/>
            {place} ", " {why}
            {needs.map(|needs| view! { ", " <code>{needs}</code> })}
        </span>
    }
    .into_any()
}
