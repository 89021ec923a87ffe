//! One change: where it stands, how it came there, what was sent, and what proves it.

use domain::audit::RecordedEvent;
use domain::call::SentCall;
use domain::change::{Attempt, Cause, Change, ChangeState, Ending, ReadBack, VerifiedBy};
use domain::id::{BatchId, ChangeId};
use domain::person::Role;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use service::viewer::ChangeDetail;

use super::NotFoundPage;
use super::load::load;
use crate::api::ssr::Request;
use crate::component::{
    AccessBadge, ApprovalCard, CancelForm, CheckList, EnvironmentBadge, Frame, Section,
    change_facts, change_tone,
};
use crate::island::Following;
use crate::path;
use crate::snippet::{self, Snippet};
use crate::text::Language;
use crate::ui::{Badge, Card, CopyButton, Fact, FactList, Icon, IconName, Moment, Tone};

/// What is followed while the change is open.
const PART: &str = "change";
const FOLLOW_MS: &str = "1500";
/// While it is about somebody's word or the clock.
const FOLLOW_WAITING_MS: &str = "15000";

#[component]
pub fn ChangePage() -> impl IntoView {
    let id = use_params_map().read_untracked().get("id").and_then(|id| id.parse::<ChangeId>().ok());
    let Some(id) = id else { return view! { <NotFoundPage/> }.into_any() };
    let request = Request::current();
    let title = request.language.change().to_owned();
    let data = {
        let request = request.clone();
        async move { request.viewer()?.get_change(id).await.map_err(|error| request.respond(error)) }
    };
    let shown = load(request, data, |request, detail| view! { <Shown request detail/> });
    view! {
        <Frame title section=Section::Changes>
            {shown}
            <Following/>
        </Frame>
    }
    .into_any()
}

#[component]
fn Shown(request: Request, detail: ChangeDetail) -> impl IntoView {
    let language = request.language;
    let change = detail.change.clone();
    let open = !change.state.is_terminal();
    let waits = change.state == ChangeState::AwaitingApproval || change.is_planned(request.now);
    let follow = if waits { FOLLOW_WAITING_MS } else { FOLLOW_MS };
    let version = format!("{}-{}", change.version, detail.read_backs.len());
    view! {
        <div id=PART class="stack" data-version=version data-follow=open.then_some(follow)>
            <Head language change=change.clone()/>
            <Outcome language detail=detail.clone()/>
            <PutBack request=request.clone() detail=detail.clone()/>
            <CancelForm request=request.clone() change=change.clone() role=detail.role/>
            <div class="two">
                <div class="stack">
                    <Progress language events=detail.events.clone()/>
                    <Calls language detail=detail.clone()/>
                </div>
                <aside class="stack">
                    {detail.approval.clone().map(|approval| view! {
                        <ApprovalCard request=request.clone() change=change.clone() approval role=detail.role/>
                    })}
                    <Wish request change=change.clone() batch=detail.batch/>
                    <Proof language reads=detail.read_backs.clone()/>
                    {change.preflight.map(|preflight| view! {
                        <Card title=language.checks()><CheckList language preflight/></Card>
                    })}
                </aside>
            </div>
        </div>
    }
    .into_any()
}

/// For the same person, for a while: one press.
#[component]
fn PutBack(request: Request, detail: ChangeDetail) -> impl IntoView {
    let language = request.language;
    let may = detail.role.covers(Role::Operator);
    let until = detail.put_back_until.filter(|_| may)?;
    let key = request.portal.new_key();
    Some(view! {
        <form class="put-back" method="post" action=path::PUT_BACK_POST>
            <input type="hidden" name="change" value=detail.change.id.to_string()/>
            <input type="hidden" name="key" value=key/>
            <button class="button"><Icon name=IconName::Undo/>{language.put_back()}</button>
            <span class="muted small">{language.put_back_text()} " " {language.put_back_until(until)}</span>
        </form>
    })
}

#[component]
fn Head(language: Language, change: Change) -> impl IntoView {
    let name = change.name.or_id(&change.instance.id).to_owned();
    view! {
        <nav class="crumbs muted" aria-label=language.back()>
            <a href=path::CHANGES>{language.changes()}</a> " / "
            <a href=path::instance(&change.instance)><bdi>{name.clone()}</bdi></a>
        </nav>
        <div class="title">
            <h1>{language.confirm(change.to)} ": " <bdi>{name}</bdi></h1>
            <EnvironmentBadge language environment=change.environment/>
        </div>
    }
    .into_any()
}

