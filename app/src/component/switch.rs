//! The toggle. It opens a review and moves only when the cloud has confirmed: it shows the state, it does not set it.

use domain::access::{Access, AccessState};
use domain::id::{ChangeId, InstanceKey};
use domain::person::Role;
use leptos::prelude::*;

use crate::path;
use crate::text::Language;

/// `open_change`: one is under way, and the switch leads to it.
#[component]
pub fn AccessSwitch(
    language: Language,
    key: InstanceKey,
    name: String,
    state: AccessState,
    role: Role,
    open_change: Option<ChangeId>,
) -> impl IntoView {
    let label = language.switch_label(&name);
    if let Some(change) = open_change {
        return view! {
            <a class="switch-busy" href=path::change(change) title=language.change_under_way()>
                <span class="spinner" aria-hidden="true"></span>
                <span class="visually-hidden">{format!("{label}: {}", language.change_under_way())}</span>
            </a>
        }
        .into_any();
    }
    let refusal = match state {
        AccessState::NotApplicable => Some(language.switch_not_applicable()),
        _ if !role.covers(Role::Operator) => Some(language.switch_needs_operator()),
        AccessState::Unknown => Some(language.switch_state_unknown()),
        AccessState::PasswordFree | AccessState::PasswordRequired => None,
    };
    let on = state == AccessState::PasswordFree;
    let checked = if on { "true" } else { "false" };
    let to = if on { Access::PasswordRequired } else { Access::PasswordFree };
    match refusal {
        // Not `disabled`: it can be reached and says why.
        Some(why) => view! {
            <span class="refused" title=why>
                <button type="button" class="switch" role="switch" aria-checked=checked aria-disabled="true" aria-label=format!("{label}. {why}")></button>
            </span>
        }
        .into_any(),
        None => view! {
            <form method="post" action=path::TAKE_REVIEW_POST data-dialog="review">
                <TakeReview key to/>
                <button class="switch" role="switch" aria-checked=checked aria-label=label></button>
            </form>
        }
        .into_any(),
    }
}

/// The fields that open a review.
#[component]
pub fn TakeReview(key: InstanceKey, to: Access) -> impl IntoView {
    view! {
        <input type="hidden" name="account" value=key.account.to_string()/>
        <input type="hidden" name="region" value=key.region.to_string()/>
        <input type="hidden" name="id" value=key.id.to_string()/>
        <input type="hidden" name="to" value=to.code()/>
    }
    .into_any()
}
