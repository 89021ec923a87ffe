//! Instance Information: what it is, how it is entered and reached, who is let through, what was changed.

use domain::access::{Access, AccessState};
use domain::cloud::InstanceAttribute;
use domain::endpoint::{Endpoint, NetType};
use domain::id::InstanceKey;
use domain::inventory::{FleetEvent, InstanceDetail, Reading};
use domain::person::Role;
use domain::policy::{ApprovalRule, Policy};
use domain::preflight;
use domain::time::Timestamp;
use domain::timebox::ReturnDuty;
use domain::whitelist::{Admitted, WhitelistGroup};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use service::viewer::{ChangeFilter, EventFilter};

use super::NotFoundPage;
use super::load::load;
use crate::api::error::ApiError;
use crate::api::ssr::Request;
use crate::component::{
    AccessBadge, AccessSwitch, ChangeTable, CheckList, ConnectCard, Ends, EnvironmentBadge,
    ExposureCard, ExtendForm, Frame, LateEffect, Lately, Section, TakeReview, WhitelistTable,
};
use crate::path;
use crate::text::Language;
use crate::ui::{Card, CopyButton, Empty, Fact, FactList, Icon, IconName, Moment};

const HISTORY: i64 = 10;

#[derive(Clone)]
struct Shown {
    detail: InstanceDetail,
    changes: Vec<domain::change::Change>,
    events: Vec<FleetEvent>,
    ends: Option<ReturnDuty>,
    late: Option<Timestamp>,
    policy: Policy,
}

#[component]
pub fn InstancePage() -> impl IntoView {
    let params = use_params_map().get_untracked();
    let part = |name: &str| params.get(name).unwrap_or_default();
    let key =
        format!("{}/{}/{}", part("account"), part("region"), part("id")).parse::<InstanceKey>();
    let Ok(key) = key else { return view! { <NotFoundPage/> }.into_any() };
    let request = Request::current();
    let title = key.id.to_string();
    let data = gather(request.clone(), key);
    let shown = load(request, data, |request, shown| view! { <Instance request shown/> });
    view! { <Frame title section=Section::Instances>{shown}</Frame> }.into_any()
}

async fn gather(request: Request, key: InstanceKey) -> Result<Shown, ApiError> {
    let viewer = request.viewer()?;
    let filter = ChangeFilter { instance: Some(key.clone()), ..ChangeFilter::default() };
    let happened = EventFilter { instance: Some(key.clone()), ..EventFilter::default() };
    let (detail, changes, events, ends, late, in_force) = futures_util::try_join!(
        viewer.look_at(&key),
        viewer.list_changes(&filter, HISTORY),
        viewer.list_events(&happened, HISTORY),
        viewer.find_return(&key),
        viewer.find_late_effect(&key),
        request.portal.policy(),
    )
    .map_err(|error| request.respond(error))?;
    Ok(Shown { detail, changes, events, ends, late, policy: in_force.policy })
}

#[component]
fn Instance(request: Request, shown: Shown) -> impl IntoView {
    let language = request.language;
    let Shown { detail, changes, events, ends, late, policy } = shown;
    let now = request.now;
    let about = detail.key.to_string();
    view! {
        <Head language detail=detail.clone() now/>
        <div class="two" id="instance" data-live="" data-about=about>
            <div class="stack">
                <ExposureCard language exposure=detail.exposure.clone()/>
                <Connection language detail=detail.clone() now/>
                <ConnectCard request=request.clone() detail=detail.clone()/>
                <Whitelist language reading=detail.whitelist.clone() now/>
                <Basic language detail=detail.clone()/>
                <History language changes=changes.clone() key=detail.key.clone() now/>
                <Lately language events now with_instance=false/>
            </div>
            <aside class="stack">
                <PasswordFree request=request.clone() detail=detail.clone() changes ends late policy/>
                <Checks language detail now/>
            </aside>
        </div>
    }
    .into_any()
}

fn display_name(detail: &InstanceDetail) -> String {
    detail.row.name.or_id(&detail.key.id).to_owned()
}

