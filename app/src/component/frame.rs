//! What stands around every page.

use std::sync::Arc;

use leptos::prelude::*;
use leptos_meta::Title;
use service::{Attention, SignedIn};

use super::{Emergencies, NoticePanel, Overdue};
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
        <div class="shell">
            <Navigation language section/>
            <div class="column">
                <Top request=request.clone()/>
                <main class="main" id="main" tabindex="-1">
                    {request.portal.is_restored().then(|| view! { <Distrusted title=language.restored_title() text=language.restored_text()/> })}
                    {request.portal.is_damaged().then(|| view! { <Distrusted title=language.damaged_title() text=language.damaged_text()/> })}
                    <div id="attention" data-live=""><AtTheTop language attention=request.attention.clone()/></div>
                    <NoticePanel language notice=request.notice.clone()/>
                    {children()}
                </main>
            </div>
        </div>
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
fn Navigation(language: Language, section: Section) -> impl IntoView {
    let entries = [
        (Section::Overview, path::OVERVIEW, IconName::Chart, language.overview()),
        (Section::Instances, path::INSTANCES, IconName::List, language.instances()),
        (Section::Changes, path::CHANGES, IconName::Arrows, language.changes()),
        (Section::Accounts, path::ACCOUNTS, IconName::Cloud, language.accounts()),
        (Section::Audit, path::AUDIT, IconName::Scroll, language.audit()),
        (Section::Policy, path::POLICY, IconName::Shield, language.policy()),
    ];
    let links = entries.into_iter().map(|(entry, href, icon, text)| {
        view! {
            <a href=href aria-current=(entry == section).then_some("page")>
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
            })}
            <span class="grow"></span>
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
        <a class="button" id="inbox" data-live="" data-tone="quiet" href=path::INBOX aria-label=language.inbox_with(unread)>
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
    let role = language.role(who.person.role);
    view! {
        <details class="menu">
            <summary class="button opens" data-tone="quiet">
                <b>{who.person.name.to_string()}</b>
                <span class="muted">{role}</span>
            </summary>
            <div class="menu-body">
                <Preferences request/>
                <form method="post" action=path::SIGN_OUT_POST>
                    <button class="button"><Icon name=IconName::SignOut/>{language.sign_out()}</button>
                </form>
            </div>
        </details>
    }
    .into_any()
}
