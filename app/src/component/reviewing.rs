//! The review: what will happen to this instance, and the form that asks for it.
//!
//! The same markup is a page of its own without scripts and the inside of a dialog with them.

use domain::access::{Access, AccessState};
use domain::change::Change;
use domain::consequence::Consequence;
use domain::environment::Environment;
use domain::policy::{Demand, Policy, Refusal};
use domain::review::Review;
use domain::timebox::Caps;
use leptos::prelude::*;

use super::switch::TakeReview;
use super::{
    AccessBadge, CheckList, DecideForm, EnvironmentBadge, ErrorPanel, LastsField, StartField,
};
use crate::api::ssr::Request;
use crate::path;
use crate::text::Language;
use crate::ui::{Card, Icon, IconName};

#[component]
pub fn ReviewForm(
    request: Request,
    review: Review,
    key: String,
    policy: Policy,
    demand: Demand,
) -> impl IntoView {
    let language = request.language;
    // Hours that come within a week can be waited for.
    let later = matches!(demand.refusal, Some(Refusal::OutsideWindow { opens_at: Some(_) }));
    let refusal = demand.refusal.filter(|_| !later && !demand.breakable);
    let form = if review.preflight.is_blocked() {
        view! { <Blocked language review=review.clone() why=language.blocked_text().to_owned()/> }
            .into_any()
    } else if let Some(refusal) = refusal {
        view! { <Blocked language review=review.clone() why=language.refusal(refusal)/> }.into_any()
    } else {
        view! { <Confirm request=request.clone() review=review.clone() key policy demand/> }
            .into_any()
    };
    view! { <Sheet request review>{form}</Sheet> }.into_any()
}

/// The same, for whoever decides on the wish of somebody else.
#[component]
pub fn DecidingForm(
    request: Request,
    review: Review,
    change: Change,
    first: Option<Review>,
    policy: Policy,
) -> impl IntoView {
    let language = request.language;
    let meant = review.consequences();
    let consequences =
        view! { <Consequences language meant to_acknowledge=Vec::new() request=request.clone()/> };
    let form =
        view! { <DecideForm request=request.clone() review=review.clone() change first policy/> };
    view! {
        <Sheet request review>
            <Card title=language.consequences()>{consequences}</Card>
            {form}
        </Sheet>
    }
    .into_any()
}

/// What stands above every form: what it is about, what becomes of it, what was checked.
#[component]
fn Sheet(request: Request, review: Review, children: Children) -> impl IntoView {
    let language = request.language;
    let direction = review.to.code();
    let (from, to, preflight) = (review.facts.access_state(), review.to, review.preflight.clone());
    let error = request.notice.as_ref().map(|notice| notice.error.clone());
    let tone = match review.to {
        Access::PasswordFree => "open",
        Access::PasswordRequired => "accent",
    };
    view! {
        <article class="review" id="review" data-direction=direction data-tone=tone>
            <Head language review=review.clone()/>
            {error.map(|error| view! { <ErrorPanel language error/> })}
            <Becomes language from to/>
            <Card title=language.checks() note=language.checks_fresh()>
                <CheckList language preflight/>
            </Card>
            {children()}
        </article>
    }
    .into_any()
}

#[component]
fn Head(language: Language, review: Review) -> impl IntoView {
    let icon = match review.to {
        Access::PasswordFree => IconName::LockOpen,
        Access::PasswordRequired => IconName::Lock,
    };
    let name = display_name(&review);
    view! {
        <header class="review-head">
            <h1 id="review-title">
                <Icon name=icon/>
                <bdi>{language.review_question(review.to, &name)}</bdi>
            </h1>
            <EnvironmentBadge language environment=review.environment/>
            <p class="muted">
                <span class="mono">{review.instance.id.to_string()}</span>
                " · " {review.instance.account.to_string()} " · " {review.instance.region.to_string()}
            </p>
        </header>
    }
    .into_any()
}

