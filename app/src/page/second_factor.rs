//! One's own second factor; for admins, also who has one.

use domain::id::UserName;
use leptos::prelude::*;
use service::OwnFactor;

use super::load::load;
use super::passkeys::Passkeys;
use crate::api::ssr::Request;
use crate::component::{CodeField, Frame, Section};
use crate::path;
use crate::text::Language;
use crate::ui::{Card, CopyButton, qr};

#[component]
pub fn SecondFactorPage() -> impl IntoView {
    let request = Request::current();
    let language = request.language;
    let data = {
        let request = request.clone();
        async move {
            let viewer = request.viewer()?;
            let own = viewer.own_factor().await.map_err(|error| request.respond(error))?;
            let passkeys = viewer.own_passkeys().await.map_err(|error| request.respond(error))?;
            let people = viewer.list_people_with_factor().await;
            Ok((own, passkeys, people.map_err(|error| request.respond(error))?))
        }
    };
    let shown = load(request, data, |request, (own, passkeys, people)| {
        let language = request.language;
        let name = request.who.as_ref().map(|who| who.person.name.to_string());
        let name = name.unwrap_or_default();
        let others = matches!(own, OwnFactor::Active { .. });
        // Said once for both.
        let elsewhere = matches!(own, OwnFactor::Elsewhere);
        let lacks = !others && !elsewhere && passkeys.as_ref().is_none_or(Vec::is_empty);
        let demanded = lacks && request.portal.settings().demand_second_factor;
        view! {
            <div class="stack measure">
                {demanded.then(|| view! { <p class="hint">{language.factor_demanded()}</p> })}
                <Own language name own/>
                {(!elsewhere).then(|| view! { <Passkeys request=request.clone() own=passkeys others/> })}
                {(!people.is_empty()).then(|| view! { <People language people/> })}
            </div>
        }
    });
    view! {
        <Frame title=language.second_factor().to_owned() section=Section::None>
            <div class="title"><h1>{language.second_factor()}</h1></div>
            <p class="muted">{language.second_factor_lead()}</p>
            {shown}
        </Frame>
    }
    .into_any()
}

#[component]
fn Own(language: Language, name: String, own: OwnFactor) -> impl IntoView {
    let body = match own {
        OwnFactor::Unavailable => view! { <p>{language.factor_unavailable()}</p> }.into_any(),
        OwnFactor::Elsewhere => view! { <p>{language.factor_elsewhere()}</p> }.into_any(),
        OwnFactor::None => view! {
            <p>{language.factor_none()}</p>
            <form method="post" action=path::BEGIN_FACTOR_POST>
                <button class="button" data-tone="primary">{language.factor_begin()}</button>
            </form>
        }
        .into_any(),
        OwnFactor::Begun(enrolment) => {
            let address = enrolment.address(language.product(), &name);
            let (secret, codes) = (enrolment.secret().to_owned(), enrolment.codes().to_vec());
            view! { <Begun language address secret codes/> }.into_any()
        }
        OwnFactor::Active { codes_left } => view! { <Active language codes_left/> }.into_any(),
    };
    view! { <Card title=language.authenticator_app()><div class="stack">{body}</div></Card> }
        .into_any()
}

#[component]
fn Begun(language: Language, address: String, secret: String, codes: Vec<String>) -> impl IntoView {
    let all = codes.join("\n");
    let codes = codes.into_iter().map(|code| view! { <li><code>{code}</code></li> });
    let codes = codes.collect_view();
    let picture = qr(language.factor_picture(), &address);
    view! {
        <ol class="steps">
            <li>
                <p>{language.factor_scan()}</p>
                {picture}
                <p class="muted small">{language.factor_type()} " " <code>{secret.clone()}</code> <CopyButton language text=secret what=language.factor_secret()/></p>
            </li>
            <li>
                <p>{language.factor_keep_codes()}</p>
                <ul class="codes">{codes}</ul>
                <p><CopyButton language text=all what=language.recovery_codes()/></p>
            </li>
            <li>
                <form method="post" action=path::CONFIRM_FACTOR_POST class="stack">
                    <CodeField language/>
                    <div class="row">
                        <button class="button" data-tone="primary">{language.factor_confirm()}</button>
                    </div>
                </form>
            </li>
        </ol>
        <form method="post" action=path::REMOVE_FACTOR_POST>
            <button class="button" data-tone="quiet">{language.cancel()}</button>
        </form>
    }
    .into_any()
}

#[component]
fn Active(language: Language, codes_left: i64) -> impl IntoView {
    view! {
        <p class="state big">{language.factor_active()}</p>
        <p class="muted">{language.codes_left(codes_left)}</p>
        <form method="post" action=path::REMOVE_FACTOR_POST>
            <button class="button" data-tone="danger">{language.factor_remove()}</button>
        </form>
    }
    .into_any()
}

/// Somebody who lost theirs asks an admin.
#[component]
fn People(language: Language, people: Vec<UserName>) -> impl IntoView {
    let rows = people.into_iter().map(move |name| {
        let label = format!("{}: {name}", language.factor_take());
        view! {
            <li class="row">
                <b>{name.to_string()}</b>
                <form method="post" action=path::TAKE_FACTOR_POST>
                    <input type="hidden" name="name" value=name.to_string()/>
                    <button class="button" data-tone="danger" aria-label=label>{language.factor_take()}</button>
                </form>
            </li>
        }
    });
    view! {
        <Card title=language.people_with_factor() note=language.factor_take_note()>
            <ul class="stack plain-list">{rows.collect_view()}</ul>
        </Card>
    }
    .into_any()
}