#[component]
fn Head(language: Language, detail: InstanceDetail, now: Timestamp) -> impl IntoView {
    let key = detail.key.clone();
    let crumbs = path::with_query(
        path::INSTANCES,
        &[("account", key.account.as_str()), ("region", key.region.as_str())],
    );
    view! {
        <nav class="crumbs muted" aria-label=language.back()>
            <a href=path::INSTANCES>{language.instances()}</a> " / "
            <a href=crumbs>{key.account.to_string()} " / " {key.region.to_string()}</a>
        </nav>
        <div class="stack" id="head" data-live="">
            <div class="title">
                <h1><bdi>{display_name(&detail)}</bdi></h1>
                <EnvironmentBadge language environment=detail.environment/>
                <span class="badge" data-tone="neutral">{language.instance_status(&detail.row.status)}</span>
                <span class="mono muted">{key.id.to_string()} <CopyButton language text=key.id.to_string()/></span>
                <span class="grow"></span>
                <Age language read_at=detail.attribute.read_at now/>
                <form method="post" action=path::READ_AGAIN_POST>
                    <input type="hidden" name="account" value=key.account.to_string()/>
                    <input type="hidden" name="region" value=key.region.to_string()/>
                    <input type="hidden" name="id" value=key.id.to_string()/>
                    <button class="button"><Icon name=IconName::Refresh/>{language.read_again()}</button>
                </form>
            </div>
            {detail.released_at.map(|_| view! {
                <p class="hint" data-tone="open"><b>{language.released()} ". "</b>{language.released_text()}</p>
            })}
        </div>
    }
    .into_any()
}

#[component]
fn Age(language: Language, read_at: Option<Timestamp>, now: Timestamp) -> impl IntoView {
    match read_at {
        Some(at) => view! { <span class="muted num"><Moment language at text=language.read_ago(at, now)/></span> }.into_any(),
        None => view! { <span class="muted">{language.never_read()}</span> }.into_any(),
    }
}

/// The value is old or missing: why.
#[component]
fn Problem<T: Send + Sync + 'static>(language: Language, reading: Reading<T>) -> impl IntoView {
    reading.problem.map(|why| {
        view! {
            <p class="state" data-tone="open">
                <Icon name=IconName::Warning/>
                {language.last_try_failed()} ": " {language.unread(&why)}
            </p>
        }
    })
}

#[component]
fn PasswordFree(
    request: Request,
    detail: InstanceDetail,
    changes: Vec<domain::change::Change>,
    ends: Option<ReturnDuty>,
    late: Option<Timestamp>,
    policy: Policy,
) -> impl IntoView {
    let language = request.language;
    let state = detail.facts().access_state();
    let role = request.role_at(&detail.located());
    let open = changes.iter().find(|change| !change.state.is_terminal()).map(|change| change.id);
    let to = if state == AccessState::PasswordFree {
        Access::PasswordRequired
    } else {
        Access::PasswordFree
    };
    let can = open.is_none() && role.covers(Role::Operator) && state.access().is_some();
    let may_extend = role.covers(Role::Operator) && open.is_none();
    let (label, tone) = match to {
        Access::PasswordFree => (language.enable(), "neutral"),
        Access::PasswordRequired => (language.disable(), "primary"),
    };
    let why = match state {
        AccessState::NotApplicable => Some(language.switch_not_applicable()),
        _ if !role.covers(Role::Operator) => Some(language.switch_needs_operator()),
        AccessState::Unknown => Some(language.switch_state_unknown()),
        _ => None,
    };
    let key = detail.key.clone();
    let name = display_name(&detail);
    let switch =
        view! { <AccessSwitch language key=key.clone() name state role open_change=open/> }
            .into_any();
    view! {
        <Card title=language.password_free_access() aside=switch>
            <div class="stack">
                <span class="big"><AccessBadge language state/></span>
                {late.map(|until| view! { <LateEffect language until/> })}
                {ends.map(|duty| view! { <Ending request=request.clone() duty may_extend policy=policy.clone()/> })}
                {open.map(|change| view! {
                    <p class="state" data-tone="accent">
                        {language.change_under_way()} " " <a href=path::change(change)>{language.see_change()}</a>
                    </p>
                })}
                {can.then(|| view! {
                    <form method="post" action=path::TAKE_REVIEW_POST data-dialog="review">
                        <TakeReview key to/>
                        <button class="button" data-tone=tone>{label} "…"</button>
                    </form>
                })}
                {why.map(|why| view! { <p class="muted">{why}</p> })}
                <Problem language reading=detail.attribute.clone()/>
                <RawMode language attribute=detail.attribute.value/>
            </div>
        </Card>
    }
    .into_any()
}

