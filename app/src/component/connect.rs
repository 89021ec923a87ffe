//! How programs connect to an instance: code to copy, for one of its addresses, with the reason for each choice in it.
//!
//! Which address and whether with TLS stands in the page's own address: links choose it, without scripts too.

use domain::inventory::InstanceDetail;
use leptos::prelude::*;

use crate::api::ssr::Request;
use crate::connect::{self, Nodes, Password, Snippet, Target, Way};
use crate::path;
use crate::text::Language;
use crate::ui::{Card, CopyButton, Empty, Icon, IconName};

const ID: &str = "connect";
const VIA: &str = "via";
const TLS: &str = "tls";

#[component]
pub fn ConnectCard(request: Request, detail: InstanceDetail) -> impl IntoView {
    let language = request.language;
    let ways = connect::ways(&detail);
    let asked = path::query_value(&request.address, VIA);
    let tls = path::query_value(&request.address, TLS).as_deref() == Some("1");
    let chosen = ways.iter().find(|way| Some(way.via.code()) == asked.as_deref()).or(ways.first());
    let body = match chosen.cloned() {
        Some(way) => view! { <Chosen language detail=detail.clone() ways way tls/> }.into_any(),
        None => {
            view! { <Empty title=language.no_way_in() text=language.no_way_in_text()/> }.into_any()
        }
    };
    let console = path::cloud_console(&detail.key.region);
    let link = view! {
        <a href=console rel="noreferrer"><Icon name=IconName::External/> " " {language.cloud_console()}</a>
    }
    .into_any();
    view! {
        <div id=ID>
            <Card title=language.connect() aside=link>
                {body}
                <Terraform language detail/>
            </Card>
        </div>
    }
    .into_any()
}

#[component]
fn Chosen(
    language: Language,
    detail: InstanceDetail,
    ways: Vec<Way>,
    way: Way,
    tls: bool,
) -> impl IntoView {
    let page = path::instance(&detail.key);
    let to = |via: &str, tls: bool| {
        let query = [(VIA, via), (TLS, if tls { "1" } else { "" })];
        format!("{}#{ID}", path::with_query(&page, &query))
    };
    let chosen = way.via;
    let addresses = ways.iter().map(|way| {
        let current = (way.via == chosen).then_some("true");
        view! { <a class="chip" href=to(way.via.code(), tls) aria-current=current>{language.via(way.via)}</a> }
    });
    let addresses = addresses.collect_view();
    let encrypted =
        [(false, language.without_tls()), (true, language.with_tls())].map(|(on, text)| {
            let current = (on == tls).then_some("true");
            view! { <a class="chip" href=to(chosen.code(), on) aria-current=current>{text}</a> }
        });
    let target = Target::of(&detail, &way, tls);
    let snippets = connect::snippets(&target).into_iter().map(|snippet| {
        let Snippet { title, code } = snippet;
        view! { <Code language title code/> }
    });
    let snippets = snippets.collect_view();
    view! {
        <nav class="chips wrap" aria-label=language.connect_by()>
            {addresses}
            <span class="divider"></span>
            {encrypted.collect_view()}
        </nav>
        <Reasons language detail way target/>
        <div class="snippets">{snippets}</div>
    }
    .into_any()
}

/// Why the code is as it is, and what of it is not known.
#[component]
fn Reasons(language: Language, detail: InstanceDetail, way: Way, target: Target) -> impl IntoView {
    let password = match target.password {
        Password::Needed => language.connect_password_needed(),
        Password::NotNeeded => language.connect_password_free(),
        Password::SentAnyway => language.connect_password_unknown(),
    };
    let accounts = target.password.is_sent().then(|| language.connect_accounts());
    let nodes = match target.nodes {
        Nodes::One => None,
        Nodes::Shards => Some(language.connect_shards()),
        Nodes::NotKnown => Some(language.connect_nodes_unknown()),
    };
    let tls = if target.tls { language.connect_tls() } else { language.connect_without_tls() };
    let listed = detail.endpoints.value.is_none().then(|| language.connect_listed());
    let port = way.port.is_none().then(|| language.connect_port());
    let reasons = [Some(password), accounts, nodes, Some(tls), listed, port];
    let reasons = reasons.into_iter().flatten().map(|reason| view! { <li>{reason}</li> });
    view! { <ul class="reasons muted small">{reasons.collect_view()}</ul> }.into_any()
}

/// The same field, as Terraform writes it: it and the portal would undo each other.
#[component]
fn Terraform(language: Language, detail: InstanceDetail) -> impl IntoView {
    let mode = detail.facts().access_state().access();
    connect::terraform(&detail.key.id, &detail.row.kind, mode).map(|code| {
        view! {
            <div class="snippets">
                <details class="snippet">
                    <summary>"Terraform"</summary>
                    <p class="hint small">{language.terraform_flips()}</p>
                    <div class="code"><pre tabindex="0"><code>{code.clone()}</code></pre><CopyButton language text=code what="Terraform"/></div>
                </details>
            </div>
        }
    })
}

#[component]
fn Code(language: Language, title: &'static str, code: String) -> impl IntoView {
    view! {
        <details class="snippet">
            <summary>{title}</summary>
            <div class="code"><pre tabindex="0"><code>{code.clone()}</code></pre><CopyButton language text=code what=title/></div>
        </details>
    }
    .into_any()
}
