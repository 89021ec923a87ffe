//! What is asked once for all instances of a batch before it starts.

#![expect(clippy::needless_pass_by_value, reason = "a component owns its props")]

use std::collections::BTreeMap;
use std::time::Duration;

use domain::access::Access;
use domain::consequence::consequences;
use domain::policy::Policy;
use domain::preflight::Facts;
use domain::timebox::PRESETS;
use leptos::prelude::*;
use service::{BatchDetail, USUAL_AT_ONCE, USUAL_FAILURES};

use crate::api::batch::NEVER;
use crate::api::change::UNTIL_SHUT;
use crate::api::ssr::Request;
use crate::path;
use crate::text::Language;
use crate::ui::{Card, Icon, IconName};

const AT_ONCE: [u32; 6] = [1, 5, 10, 20, 50, 100];
const FAILURES: [u32; 6] = [0, 1, 3, 10, 20, 50];

#[component]
pub fn StartForm(request: Request, detail: BatchDetail, policy: Policy) -> impl IntoView {
    let language = request.language;
    let (to, id) = (detail.batch.to, detail.batch.id);
    let count = detail.will_change().count();
    if count == 0 {
        return view! {
            <p class="state big" data-tone="open"><Icon name=IconName::Info/>{language.nothing_would_change()}</p>
            <Counts language detail/>
        }
        .into_any();
    }
    let (guarded, reason) = (detail.is_guarded(), detail.needs_reason(&policy));
    let tone = if to.opens() { "open" } else { "primary" };
    let opening = to.opens().then(|| view! { <Lasts request=request.clone()/> });
    let guard = guarded.then(|| match to {
        Access::PasswordFree => view! { <TypedCount request=request.clone() count/> }.into_any(),
        Access::PasswordRequired => view! { <Ticks request=request.clone()/> }.into_any(),
    });
    view! {
        <Counts language detail/>
        <Card title=language.start_batch()>
            <form class="stack" method="post" action=path::START_BATCH_POST>
                // The default button of the form is one that does nothing: Enter starts nothing.
                <button disabled hidden></button>
                <input type="hidden" name="batch" value=id.to_string()/>
                <p class="muted">{language.stages_text()}</p>
                {opening}
                <Choice request=request.clone() name="at_once" label=language.at_once() usual=USUAL_AT_ONCE numbers=&AT_ONCE never=false/>
                <Choice request=request.clone() name="failures" label=language.stop_after() usual=USUAL_FAILURES numbers=&FAILURES never=true/>
                <Reason request needed=reason/>
                {guard}
                <div class="row">
                    <a class="button" href=path::INSTANCES>{language.cancel()}</a>
                    <button class="button" data-tone=tone>{language.batch_title(to, count)}</button>
                </div>
            </form>
        </Card>
    }
    .into_any()
}

/// How many of each kind.
#[component]
fn Counts(language: Language, detail: BatchDetail) -> impl IntoView {
    let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
    for item in &detail.items {
        *counts.entry(language.line(&item.line)).or_default() += 1;
    }
    let chips = counts.into_iter().map(|(label, count)| {
        view! { <span class="chip">{label} " " <span class="num">{count}</span></span> }
    });
    view! { <div class="chips">{chips.collect_view()}</div> }.into_any()
}

fn typed(request: &Request, field: &str) -> Option<String> {
    request.notice.as_ref().and_then(|notice| notice.typed(field)).map(ToOwned::to_owned)
}

fn invalid(request: &Request, field: &str) -> Option<&'static str> {
    let marked = |field: &str| {
        request.notice.as_ref().is_some_and(|notice| notice.error.field.as_deref() == Some(field))
    };
    marked(field).then_some("true")
}

#[component]
fn Choice(
    request: Request,
    name: &'static str,
    label: &'static str,
    usual: u32,
    numbers: &'static [u32],
    never: bool,
) -> impl IntoView {
    let chosen = typed(&request, name).unwrap_or_else(|| usual.to_string());
    let endless = (never && chosen == NEVER, request.language.never_pause());
    let options = numbers.iter().map(|number| {
        let value = number.to_string();
        let selected = value == chosen;
        view! { <option value=value.clone() selected=selected>{value.clone()}</option> }
    });
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <select class="input" id=name name=name>
                {options.collect_view()}
                {never.then(|| view! { <option value=NEVER selected=endless.0>{endless.1}</option> })}
            </select>
        </div>
    }
    .into_any()
}

#[component]
fn Lasts(request: Request) -> impl IntoView {
    let language = request.language;
    let usual = Duration::from_hours(2).as_secs().to_string();
    let chosen = typed(&request, "lasts").unwrap_or(usual);
    let until_shut = chosen == UNTIL_SHUT;
    let options = PRESETS.iter().map(|preset| {
        let value = preset.as_secs().to_string();
        let selected = value == chosen;
        view! { <option value=value selected=selected>{language.lasting(*preset)}</option> }
    });
    view! {
        <div class="field">
            <label for="lasts">{language.lasts()}</label>
            <select class="input" id="lasts" name="lasts" aria-describedby="lasts-hint">
                {options.collect_view()}
                <option value=UNTIL_SHUT selected=until_shut>{language.until_shut()}</option>
            </select>
            <p class="muted small" id="lasts-hint">{language.caps_apply()}</p>
        </div>
    }
    .into_any()
}

#[component]
fn Reason(request: Request, needed: bool) -> impl IntoView {
    let language = request.language;
    let value = typed(&request, "reason").unwrap_or_default();
    view! {
        <div class="field">
            <label for="reason">
                {language.reason()}
                {(!needed).then(|| view! { " " <span class="muted">{language.optional()}</span> })}
            </label>
            <input class="input" id="reason" name="reason" maxlength="500" autocomplete="off" value=value
                aria-invalid=invalid(&request, "reason")/>
        </div>
    }
    .into_any()
}

/// How many, by hand: whoever types it has read it.
#[component]
fn TypedCount(request: Request, count: usize) -> impl IntoView {
    let (before, after) = request.language.type_to_confirm();
    let value = typed(&request, "typed_count").unwrap_or_default();
    view! {
        <div class="field">
            <label for="typed-count">{before} " " <code class="typed">{count}</code> " " {after}</label>
            <input class="input" id="typed-count" name="typed_count" inputmode="numeric" autocomplete="off"
                value=value aria-invalid=invalid(&request, "typed_count")/>
        </div>
    }
    .into_any()
}

#[component]
fn Ticks(request: Request) -> impl IntoView {
    let language: Language = request.language;
    let meant = consequences(&Facts::unread(), Access::PasswordRequired);
    let items = meant.into_iter().map(|consequence| {
        let name = consequence.code().replace('-', "_");
        let ticked = typed(&request, &name).is_some();
        view! {
            <li class="acknowledge">
                <label>
                    <input type="checkbox" name=name value="yes" checked=ticked/>
                    <span><bdi>{language.consequence(&consequence)}</bdi> " " <b>{language.acknowledge()}</b></span>
                </label>
            </li>
        }
    });
    view! { <ul class="consequences">{items.collect_view()}</ul> }.into_any()
}
