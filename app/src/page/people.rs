//! Everybody, with what they may do; for admins over everything.

use leptos::prelude::*;
use service::User;

use super::load::load;
use crate::api::ssr::Request;
use crate::component::{Frame, NameForm, Section};
use crate::path;
use crate::text::Language;
use crate::ui::{Badge, Card, Moment, Scroll, Tone};

#[component]
pub fn PeoplePage() -> impl IntoView {
    let request = Request::current();
    let language = request.language;
    let data = {
        let request = request.clone();
        async move {
            let admin = request.admin("see-people").await?;
            admin.people().list().await.map_err(|error| request.respond(error))
        }
    };
    let shown = load(request, data, |request, users| view! { <Shown request users/> });
    view! {
        <Frame title=language.people().to_owned() section=Section::People>
            <div class="title">
                <h1>{language.people()}</h1>
                <span class="muted">{language.people_lead()}</span>
            </div>
            {shown}
        </Frame>
    }
    .into_any()
}

#[component]
fn Shown(request: Request, users: Vec<User>) -> impl IntoView {
    let language = request.language;
    let rows = users.into_iter().map(|user| view! { <Row language user/> }).collect_view();
    view! {
        <div class="stack">
            <p><a href=path::GROUPS>{language.groups()}</a></p>
            <Scroll label=language.people() card=true>
                <table class="rows">
                    <thead>
                        <tr>
                            <th scope="col">{language.person_column()}</th>
                            <th scope="col">{language.may_column()}</th>
                            <th scope="col">{language.groups_column()}</th>
                            <th scope="col">{language.state_column()}</th>
                            <th scope="col">{language.since_column()}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </Scroll>
            <Card title=language.add_person() note=language.add_person_text()>
                <NameForm request action=path::ADD_PERSON_POST id="person-name" button=language.add()/>
            </Card>
        </div>
    }
    .into_any()
}

#[component]
fn Row(language: Language, user: User) -> impl IntoView {
    let person = &user.person;
    let mut groups: Vec<String> = person
        .grants
        .iter()
        .filter_map(|granted| Some(granted.source.group()?.to_string()))
        .collect();
    groups.dedup();
    let grants = person.grants.iter().map(|granted| {
        let words = language.grant(&granted.grant);
        view! { <div><bdi>{words}</bdi></div> }
    });
    let grants = grants.collect_view();
    let nothing = person.grants.is_empty().then(|| language.no_role());
    let state = match user.disabled_at {
        Some(_) => view! { <Badge tone=Tone::Danger>{language.disabled()}</Badge> }.into_any(),
        None => view! { <Badge tone=Tone::Neutral>{language.active()}</Badge> }.into_any(),
    };
    let at = user.created_at;
    view! {
        <tr>
            <th scope="row"><a href=path::person(&person.name)>{person.name.to_string()}</a></th>
            <td>{grants}{nothing}</td>
            <td>{groups.join(", ")}</td>
            <td>{state}</td>
            <td class="num nowrap"><Moment language at text=language.stamp(at)/></td>
        </tr>
    }
    .into_any()
}