/// The one thing a person wants to know, read aloud when it changes.
#[component]
fn Outcome(language: Language, detail: ChangeDetail) -> impl IntoView {
    let change = detail.change.clone();
    let facts = change_facts(language, &detail);
    let message = language.change_message(&change, &facts);
    let tone = change_tone(&change);
    let open = !change.state.is_terminal();
    let icon = match tone {
        Tone::Safe => IconName::Check,
        Tone::Danger => IconName::Block,
        Tone::Open => IconName::Warning,
        _ if open => IconName::Clock,
        _ => IconName::Info,
    };
    let made = change.ending != Some(Ending::Verified { by: VerifiedBy::NoOp });
    let now_do = (change.state == ChangeState::Verified && made).then(|| match change.to {
        domain::access::Access::PasswordFree => language.now_do_enable(),
        domain::access::Access::PasswordRequired => language.now_do_disable(),
    });
    let request = change.cloud_request_id.clone();
    view! {
        <section class="outcome" data-tone=tone.code() data-state=change.state.code() role="status">
            <Icon name=icon/>
            <div class="stack">
                <p class="big">{language.change_label(&change)}</p>
                <p><bdi>{message}</bdi></p>
                {now_do.map(|text| view! { <p><b>{language.now_do()} ": "</b>{text}</p> })}
                {request.map(|id| view! {
                    <p class="small">
                        {language.cloud_request_id()} " " <code>{id.to_string()}</code> " "
                        <CopyButton language text=id.to_string()/>
                    </p>
                })}
                <ErrorCentre language change=change.clone()/>
                {open.then(|| view! {
                    <p class="muted small">
                        <span class="with-scripts">{language.live_note()}</span>
                        <span class="without-scripts">{language.reload_note()}</span>
                    </p>
                })}
            </div>
        </section>
    }
    .into_any()
}

/// Each of the cloud's codes has a page in its error centre.
#[component]
fn ErrorCentre(language: Language, change: Change) -> impl IntoView {
    let code = match &change.ending {
        Some(Ending::Denied { code } | Ending::Throttled { code }) => Some(code.clone()),
        _ => None,
    }?;
    let href = error_centre(code.as_str());
    Some(view! {
        <p class="small">
            <code>{code.to_string()}</code> " "
            <a href=href rel="external noreferrer">{language.error_centre()} <Icon name=IconName::External/></a>
        </p>
    })
}

fn error_centre(code: &str) -> String {
    path::with_query(
        "https://api.aliyun.com/troubleshoot",
        &[("q", code), ("product", "R-kvstore")],
    )
}

#[component]
fn Progress(language: Language, events: Vec<RecordedEvent>) -> impl IntoView {
    let rows = events.into_iter().map(move |recorded| {
        let event = recorded.event;
        let safe = event.code == domain::audit::AuditCode::ChangeVerified;
        let actor = super::audit::actor_name(language, &event.actor);
        view! {
            <li data-tone=safe.then_some("safe")>
                <div>
                    <b>{language.audit_code(event.code)}</b>
                    <span class="muted under">
                        {actor}
                        {event.cloud_request_id.map(|id| view! { " · " <code>{id.to_string()}</code> })}
                    </span>
                </div>
                <span class="muted num nowrap"><Moment language at=event.at text=language.clock(event.at)/></span>
            </li>
        }
    });
    view! {
        <Card title=language.progress()>
            <ol class="timeline">{rows.collect_view()}</ol>
        </Card>
    }
    .into_any()
}

#[component]
fn Wish(request: Request, change: Change, batch: Option<BatchId>) -> impl IntoView {
    let language = request.language;
    let reason = change.reason.as_ref().map(ToString::to_string);
    let history = path::audit_of(&change.instance);
    let signs = request.portal.settings().receipt_key.is_some();
    let receipt = (signs && change.state.is_terminal()).then(|| path::receipt(change.id));
    view! {
        <Card title=language.change()>
            <FactList>
                <Fact name=language.prior()><AccessBadge language state=change.expected_prior/></Fact>
                <Fact name=language.target()><AccessBadge language state=change.to.into()/></Fact>
                {(change.to.opens()).then(|| {
                    let lasts = change.lasts.map_or_else(|| language.until_shut().to_owned(), |lasts| language.lasting(lasts));
                    view! { <Fact name=language.lasts()>{lasts}</Fact> }
                })}
                <Fact name=language.requested_by()>
                    <a href=path::audit_of_person(&change.requested_by_name) title=language.history_of_person()>{change.requested_by_name.to_string()}</a>
                    {change.break_glass.then(|| view! { " " <Badge tone=Tone::Danger>{language.emergency_badge()}</Badge> })}
                    {(change.cause == Cause::Return).then(|| view! { <span class="muted under">{language.by_itself()}</span> })}
                </Fact>
                <Fact name=language.requested_at()>
                    <Moment language at=change.requested_at text=language.stamp(change.requested_at)/>
                </Fact>
                {change.start_at.map(|at| view! {
                    <Fact name=language.starts()><Moment language at text=language.stamp(at)/></Fact>
                })}
                {change.puts_back.map(|id| view! {
                    <Fact name=language.puts_back()><a href=path::change(id)>{language.see_put_back()}</a></Fact>
                })}
                {batch.map(|id| view! {
                    <Fact name=language.part_of_batch()><a href=path::batch(id)>{language.see_batch()}</a></Fact>
                })}
                <Fact name=language.reason()>
                    {match reason {
                        Some(reason) => view! { <bdi>{reason}</bdi> }.into_any(),
                        None => view! { <span class="muted">{language.none()}</span> }.into_any(),
                    }}
                </Fact>
                <Fact name=language.instance_id()>
                    <a class="mono" href=path::instance(&change.instance)>{change.instance.id.to_string()}</a>
                    <span class="muted under">{change.instance.account.to_string()} ", " {change.instance.region.to_string()}</span>
                </Fact>
            </FactList>
            {receipt.map(|href| view! {
                <p>
                    <a class="button" href=href download="" title=language.receipt_text()>
                        <Icon name=IconName::Download/>{language.receipt()}
                    </a>
                </p>
            })}
            <p class="small">
                <a href=path::audit_of_change(change.id)>{language.history_of_change()}</a> " · "
                <a href=history>{language.history_of_instance()}</a>
            </p>
        </Card>
    }
    .into_any()
}

