//! A second person's word: on a wish before it is made, and on an emergency after it.

use domain::approval::{Approval, ApprovalKind, Verdict};
use domain::change::{Change, ChangeState};
use domain::person::Role;
use domain::policy::Policy;
use domain::review::{Review, moved};
use leptos::prelude::*;

use super::StartField;
use crate::api::ssr::Request;
use crate::path;
use crate::text::Language;
use crate::ui::{Card, Fact, FactList, Icon, IconName, Moment};

/// What was asked of somebody else, what they said, and the forms for whoever may say it.
#[component]
pub fn ApprovalCard(
    request: Request,
    change: Change,
    approval: Approval,
    role: Role,
) -> impl IntoView {
    let (language, kind) = (request.language, approval.kind);
    let own = request.who.as_ref().is_some_and(|who| who.person.id == change.requested_by);
    let may = role.covers(Role::Approver) && !own;
    let open = approval.decided.is_none();
    let waits = change.state == ChangeState::AwaitingApproval;
    let title = match kind {
        ApprovalKind::Before => language.approval(),
        ApprovalKind::Afterwards => language.emergency(),
    };
    let forms = match kind {
        ApprovalKind::Before if open && waits => {
            view! { <Waiting language change own may/> }.into_any()
        }
        ApprovalKind::Afterwards if open => view! { <Unseen language change own may/> }.into_any(),
        _ => ().into_any(),
    };
    view! {
        <Card title>
            <div class="stack">
                <Said language approval/>
                {forms}
            </div>
        </Card>
    }
    .into_any()
}

#[component]
fn Said(language: Language, approval: Approval) -> impl IntoView {
    let kind = approval.kind;
    let expires = approval.expires_at.filter(|_| approval.decided.is_none());
    let decided = approval.decided.map(|decided| {
        let word = match kind {
            ApprovalKind::Before => language.decision(decided.verdict),
            ApprovalKind::Afterwards => language.emergency_verdict(decided.verdict),
        };
        view! {
            <Fact name=word>
                {decided.by.to_string()}
                <span class="muted under">
                    <Moment language at=decided.at text=language.stamp(decided.at)/>
                </span>
                {decided.note.map(|note| view! { <span class="under"><bdi>{note.to_string()}</bdi></span> })}
            </Fact>
        }
    });
    view! {
        <FactList>
            <Fact name=language.asked_at()>
                <Moment language at=approval.asked_at text=language.stamp(approval.asked_at)/>
            </Fact>
            {expires.map(|at| view! {
                <Fact name=language.expires_at()><Moment language at text=language.stamp(at)/></Fact>
            })}
            {decided}
        </FactList>
    }
    .into_any()
}

#[component]
fn Waiting(language: Language, change: Change, own: bool, may: bool) -> impl IntoView {
    let id = change.id.to_string();
    if !may {
        let text = if own { language.own_request_text() } else { language.waits_for_approver() };
        return view! { <p class="muted">{text}</p> }.into_any();
    }
    view! {
        <form method="post" action=path::REVIEW_REQUEST_POST data-dialog="review">
            <input type="hidden" name="change" value=id.clone()/>
            <button class="button" data-tone="primary">{language.check_and_decide()} "…"</button>
            <p class="muted small">{language.check_and_decide_text()}</p>
        </form>
        <RejectForm language id/>
    }
    .into_any()
}

#[component]
fn RejectForm(language: Language, id: String) -> impl IntoView {
    view! {
        <details class="extend">
            <summary>{language.reject()}</summary>
            <form class="stack" method="post" action=path::REJECT_POST>
                <input type="hidden" name="change" value=id/>
                <div class="field">
                    <label for="reject-reason">{language.reject_reason()}</label>
                    <input class="input" id="reject-reason" name="reason" maxlength="500" autocomplete="off" required=true/>
                </div>
                <button class="button">{language.reject()}</button>
            </form>
        </details>
    }
    .into_any()
}

#[component]
fn Unseen(language: Language, change: Change, own: bool, may: bool) -> impl IntoView {
    if !may {
        let text = if own { language.emergency_own() } else { language.emergency_unseen() };
        return view! { <p class="state" data-tone="danger"><Icon name=IconName::Warning/>{text}</p> }
            .into_any();
    }
    view! {
        <p class="state" data-tone="danger"><Icon name=IconName::Warning/>{language.emergency_unseen()}</p>
        <form class="stack" method="post" action=path::SEE_POST>
            <input type="hidden" name="change" value=change.id.to_string()/>
            <div class="field">
                <label for="see-note">{language.note()} " " <span class="muted">{language.optional()}</span></label>
                <input class="input" id="see-note" name="reason" maxlength="500" autocomplete="off"/>
            </div>
            <div class="row">
                <button class="button" name="verdict" value=Verdict::Approved.code()>{language.in_order()}</button>
                <button class="button" name="verdict" value=Verdict::Rejected.code()>{language.not_in_order()}</button>
            </div>
        </form>
    }
    .into_any()
}

