//! Groups: who is in them and what they give; for admins over everything.

use domain::person::{Granted, Source};
use leptos::prelude::*;
use service::Group;

use super::load::load;
use crate::api::ssr::Request;
use crate::component::{Frame, GiveForm, GrantTable, NameForm, Section};
use crate::path;
use crate::ui::{Badge, Card, Empty, Tone};

#[component]
pub fn GroupsPage() -> impl IntoView {
    let request = Request::current();
    let language = request.language;
    let data = {
        let request = request.clone();
        async move {
            let admin = request.admin("see-groups").await?;
            admin.people().list_groups().await.map_err(|error| request.respond(error))
        }
    };
    let shown = load(request, data, |request, groups| view! { <Shown request groups/> });
    view! {
        <Frame title=language.groups().to_owned() section=Section::People>
            <nav class="crumbs muted" aria-label=language.back()><a href=path::PEOPLE>{language.people()}</a></nav>
            <div class="title">
                <h1>{language.groups()}</h1>
                <span class="muted">{language.groups_lead()}</span>
            </div>
            {shown}
        </Frame>
    }
    .into_any()
}

#[component]
fn Shown(request: Request, groups: Vec<Group>) -> impl IntoView {
    let language = request.language;
    let none = groups.is_empty().then(|| {
        view! { <div class="card"><Empty title=language.no_groups() text=language.no_groups_text()/></div> }
    });
    let cards = groups.into_iter().map({
        let request = request.clone();
        move |group| view! { <GroupCard request=request.clone() group/> }
    });
    view! {
        <div class="stack measure">
            {none}
            {cards.collect_view()}
            <Card title=language.make_group()>
                <NameForm request action=path::MAKE_GROUP_POST id="group-name" button=language.make()/>
            </Card>
        </div>
    }
    .into_any()
}

#[component]
fn GroupCard(request: Request, group: Group) -> impl IntoView {
    let language = request.language;
    let (name, version) = (group.name.to_string(), group.version);
    let disabled = group.disabled_at.is_some();
    let grants = group.grants.iter().cloned().map(|grant| Granted { grant, source: Source::Own });
    let grants: Vec<Granted> = grants.collect();
    let take = Some((path::TAKE_FROM_GROUP_POST, name.clone(), version));
    let (action, label) = if disabled {
        (path::ENABLE_GROUP_POST, language.enable_person())
    } else {
        (path::DISABLE_GROUP_POST, language.disable_person())
    };
    let heading = format!("group-{name}");
    let labelled = heading.clone();
    view! {
        <section class="card" aria-labelledby=labelled>
            <header>
                <h2 id=heading>{name.clone()}</h2>
                {disabled.then(|| view! { <Badge tone=Tone::Danger>{language.disabled()}</Badge> })}
            </header>
            <div class="body stack">
                <GrantTable language grants take/>
                <GiveForm request=request.clone() action=path::GIVE_GROUP_POST id=format!("give-{name}") name=name.clone() version/>
                <Members request=request.clone() group/>
                <form method="post" action=action>
                    <input type="hidden" name="name" value=name.clone()/>
                    <input type="hidden" name="version" value=version.to_string()/>
                    <button class="button" aria-label=format!("{label} {name}")>{label}</button>
                </form>
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn Members(request: Request, group: Group) -> impl IntoView {
    let language = request.language;
    let (name, version) = (group.name.to_string(), group.version.to_string());
    let id = format!("member-{name}");
    let none = group.members.is_empty().then(|| language.no_members());
    let rows = group.members.iter().map(|member| {
        let label = format!("{} {member}", language.remove_member());
        view! {
            <li class="row">
                <a href=path::person(member)>{member.to_string()}</a>
                <form method="post" action=path::REMOVE_MEMBER_POST>
                    <input type="hidden" name="name" value=name.clone()/>
                    <input type="hidden" name="version" value=version.clone()/>
                    <input type="hidden" name="member" value=member.to_string()/>
                    <button class="button" aria-label=label>{language.remove_member()}</button>
                </form>
            </li>
        }
    });
    let rows = rows.collect_view();
    view! {
        <div class="stack">
            <h3>{language.members()}</h3>
            {none.map(|text| view! { <p class="muted">{text}</p> })}
            <ul class="members">{rows}</ul>
            <form class="stack" method="post" action=path::ADD_MEMBER_POST>
                <input type="hidden" name="name" value=name.clone()/>
                <input type="hidden" name="version" value=version.clone()/>
                <div class="field">
                    <label for=id.clone()>{language.member()}</label>
                    <input class="input" id=id name="member" maxlength="64" autocomplete="off" autocapitalize="none"
                        spellcheck="false" required/>
                </div>
                <div class="row"><button class="button">{language.add()}</button></div>
            </form>
        </div>
    }
    .into_any()
}