/// When the open door shuts by itself, and how to put that off.
#[component]
fn Ending(request: Request, duty: ReturnDuty, may_extend: bool, policy: Policy) -> impl IntoView {
    let (language, now) = (request.language, request.now);
    let rules = policy.rules(duty.environment);
    let (caps, reason) = (policy.caps, rules.reason);
    // Whether it would be open to many is known only when it is asked for.
    let approval = rules.open.approval != ApprovalRule::Never;
    let once = request.portal.new_key();
    let who = language.opened_for(&duty);
    let (change, due_at) = (path::change(duty.opened_by), duty.due_at);
    let extend = (may_extend && due_at > now)
        .then(|| view! { <ExtendForm language duty caps reason_needed=reason approval once/> });
    view! {
        <div>
            <Ends language due_at now/>
            <p class="muted small"><a href=change>{who}</a></p>
        </div>
        {extend}
    }
    .into_any()
}

/// The wire's own word, once, with what it means.
#[component]
fn RawMode(language: Language, attribute: Option<InstanceAttribute>) -> impl IntoView {
    let attribute = attribute?;
    let meaning = match attribute.mode {
        Some(Access::PasswordFree) => Some(language.raw_close_means()),
        Some(Access::PasswordRequired) => Some(language.raw_open_means()),
        None => None,
    };
    let raw = attribute.raw_mode.filter(|raw| !raw.is_empty());
    Some(view! {
        <p class="muted small">
            {language.raw_value()} ": "
            {match raw {
                Some(raw) => view! { <code>"VpcAuthMode=" <bdi>{raw}</bdi></code> }.into_any(),
                None => language.raw_missing().into_any(),
            }}
            {meaning.map(|meaning| view! { " (" {meaning} ")" })}
        </p>
    })
}

#[component]
fn Checks(language: Language, detail: InstanceDetail, now: Timestamp) -> impl IntoView {
    let facts = detail.facts();
    let to = match facts.access_state() {
        AccessState::PasswordFree => Access::PasswordRequired,
        _ => Access::PasswordFree,
    };
    let found = preflight::run(&facts, to);
    let wish = match to {
        Access::PasswordFree => language.enable(),
        Access::PasswordRequired => language.disable(),
    };
    let age = detail.attribute.read_at.map(|at| language.ago(at, now)).unwrap_or_default();
    view! {
        <Card title=language.checks() note=format!("{wish} · {age}")>
            <CheckList language preflight=found/>
            <p class="muted small">{language.checks_of_stored()}</p>
        </Card>
    }
    .into_any()
}

#[component]
fn Connection(language: Language, detail: InstanceDetail, now: Timestamp) -> impl IntoView {
    let endpoints = detail.endpoints.value.clone().unwrap_or_default();
    let of = |net: &NetType| {
        endpoints.iter().filter(|endpoint| endpoint.net == *net).cloned().collect::<Vec<_>>()
    };
    let (private, public, classic) =
        (of(&NetType::Vpc), of(&NetType::Public), of(&NetType::ClassicNetwork));
    let known = detail.endpoints.value.is_some();
    let stored_domain = (!known && !detail.row.connection_domain.is_empty())
        .then(|| detail.row.connection_domain.clone());
    let vpc = detail.row.vpc.clone();
    let age = detail.endpoints.read_at.map(|at| language.read_ago(at, now)).unwrap_or_default();
    view! {
        <Card title=language.connection_information() note=age>
            <FactList>
                <Fact name=language.private_endpoint()>
                    <Endpoints language endpoints=private known/>
                    {stored_domain.map(|domain| view! { <Address language text=domain/> })}
                </Fact>
                <Fact name=language.public_endpoint()><Endpoints language endpoints=public known/></Fact>
                {(!classic.is_empty()).then(|| view! {
                    <Fact name=language.classic_endpoint()><Endpoints language endpoints=classic known/></Fact>
                })}
                <Fact name=language.network()>
                    {language.network_type(&detail.row.network)} " "
                    {(!vpc.is_empty()).then(|| view! { <code><bdi>{vpc}</bdi></code> " " {language.of_cen()} })}
                </Fact>
                <Fact name=language.default_account()>
                    <code>{detail.key.id.to_string()}</code> " " <CopyButton language text=detail.key.id.to_string()/>
                </Fact>
            </FactList>
            <Problem language reading=detail.endpoints/>
        </Card>
    }
    .into_any()
}

#[component]
fn Endpoints(language: Language, endpoints: Vec<Endpoint>, known: bool) -> impl IntoView {
    if endpoints.is_empty() {
        let text = if known { language.no_endpoint() } else { language.never_read() };
        return view! { <span class="muted">{text}</span> }.into_any();
    }
    let rows = endpoints.into_iter().map(|endpoint| {
        let direct = endpoint.direct.then(|| language.direct_endpoint());
        view! {
            <span class="line">
                <Address language text=endpoint.address()/>
                {direct.map(|direct| view! { " " <span class="muted">{direct}</span> })}
            </span>
        }
    });
    rows.collect_view().into_any()
}

