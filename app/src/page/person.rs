//! One person: what they may do and where they have it from, where they are signed in, and what an admin may do to that.

use domain::id::UserName;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use service::{SessionOf, User};

use super::load::load;
use super::not_found::NotFoundPage;
use crate::api::ssr::Request;
use crate::component::{Frame, GiveForm, GrantTable, Section, SessionTable, ShownOnce};
use crate::path;
use crate::text::{Language, parse_moment};
use crate::ui::{Badge, Card, Tone};

#[component]
pub fn PersonPage() -> impl IntoView {
    let params = use_params_map().get_untracked();
    let name = params.get("name").unwrap_or_default().parse::<UserName>();
    let Ok(name) = name else { return view! { <NotFoundPage/> }.into_any() };
    let request = Request::current();
    let language = request.language;
    let title = name.to_string();
    let link = request.once.clone();
    let data = {
        let request = request.clone();
        async move {
            let admin = request.admin("see-person").await?;
            let people = admin.people();
            let user = people.get(&name).await.map_err(|error| request.respond(error))?;
            let sessions =
                people.list_sessions(&name).await.map_err(|error| request.respond(error))?;
            Ok((user, sessions))
        }
    };
    let shown = load(request, data, |request, (user, sessions)| {
        view! { <Shown request user sessions/> }
    });
    view! {
        <Frame title=title.clone() section=Section::People>
            <nav class="crumbs muted" aria-label=language.back()><a href=path::PEOPLE>{language.people()}</a></nav>
            <div class="title"><h1>{title}</h1></div>
            <div class="stack">
                {link.map(|link| view! { <Link language link/> })}
                {shown}
            </div>
        </Frame>
    }
    .into_any()
}

/// By which a password can be set, once, and the only look at it that there is. After the link stands its end.
#[component]
fn Link(language: Language, link: String) -> impl IntoView {
    let (address, until) = link.split_once(' ').unwrap_or((&link, ""));
    let until = parse_moment(until).map(|at| language.link_until(at));
    view! {
        <ShownOnce language title=language.link_made() text=address.to_owned() what=language.copy_link()>
            {language.link_once()} " " {until}
        </ShownOnce>
    }
    .into_any()
}

#[component]
fn Shown(request: Request, user: User, sessions: Vec<SessionOf>) -> impl IntoView {
    let language = request.language;
    let name = user.person.name.to_string();
    let version = user.version;
    let take = Some((path::TAKE_POST, name.clone(), version));
    let history = path::audit_of_person(&user.person.name);
    let (grants, now) = (user.person.grants.clone(), request.now);
    let (giving, signed_in) = (request.clone(), !sessions.is_empty());
    let ended = name.clone();
    view! {
        <div class="stack measure">
            {user.disabled_at.is_some().then(|| view! { <p><Badge tone=Tone::Danger>{language.disabled()}</Badge></p> })}
            <Card title=language.own_roles()>
                <div class="stack">
                    <GrantTable language grants take/>
                    <GiveForm request=giving action=path::GIVE_POST id="give".to_owned() name version/>
                </div>
            </Card>
            <Card title=language.sessions()>
                <div class="stack">
                    <SessionTable language now sessions own=None/>
                    {signed_in.then(|| view! {
                        <form method="post" action=path::END_SESSIONS_POST>
                            <input type="hidden" name="name" value=ended/>
                            <button class="button">{language.end_all()}</button>
                        </form>
                    })}
                </div>
            </Card>
            <Account language user/>
            <p><a href=history>{language.history_of_person()}</a></p>
        </div>
    }
    .into_any()
}

#[component]
fn Account(language: Language, user: User) -> impl IntoView {
    let name = user.person.name.to_string();
    let disabled = user.disabled_at.is_some();
    let (action, label, tone) = if disabled {
        (path::ENABLE_PERSON_POST, language.enable_person(), "primary")
    } else {
        (path::DISABLE_PERSON_POST, language.disable_person(), "danger")
    };
    view! {
        <Card title=language.state_column()>
            <div class="stack">
                {(!disabled).then(|| view! {
                    <form class="stack" method="post" action=path::MAKE_LINK_POST>
                        <input type="hidden" name="name" value=name.clone()/>
                        <p class="muted">{language.make_link_text()}</p>
                        <div class="row"><button class="button">{language.make_link()}</button></div>
                    </form>
                })}
                <form class="stack" method="post" action=action>
                    <input type="hidden" name="name" value=name.clone()/>
                    <input type="hidden" name="version" value=user.version.to_string()/>
                    {(!disabled).then(|| view! { <p class="muted">{language.disable_person_text()}</p> })}
                    <div class="row"><button class="button" data-tone=tone>{label}</button></div>
                </form>
            </div>
        </Card>
    }
    .into_any()
}