/// Ends a change that only waits.
#[component]
pub fn CancelForm(request: Request, change: Change, role: Role) -> impl IntoView {
    let language = request.language;
    let own = request.who.as_ref().is_some_and(|who| who.person.id == change.requested_by);
    let planned = change.is_planned(request.now);
    let waits = match change.state {
        ChangeState::AwaitingApproval => own,
        ChangeState::Preflighted | ChangeState::Approved => {
            planned && (own || role.covers(Role::Approver))
        }
        _ => false,
    };
    if !waits {
        return ().into_any();
    }
    let label = match change.state {
        ChangeState::AwaitingApproval => language.cancel_request(),
        _ => language.cancel_change(),
    };
    view! {
        <form method="post" action=path::CANCEL_POST>
            <input type="hidden" name="change" value=change.id.to_string()/>
            <button class="button">{label}</button>
        </form>
    }
    .into_any()
}

/// Inside the review of somebody else's wish: what they said, and yes or no.
#[component]
pub fn DecideForm(
    request: Request,
    review: Review,
    change: Change,
    /// What the other person was shown, unless it is forgotten.
    first: Option<Review>,
    policy: Policy,
) -> impl IntoView {
    let language = request.language;
    let still = first.is_some_and(|first| moved(&first.facts, &review.facts, change.to).is_empty());
    let lasts = change.to.opens().then(|| {
        change
            .lasts
            .map_or_else(|| language.until_shut().to_owned(), |lasts| language.lasting(lasts))
    });
    let reason = change.reason.as_ref().map(ToString::to_string);
    let (environment, tone) =
        (review.environment, if change.to.opens() { "open" } else { "primary" });
    let back = path::change(change.id);
    view! {
        <Card title=language.approve_question()>
            <FactList>
                <Fact name=language.who_asks()>{change.requested_by_name.to_string()}</Fact>
                <Fact name=language.reason()><bdi>{reason.unwrap_or_else(|| language.none().to_owned())}</bdi></Fact>
                {lasts.map(|lasts| view! { <Fact name=language.lasts()>{lasts}</Fact> })}
            </FactList>
            {if still {
                view! { <p class="muted">{language.facts_same()}</p> }.into_any()
            } else {
                view! { <p class="state" data-tone="open"><Icon name=IconName::Warning/>{language.facts_moved()}</p> }.into_any()
            }}
            <RejectForm language id=change.id.to_string()/>
        </Card>
        <form method="post" action=path::APPROVE_POST data-dialog="confirm" class="confirm">
            // The default button of the form is one that does nothing: Enter approves nothing.
            <button disabled hidden></button>
            <input type="hidden" name="review" value=review.id.to_string()/>
            <StartField request=request.clone() policy environment/>
            <div class="field">
                <label for="approve-note">{language.note()} " " <span class="muted">{language.optional()}</span></label>
                <input class="input" id="approve-note" name="reason" maxlength="500" autocomplete="off"/>
            </div>
            <footer class="review-foot">
                <a class="button" href=back data-dismiss="" data-first-focus="">{language.cancel()}</a>
                <button class="button" data-tone=tone data-confirm="">{language.approve()}</button>
            </footer>
        </form>
    }
    .into_any()
}

/// At the top of every page of those who may decide.
#[component]
pub fn Emergencies(language: Language, changes: Vec<Change>) -> impl IntoView {
    if changes.is_empty() {
        return ().into_any();
    }
    let rows = changes.into_iter().map(|change| {
        let name = change.name.or_id(&change.instance.id).to_owned();
        view! {
            <li>
                <a href=path::change(change.id)><bdi>{name}</bdi></a>
                " · " {language.confirm(change.to)} " · " {change.requested_by_name.to_string()}
                " · " {language.moment(change.requested_at)}
            </li>
        }
    });
    view! {
        <section class="error-panel overdue" role="alert" aria-label=language.emergencies_title()>
            <Icon name=IconName::Warning/>
            <div>
                <p class="error-title">{language.emergencies_title()}</p>
                <p>{language.emergencies_text()}</p>
                <ul>{rows.collect_view()}</ul>
            </div>
        </section>
    }
    .into_any()
}
