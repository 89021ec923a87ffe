//! The fleet: every instance of every account and region that was heard of.

use std::collections::BTreeSet;

use domain::access::AccessState;
use domain::environment::Environment;
use domain::inventory::{
    Coverage, InstanceCounts, InstanceFilter, InstanceListing, InstanceSort, ListCursor,
    WhitelistFinding,
};
use domain::person::Role;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use leptos_router::params::ParamsMap;
use service::viewer::PageOf;

use super::load::load;
use crate::api::ssr::Request;
use crate::component::{
    AccessBadge, AccessSwitch, CoverageBar, EnvironmentBadge, Frame, Section, WhitelistWord,
};
use crate::island::Filtering;
use crate::path;
use crate::text::Language;
use crate::ui::{CopyButton, Empty, Moment};

const PAGE: usize = 50;
/// What the filter form filters; the island swaps it.
const LIST: &str = "list";

struct Fleet {
    rows: Vec<InstanceListing>,
    more: bool,
    counts: InstanceCounts,
    coverage: Coverage,
    accounts: usize,
}

#[component]
pub fn InstancesPage() -> impl IntoView {
    let request = Request::current();
    let language = request.language;
    let query = use_query_map().get_untracked();
    let filter = parse_filter(&query);
    let after = parse_cursor(&query);
    let data = {
        let (request, filter) = (request.clone(), filter.clone());
        async move { gather(&request, &filter, after.as_ref()).await }
    };
    let shown = load(request, data, move |request, fleet| view! { <Fleet request filter fleet/> });
    view! {
        <Frame title=language.instances().to_owned() section=Section::Instances>
            {shown}
            <Filtering/>
        </Frame>
    }
    .into_any()
}

async fn gather(
    request: &Request,
    filter: &InstanceFilter,
    after: Option<&ListCursor>,
) -> Result<Fleet, crate::api::error::ApiError> {
    let viewer = request.viewer()?;
    let wanted = i64::try_from(PAGE).unwrap_or(i64::MAX).saturating_add(1);
    let (rows, counts, coverage) = futures_util::try_join!(
        viewer.list_instances(PageOf { filter, sort: InstanceSort::Name, after, limit: wanted }),
        viewer.count_instances(filter),
        viewer.get_coverage(),
    )
    .map_err(|error| request.respond(error))?;
    let more = rows.len() > PAGE;
    let rows = rows.into_iter().take(PAGE).collect();
    Ok(Fleet { rows, more, counts, coverage, accounts: request.portal.accounts().names().len() })
}

fn parse_filter(query: &ParamsMap) -> InstanceFilter {
    let get = |name: &str| query.get(name).unwrap_or_default();
    InstanceFilter {
        // What nobody would type searches nothing.
        text: get("q").chars().take(200).collect(),
        access: get("access").parse().ok(),
        exposure: get("exposure").parse().ok(),
        version: query.get("version").filter(|version| !version.is_empty()),
        environment: get("environment").parse().ok(),
        account: get("account").parse().ok(),
        region: get("region").parse().ok(),
        whitelist: get("whitelist").parse().ok(),
    }
}

fn parse_cursor(query: &ParamsMap) -> Option<ListCursor> {
    Some(ListCursor { value: query.get("after_name")?, key: query.get("after")?.parse().ok()? })
}

/// The address of this list with another value of one field.
fn address(filter: &InstanceFilter, field: &str, value: &str) -> String {
    let now = [
        ("q", filter.text.as_str()),
        ("access", filter.access.map_or("", AccessState::code)),
        ("environment", filter.environment.map_or("", Environment::code)),
        ("account", filter.account.as_ref().map_or("", |account| account.as_str())),
        ("region", filter.region.as_ref().map_or("", |region| region.as_str())),
        ("whitelist", filter.whitelist.map_or("", WhitelistFinding::code)),
    ];
    let pairs = now.map(|(name, old)| (name, if name == field { value } else { old }));
    path::with_query(path::INSTANCES, &pairs)
}

