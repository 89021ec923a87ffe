//! What one may do, where, who can give the rest; and one's password.

use domain::id::UserName;
use domain::person::{Person, Role, Scope};
use leptos::prelude::*;

use super::load::load;
use crate::api::error::{ApiError, ErrorCode};
use crate::api::ssr::Request;
use crate::component::{Frame, GrantTable, Section};
use crate::path;
use crate::text::Language;
use crate::ui::Card;

#[component]
pub fn MePage() -> impl IntoView {
    let request = Request::current();
    let language = request.language;
    let data = {
        let request = request.clone();
        async move {
            let who = request.who.clone().ok_or(ApiError::new(ErrorCode::NotSignedIn))?;
            let admins = request.portal.list_admins().await;
            let admins = admins.map_err(|error| request.respond(error))?;
            Ok((who.person.clone(), admins, request.proves_here().await?))
        }
    };
    let shown = load(request, data, |request, (person, admins, local)| {
        view! { <Shown request person admins local/> }
    });
    view! {
        <Frame title=language.my_account().to_owned() section=Section::None>
            <div class="title">
                <h1>{language.my_account()}</h1>
                <span class="muted">{language.me_lead()}</span>
            </div>
            {shown}
        </Frame>
    }
    .into_any()
}

#[component]
fn Shown(request: Request, person: Person, admins: Vec<UserName>, local: bool) -> impl IntoView {
    let language = request.language;
    let admins: Vec<String> = admins.iter().map(ToString::to_string).collect();
    let in_part = person.may_anywhere(Role::Admin) && !person.may_everywhere(Role::Admin);
    let rows = Role::ALL.iter().map(|role| {
        let place = where_they_may(language, &person, *role);
        view! { <tr><th scope="row">{language.act_of(*role)}</th><td><bdi>{place}</bdi></td></tr> }
    });
    let rows = rows.collect_view();
    view! {
        <div class="stack measure">
            <Card title=language.what_i_may()>
                <div class="stack">
                    <table class="rows">
                        <thead>
                            <tr><th scope="col">{language.act_column()}</th><th scope="col">{language.where_column()}</th></tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                    {in_part.then(|| view! { <p class="muted">{language.admin_in_part()}</p> })}
                    <GrantTable language grants=person.grants.clone() take=None/>
                </div>
            </Card>
            <Card title=language.who_can_give()>
                <p>{language.who_can_give_text()} " " <b>{admins.join(", ")}</b></p>
            </Card>
            {local.then(|| view! { <PasswordCard request/> })}
            <ul class="plain-list">
                <li><a href=path::SESSIONS>{language.to_sessions()}</a></li>
                {local.then(|| view! { <li><a href=path::SECOND_FACTOR>{language.second_factor()}</a></li> })}
                <li><a href=path::TOKENS>{language.api_tokens()}</a></li>
            </ul>
        </div>
    }
    .into_any()
}

/// What concerns no instance is everywhere or nowhere.
fn where_they_may(language: Language, person: &Person, role: Role) -> String {
    if role == Role::Admin && !person.may_everywhere(role) {
        return language.nowhere().to_owned();
    }
    match person.scope_of(role) {
        Scope::Everything => language.everything().to_owned(),
        Scope::Areas(areas) if areas.is_empty() => language.nowhere().to_owned(),
        Scope::Areas(areas) => {
            let areas: Vec<String> = areas.iter().map(|area| language.area(area)).collect();
            areas.join(" · ")
        }
    }
}

#[component]
fn PasswordCard(request: Request) -> impl IntoView {
    let language = request.language;
    let marked = request.notice.as_ref().and_then(|notice| notice.error.field.clone());
    let invalid = move |field: &str| (marked.as_deref() == Some(field)).then_some("true");
    view! {
        <Card title=language.change_password()>
            <form class="stack" method="post" action=path::PASSWORD_POST>
                <PasswordField name="old" label=language.old_password() complete="current-password" invalid=invalid("old")/>
                <PasswordField name="password" label=language.new_password() complete="new-password" invalid=invalid("password")/>
                <PasswordField name="again" label=language.password_again() complete="new-password" invalid=invalid("again")/>
                <p class="muted small">{language.password_hint()}</p>
                <div class="row"><button class="button" data-tone="primary">{language.change_password()}</button></div>
            </form>
        </Card>
    }
    .into_any()
}

#[component]
pub(super) fn PasswordField(
    name: &'static str,
    label: &'static str,
    complete: &'static str,
    invalid: Option<&'static str>,
) -> impl IntoView {
    let id = format!("{name}-field");
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <input class="input" id=id name=name type="password" autocomplete=complete required maxlength="1024"
                aria-invalid=invalid/>
        </div>
    }
    .into_any()
}
