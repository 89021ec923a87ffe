//! Signing in. Loads no script; in a sandbox it shows who there is.

use leptos::prelude::*;

use crate::api::ssr::{Request, SandboxPerson};
use crate::component::{NoticePanel, Plain, Preferences};
use crate::path;
use crate::text::Language;
use crate::ui::{Badge, Icon, IconName, Tone};

#[component]
pub fn SignInPage() -> impl IntoView {
    let request = Request::current();
    let language = request.language;
    let next = path::safe_next(path::query_value(&request.address, "next").as_deref());
    let settings = request.portal.settings();
    let (oidc, local) = (settings.oidc.clone(), settings.local_users);
    let people = request.sandbox.as_ref().map(|sandbox| sandbox.people.clone());
    let typed = request
        .notice
        .as_ref()
        .and_then(|notice| notice.typed("name"))
        .unwrap_or_default()
        .to_owned();
    view! {
        <Plain title=language.sign_in()>
            <div class="sign-in">
                <header class="sign-in-head">
                    <span class="brand"><Icon name=IconName::Key/>{language.product()}</span>
                    {people.is_some().then(|| view! { <Badge tone=Tone::Accent>{language.sandbox()}</Badge> })}
                </header>
                <h1>{language.sign_in()}</h1>
                <p class="muted">{language.sign_in_lead()}</p>
                <NoticePanel language notice=request.notice.clone()/>
                {oidc.clone().map(|oidc| view! { <Provider language text=language.sign_in_with(oidc.label()) href=path::provider_for(&next) others=local/> })}
                {local.then(|| view! { <PasswordForm language next=next.clone() typed/> })}
                {match people {
                    Some(people) => view! { <SandboxPeople language people next/> }.into_any(),
                    None if oidc.is_some() => view! { <p class="muted small">{language.role_by_groups()}</p> }.into_any(),
                    None => view! { <p class="muted small">{language.no_account()}</p> }.into_any(),
                }}
                <Preferences request/>
            </div>
        </Plain>
    }
    .into_any()
}

/// A link: a form may not lead to another site.
#[component]
fn Provider(language: Language, text: String, href: String, others: bool) -> impl IntoView {
    view! {
        <a class="button" data-tone="primary" href=href>{text}</a>
        {others.then(|| view! { <p class="muted small or">{language.or_with_password()}</p> })}
    }
    .into_any()
}

#[component]
fn PasswordForm(language: Language, next: String, typed: String) -> impl IntoView {
    view! {
        <form method="post" action=path::SIGN_IN_POST class="stack">
            <input type="hidden" name="next" value=next/>
            <div class="field">
                <label for="name">{language.user_name()}</label>
                <input class="input" id="name" name="name" autocomplete="username" autocapitalize="none"
                    spellcheck="false" required maxlength="64" value=typed/>
            </div>
            <div class="field">
                <label for="password">{language.password()}</label>
                <input class="input" id="password" name="password" type="password"
                    autocomplete="current-password" required maxlength="1024"/>
            </div>
            <button class="button" data-tone="primary">{language.sign_in()}</button>
        </form>
    }
    .into_any()
}

#[component]
fn SandboxPeople(language: Language, people: Vec<SandboxPerson>, next: String) -> impl IntoView {
    let rows = people.into_iter().map(|person| {
        let role = language.role(person.role);
        let role = if person.in_part {
            format!("{role}, {}", language.in_part())
        } else {
            role.to_owned()
        };
        let label = format!("{} {} ({role})", language.sign_in_as(), person.name);
        view! {
            <form method="post" action=path::SIGN_IN_POST>
                <input type="hidden" name="next" value=next.clone()/>
                <input type="hidden" name="name" value=person.name.to_string()/>
                <input type="hidden" name="password" value=person.password.clone()/>
                <button class="person" aria-label=label>
                    <b>{person.name.to_string()}</b>
                    <span class="muted">{role}</span>
                    <code>{person.password.clone()}</code>
                </button>
            </form>
        }
    });
    view! {
        <section class="sandbox-people" aria-labelledby="sandbox-people">
            <h2 id="sandbox-people">{language.sandbox_people()}</h2>
            <p class="muted small">{language.sandbox_people_explained()}</p>
            {rows.collect_view()}
        </section>
    }
    .into_any()
}
