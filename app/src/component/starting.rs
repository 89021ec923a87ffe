//! When a change is to be made.

use std::time::Duration;

use domain::environment::Environment;
use domain::policy::Policy;
use leptos::prelude::*;

use crate::api::change::WHEN_ALLOWED;
use crate::api::ssr::Request;

const WAITS: &[Duration] = &[
    Duration::from_mins(15),
    Duration::from_hours(1),
    Duration::from_hours(4),
    Duration::from_hours(12),
    Duration::from_hours(24),
];

/// Outside the hours that the policy allows, their next beginning is chosen.
#[component]
pub fn StartField(request: Request, policy: Policy, environment: Environment) -> impl IntoView {
    let (language, now) = (request.language, request.now);
    let windows = &policy.rules(environment).windows;
    let allowed = windows.allow(now, &policy.zone);
    let opening = (!allowed).then(|| windows.next_opening(now, &policy.zone)).flatten();
    let typed = request.notice.as_ref().and_then(|notice| notice.typed("start"));
    let usual = if opening.is_some() { WHEN_ALLOWED } else { "0" };
    let chosen = typed.unwrap_or(usual).to_owned();
    let wait_chosen = chosen.clone();
    let waits = WAITS.iter().map(move |wait| {
        let value = wait.as_secs().to_string();
        let selected = value == wait_chosen;
        view! { <option value=value selected=selected>{language.in_time(*wait)}</option> }
    });
    view! {
        <div class="field">
            <label for="start">{language.start()}</label>
            <select class="input" id="start" name="start">
                {allowed.then(|| view! { <option value="0" selected=chosen == "0">{language.start_now()}</option> })}
                {opening.map(|at| view! {
                    <option value=WHEN_ALLOWED selected=chosen == WHEN_ALLOWED>{language.opens_at(at)}</option>
                })}
                {waits.collect_view()}
            </select>
        </div>
    }
    .into_any()
}
