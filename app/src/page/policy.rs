//! What changes need, and, for admins, the forms that change that.

use domain::environment::Environment;
use domain::person::Role;
use domain::policy::{ApprovalRule, Freeze, Policy};
use domain::span::Span;
use leptos::prelude::*;
use service::{InForce, PolicyVersion};

use super::load::load;
use crate::api::policy::{NOBODY, UNLIMITED};
use crate::api::ssr::Request;
use crate::component::{Frame, Section};
use crate::path;
use crate::text::Language;
use crate::ui::{Card, Fact, FactList, Icon, IconName, Moment, Scroll};

const ENVIRONMENTS: [Environment; 3] =
    [Environment::Production, Environment::Staging, Environment::Development];

#[component]
pub fn PolicyPage() -> impl IntoView {
    let request = Request::current();
    let language = request.language;
    let data = {
        let request = request.clone();
        async move {
            let viewer = request.viewer()?;
            let in_force = request.portal.policy().await.map_err(|error| request.respond(error))?;
            let versions = viewer.list_policies().await.map_err(|error| request.respond(error))?;
            Ok((in_force, versions))
        }
    };
    let shown = load(request, data, |request, (in_force, versions)| {
        view! { <Shown request in_force versions/> }
    });
    view! {
        <Frame title=language.policy().to_owned() section=Section::Policy>
            <div class="title"><h1>{language.policy()}</h1></div>
            <p class="muted">{language.policy_lead()}</p>
            {shown}
        </Frame>
    }
    .into_any()
}

#[component]
fn Shown(request: Request, in_force: InForce, versions: Vec<PolicyVersion>) -> impl IntoView {
    let language = request.language;
    let admin = request.may_everywhere(Role::Admin);
    let cards = ENVIRONMENTS.into_iter().map(|environment| {
        view! { <EnvironmentRules request=request.clone() in_force=in_force.clone() environment admin/> }
    });
    view! {
        <div class="stack">
            <FreezeCard language in_force=in_force.clone() admin/>
            <div class="policies">{cards.collect_view()}</div>
            <General request=request.clone() in_force=in_force.clone() admin/>
            <Source language in_force admin/>
            {(!versions.is_empty()).then(|| view! { <Versions language versions/> })}
        </div>
    }
    .into_any()
}

#[component]
fn FreezeCard(language: Language, in_force: InForce, admin: bool) -> impl IntoView {
    let (freeze, version) = (in_force.policy.freeze, in_force.version);
    let frozen = freeze != Freeze::None;
    let other = move |to: Freeze, label: &'static str, tone: &'static str| {
        (freeze != to).then(|| view! { <button class="button" name="freeze" value=to.code() data-tone=tone>{label}</button> })
    };
    view! {
        <Card title=language.freeze() note=language.freeze_text()>
            <div class="stack">
                <p class="state big" data-tone=if frozen { "danger" } else { "neutral" }>
                    {frozen.then(|| view! { <Icon name=IconName::Block/> })}
                    {language.freeze_state(freeze)}
                </p>
                {admin.then(|| view! {
                    <form class="stack" method="post" action=path::FREEZE_POST>
                        <input type="hidden" name="version" value=version.to_string()/>
                        <WhyField language id="freeze-reason"/>
                        <div class="row">
                            {other(Freeze::None, language.unfreeze(), "primary")}
                            {other(Freeze::Opening, language.stop_opening(), "plain")}
                            {other(Freeze::All, language.stop_all(), "danger")}
                        </div>
                    </form>
                })}
            </div>
        </Card>
    }
    .into_any()
}

#[component]
fn WhyField(language: Language, id: &'static str) -> impl IntoView {
    view! {
        <div class="field">
            <label for=id>{language.why_change()} " " <span class="muted">{language.optional()}</span></label>
            <input class="input" id=id name="reason" maxlength="500" autocomplete="off"/>
        </div>
    }
    .into_any()
}

#[component]
fn EnvironmentRules(
    request: Request,
    in_force: InForce,
    environment: Environment,
    admin: bool,
) -> impl IntoView {
    let (language, policy) = (request.language, &in_force.policy);
    let rules = policy.rules(environment).clone();
    let cap = policy.caps.of(environment);
    let windows = rules.windows.to_string();
    let hours = if windows.is_empty() { language.any_time().to_owned() } else { windows.clone() };
    let note = (environment == Environment::Production).then(|| language.unlabelled_too());
    view! {
        <Card title=language.environment(environment) note=note.unwrap_or_default()>
            <FactList>
                <Fact name=language.who_may_open()>{language.who_may(rules.open.who)}</Fact>
                <Fact name=language.approval_to_open()>{language.approval_rule(rules.open.approval)}</Fact>
                <Fact name=language.open_at_most()>
                    {cap.map_or_else(|| language.unlimited().to_owned(), |cap| language.lasting(cap))}
                </Fact>
                <Fact name=language.who_may_close()>{language.who_may(rules.close.who)}</Fact>
                <Fact name=language.approval_to_close()>{language.approval_rule(rules.close.approval)}</Fact>
                <Fact name=language.reason_needed()>
                    {if rules.reason { language.needed() } else { language.optional() }}
                </Fact>
                <Fact name=language.windows()>{hours}</Fact>
            </FactList>
            {admin.then(|| view! { <EditRules request in_force environment/> })}
        </Card>
    }
    .into_any()
}

