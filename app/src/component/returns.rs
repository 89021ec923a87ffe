//! Doors that shut by themselves: choosing when, saying when, putting it off, and what went wrong.

use std::time::Duration;

use domain::environment::Environment;
use domain::time::Timestamp;
use domain::timebox::{Caps, ReturnDuty};
use leptos::prelude::*;

use crate::api::change::UNTIL_SHUT;
use crate::path;
use crate::text::Language;
use crate::ui::{Icon, IconName, Moment};

/// For how long a door is to stand open.
#[component]
pub fn LastsField(
    language: Language,
    caps: Caps,
    environment: Environment,
    /// What was chosen before, where the form comes back.
    chosen: Option<String>,
    invalid: bool,
) -> impl IntoView {
    let usual = caps.usual(environment).as_secs().to_string();
    let chosen = chosen.unwrap_or(usual);
    let until_shut = caps.allows(environment, None);
    let options = caps.presets(environment).into_iter().map(|preset| {
        let value = preset.as_secs().to_string();
        let selected = value == chosen;
        view! { <option value=value selected=selected>{language.lasting(preset)}</option> }
    });
    view! {
        <div class="field">
            <label for="lasts">{language.lasts()}</label>
            <select class="input" id="lasts" name="lasts" aria-describedby="lasts-hint" aria-invalid=invalid.then_some("true")>
                {options.collect_view()}
                {until_shut.then(|| view! {
                    <option value=UNTIL_SHUT selected=chosen == UNTIL_SHUT>{language.until_shut()}</option>
                })}
            </select>
            <p class="muted small" id="lasts-hint">{language.lasts_hint()}</p>
        </div>
    }
    .into_any()
}

/// When it ends.
#[component]
pub fn Ends(language: Language, due_at: Timestamp, now: Timestamp) -> impl IntoView {
    view! {
        <span class="state under" data-tone="open">
            <Icon name=IconName::Clock/>
            <Moment language at=due_at text=language.ends_in(due_at, now)/>
        </span>
    }
    .into_any()
}

/// A later end, within what the environment allows.
#[component]
pub fn ExtendForm(
    language: Language,
    duty: ReturnDuty,
    caps: Caps,
    reason_needed: bool,
    approval: bool,
    /// What the form sends twice is one wish.
    once: String,
) -> impl IntoView {
    let presets: Vec<Duration> = caps.presets(duty.environment);
    let usual = caps.usual(duty.environment);
    let options = presets.into_iter().map(|preset| {
        let selected = preset == usual;
        view! { <option value=preset.as_secs().to_string() selected=selected>{language.lasting(preset)}</option> }
    });
    let key = duty.instance;
    view! {
        <details class="extend">
            <summary>{language.extend()}</summary>
            <form class="stack" method="post" action=path::EXTEND_POST>
                <input type="hidden" name="account" value=key.account.to_string()/>
                <input type="hidden" name="region" value=key.region.to_string()/>
                <input type="hidden" name="id" value=key.id.to_string()/>
                <input type="hidden" name="key" value=once/>
                <input type="hidden" name="seen" value=duty.due_at.as_millis().to_string()/>
                <div class="field">
                    <label for="extend-lasts">{language.extend_text()}</label>
                    <select class="input" id="extend-lasts" name="lasts">{options.collect_view()}</select>
                </div>
                {(reason_needed || approval).then(|| view! {
                    <div class="field">
                        <label for="extend-reason">{language.reason()}</label>
                        <input class="input" id="extend-reason" name="reason" maxlength="500" autocomplete="off" required=reason_needed/>
                    </div>
                })}
                {approval.then(|| view! { <p class="muted small">{language.needs_approval()}</p> })}
                <button class="button">{if approval { language.ask_approval() } else { language.extend() }}</button>
            </form>
        </details>
    }
    .into_any()
}

/// At the top of every page, until it is done.
#[component]
pub fn Overdue(language: Language, duties: Vec<ReturnDuty>) -> impl IntoView {
    if duties.is_empty() {
        return ().into_any();
    }
    let rows = duties.into_iter().map(|duty| {
        let last = duty.last_try.map(path::change);
        let name = duty.name.or_id(&duty.instance.id).to_owned();
        let tries = language.n_tries(duty.tries);
        view! {
            <li>
                <a href=path::instance(&duty.instance)><bdi>{name}</bdi></a>
                " · " {language.moment(duty.due_at)} " · "
                {match last {
                    Some(href) => view! { <a href=href>{tries}</a> }.into_any(),
                    None => tries.into_any(),
                }}
            </li>
        }
    });
    view! {
        <section class="error-panel overdue" role="alert" aria-label=language.overdue_title()>
            <Icon name=IconName::Warning/>
            <div>
                <p class="error-title">{language.overdue_title()}</p>
                <p>{language.overdue_text()}</p>
                <ul>{rows.collect_view()}</ul>
            </div>
        </section>
    }
    .into_any()
}
