//! What a person chooses for themselves: look, language, clock, keys, and what the inbox keeps.

use std::collections::BTreeSet;

use domain::inbox::NoticeKind;
use domain::zone::Zone;
use leptos::prelude::*;
use service::viewer::AS_BROWSER;

use super::load::load;
use crate::api::ssr::Request;
use crate::component::{Frame, Section};
use crate::path;
use crate::text::Language;
use crate::ui::{Card, Fact, FactList, Icon, IconName};

/// Parts of the earth, as the names of their zones begin. What else the database names is an old name for one of these.
const PLACES: [&str; 10] = [
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
];

#[component]
pub fn SettingsPage() -> impl IntoView {
    let request = Request::current();
    let language = request.language;
    let data = {
        let request = request.clone();
        async move {
            let muted = request.viewer()?.list_muted().await;
            let muted = muted.map_err(|error| request.respond(error))?;
            Ok((muted, request.proves_here().await?))
        }
    };
    let saved = path::query_value(&request.address, path::SAVED).is_some();
    let shown = load(request, data, move |request, (muted, local)| {
        view! { <Shown request muted local/> }
    });
    view! {
        <Frame title=language.settings().to_owned() section=Section::None>
            <div class="title">
                <h1>{language.settings()}</h1>
                <span class="muted">{language.settings_lead()}</span>
            </div>
            {saved.then(|| view! {
                <p class="hint" data-tone="accent" role="status"><Icon name=IconName::Check/> " " {language.settings_saved()}</p>
            })}
            {shown}
        </Frame>
    }
    .into_any()
}

#[component]
fn Shown(request: Request, muted: BTreeSet<NoticeKind>, local: bool) -> impl IntoView {
    let language = request.language;
    let person = request.who.clone().map(|who| {
        let role = who.person.role().map_or(language.no_role(), |role| language.role(role));
        let name = who.person.name.to_string();
        view! {
            <Fact name=language.person_column()><b>{name}</b></Fact>
            <Fact name=language.role_column()>{role}</Fact>
        }
    });
    view! {
        <div class="settings">
            <Card title=language.look_and_clock()><LookForm request/></Card>
            <Card title=language.wanted_notices()><NoticesForm language muted/></Card>
            <Card title=language.my_account()>
                <div class="stack">
                    <FactList>{person}</FactList>
                    <ul class="plain-list">
                        <li><a href=path::ME>{language.what_i_may()}</a></li>
                        <li><a href=path::SESSIONS>{language.to_sessions()}</a></li>
                        {local.then(|| view! { <li><a href=path::SECOND_FACTOR>{language.factors_and_passkeys()}</a></li> })}
                        <li><a href=path::TOKENS>{language.api_tokens()}</a></li>
                    </ul>
                </div>
            </Card>
        </div>
    }
    .into_any()
}

#[component]
fn LookForm(request: Request) -> impl IntoView {
    let language = request.language;
    let languages = Language::ALL.map(|other| (other.tag(), other.name()));
    let theme = request.theme.clone().unwrap_or_else(|| "system".to_owned());
    let themes = [
        ("system", language.theme_system()),
        ("light", language.theme_light()),
        ("dark", language.theme_dark()),
    ];
    let shortcuts = [("on", language.shortcuts_on()), ("off", language.shortcuts_off())];
    let pressed = if request.shortcuts { "on" } else { "off" };
    view! {
        <form class="stack" method="post" action=path::PREFERENCES_POST>
            <input type="hidden" name="next" value=path::settings_saved()/>
            <Choice name="language" label=language.language() options=languages.to_vec() chosen=language.tag().to_owned()/>
            <Choice name="theme" label=language.theme() options=themes.to_vec() chosen=theme/>
            <ZoneField request/>
            <Choice name="shortcuts" label=language.shortcuts() options=shortcuts.to_vec() chosen=pressed.to_owned()/>
            <p class="muted small">{language.shortcuts_text()} " " <a href=path::KEYS>{language.keys()}</a></p>
            <div class="row"><button class="button" data-tone="primary">{language.save_settings()}</button></div>
        </form>
    }
    .into_any()
}