#[component]
fn EditRules(request: Request, in_force: InForce, environment: Environment) -> impl IntoView {
    let (language, policy) = (request.language, &in_force.policy);
    let rules = policy.rules(environment).clone();
    // The form that came back is open, with what was typed.
    let notice = request
        .notice
        .clone()
        .filter(|notice| notice.typed("environment") == Some(environment.code()));
    let typed = |field: &str, stands: String| {
        notice.as_ref().and_then(|notice| notice.typed(field)).map_or(stands, ToOwned::to_owned)
    };
    let invalid = |field: &str| {
        let marked = |notice: &std::sync::Arc<crate::api::ssr::Notice>| {
            notice.error.field.as_deref() == Some(field)
        };
        notice.as_ref().is_some_and(marked).then_some("true")
    };
    // A box that is not ticked sends nothing.
    let reason_needed =
        notice.as_ref().map_or(rules.reason, |notice| notice.typed("need_reason").is_some());
    let cap = policy.caps.of(environment).map_or(UNLIMITED.to_owned(), |cap| Span(cap).to_string());
    let id = |field: &str| format!("{}-{field}", environment.code());
    view! {
        <details class="extend" open=notice.is_some()>
            <summary>{language.edit()}</summary>
            <form class="stack" method="post" action=path::RULES_POST>
                <input type="hidden" name="version" value=in_force.version.to_string()/>
                <input type="hidden" name="environment" value=environment.code()/>
                <WhoField language id=id("open_who") name="open_who" label=language.who_may_open() who=typed("open_who", who_code(rules.open.who))/>
                <ApprovalField language id=id("open_approval") name="open_approval" label=language.approval_to_open() rule=typed("open_approval", rules.open.approval.to_string()) exposure=true/>
                <TextField id=id("open_at_most") name="open_at_most" label=language.open_at_most()
                    value=typed("open_at_most", cap) hint=language.cap_hint() invalid=invalid("open_at_most")/>
                <WhoField language id=id("close_who") name="close_who" label=language.who_may_close() who=typed("close_who", who_code(rules.close.who))/>
                <ApprovalField language id=id("close_approval") name="close_approval" label=language.approval_to_close() rule=typed("close_approval", rules.close.approval.to_string()) exposure=false/>
                <label class="tick">
                    <input type="checkbox" name="need_reason" value="yes" checked=reason_needed/>
                    <span>{language.need_reason()}</span>
                </label>
                <TextField id=id("windows") name="windows" label=language.windows()
                    value=typed("windows", rules.windows.to_string()) hint=language.windows_hint() invalid=invalid("windows")/>
                <TextField id=id("reason") name="reason" label=language.why_change()
                    value=typed("reason", String::new()) hint="" invalid=None/>
                <button class="button" data-tone="primary">{language.save()}</button>
            </form>
        </details>
    }
    .into_any()
}

#[component]
fn TextField(
    id: String,
    name: &'static str,
    label: &'static str,
    value: String,
    hint: &'static str,
    invalid: Option<&'static str>,
) -> impl IntoView {
    let hint_id = format!("{id}-hint");
    let described = (!hint.is_empty()).then(|| hint_id.clone());
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <input class="input" id=id name=name value=value maxlength="500" autocomplete="off" spellcheck="false"
                aria-describedby=described aria-invalid=invalid/>
            {(!hint.is_empty()).then(|| view! { <p class="muted small" id=hint_id>{hint}</p> })}
        </div>
    }
    .into_any()
}

fn who_code(role: Option<Role>) -> String {
    role.map_or(NOBODY, Role::code).to_owned()
}

#[component]
fn WhoField(
    language: Language,
    id: String,
    name: &'static str,
    label: &'static str,
    who: String,
) -> impl IntoView {
    let roles = [Some(Role::Operator), Some(Role::Approver), Some(Role::Admin), None];
    let options = roles.into_iter().map(|role| {
        let value = who_code(role);
        let selected = value == who;
        view! { <option value=value selected=selected>{language.who_may(role)}</option> }
    });
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <select class="input" id=id name=name>{options.collect_view()}</select>
        </div>
    }
    .into_any()
}

