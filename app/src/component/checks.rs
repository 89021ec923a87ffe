//! Preflight findings, worst first, each with the fact it looked at.

use domain::preflight::{Check, CheckKind, Preflight, Verdict};
use leptos::prelude::*;

use crate::text::{Language, UPGRADE_MINOR_URL};
use crate::ui::{Icon, IconName};

#[component]
pub fn CheckList(language: Language, preflight: Preflight) -> impl IntoView {
    let checks = preflight
        .checks
        .into_iter()
        .map(|check| view! { <CheckRow language check/> })
        .collect_view();
    view! { <ul class="checks">{checks}</ul> }
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
