//! The rows of the list, or which kind of nothing there is.

use domain::instance::InstanceStatus;
use domain::inventory::{InstanceListing, InstanceSort};
use domain::person::Role;
use domain::time::Timestamp;
use leptos::prelude::*;

use super::Fleet;
use crate::api::ssr::Request;
use crate::asked::{Asked, Column};
use crate::component::AccessSwitch;
use crate::path;
use crate::text::Language;
use crate::ui::{CopyButton, Empty, Scroll};

/// The form that the boxes of the rows belong to.
pub const SELECTION: &str = "selection";

#[component]
pub fn Table(request: Request, asked: Asked, fleet: Fleet) -> impl IntoView {
    let language = request.language;
    let next = fleet.rows.last().filter(|_| fleet.more).map(|last| asked.address_after(last));
    let first = asked.after.is_some().then(|| asked.address());
    let role = request.who.as_ref().map_or(Role::Viewer, |who| who.person.role);
    let columns: Vec<Column> = asked.columns.iter().copied().collect();
    let heads = columns
        .iter()
        .map(|column| {
            let class = if column.is_wide() { "wide" } else { "" };
            view! { <Head asked=asked.clone() title=column.title(language) sort=column.sort() class/> }
        })
        .collect_view();
    let rows = fleet
        .rows
        .into_iter()
        .map(|row| view! { <Row language row role columns=columns.clone() now=request.now/> })
        .collect_view();
    let density = if asked.compact { "compact" } else { "" };
    view! {
        <Scroll label=language.instances() card=true>
            <table class="rows instances" data-density=density>
                <thead>
                    <tr>
                        <th scope="col" class="pick"><span class="visually-hidden">{language.select_column()}</span></th>
                        <Head asked=asked.clone() title=language.instance_column() sort=Some(InstanceSort::Name) class=""/>
                        {heads}
                        <th scope="col">{language.switch_column()}</th>
                    </tr>
                </thead>
                <tbody id="rows" data-live-rows="">{rows}</tbody>
            </table>
        </Scroll>
        <nav class="pages" id="pages" data-live="" aria-label=language.pages()>
            {first.map(|href| view! { <a class="button" href=href>{language.first_page()}</a> })}
            {next.map(|href| view! { <a class="button" href=href rel="next">{language.next_page()}</a> })}
        </nav>
    }
    .into_any()
}

#[component]
fn Head(
    asked: Asked,
    title: &'static str,
    sort: Option<InstanceSort>,
    class: &'static str,
) -> impl IntoView {
    let Some(sort) = sort else {
        return view! { <th scope="col" class=class>{title}</th> }.into_any();
    };
    let on = asked.sort == sort;
    // Each order has one direction: the one that is asked for. The worst and the oldest stand first.
    let direction = match (on, sort) {
        (false, _) => None,
        (true, InstanceSort::Exposure) => Some("descending"),
        (true, _) => Some("ascending"),
    };
    view! {
        <th scope="col" class=class aria-sort=direction>
            <a class="sort" href=asked.sorted(sort).address()>{title}</a>
        </th>
    }
    .into_any()
}

#[component]
fn Row(
    language: Language,
    row: InstanceListing,
    role: Role,
    columns: Vec<Column>,
    now: Timestamp,
) -> impl IntoView {
    let name = row.name.or_id(&row.key.id).to_owned();
    let cells: Vec<AnyView> =
        columns.into_iter().map(|column| column.cell(language, &row, now)).collect();
    let key = row.key.to_string();
    let id = format!("row-{key}");
    let unusual = (row.status != InstanceStatus::Normal)
        .then(|| language.instance_status(&row.status))
        .map(|status| view! { <span class="badge" data-tone="neutral">{status}</span> });
    view! {
        <tr id=id>
            <td class="pick">
                <input type="checkbox" form=SELECTION name="key" value=key aria-label=language.select(&name)/>
            </td>
            <th scope="row">
                <a href=path::instance(&row.key)><bdi>{name.clone()}</bdi></a> {unusual}
                <span class="mono muted id">{row.key.id.to_string()} <CopyButton language text=row.key.id.to_string()/></span>
            </th>
            {cells}
            <td class="switching"><AccessSwitch language key=row.key name state=row.access role open_change=row.open_change/></td>
        </tr>
    }
    .into_any()
}

/// Which kind of nothing it is.
#[component]
pub fn Nothing(language: Language, asked: Asked, fleet: Fleet) -> impl IntoView {
    let filtered = asked.is_filtered();
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
    let cleared = asked.unfiltered().address();
    view! {
        <div class="card">
            <Empty title text>
                {filtered.then(|| view! { <p><a class="button" href=cleared>{language.clear_filters()}</a></p> })}
            </Empty>
        </div>
    }
    .into_any()
}
