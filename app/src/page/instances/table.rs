//! The rows of the list, or which kind of nothing there is.

use domain::instance::InstanceStatus;
use domain::inventory::{InstanceListing, InstanceSort};
use domain::person::Role;
use domain::time::Timestamp;
use leptos::prelude::*;

use super::Fleet;
use crate::api::ssr::Request;
use crate::asked::{Asked, Column};
use crate::component::{AccessSwitch, Nothing};
use crate::path;
use crate::text::Language;
use crate::ui::{CopyButton, Scroll};

/// The form that the boxes of the rows belong to.
pub const SELECTION: &str = "selection";

#[component]
pub fn Table(request: Request, asked: Asked, fleet: Fleet) -> impl IntoView {
    let language = request.language;
    let next = fleet.rows.last().filter(|_| fleet.more).map(|last| asked.address_after(last));
    let first = asked.after.is_some().then(|| asked.address());
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
        .map(|row| {
            let role = request.role_at(&row.located());
            view! { <Row language row role columns=columns.clone() now=request.now/> }
        })
        .collect_view();
    let density = if asked.compact { "compact" } else { "" };
    view! {
        <Moved language/>
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

/// Rows that came or went while somebody reads wait here, with scripts (`island/live.rs`).
#[component]
fn Moved(language: Language) -> impl IntoView {
    view! {
        <div class="moved" id="moved" data-one=language.one_row_moved() data-many=language.rows_moved()>
            <span role="status" data-said=""></span>
            <button type="button" class="button">{language.show_rows()}</button>
        </div>
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
        .map(|status| view! { " " <span class="badge" data-tone="neutral">{status}</span> });
    view! {
        <tr id=id>
            <td class="pick">
                <input type="checkbox" form=SELECTION name="key" value=key aria-label=language.select(&name)/>
            </td>
            <th scope="row">
                <a href=path::instance(&row.key)><bdi>{name.clone()}</bdi></a>{unusual}
                <span class="mono muted id">{row.key.id.to_string()} <CopyButton language text=row.key.id.to_string()/></span>
            </th>
            {cells}
            <td class="switching"><AccessSwitch language key=row.key name state=row.access role open_change=row.open_change/></td>
        </tr>
    }
    .into_any()
}

/// Which kind of nothing it is. That nothing was read so far is said before (`FirstSteps`).
#[component]
pub fn NothingListed(request: Request, asked: Asked, fleet: Fleet) -> impl IntoView {
    let language = request.language;
    let filtered = asked.is_filtered();
    let all = filtered.then(|| asked.unfiltered().address());
    let whole = request.who.as_ref().is_some_and(|who| who.person.sees().is_everything());
    let (title, text) = if fleet.coverage.instances > 0 || filtered {
        (language.nothing_matches(), language.nothing_matches_text())
    } else if !whole && fleet.coverage.problems().next().is_none() {
        (language.not_in_scope(), language.not_in_scope_text())
    } else if fleet.coverage.waiting() > 0 {
        (language.nothing_read(), language.nothing_read_text())
    } else if fleet.coverage.problems().next().is_some() {
        (language.nothing_readable(), language.nothing_readable_text())
    } else {
        (language.no_instances(), language.no_instances_text())
    };
    view! { <Nothing request title text all/> }.into_any()
}