#[component]
fn Fleet(request: Request, filter: InstanceFilter, fleet: Fleet) -> impl IntoView {
    let language = request.language;
    let regions: BTreeSet<_> =
        fleet.coverage.regions.iter().filter_map(|row| row.region.clone()).collect();
    let total = language.n_instances(fleet.coverage.instances, fleet.accounts, regions.len());
    view! {
        <div class="title">
            <h1>{language.instances()}</h1>
            <span class="muted num">{total}</span>
        </div>
        <Filters language filter=filter.clone() counts=fleet.counts.clone()/>
        <div id=LIST class="stack">
            <Chips language filter=filter.clone() counts=fleet.counts.clone()/>
            <CoverageBar language coverage=fleet.coverage.clone() now=request.now/>
            <List request filter fleet/>
        </div>
    }
    .into_any()
}

#[component]
fn Filters(language: Language, filter: InstanceFilter, counts: InstanceCounts) -> impl IntoView {
    let accounts = counts
        .by_account
        .iter()
        .map(|(account, count)| (account.to_string(), account.to_string(), *count));
    let regions = counts
        .by_region
        .iter()
        .map(|(region, count)| (region.to_string(), region.to_string(), *count));
    let account = filter.account.as_ref().map(ToString::to_string);
    let region = filter.region.as_ref().map(ToString::to_string);
    view! {
        <form class="filters" data-filters=LIST method="get" action=path::INSTANCES role="search">
            <label class="search">
                <span class="visually-hidden">{language.search_label()}</span>
                <input class="input" type="search" name="q" value=filter.text.clone() placeholder=language.search_label()
                    maxlength="200" autocomplete="off"/>
            </label>
            <Choice language name="account" label=language.account() chosen=account options=accounts.collect()/>
            <Choice language name="region" label=language.region() chosen=region options=regions.collect()/>
            <input type="hidden" name="access" value=filter.access.map_or("", AccessState::code)/>
            <input type="hidden" name="environment" value=filter.environment.map_or("", Environment::code)/>
            <input type="hidden" name="whitelist" value=filter.whitelist.map_or("", WhitelistFinding::code)/>
            <button class="button without-scripts">{language.filter()}</button>
        </form>
    }
    .into_any()
}

#[component]
fn Choice(
    language: Language,
    name: &'static str,
    label: &'static str,
    chosen: Option<String>,
    options: Vec<(String, String, i64)>,
) -> impl IntoView {
    let rows = options.into_iter().map(|(value, text, count)| {
        let selected = chosen.as_ref() == Some(&value);
        view! { <option value=value selected=selected>{format!("{text} ({count})")}</option> }
    });
    view! {
        <label class="choice">
            <span class="visually-hidden">{label}</span>
            <select class="input" name=name>
                <option value="">{format!("{label}: {}", language.all())}</option>
                {rows.collect_view()}
            </select>
        </label>
    }
    .into_any()
}

/// Filters that are one click, with what each would leave.
#[component]
fn Chips(language: Language, filter: InstanceFilter, counts: InstanceCounts) -> impl IntoView {
    let access = counts.by_access.iter().map(|(state, count)| {
        let on = filter.access == Some(*state);
        let href = address(&filter, "access", if on { "" } else { state.code() });
        view! { <Chip href on text=language.access_state(*state) count=*count/> }
    });
    let environment = counts.by_environment.iter().map(|(environment, count)| {
        let on = filter.environment == Some(*environment);
        let href = address(&filter, "environment", if on { "" } else { environment.code() });
        view! { <Chip href on text=language.environment(*environment) count=*count/> }
    });
    let filtered = filter != InstanceFilter::default();
    view! {
        <div class="chips" role="group" aria-label=language.filter()>
            {access.collect_view()}
            <span class="divider"></span>
            {environment.collect_view()}
            {filtered.then(|| view! { <a class="clear" href=path::INSTANCES>{language.clear_filters()}</a> })}
        </div>
    }
    .into_any()
}

#[component]
fn Chip(href: String, on: bool, text: &'static str, count: i64) -> impl IntoView {
    view! {
        <a class="chip" href=href aria-current=on.then_some("true")>
            {text} " " <span class="num">{count}</span>
        </a>
    }
    .into_any()
}

