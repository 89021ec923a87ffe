//! What was given to a person or a group, and the form that gives more.

use std::sync::Arc;

use domain::environment::Environment;
use domain::person::{Granted, Role, Source};
use leptos::prelude::*;

use crate::api::ssr::{Notice, Request};
use crate::path;
use crate::text::Language;
use crate::ui::Scroll;

/// The grants, with a button each where `take` says which form takes them back: its address, whose they are, and the
/// version that is shown. Those of groups are taken back there.
#[component]
pub fn GrantTable(
    language: Language,
    grants: Vec<Granted>,
    take: Option<(&'static str, String, i64)>,
) -> impl IntoView {
    if grants.is_empty() {
        return view! { <p class="muted">{language.nothing_given()}</p> }.into_any();
    }
    let rows = grants.into_iter().enumerate().map(move |(place, granted)| {
        let by = match &granted.source {
            Source::Group(group) => {
                view! { <a href=path::GROUPS>{group.to_string()}</a> }.into_any()
            }
            Source::Own => language.given_alone().into_any(),
            Source::Vouched => language.given_by_organisation().into_any(),
        };
        let words = language.grant(&granted.grant);
        let own = granted.source == Source::Own;
        let take = take.clone().filter(|_| own).map(|(action, name, version)| {
            view! {
                <form method="post" action=action>
                    <input type="hidden" name="name" value=name/>
                    <input type="hidden" name="version" value=version.to_string()/>
                    <input type="hidden" name="place" value=place.to_string()/>
                    <button class="button" aria-label=format!("{} {words}", language.take_back_role())>{language.take_back_role()}</button>
                </form>
            }
        });
        view! {
            <tr>
                <td>{language.role(granted.grant.role)}</td>
                <td><bdi>{language.area(&granted.grant.area)}</bdi></td>
                <td>{by}</td>
                <td>{take}</td>
            </tr>
        }
    });
    view! {
        <Scroll label=language.own_roles()>
            <table class="rows">
                <thead>
                    <tr>
                        <th scope="col">{language.role_column()}</th>
                        <th scope="col">{language.where_column()}</th>
                        <th scope="col">{language.by_group_column()}</th>
                        <td></td>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </Scroll>
    }
    .into_any()
}

/// A role and where. `action` takes it; `id` keeps the fields of several such forms on a page apart.
#[component]
pub fn GiveForm(
    request: Request,
    action: &'static str,
    id: String,
    name: String,
    version: i64,
) -> impl IntoView {
    let language = request.language;
    // The form that came back is open, with what was typed.
    let notice = request
        .notice
        .clone()
        .filter(|notice| notice.typed("role").is_some() && notice.typed("name") == Some(&*name));
    let role =
        notice.as_ref().and_then(|notice| notice.typed("role")).unwrap_or_default().to_owned();
    let roles = Role::ALL.iter().map(|one| {
        let selected = one.code() == role;
        view! { <option value=one.code() selected=selected>{language.role(*one)}</option> }
    });
    let role_id = format!("{id}-role");
    view! {
        <details class="extend" open=notice.is_some()>
            <summary>{language.give_role()}</summary>
            <form class="stack" method="post" action=action>
                <input type="hidden" name="name" value=name/>
                <input type="hidden" name="version" value=version.to_string()/>
                <div class="field">
                    <label for=role_id.clone()>{language.role_column()}</label>
                    <select class="input" id=role_id name="role">{roles.collect_view()}</select>
                </div>
                <AreaFields request=request.clone() id notice=notice.clone()/>
                <button class="button" data-tone="primary">{language.give()}</button>
            </form>
        </details>
    }
    .into_any()
}

/// What [`AreaFields`] sends.
pub const AREA_FIELDS: [&str; 7] =
    ["accounts", "regions", "production", "staging", "development", "unlabelled", "tags"];

/// A part of the fleet: accounts, regions, environments, tags; nothing in a field limits nothing.
#[component]
pub fn AreaFields(request: Request, id: String, notice: Option<Arc<Notice>>) -> impl IntoView {
    let language = request.language;
    let typed = |field: &str| {
        notice.as_ref().and_then(|notice| notice.typed(field)).unwrap_or_default().to_owned()
    };
    let invalid = |field: &str| {
        let marked =
            notice.as_ref().is_some_and(|notice| notice.error.field.as_deref() == Some(field));
        marked.then_some("true")
    };
    let boxes = Environment::ALL.iter().map(|environment| {
        let ticked = !typed(environment.code()).is_empty();
        view! {
            <label class="tick">
                <input type="checkbox" name=environment.code() value="yes" checked=ticked/>
                <span>{language.environment(*environment)}</span>
            </label>
        }
    });
    let known = |names: Vec<String>| {
        if names.is_empty() {
            language.names_hint().to_owned()
        } else {
            format!("{} {}", language.names_hint(), names.join(", "))
        }
    };
    let accounts = request.portal.accounts().iter().map(|account| account.name.to_string());
    let accounts = known(accounts.collect());
    let field = |name: &'static str, label: &'static str, hint: String| {
        let (id, value, invalid) = (format!("{id}-{name}"), typed(name), invalid(name));
        let hint_id = format!("{id}-hint");
        view! {
            <div class="field">
                <label for=id.clone()>{label}</label>
                <input class="input" id=id name=name value=value maxlength="2000" autocomplete="off" spellcheck="false"
                    aria-describedby=hint_id.clone() aria-invalid=invalid/>
                <p class="muted small" id=hint_id>{hint}</p>
            </div>
        }
        .into_any()
    };
    let accounts = field("accounts", language.scope_accounts(), accounts);
    let regions = field("regions", language.scope_regions(), language.names_hint().to_owned());
    let tags = field("tags", language.scope_tags(), language.tags_hint().to_owned());
    view! {
        {accounts}
        {regions}
        <fieldset class="field boxes">
            <legend>{language.scope_environments()}</legend>
            <div class="row">{boxes.collect_view()}</div>
        </fieldset>
        {tags}
        <p class="muted small">{language.scope_hint()}</p>
    }
    .into_any()
}
