//! The cloud accounts: whose keys they are, which regions answer, what may not be read.

use domain::cloud::CallerIdentity;
use domain::inventory::{Coverage, Reading, RegionCoverage};
use domain::time::Timestamp;
use leptos::prelude::*;
use service::{AccountHealth, CallLimit};

use super::load::load;
use crate::api::ssr::Request;
use crate::asked::Asked;
use crate::component::{FirstSteps, Frame, Nothing, Section};
use crate::text::Language;
use crate::ui::{Badge, Fact, FactList, Icon, IconName, Moment, Scroll, Tone};

#[component]
pub fn AccountsPage() -> impl IntoView {
    let request = Request::current();
    let language = request.language;
    let data = {
        let request = request.clone();
        async move { request.viewer()?.list_accounts().await.map_err(|error| request.respond(error)) }
    };
    let shown = load(request, data, move |request, accounts| {
        let now = request.now;
        if accounts.is_empty() {
            // The configuration may name some that this person does not see.
            return if request.portal.accounts().names().is_empty() {
                view! { <FirstSteps request coverage=Coverage::default()/> }.into_any()
            } else {
                let (title, text) = (language.not_in_scope(), language.not_in_scope_text());
                view! { <Nothing request title text/> }.into_any()
            };
        }
        let cards = accounts.into_iter().map(|account| view! { <Account language account now/> });
        view! { <div class="stack measure" id="accounts" data-live="">{cards.collect_view()}</div> }
            .into_any()
    });
    view! {
        <Frame title=language.accounts().to_owned() section=Section::Accounts>
            <div class="title">
                <h1>{language.accounts()}</h1>
                <span class="muted">{language.not_in_configuration()}</span>
            </div>
            {shown}
        </Frame>
    }
    .into_any()
}

#[component]
fn Account(language: Language, account: AccountHealth, now: Timestamp) -> impl IntoView {
    let name = account.name.to_string();
    let limits = account.limits.clone();
    let label = (account.label != name).then(|| account.label.clone());
    let well = account.is_well();
    let missing = account.missing_permissions();
    let list =
        Asked::default().with(|filter| filter.account = Some(account.name.clone())).address();
    let answered = account
        .regions
        .iter()
        .filter(|region| region.problem.is_none() && region.listed_at.is_some());
    let answered = language.n_of_m_answered(
        answered.count(),
        account.regions.iter().filter(|region| region.region.is_some()).count(),
    );
    let last = account.last_success();
    let state = if well {
        view! { <Badge tone=Tone::Neutral>{language.everything_answers()}</Badge> }.into_any()
    } else {
        view! { <span class="state" data-tone="open"><Icon name=IconName::Warning/>{language.problem_column()}</span> }.into_any()
    };
    let failed = account.failed.iter().map(|(kind, why, count)| {
        let text = language.n_failed(*count, &language.unread(why));
        view! { <span class="under">{language.fact_kind(*kind)} ": " {text}</span> }
    });
    let failed = (!account.failed.is_empty()).then(|| failed.collect_view());
    view! {
        <section class="card account" aria-labelledby=format!("account-{name}")>
            <header>
                <h2 id=format!("account-{name}")><bdi>{name.clone()}</bdi></h2>
                {label.map(|label| view! { <span class="muted"><bdi>{label}</bdi></span> })}
                <span class="aside">{state}</span>
            </header>
            <div class="body">
                <FactList>
                    <Fact name=language.identity()><Identity language identity=account.identity.clone() now/></Fact>
                    <Fact name=language.instances()><a class="num" href=list>{language.count(account.instances)}</a></Fact>
                    <Fact name=language.regions_answered()>
                        {answered}
                        {last.map(|at| view! { <span class="muted"> " · " <Moment language at text=language.ago(at, now)/></span> })}
                    </Fact>
                    <Fact name=language.missing_permissions()>
                        {if missing.is_empty() {
                            view! { <span class="muted">{language.no_missing_permissions()}</span> }.into_any()
                        } else {
                            missing.into_iter().map(|action| view! { <code class="danger">{action}</code> " " }).collect_view().into_any()
                        }}
                    </Fact>
                    {failed.map(|failed| view! { <Fact name=language.unread_facts()>{failed}</Fact> })}
                </FactList>
                <Regions language regions=account.regions.clone() now/>
                <Limits language limits/>
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn Identity(
    language: Language,
    identity: Reading<CallerIdentity>,
    now: Timestamp,
) -> impl IntoView {
    let problem = identity.problem.as_ref().map(|why| {
        view! { <span class="state under" data-tone="open"><Icon name=IconName::Warning/>{language.unread(why)}</span> }
    });
    let age = identity.read_at.map(|at| language.read_ago(at, now));
    let known = match identity.value {
        Some(who) => view! {
            <code><bdi>{who.arn}</bdi></code>
            <span class="muted under">{language.cloud_account()} " " <code>{who.account_id}</code> " · " {age}</span>
        }
        .into_any(),
        None if problem.is_none() => view! { <span class="muted">{language.identity_unknown()}</span> }.into_any(),
        None => ().into_any(),
    };
    view! { {known} {problem} }.into_any()
}

#[component]
fn Regions(language: Language, regions: Vec<RegionCoverage>, now: Timestamp) -> impl IntoView {
    let troubled = regions.iter().any(|region| region.problem.is_some());
    let rows = regions.into_iter().map(|region| {
        let place = region.region.map_or_else(|| language.account_whole().to_owned(), |id| id.to_string());
        let problem = region.problem.as_ref().map(|why| language.unread(why));
        view! {
            <tr>
                <th scope="row">{place}</th>
                <td class="num muted">
                    {match region.listed_at {
                        Some(at) => view! { <Moment language at text=language.ago(at, now)/> }.into_any(),
                        None => language.never().into_any(),
                    }}
                </td>
                <td>{problem.map(|problem| view! {
                    <span class="state" data-tone="open"><Icon name=IconName::Warning/>{problem}</span>
                })}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <Folded title=language.each_region() heads=vec![language.region(), language.last_success(), language.problem_column()] opened=troubled>{rows}</Folded>
    }
    .into_any()
}

#[component]
fn Limits(language: Language, limits: Vec<CallLimit>) -> impl IntoView {
    if limits.is_empty() {
        return view! { <p class="muted small">{language.call_limits_none()}</p> }.into_any();
    }
    let rows = limits.into_iter().map(|limit| {
        view! {
            <tr>
                <th scope="row"><code>{limit.action}</code></th>
                <td>{limit.region.to_string()}</td>
                <td class="num">{language.calls_in(limit.calls, limit.seconds)}</td>
                <td class="num">{language.count(limit.throttled)}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <Folded title=language.call_limits() heads=vec![language.action_column(), language.region(), language.limit_column(), language.throttled_column()]>{rows}</Folded>
    }
    .into_any()
}

/// A table that few look at.
#[component]
fn Folded(
    title: &'static str,
    heads: Vec<&'static str>,
    #[prop(optional)] opened: bool,
    children: Children,
) -> impl IntoView {
    let heads = heads.into_iter().map(|head| view! { <th scope="col">{head}</th> }).collect_view();
    view! {
        <details open=opened>
            <summary class="muted">{title}</summary>
            <Scroll label=title>
                <table>
                    <thead><tr>{heads}</tr></thead>
                    <tbody>{children()}</tbody>
                </table>
            </Scroll>
        </details>
    }
    .into_any()
}
