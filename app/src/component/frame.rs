//! What stands around every page.

use std::sync::Arc;

use domain::person::Role;
use leptos::prelude::*;
use leptos_meta::Title;
use service::{Attention, SignedIn};

use super::tour::Shown;
use super::{Emergencies, GoLink, NoticePanel, Overdue};
use crate::api::ssr::Request;
use crate::path;
use crate::text::Language;
use crate::ui::{Badge, Icon, IconName, Tone};

/// Which entry of the navigation a page belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    Overview,
    Instances,
    Changes,
    Accounts,
    Audit,
    Policy,
    People,
    None,
}

/// A page of somebody who is signed in.
#[component]
pub fn Frame(title: String, section: Section, children: Children) -> impl IntoView {
    let request = Request::current();
    let language = request.language;
    view! {
        <Title text=format!("{title} · {}", language.product())/>
        <a class="skip" href="#main">{language.skip_to_content()}</a>
        <div class="shell" id="page">
            <Navigation language section people=request.may_everywhere(Role::Admin)/>
            <div class="column">
                <Top request=request.clone()/>
                <main class="main" id="main" tabindex="-1">
                    {request.portal.is_restored().then(|| view! { <Distrusted title=language.restored_title() text=language.restored_text()/> })}
                    {request.portal.is_damaged().then(|| view! { <Distrusted title=language.damaged_title() text=language.damaged_text()/> })}
                    <div id="attention" data-live=""><AtTheTop language attention=request.attention.clone()/></div>
                    <NoticePanel language notice=request.notice.clone()/>
                    {children()}
                </main>
                <Foot request=request.clone()/>
            </div>
        </div>
    }
    .into_any()
}

/// By whose clock the page is written.
#[component]
fn Foot(request: Request) -> impl IntoView {
    let (language, zone) = (request.language, request.zone);
    let offset = language.offset_beside(&zone, request.now);
    view! {
        <footer class="foot">
            <span>
                {language.times_in()} " "
                <a href=path::SETTINGS><bdi>{zone.name().replace('_', " ")}</bdi></a>
                {offset.map(|offset| format!(" {offset}"))}
            </span>
            <a href=path::KEYS>{language.keys()}</a>
            <a href=path::ABOUT>{language.about()}</a>
        </footer>
    }
    .into_any()
}

/// Changes are refused on what is remembered: at the top of every page, until somebody saw to it.
#[component]
fn Distrusted(title: &'static str, text: &'static str) -> impl IntoView {
    view! {
        <section class="error-panel" data-tone="danger" role="alert">
            <Icon name=IconName::Warning/>
            <div>
                <p><b>{title}</b></p>
                <p>{text}</p>
            </div>
        </section>
    }
    .into_any()
}

/// What somebody has to see to.
#[component]
fn AtTheTop(language: Language, attention: Arc<Attention>) -> impl IntoView {
    let waiting = (attention.waiting > 0).then(|| {
        view! {
            <p class="waiting">
                <Icon name=IconName::Clock/>
                <a href=path::CHANGES_WAITING>{language.n_waiting(attention.waiting)}</a>
            </p>
        }
    });
    let frozen = attention.freeze.map(|freeze| {
        view! {
            <p class="waiting" data-tone="danger">
                <Icon name=IconName::Block/>
                <a href=path::POLICY>{language.frozen_title()}</a>
                <span>{language.freeze_state(freeze)}</span>
            </p>
        }
    });
    view! {
        {frozen}
        <Overdue language duties=attention.overdue.clone()/>
        <Emergencies language changes=attention.emergencies.clone()/>
        {waiting}
    }
    .into_any()
}

/// A page of anybody.
#[component]
pub fn Plain(title: &'static str, children: Children) -> impl IntoView {
    let request = Request::current();
    view! {
        <Title text=format!("{title} · {}", request.language.product())/>
        <main class="plain" id="main">
            {children()}
        </main>
    }
    .into_any()
}