#[component]
fn Choice(
    name: &'static str,
    label: &'static str,
    options: Vec<(&'static str, &'static str)>,
    chosen: String,
) -> impl IntoView {
    let options = options.into_iter().map(|(value, text)| {
        view! { <option value=value selected=value == chosen>{text}</option> }
    });
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <select class="input" id=name name=name>{options.collect_view()}</select>
        </div>
    }
    .into_any()
}

/// Each zone with how far it is from UTC now.
#[component]
fn ZoneField(request: Request) -> impl IntoView {
    let Request { language, now, zone, zone_chosen, .. } = request;
    let chosen = zone_chosen.then(|| zone.to_string());
    let browser = if zone_chosen {
        language.as_browser().to_owned()
    } else {
        format!("{} ({})", language.as_browser(), zone.name().replace('_', " "))
    };
    let names = Zone::names();
    let option = |name: &str| {
        let offset = name.parse::<Zone>().map(|zone| language.offset(&zone, now));
        let text = format!("{} ({})", name.replace('_', " "), offset.unwrap_or_default());
        let selected = chosen.as_deref() == Some(name);
        view! { <option value=name.to_owned() selected=selected>{text}</option> }
    };
    let groups = PLACES.map(|place| {
        let inside = |name: &&String| name.split('/').next() == Some(place);
        let options: Vec<_> = names.iter().filter(inside).map(|name| option(name)).collect();
        view! { <optgroup label=place>{options}</optgroup> }
    });
    // Chosen by its old name.
    let other = chosen.as_deref().filter(|name| {
        *name != Zone::UTC.name()
            && !PLACES.iter().any(|place| name.split('/').next() == Some(place))
    });
    let other = other.map(option);
    view! {
        <div class="field">
            <label for="time_zone">{language.time_zone()}</label>
            <select class="input" id="time_zone" name="time_zone" aria-describedby="time-zone-hint">
                <option value=AS_BROWSER selected=!zone_chosen>{browser}</option>
                <option value="UTC" selected=chosen.as_deref() == Some("UTC")>"UTC"</option>
                {other}
                {groups.to_vec().collect_view()}
            </select>
            <p class="muted small" id="time-zone-hint">{language.time_zone_hint()}</p>
        </div>
    }
    .into_any()
}

#[component]
fn NoticesForm(language: Language, muted: BTreeSet<NoticeKind>) -> impl IntoView {
    let rows = NoticeKind::ALL.iter().filter(|kind| **kind != NoticeKind::Test).map(move |kind| {
        let always = kind.demands_action();
        let checked = always || !muted.contains(kind);
        view! {
            <label class="line">
                <input type="checkbox" name=(!always).then(|| field_of(*kind)) value="1" checked=checked disabled=always/>
                <span>
                    {language.notice_kind(*kind)}
                    {always.then(|| view! { <span class="muted small under">{language.always_told()}</span> })}
                </span>
            </label>
        }
    });
    view! {
        <form class="stack" method="post" action=path::NOTICES_POST>
            <p class="muted small">{language.wanted_notices_text()}</p>
            {rows.collect_view()}
            <div class="row"><button class="button">{language.save_settings()}</button></div>
        </form>
    }
    .into_any()
}

/// `approval.decided` as the field of a form.
fn field_of(kind: NoticeKind) -> String {
    kind.code().replace(['.', '-'], "_")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::me::WANTED;

    #[test]
    fn the_form_has_the_fields_that_are_read() {
        let can = NoticeKind::ALL.iter().filter(|kind| !kind.demands_action());
        let fields: Vec<(NoticeKind, String)> = can.map(|kind| (*kind, field_of(*kind))).collect();
        let read: Vec<(NoticeKind, String)> =
            WANTED.iter().map(|(kind, field)| (*kind, (*field).to_owned())).collect();
        assert_eq!(fields, read);
    }
}
