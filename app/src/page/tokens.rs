//! What programs say in place of people: one's own, and for an admin everybody's.

use domain::person::Role;
use domain::span::Span;
use domain::time::Timestamp;
use domain::token::{ApiToken, LIFETIMES, TokenLabel, USUAL_LIFETIME};
use leptos::prelude::*;

use super::load::load;
use crate::api::ssr::Request;
use crate::component::{AREA_FIELDS, AreaFields, Frame, Section, ShownOnce};
use crate::path;
use crate::text::Language;
use crate::ui::{Card, Empty, Moment, Scroll};

#[component]
pub fn TokensPage() -> impl IntoView {
    let request = Request::current();
    let language = request.language;
    let once = request.once.clone();
    let data = {
        let request = request.clone();
        async move { request.viewer()?.list_tokens().await.map_err(|error| request.respond(error)) }
    };
    let shown = load(request.clone(), data, move |request, tokens| {
        view! { <Tokens request tokens/> }
    });
    view! {
        <Frame title=language.api_tokens().to_owned() section=Section::None>
            <div class="title"><h1>{language.api_tokens()}</h1></div>
            <p class="muted">{language.tokens_lead()}</p>
            <div class="stack measure">
                {once.map(|token| view! {
                    <ShownOnce language title=language.token_made() text=token what=language.token_made()>{language.token_once()}</ShownOnce>
                })}
                <Make request/>
                {shown}
                <p><a href=path::API_DOCUMENT>{language.api_document()}</a></p>
            </div>
        </Frame>
    }
    .into_any()
}

#[component]
fn Make(request: Request) -> impl IntoView {
    let (language, own) = (request.language, request.role());
    let notice = request.notice.as_ref();
    let typed = |field| notice.and_then(|notice| notice.typed(field)).map(ToOwned::to_owned);
    let label_wrong = notice
        .is_some_and(|notice| notice.error.field.as_deref() == Some("label"))
        .then_some("true");
    let in_part = AREA_FIELDS.iter().any(|field| typed(field).is_some_and(|text| !text.is_empty()));
    let typed_label = typed("label").unwrap_or_default();
    let chosen_role = typed("role").unwrap_or_else(|| Role::Viewer.code().to_owned());
    let roles = Role::ALL.iter().filter(move |role| own.covers(**role)).map(move |role| {
        let selected = role.code() == chosen_role;
        view! { <option value=role.code() selected=selected>{language.role(*role)}</option> }
    });
    let chosen = typed("expires_in").unwrap_or_else(|| Span(USUAL_LIFETIME).to_string());
    let lifetimes = LIFETIMES.iter().map(move |lasts| {
        let value = Span(*lasts).to_string();
        let selected = value == chosen;
        view! { <option value=value selected=selected>{language.lasting(*lasts)}</option> }
    });
    view! {
        <Card title=language.make_token()>
            <form class="stack" method="post" action=path::MAKE_TOKEN_POST>
                <div class="field">
                    <label for="label">{language.token_label()}</label>
                    <input class="input" id="label" name="label" value=typed_label required
                        maxlength=TokenLabel::MAX_CHARS.to_string() autocomplete="off"
                        aria-describedby="label-hint" aria-invalid=label_wrong/>
                    <p class="muted small" id="label-hint">{language.token_label_hint()}</p>
                </div>
                <div class="field">
                    <label for="role">{language.token_role()}</label>
                    <select class="input" id="role" name="role">{roles.collect_view()}</select>
                </div>
                <details class="extend" open=in_part>
                    <summary>{language.token_part()}</summary>
                    <div class="stack"><AreaFields request=request.clone() id="token".to_owned() notice=request.notice.clone()/></div>
                </details>
                <div class="field">
                    <label for="expires-in">{language.token_expires_in()}</label>
                    <select class="input" id="expires-in" name="expires_in">{lifetimes.collect_view()}</select>
                </div>
                <div class="row"><button class="button" data-tone="primary">{language.make_token()}</button></div>
            </form>
        </Card>
    }
    .into_any()
}

#[component]
fn Tokens(request: Request, tokens: Vec<ApiToken>) -> impl IntoView {
    let (language, now) = (request.language, request.now);
    if tokens.is_empty() {
        return view! { <div class="card"><Empty title=language.no_tokens() text=language.no_tokens_text()/></div> }.into_any();
    }
    let everybody = request.role().covers(Role::Admin);
    let rows = tokens.into_iter().map(move |token| view! { <Row language now token everybody/> });
    view! {
        <Card title=language.api_tokens()>
            <Scroll label=language.api_tokens()>
                <table class="rows">
                    <thead>
                        <tr>
                            <th scope="col">{language.token_column()}</th>
                            {everybody.then(|| view! { <th scope="col">{language.token_owner()}</th> })}
                            <th scope="col">{language.role_column()}</th>
                            <th scope="col">{language.where_column()}</th>
                            <th scope="col">{language.made_column()}</th>
                            <th scope="col">{language.expires_column()}</th>
                            <th scope="col">{language.used_column()}</th>
                            <td></td>
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </Scroll>
        </Card>
    }
    .into_any()
}

#[component]
fn Row(language: Language, now: Timestamp, token: ApiToken, everybody: bool) -> impl IntoView {
    let live = token.is_live(now);
    let over = match token.revoked_at {
        Some(_) => language.token_revoked(),
        None => language.token_expired(),
    };
    let used = token.used_at.map_or_else(
        || language.token_never_used().to_owned(),
        |at| language.used_from(at, token.used_from.as_deref()),
    );
    let name = format!("{}: {}", language.revoke(), token.label);
    view! {
        <tr>
            <td><bdi>{token.label.to_string()}</bdi> <code class="muted under nowrap">{token.short_name()}</code></td>
            {everybody.then(|| view! { <td>{token.person_name.to_string()}</td> })}
            <td class="nowrap">{language.role(token.role)}</td>
            <td><bdi>{language.scope(&token.scope)}</bdi></td>
            <td class="num nowrap"><Moment language at=token.made_at text=language.stamp(token.made_at)/></td>
            <td class="num nowrap"><Moment language at=token.expires_at text=language.stamp(token.expires_at)/></td>
            <td class="num">{used}</td>
            <td>
                {if live {
                    view! {
                        <form method="post" action=path::REVOKE_TOKEN_POST>
                            <input type="hidden" name="token" value=token.id.to_string()/>
                            <button class="button" data-tone="danger" aria-label=name>{language.revoke()}</button>
                        </form>
                    }
                    .into_any()
                } else {
                    view! { <span class="muted">{over}</span> }.into_any()
                }}
            </td>
        </tr>
    }
    .into_any()
}