fn display_name(review: &Review) -> String {
    if review.name.as_str().trim().is_empty() {
        review.instance.id.to_string()
    } else {
        review.name.to_string()
    }
}

#[component]
fn Becomes(language: Language, from: AccessState, to: Access) -> impl IntoView {
    view! {
        <div class="becomes">
            <div><span class="muted small">{language.before()}</span><AccessBadge language state=from/></div>
            <Icon name=IconName::ArrowRight/>
            <div><span class="muted small">{language.after()}</span><AccessBadge language state=to.into()/></div>
        </div>
    }
    .into_any()
}

/// There is nothing to confirm: what blocks is said above, and can be checked again.
#[component]
fn Blocked(language: Language, review: Review, why: String) -> impl IntoView {
    view! {
        <div class="error-panel" role="status">
            <Icon name=IconName::Block/>
            <div>
                <p class="error-title">{language.blocked_title()}</p>
                <p>{why}</p>
            </div>
        </div>
        <footer class="review-foot">
            <a class="button" href=path::instance(&review.instance) data-dismiss="">{language.cancel()}</a>
            <form method="post" action=path::TAKE_REVIEW_POST data-dialog="review">
                <TakeReview key=review.instance.clone() to=review.to/>
                <button class="button"><Icon name=IconName::Refresh/>{language.review_again()}</button>
            </form>
        </footer>
    }
    .into_any()
}

#[component]
fn Confirm(
    request: Request,
    review: Review,
    key: String,
    policy: Policy,
    demand: Demand,
) -> impl IntoView {
    let language = request.language;
    let (meant, to_acknowledge) = (review.consequences(), review.to_acknowledge());
    let guarded = review.environment.is_guarded();
    let no_op = review.preflight.is_already_so();
    let (opening, environment) = (review.to.opens(), review.environment);
    let tone = if review.to.opens() { "open" } else { "primary" };
    let naming = typed_name_of(&review, guarded)
        .map(|name| view! { <TypedName request=request.clone() name/> });
    let meaning = view! { <Consequences language meant to_acknowledge request=request.clone()/> };
    let label = if demand.approval {
        language.ask_approval()
    } else if no_op {
        language.record_no_op()
    } else {
        language.confirm(review.to)
    };
    let caps = policy.caps;
    let glass =
        demand.breakable.then(|| view! { <Glass request=request.clone() demand=demand.clone()/> });
    let (stays, back) = match review.to {
        Access::PasswordFree => (language.stays_enable(), language.back_enable()),
        Access::PasswordRequired => (language.stays_disable(), language.back_disable()),
    };
    view! {
        <form method="post" action=path::CONFIRM_POST data-dialog="confirm" class="confirm">
            // The default button of the form is one that does nothing: Enter confirms no change.
            <button disabled hidden></button>
            <input type="hidden" name="review" value=review.id.to_string()/>
            <input type="hidden" name="key" value=key/>
            <Card title=language.consequences()>
                {meaning}
                <p><b>{language.stays_same()} ": "</b>{stays}</p>
                <p><b>{language.how_back()} ": "</b>{back}</p>
            </Card>
            {opening.then(|| view! { <Time request=request.clone() environment caps/> })}
            <StartField request=request.clone() policy environment/>
            <ReasonField request=request.clone() needed=demand.reason/>
            {naming}
            {demand.approval.then(|| view! {
                <p class="state" data-tone="accent"><Icon name=IconName::Clock/>{language.needs_approval()}</p>
            })}
            {glass}
            <footer class="review-foot">
                <a class="button" href=path::instance(&review.instance) data-dismiss="" data-first-focus="">{language.cancel()}</a>
                <button class="button" data-tone=tone data-confirm="">{label}</button>
            </footer>
        </form>
    }
    .into_any()
}