#[component]
fn Address(language: Language, text: String) -> impl IntoView {
    view! { <code><bdi>{text.clone()}</bdi></code> " " <CopyButton language text/> }
}

#[component]
fn Whitelist(
    language: Language,
    reading: Reading<Vec<WhitelistGroup>>,
    now: Timestamp,
) -> impl IntoView {
    let note = reading.value.as_ref().map(|groups| {
        let admitted = Admitted::by(groups);
        let counts =
            language.groups_and_addresses(groups.len(), admitted.v4_count(), admitted.v6_blocks());
        let age = reading.read_at.map(|at| language.read_ago(at, now)).unwrap_or_default();
        format!("{counts} · {age}")
    });
    let groups = reading.value.clone();
    view! {
        <Card title=language.whitelist() note=note.unwrap_or_default()>
            {match groups {
                Some(groups) => view! { <WhitelistTable language groups/> }.into_any(),
                None => view! { <p class="muted">{language.never_read()}</p> }.into_any(),
            }}
            <Problem language reading/>
        </Card>
    }
    .into_any()
}

#[component]
fn Basic(language: Language, detail: InstanceDetail) -> impl IntoView {
    let row = detail.row;
    let engine = format!("{} {}", language.engine_name(&row.kind), row.version);
    let details =
        format!("{}, {}", language.architecture(&row.architecture), language.series(row.series));
    let release = detail.release.value;
    let window = detail
        .attribute
        .value
        .map(|a| (a.maintain_start, a.maintain_end))
        .filter(|(start, _)| !start.is_empty());
    let tags: Vec<String> =
        row.tags.iter().map(|tag| format!("{}={}", tag.key, tag.value)).collect();
    view! {
        <Card title=language.basic_information()>
            <FactList>
                <Fact name=language.instance_id()><code>{detail.key.id.to_string()}</code></Fact>
                <Fact name=language.instance_name()><bdi>{row.name.to_string()}</bdi></Fact>
                <Fact name=language.account()>{detail.key.account.to_string()}</Fact>
                <Fact name=language.region()>{detail.key.region.to_string()}</Fact>
                <Fact name=language.zone()><bdi>{row.zone}</bdi></Fact>
                <Fact name=language.engine()>{engine} ", " {details}</Fact>
                {release.map(|release| {
                    let note = match (release.is_latest, release.minor_upgrade_possible) {
                        (Some(true), _) => Some(language.latest_minor()),
                        (_, Some(true)) => Some(language.minor_upgrade()),
                        _ => None,
                    };
                    view! {
                        <Fact name=language.minor_version()>
                            <code><bdi>{release.minor}</bdi></code> {note.map(|note| view! { " " <span class="muted">{note}</span> })}
                        </Fact>
                    }
                })}
                <Fact name=language.class()><code><bdi>{row.class}</bdi></code></Fact>
                {row.capacity_mb.map(|mb| view! { <Fact name=language.memory()>{language.megabytes(mb)}</Fact> })}
                <Fact name=language.vswitch()><code><bdi>{row.vswitch}</bdi></code></Fact>
                <Fact name=language.resource_group()><code><bdi>{row.resource_group}</bdi></code></Fact>
                <Fact name=language.billing()><bdi>{row.charge_type}</bdi></Fact>
                <Fact name=language.created()><bdi>{row.created}</bdi></Fact>
                {window.map(|(start, end)| view! {
                    <Fact name=language.maintenance_window()><bdi>{start}</bdi> " – " <bdi>{end}</bdi></Fact>
                })}
                <Fact name=language.tags()>
                    {tags.into_iter().map(|tag| view! { <code><bdi>{tag}</bdi></code> " " }).collect_view()}
                </Fact>
            </FactList>
        </Card>
    }
    .into_any()
}

#[component]
fn History(
    language: Language,
    changes: Vec<domain::change::Change>,
    key: InstanceKey,
    now: Timestamp,
) -> impl IntoView {
    let none = changes.is_empty();
    let links = view! {
        <a href=path::changes_of(&key)>{language.changes()}</a> " · " <a href=path::audit_of(&key) title=language.history_of_instance()>{language.audit()}</a>
    }
    .into_any();
    view! {
        <Card title=language.history() aside=links>
            {if none {
                view! { <Empty title=language.no_changes() text=language.no_history()/> }.into_any()
            } else {
                view! { <ChangeTable language changes now with_instance=false/> }.into_any()
            }}
        </Card>
    }
    .into_any()
}
