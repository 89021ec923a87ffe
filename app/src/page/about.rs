//! Which version this is, what it is made of, and what whoever helps wants to know: numbers, no names, no secrets.

use domain::inventory::Coverage;
use leptos::prelude::*;

use super::load::load;
use crate::api::ssr::{Commit, Request};
use crate::boot::AssetHrefs;
use crate::component::{Frame, Section};
use crate::path;
use crate::text::{Language, machine_time};
use crate::ui::{Card, CopyButton, Fact, FactList};

const VERSION: &str = env!("CARGO_PKG_VERSION");
const LICENCE: &str = env!("CARGO_PKG_LICENSE");
/// Made by `cargo xtask build` of what is in the binary.
const LICENCES: &str = "licences.txt";

#[component]
pub fn AboutPage() -> impl IntoView {
    let request = Request::current();
    let language = request.language;
    let data = {
        let request = request.clone();
        async move {
            let viewer = request.viewer()?;
            let respond = |error| request.respond(error);
            let coverage = viewer.get_coverage().await.map_err(respond)?;
            let replicas = viewer.count_replicas().await.map_err(respond)?;
            Ok((coverage, replicas))
        }
    };
    let shown = load(request, data, |request, (coverage, replicas)| {
        let Commit(commit) = use_context().unwrap_or_default();
        let diagnostics = diagnostics(&request, commit, &coverage, replicas);
        view! { <Shown language=request.language commit diagnostics/> }
    });
    view! {
        <Frame title=language.about().to_owned() section=Section::None>
            <div class="title"><h1>{language.about()}</h1></div>
            {shown}
        </Frame>
    }
    .into_any()
}

#[component]
fn Shown(language: Language, commit: Option<&'static str>, diagnostics: String) -> impl IntoView {
    let licences = use_context::<AssetHrefs>().unwrap_or_default().get(LICENCES);
    view! {
        <div class="settings">
            <Card title=language.version()>
                <FactList>
                    <Fact name=language.version()><code>{VERSION}</code></Fact>
                    <Fact name=language.commit()>{match commit {
                        Some(commit) => view! { <code>{commit}</code> }.into_any(),
                        None => language.commit_unknown().into_any(),
                    }}</Fact>
                    <Fact name=language.licence()><code>{LICENCE}</code></Fact>
                    <Fact name=language.licences_of_parts()>{match licences {
                        Some(href) => view! { <a href=href>{language.licences_list()}</a> }.into_any(),
                        None => language.licences_missing().into_any(),
                    }}</Fact>
                </FactList>
            </Card>
            <Card title=language.documents()>
                <ul class="plain-list">
                    <li><a href=path::KEYS>{language.keys()}</a></li>
                    <li><a href=path::API_DOCUMENT>{language.api_document()}</a></li>
                    <li><a href=language.password_free_url() rel="noreferrer">{language.password_free_document()}</a></li>
                    <li class="muted">{language.documents_beside()} " " <code>"docs/operations"</code></li>
                </ul>
            </Card>
            <Card title=language.diagnostics()>
                <div class="stack">
                    <p class="muted small">{language.diagnostics_text()}</p>
                    <div class="row">
                        <span>{language.copy_diagnostics()}</span>
                        <CopyButton language text=diagnostics.clone() what=language.diagnostics()/>
                    </div>
                    <pre class="diagnostics" id="diagnostics" tabindex="0" aria-label=language.diagnostics()>{diagnostics}</pre>
                </div>
            </Card>
        </div>
    }
    .into_any()
}

/// The same in every language: it is for whoever helps. Of the fleet, what the person who asks may see.
fn diagnostics(
    request: &Request,
    commit: Option<&str>,
    coverage: &Coverage,
    replicas: i64,
) -> String {
    let settings = request.portal.settings();
    let yes = |is: bool| if is { "yes" } else { "no" };
    let build = if cfg!(debug_assertions) { "debug" } else { "release" };
    let database = if request.portal.store().is_shared() { "PostgreSQL" } else { "SQLite" };
    let oldest = coverage
        .oldest
        .map_or("-".to_owned(), |at| format!("{} s", request.now.since(at).as_secs()));
    let moved = request.now.as_millis().saturating_sub(request.portal.session_now().as_millis());
    let lines = [
        format!("Latchkey {VERSION}, commit {}, {build}", commit.unwrap_or("not noted")),
        format!("system: {} {}", std::env::consts::OS, std::env::consts::ARCH),
        format!("time: {}", machine_time(request.now)),
        format!("database: {database}; replicas with a duty: {replicas}"),
        format!(
            "audit: restored {}, damaged {}",
            yes(request.portal.is_restored()),
            yes(request.portal.is_damaged())
        ),
        format!("clock: {moved} ms from the database's at the start, and what has passed since"),
        format!("accounts: {}", request.portal.accounts().names().len()),
        format!(
            "instances in scope: {}, modes read: {}, oldest reading: {oldest}",
            coverage.instances, coverage.read
        ),
        format!(
            "regions: {}, not answering: {}, not read yet: {}",
            coverage.regions.len(),
            coverage.problems().count(),
            coverage.waiting()
        ),
        format!(
            "reading: lists every {} s, modes every {} s, details every {} s, {} calls at once",
            settings.list_every.as_secs(),
            settings.attributes_every.as_secs(),
            settings.details_every.as_secs(),
            settings.calls_at_once
        ),
        format!(
            "sessions: idle {} s, at most {} s; fresh proof for danger: {}",
            settings.session_idle.as_secs(),
            settings.session_absolute.as_secs(),
            yes(settings.step_up)
        ),
        format!(
            "local users: {}; single sign-on: {}; second factors: {}; passkeys: {}",
            yes(settings.local_users),
            yes(settings.oidc.is_some()),
            yes(settings.factor_key.is_some()),
            yes(settings.passkeys.is_some())
        ),
        format!(
            "webhook: {}; receipts: {}; sandbox: {}",
            yes(settings.webhook.is_some()),
            yes(settings.receipt_key.is_some()),
            yes(request.sandbox.is_some())
        ),
    ];
    lines.join("\n")
}