/// For how long the door is to stand open.
#[component]
fn Time(request: Request, environment: Environment, caps: Caps) -> impl IntoView {
    let typed = request.notice.as_ref().and_then(|notice| notice.typed("lasts"));
    let (chosen, invalid) = (typed.map(ToOwned::to_owned), is_marked(&request, "lasts"));
    view! { <LastsField language=request.language caps environment chosen invalid/> }.into_any()
}

/// For an emergency, and what it would go past.
#[component]
fn Glass(request: Request, demand: Demand) -> impl IntoView {
    let language = request.language;
    let ticked =
        request.notice.as_ref().is_some_and(|notice| notice.typed("break_glass").is_some());
    view! {
        {demand.refusal.map(|refusal| view! {
            <p class="state" data-tone="danger"><Icon name=IconName::Block/>{language.refusal(refusal)}</p>
        })}
        <details class="extend glass" open=ticked>
            <summary>{language.emergency()}</summary>
            <label class="tick">
                <input type="checkbox" name="break_glass" value="yes" checked=ticked/>
                <span>{language.break_glass()}</span>
            </label>
            <p class="muted small">{language.break_glass_text()}</p>
        </details>
    }
    .into_any()
}

/// What has to be typed by hand, if anything.
fn typed_name_of(review: &Review, guarded: bool) -> Option<String> {
    (guarded && review.to == Access::PasswordFree).then(|| display_name(review))
}

#[component]
fn Consequences(
    language: Language,
    meant: Vec<Consequence>,
    to_acknowledge: Vec<Consequence>,
    request: Request,
) -> impl IntoView {
    let items = meant.into_iter().map(|consequence| {
        let text = language.consequence(&consequence);
        if !to_acknowledge.contains(&consequence) {
            return view! { <li><bdi>{text}</bdi></li> }.into_any();
        }
        let name = consequence.code().replace('-', "_");
        let ticked = request.notice.as_ref().is_some_and(|notice| notice.typed(&name).is_some());
        view! {
            <li class="acknowledge">
                <label>
                    <input type="checkbox" name=name value="yes" checked=ticked/>
                    <span><bdi>{text}</bdi> " " <b>{language.acknowledge()}</b></span>
                </label>
            </li>
        }
        .into_any()
    });
    view! { <ul class="consequences">{items.collect_view()}</ul> }
}

#[component]
fn ReasonField(request: Request, needed: bool) -> impl IntoView {
    let language = request.language;
    let typed = request
        .notice
        .as_ref()
        .and_then(|notice| notice.typed("reason"))
        .unwrap_or_default()
        .to_owned();
    let invalid = is_marked(&request, "reason");
    view! {
        <div class="field">
            <label for="reason">
                {language.reason()}
                {(!needed).then(|| view! { " " <span class="muted">{language.optional()}</span> })}
            </label>
            <input class="input" id="reason" name="reason" maxlength="500" autocomplete="off" value=typed
                aria-describedby="reason-hint" data-needed=needed.then_some("") aria-invalid=invalid.then_some("true")/>
            <p class="muted small" id="reason-hint">{language.reason_hint()}</p>
        </div>
    }
    .into_any()
}

#[component]
fn TypedName(request: Request, name: String) -> impl IntoView {
    let (before, after) = request.language.type_to_confirm();
    let typed = request
        .notice
        .as_ref()
        .and_then(|notice| notice.typed("typed_name"))
        .unwrap_or_default()
        .to_owned();
    let invalid = is_marked(&request, "typed_name");
    view! {
        <div class="field">
            <label for="typed-name">{before} " " <code class="typed"><bdi>{name.clone()}</bdi></code> " " {after}</label>
            <input class="input" id="typed-name" name="typed_name" autocomplete="off" spellcheck="false" value=typed
                data-gate=name aria-invalid=invalid.then_some("true")/>
        </div>
    }
    .into_any()
}

fn is_marked(request: &Request, field: &str) -> bool {
    request.notice.as_ref().is_some_and(|notice| notice.error.field.as_deref() == Some(field))
}