#[component]
fn Proof(language: Language, reads: Vec<ReadBack>) -> impl IntoView {
    let none = reads.is_empty();
    // The last ones prove it; the rest only waited.
    let rows = reads.into_iter().rev().take(8).map(move |read| {
        view! {
            <tr>
                <td class="num nowrap"><Moment language at=read.at text=language.clock(read.at)/></td>
                <td><AccessBadge language state=read.state/></td>
                <td class="muted"><bdi>{read.status.to_string()}</bdi></td>
            </tr>
        }
    });
    view! {
        <Card title=language.proof()>
            {if none {
                view! { <p class="muted">{language.no_proof()}</p> }.into_any()
            } else {
                view! {
                    <table>
                        <thead><tr>
                            <th scope="col">{language.read_at()}</th>
                            <th scope="col">{language.access_column()}</th>
                            <th scope="col">{language.status()}</th>
                        </tr></thead>
                        <tbody>{rows.collect_view()}</tbody>
                    </table>
                }
                .into_any()
            }}
        </Card>
    }
    .into_any()
}

#[component]
fn Calls(language: Language, detail: ChangeDetail) -> impl IntoView {
    let none = detail.attempts.is_empty();
    let change = detail.change;
    let attempts = detail
        .attempts
        .into_iter()
        .map(|attempt| view! { <Call language attempt/> })
        .collect_view();
    view! {
        <Card title=language.exact_call() note=if none { String::new() } else { language.exact_call_text().to_owned() }>
            {if none {
                view! { <p class="muted">{language.no_call()}</p> }.into_any()
            } else {
                attempts.into_any()
            }}
            <SameByHand language change/>
        </Card>
    }
    .into_any()
}

#[component]
fn Call(language: Language, attempt: Attempt) -> impl IntoView {
    let outcome =
        attempt.outcome.map_or(language.still_open(), |outcome| language.send_outcome(outcome));
    let code = attempt.cloud_code.clone();
    let status = attempt.http_status.map(|status| format!("HTTP {status}"));
    let text = raw_call(&attempt.call);
    view! {
        <section class="call">
            <p>
                <b>{language.attempt()} " " {attempt.number}</b> " "
                <Badge tone=Tone::Neutral>{outcome}</Badge> " "
                <span class="muted">
                    {status} " " {code.map(|code| view! {
                        <a href=error_centre(code.as_str()) rel="external noreferrer"><code>{code.to_string()}</code></a>
                    })}
                    " " {language.sent_at()} " " <Moment language at=attempt.signed_at text=language.clock(attempt.signed_at)/>
                </span>
            </p>
            <div class="code"><pre tabindex="0"><code>{text.clone()}</code></pre><CopyButton language text what=language.exact_call()/></div>
        </section>
    }
    .into_any()
}

/// The request as it stands on the wire, a field a line.
fn raw_call(call: &SentCall) -> String {
    let mut lines = vec![format!("{} {}", call.method, call.url)];
    lines.extend(call.headers.iter().map(|(name, value)| format!("{name}: {value}")));
    lines.push(String::new());
    lines.extend(call.form.iter().map(|(name, value)| format!("{name}={value}")));
    lines.join("\n")
}

#[component]
fn SameByHand(language: Language, change: Change) -> impl IntoView {
    let note = match change.to {
        domain::access::Access::PasswordFree => language.wire_note_close(),
        domain::access::Access::PasswordRequired => language.wire_note_open(),
    };
    let snippets = snippet::all(&change.instance, change.to).into_iter().map(|snippet| {
        let Snippet { title, code } = snippet;
        view! {
            <details class="snippet">
                <summary>{title}</summary>
                <div class="code"><pre tabindex="0"><code>{code.clone()}</code></pre><CopyButton language text=code what=title/></div>
            </details>
        }
    });
    view! {
        <h3>{language.same_call_as()}</h3>
        <p class="muted small">{note}</p>
        {snippets.collect_view()}
    }
    .into_any()
}
