//! Who is let through, group by group, hidden ones included.

use domain::whitelist::{SecurityIp, WhitelistGroup};
use leptos::prelude::*;

use crate::text::Language;
use crate::ui::{Badge, Tone};

#[component]
pub fn WhitelistTable(language: Language, groups: Vec<WhitelistGroup>) -> impl IntoView {
    let rows = groups.into_iter().map(|group| view! { <GroupRow language group/> }).collect_view();
    view! {
        <table>
            <thead>
                <tr>
                    <th scope="col">{language.whitelist_group()}</th>
                    <th scope="col">{language.addresses()}</th>
                    <th scope="col">{language.whitelist_kind()}</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

#[component]
fn GroupRow(language: Language, group: WhitelistGroup) -> impl IntoView {
    let kind = if group.is_hidden() {
        language.whitelist_hidden()
    } else if group.is_system() {
        language.whitelist_system()
    } else {
        language.whitelist_own()
    };
    let entries = group
        .entries
        .iter()
        .map(|entry| view! { <Entry language entry=entry.clone()/> })
        .collect_view();
    let none =
        group.entries.is_empty().then(|| view! { <span class="muted">{language.none()}</span> });
    view! {
        <tr>
            <td><bdi>{group.name.clone()}</bdi></td>
            <td class="entries">{entries} {none}</td>
            <td class="muted">{kind}</td>
        </tr>
    }
    .into_any()
}

#[component]
fn Entry(language: Language, entry: SecurityIp) -> impl IntoView {
    let text = entry.to_string();
    if entry.is_everyone() {
        return view! { <code class="danger">{text}</code> " " }.into_any();
    }
    match entry {
        SecurityIp::Unparsed(text) => {
            view! { <code><bdi>{text}</bdi></code> <Badge tone=Tone::Open>{language.unparsed_entry()}</Badge> " " }.into_any()
        }
        SecurityIp::Block(_) => view! { <code>{text}</code> " " }.into_any(),
    }
}