#[component]
fn List(request: Request, filter: InstanceFilter, fleet: Fleet) -> impl IntoView {
    let language = request.language;
    if fleet.rows.is_empty() {
        return view! { <Nothing language filter fleet/> }.into_any();
    }
    let next = fleet.rows.last().filter(|_| fleet.more).map(|last| {
        let cursor =
            [("after", last.key.to_string()), ("after_name", last.name.as_str().to_lowercase())];
        let here = address(&filter, "", "");
        let joined =
            path::with_query("", &cursor.each_ref().map(|(name, value)| (*name, value.as_str())));
        if here.contains('?') {
            format!("{here}&{}", joined.trim_start_matches('?'))
        } else {
            format!("{here}{joined}")
        }
    });
    let role = request.who.as_ref().map_or(Role::Viewer, |who| who.person.role);
    let rows = fleet
        .rows
        .into_iter()
        .map(|row| view! { <Row language row role now=request.now/> })
        .collect_view();
    view! {
        <div class="card scroll" tabindex="0" role="region" aria-label=language.instances()>
            <table class="rows instances">
                <thead>
                    <tr>
                        <th scope="col">{language.instance_column()}</th>
                        <th scope="col">{language.account_region()}</th>
                        <th scope="col" class="wide">{language.engine_network()}</th>
                        <th scope="col" class="wide">{language.environment_label()}</th>
                        <th scope="col" class="wide">{language.status()}</th>
                        <th scope="col">{language.access_column()}</th>
                        <th scope="col" class="wide">{language.whitelist()}</th>
                        <th scope="col" class="wide">{language.read_column()}</th>
                        <th scope="col">{language.switch_column()}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        <nav class="pages">{next.map(|href| view! { <a class="button" href=href>{language.next_page()}</a> })}</nav>
    }
    .into_any()
}

#[component]
fn Row(
    language: Language,
    row: InstanceListing,
    role: Role,
    now: domain::time::Timestamp,
) -> impl IntoView {
    let name = if row.name.is_empty() { row.key.id.to_string() } else { row.name.to_string() };
    let engine = format!("{} {}", language.engine_name(&row.kind), row.version);
    let shape = format!(
        "{}, {}",
        language.architecture(&row.architecture),
        language.network_type(&row.network)
    );
    let problem = row.problem.as_ref().map(|why| language.unread(why));
    view! {
        <tr>
            <th scope="row">
                <a href=path::instance(&row.key)><bdi>{name.clone()}</bdi></a>
                <span class="mono muted id">{row.key.id.to_string()} <CopyButton language text=row.key.id.to_string()/></span>
            </th>
            <td>{row.key.account.to_string()}<span class="muted under">{row.key.region.to_string()}</span></td>
            <td class="wide">{engine}<span class="muted under">{shape}</span></td>
            <td class="wide"><EnvironmentBadge language environment=row.environment/></td>
            <td class="wide">{language.instance_status(&row.status)}</td>
            <td><AccessBadge language state=row.access/></td>
            <td class="wide"><WhitelistWord language finding=row.whitelist/></td>
            <td class="wide num muted read">
                {match row.read_at {
                    Some(at) => view! { <Moment language at text=language.ago(at, now)/> }.into_any(),
                    None => language.never_read().into_any(),
                }}
                {problem.map(|problem| view! { <span class="state under" data-tone="open">{problem}</span> })}
            </td>
            <td><AccessSwitch language key=row.key name state=row.access role open_change=row.open_change/></td>
        </tr>
    }
    .into_any()
}

/// Which kind of nothing it is.
#[component]
fn Nothing(language: Language, filter: InstanceFilter, fleet: Fleet) -> impl IntoView {
    let filtered = filter != InstanceFilter::default();
    let (title, text) = if fleet.accounts == 0 {
        (language.no_accounts(), language.no_accounts_text())
    } else if fleet.coverage.instances > 0 || filtered {
        (language.nothing_matches(), language.nothing_matches_text())
    } else if fleet.coverage.waiting() > 0 || fleet.coverage.regions.is_empty() {
        (language.nothing_read(), language.nothing_read_text())
    } else if fleet.coverage.problems().next().is_some() {
        (language.nothing_readable(), language.nothing_readable_text())
    } else {
        (language.no_instances(), language.no_instances_text())
    };
    view! {
        <div class="card">
            <Empty title text>
                {filtered.then(|| view! { <p><a class="button" href=path::INSTANCES>{language.clear_filters()}</a></p> })}
            </Empty>
        </div>
    }
    .into_any()
}
