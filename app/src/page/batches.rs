//! Every batch that was started, the newest first, and the way to a new one.

use domain::access::Access;
use domain::batch::Batch;
use domain::person::Role;
use leptos::prelude::*;

use super::load::load;
use crate::api::ssr::Request;
use crate::asked::Asked;
use crate::component::{AccessBadge, ChangeTabs, Frame, Nothing, Section};
use crate::path;
use crate::text::Language;
use crate::ui::{Card, Moment, Scroll};

#[component]
pub fn BatchesPage() -> impl IntoView {
    let request = Request::current();
    let language = request.language;
    let data = {
        let request = request.clone();
        async move {
            let batches = request.viewer()?.list_batches().await;
            batches.map_err(|error| request.respond(error))
        }
    };
    let shown = load(request, data, |request, batches: Vec<Batch>| {
        let language = request.language;
        if batches.is_empty() {
            let (title, text) = (language.no_batches(), language.no_batches_text());
            return view! { <Nothing request title text/> }.into_any();
        }
        view! { <Table language batches/> }.into_any()
    });
    view! {
        <Frame title=language.batches().to_owned() section=Section::Changes>
            <div class="title"><h1>{language.changes()}</h1></div>
            <ChangeTabs language current=path::BATCHES/>
            {shown}
        </Frame>
    }
    .into_any()
}

#[component]
fn Table(language: Language, batches: Vec<Batch>) -> impl IntoView {
    let rows = batches.into_iter().map(move |batch| {
        let at = batch.started_at.unwrap_or(batch.created_at);
        view! {
            <tr>
                <td class="num nowrap"><a href=path::batch(batch.id)><Moment language at text=language.stamp(at)/></a></td>
                <td><AccessBadge language state=batch.to.into()/></td>
                <td>{language.batch_state(batch.state)}</td>
                <td>{batch.requested_by_name.to_string()}</td>
                <td class="wide"><bdi>{batch.reason.map(|reason| reason.to_string())}</bdi></td>
            </tr>
        }
    });
    view! {
        <Card title=language.batches()>
            <Scroll label=language.batches()>
                <table class="rows">
                    <thead>
                        <tr>
                            <th scope="col">{language.when_column()}</th>
                            <th scope="col">{language.target()}</th>
                            <th scope="col">{language.state_column()}</th>
                            <th scope="col">{language.who_column()}</th>
                            <th scope="col" class="wide">{language.reason()}</th>
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </Scroll>
        </Card>
    }
    .into_any()
}

/// Which way, for everything that a list holds.
#[component]
pub fn NewBatchPage() -> impl IntoView {
    let request = Request::current();
    let language = request.language;
    let asked = Asked::of_address(&request.address);
    let filter = asked.filter.clone();
    let data = {
        let request = request.clone();
        async move {
            request.operator("see-batch").await?;
            let counted = request.viewer()?.count_matches(&filter).await;
            counted.map_err(|error| request.respond(error))
        }
    };
    let query = asked.query();
    let shown = load(request, data, move |request, matches| {
        let language = request.language;
        let may = request.role().covers(Role::Operator);
        let way = move |to: Access, tone: &'static str| {
            let query = query.clone();
            view! {
                <form method="post" action=path::DRAFT_BATCH_POST>
                    <input type="hidden" name="query" value=query/>
                    <input type="hidden" name="to" value=to.code()/>
                    <button class="button" data-tone=tone>{language.confirm(to)} "…"</button>
                </form>
            }
        };
        view! {
            <section class="card measure">
                <div class="body stack">
                    <p class="big num">{language.n_match(matches)}</p>
                    <p class="muted">{language.batch_new_text()}</p>
                    {may.then(|| view! {
                        <div class="row">
                            {way(Access::PasswordRequired, "primary")}
                            {way(Access::PasswordFree, "open")}
                        </div>
                    })}
                </div>
            </section>
        }
        .into_any()
    });
    view! {
        <Frame title=language.change_many().to_owned() section=Section::Instances>
            <nav class="crumbs muted" aria-label=language.back()><a href=asked.address()>{language.instances()}</a></nav>
            <div class="title"><h1>{language.change_many()}</h1></div>
            {shown}
        </Frame>
    }
    .into_any()
}