#[component]
fn Navigation(language: Language, section: Section, people: bool) -> impl IntoView {
    let mut entries = vec![
        (Section::Overview, "o", path::OVERVIEW, IconName::Chart, language.overview()),
        (Section::Instances, "i", path::INSTANCES, IconName::List, language.instances()),
        (Section::Changes, "c", path::CHANGES, IconName::Arrows, language.changes()),
        (Section::Accounts, "a", path::ACCOUNTS, IconName::Cloud, language.accounts()),
        (Section::Audit, "u", path::AUDIT, IconName::Scroll, language.audit()),
        (Section::Policy, "p", path::POLICY, IconName::Shield, language.policy()),
    ];
    if people {
        entries.push((Section::People, "", path::PEOPLE, IconName::Users, language.people()));
    }
    let links = entries.into_iter().map(|(entry, key, href, icon, text)| {
        view! {
            <a href=href data-key=Some(key).filter(|key| !key.is_empty()) aria-current=(entry == section).then_some("page")>
                <Icon name=icon/>
                <span>{text}</span>
            </a>
        }
    });
    view! {
        <nav class="side" aria-label=language.main_navigation()>
            <a class="brand" href=path::INSTANCES>
                <Icon name=IconName::Key/>
                <span>{language.product()}</span>
            </a>
            {links.collect_view()}
        </nav>
    }
    .into_any()
}

#[component]
fn Top(request: Request) -> impl IntoView {
    let language = request.language;
    let sandbox = request.sandbox.is_some();
    view! {
        <header class="top">
            {sandbox.then(|| view! {
                <span title=language.sandbox_explained()>
                    <Badge tone=Tone::Accent>{language.sandbox()}</Badge>
                </span>
                <span class="muted wide">{language.sandbox_explained()}</span>
                {(request.tour_hidden && request.who.is_some()).then(|| view! { <Shown request=request.clone() word="shown" text=language.tour_show()/> })}
            })}
            <span class="grow"></span>
            {request.who.is_some().then(|| view! { <GoLink language/> })}
            {request.who.is_some().then(|| view! { <InboxLink language unread=request.attention.unread/> })}
            {request.who.clone().map(|who| view! { <Menu request=request.clone() who/> })}
        </header>
    }
    .into_any()
}

/// How many notices are unread.
#[component]
fn InboxLink(language: Language, unread: i64) -> impl IntoView {
    view! {
        <a class="button" id="inbox" data-live="" data-tone="quiet" data-key="n" href=path::INBOX aria-label=language.inbox_with(unread)>
            <Icon name=IconName::Bell/>
            {(unread > 0).then(|| view! { <Badge tone=Tone::Accent>{unread.to_string()}</Badge> })}
        </a>
    }
    .into_any()
}

/// Language and theme: plain forms, so that they work everywhere.
#[component]
pub fn Preferences(request: Request) -> impl IntoView {
    let language = request.language;
    let theme = request.theme.clone().unwrap_or_else(|| "system".to_owned());
    let languages = Language::ALL.into_iter().map(|other| {
        view! {
            <button name="language" value=other.tag() lang=other.tag() aria-pressed=pressed(other == language)>
                {other.name()}
            </button>
        }
    });
    let themes = [
        ("system", language.theme_system()),
        ("light", language.theme_light()),
        ("dark", language.theme_dark()),
    ];
    let themes = themes.into_iter().map(|(code, text)| {
        view! { <button name="theme" value=code aria-pressed=pressed(code == theme)>{text}</button> }
    });
    view! {
        <form class="preferences" method="post" action=path::PREFERENCES_POST>
            <input type="hidden" name="next" value=request.address.clone()/>
            <div class="segments" role="group" aria-label=language.language()>{languages.collect_view()}</div>
            <div class="segments" role="group" aria-label=language.theme()>{themes.collect_view()}</div>
        </form>
    }
    .into_any()
}

const fn pressed(pressed: bool) -> &'static str {
    if pressed { "true" } else { "false" }
}

/// Opens without scripts too.
#[component]
fn Menu(request: Request, who: Arc<SignedIn>) -> impl IntoView {
    let language = request.language;
    let role = who.person.role().map_or(language.no_role(), |role| language.role(role));
    view! {
        <details class="menu">
            <summary class="button opens" data-tone="quiet">
                <b>{who.person.name.to_string()}</b>
                <span class="muted">{role}</span>
            </summary>
            <div class="menu-body">
                <a class="button" href=path::ME><Icon name=IconName::Shield/>{language.my_account()}</a>
                <a class="button" data-key="s" href=path::SETTINGS><Icon name=IconName::Sliders/>{language.settings()}</a>
                <Preferences request/>
                <a class="button" data-tone="quiet" href=path::TOKENS><Icon name=IconName::Key/>{language.api_tokens()}</a>
                <a class="button" href=path::SECOND_FACTOR><Icon name=IconName::Key/>{language.second_factor()}</a>
                <form method="post" action=path::SIGN_OUT_POST>
                    <button class="button"><Icon name=IconName::SignOut/>{language.sign_out()}</button>
                </form>
            </div>
        </details>
    }
    .into_any()
}
