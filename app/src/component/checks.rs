//! Preflight findings, worst first, each with the fact it looked at.

use domain::preflight::{Check, CheckKind, Preflight, Verdict};
use leptos::prelude::*;

use crate::text::{Language, UPGRADE_MINOR_URL};
use crate::ui::{Icon, IconName};

/// What does not pass stands open; what passes is one line that opens.
#[component]
pub fn CheckList(language: Language, preflight: Preflight) -> impl IntoView {
    let rows = |checks: Vec<Check>| {
        checks.into_iter().map(|check| view! { <CheckRow language check/> }).collect_view()
    };
    let (passing, rest): (Vec<_>, Vec<_>) =
        preflight.checks.into_iter().partition(|check| check.verdict == Verdict::Passes);
    let (passed, total) = (passing.len(), passing.len() + rest.len());
    let loud = !rest.is_empty();
    view! {
        {loud.then(|| view! { <ul class="checks">{rows(rest)}</ul> })}
        {(passed > 0).then(|| view! {
            <details class="passing">
                <summary class="opens">
                    <Icon name=IconName::Check/>
                    {language.n_of_m_pass(passed, total)}
                </summary>
                <ul class="checks">{rows(passing)}</ul>
            </details>
        })}
    }
    .into_any()
}

#[component]
fn CheckRow(language: Language, check: Check) -> impl IntoView {
    let icon = match check.verdict {
        Verdict::Passes => IconName::Check,
        Verdict::Warns => IconName::Warning,
        Verdict::Blocks => IconName::Block,
    };
    let upgrade = matches!(&check.kind, CheckKind::PublicEndpoint { version, .. } if version.as_str() == "4.0")
        && check.verdict == Verdict::Warns;
    view! {
        <li data-verdict=check.verdict.code() data-check=check.kind.code()>
            <Icon name=icon/>
            <div>
                <b>
                    <span class="visually-hidden">{language.verdict(check.verdict)} ": "</span>
                    <bdi>{language.check_title(&check)}</bdi>
                </b>
                <span class="fact">
                    <bdi>{language.check_fact(&check)}</bdi>
                    {upgrade.then(|| view! {
                        " " <a href=UPGRADE_MINOR_URL rel="external noreferrer">{language.upgrade_minor()}</a>
                    })}
                </span>
            </div>
        </li>
    }
    .into_any()
}