#[component]
fn ApprovalField(
    language: Language,
    id: String,
    name: &'static str,
    label: &'static str,
    rule: String,
    exposure: bool,
) -> impl IntoView {
    let rules = ApprovalRule::ALL.iter().copied();
    let options = rules.filter(|rule| exposure || *rule != ApprovalRule::WhenExposed).map(|one| {
        let selected = one.code() == rule;
        view! { <option value=one.code() selected=selected>{language.approval_rule(one)}</option> }
    });
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <select class="input" id=id name=name>{options.collect_view()}</select>
        </div>
    }
    .into_any()
}

#[component]
fn General(request: Request, in_force: InForce, admin: bool) -> impl IntoView {
    let language = request.language;
    let Policy { zone, approval_lasts, put_back_within, break_glass, .. } = in_force.policy;
    let notice = request.notice.clone().filter(|notice| notice.typed("zone").is_some());
    let typed = |field: &str, stands: String| {
        notice.as_ref().and_then(|notice| notice.typed(field)).map_or(stands, ToOwned::to_owned)
    };
    let (came_back, zone) = (notice.is_some(), zone.to_string());
    let typed_zone = typed("zone", zone.clone());
    let typed_approval = typed("approval_lasts", Span(approval_lasts).to_string());
    let typed_break_glass = typed("break_glass", who_code(break_glass));
    let typed_put_back = typed("put_back_within", Span(put_back_within).to_string());
    view! {
        <Card title=language.general_rules()>
            <FactList>
                <Fact name=language.policy_zone()>{zone}</Fact>
                <Fact name=language.approval_lasts()>{language.lasting(approval_lasts)}</Fact>
                <Fact name=language.put_back_within()>{language.lasting(put_back_within)}</Fact>
                <Fact name=language.who_may_break()>{language.who_may(break_glass)}</Fact>
            </FactList>
            {admin.then(|| view! {
                <details class="extend" open=came_back>
                    <summary>{language.edit()}</summary>
                    <form class="stack" method="post" action=path::GENERAL_POST>
                        <input type="hidden" name="version" value=in_force.version.to_string()/>
                        <TextField id="zone".to_owned() name="zone" label=language.policy_zone()
                            value=typed_zone hint="" invalid=None/>
                        <TextField id="approval-lasts".to_owned() name="approval_lasts" label=language.approval_lasts()
                            value=typed_approval hint=language.time_hint() invalid=None/>
                        <TextField id="put-back-within".to_owned() name="put_back_within" label=language.put_back_within()
                            value=typed_put_back hint=language.time_hint() invalid=None/>
                        <WhoField language id="break-glass".to_owned() name="break_glass" label=language.who_may_break() who=typed_break_glass/>
                        <WhyField language id="general-reason"/>
                        <button class="button" data-tone="primary">{language.save()}</button>
                    </form>
                </details>
            })}
        </Card>
    }
    .into_any()
}

/// Whether the configuration or the portal has the word.
#[component]
fn Source(language: Language, in_force: InForce, admin: bool) -> impl IntoView {
    if !in_force.is_of_the_portal() {
        return view! { <p class="muted">{language.as_configured_now()}</p> }.into_any();
    }
    view! {
        <div class="stack">
            <p class="muted">{language.of_the_portal()}</p>
            {admin.then(|| view! {
                <form method="post" action=path::AS_CONFIGURED_POST>
                    <input type="hidden" name="version" value=in_force.version.to_string()/>
                    <button class="button">{language.use_configuration()}</button>
                </form>
            })}
            {(!admin).then(|| view! { <p class="muted">{language.policy_needs_admin()}</p> })}
        </div>
    }
    .into_any()
}

#[component]
fn Versions(language: Language, versions: Vec<PolicyVersion>) -> impl IntoView {
    let rows = versions.into_iter().map(move |version| {
        let audit = path::with_query(path::AUDIT, &[("code", "policy.changed")]);
        view! {
            <tr>
                <td class="num"><a href=audit>{version.version}</a></td>
                <td class="num nowrap"><Moment language at=version.changed_at text=language.stamp(version.changed_at)/></td>
                <td>{version.changed_by.to_string()}</td>
                <td>{version.policy.is_none().then(|| language.as_configured())}</td>
                <td class="wide"><bdi>{version.note.map(|note| note.to_string())}</bdi></td>
            </tr>
        }
    });
    view! {
        <Card title=language.policy_versions()>
            <Scroll label=language.policy_versions()>
                <table class="rows">
                    <thead>
                        <tr>
                            <th scope="col">{language.policy_version()}</th>
                            <th scope="col">{language.when_column()}</th>
                            <th scope="col">{language.who_column()}</th>
                            <td></td>
                            <th scope="col" class="wide">{language.why_change()}</th>
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </Scroll>
        </Card>
    }
    .into_any()
}
