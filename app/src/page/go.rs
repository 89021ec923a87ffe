//! Where somebody may want to go: instances, pages, and reviews of changes, by what they typed.
//!
//! The palette (`island/palette.rs`) shows the very same list; this page is what its field leads to without scripts.
//! Nothing here acts: what sounds like an act opens its review.

use domain::access::{Access, AccessState};
use domain::id::InstanceKey;
use domain::inventory::{InstanceFilter, InstanceListing, InstanceSort};
use domain::person::Role;
use leptos::prelude::*;
use service::viewer::PageOf;

use super::load::load;
use crate::api::error::ApiError;
use crate::api::ssr::Request;
use crate::component::{Frame, Section, TakeReview};
use crate::path;
use crate::text::Language;
use crate::ui::{Icon, IconName};

/// What nobody would type searches nothing.
const TEXT_CHARS: usize = 200;
const INSTANCES: usize = 8;
/// Of the first instances what can be done with them is offered.
const ACTS: usize = 3;
/// A tab remembers no more.
const RECENT: usize = 5;

#[derive(Clone)]
enum Target {
    Address(String),
    Review(InstanceKey, Access),
}

#[derive(Clone)]
struct Entry {
    icon: IconName,
    text: String,
    /// A name that somebody gave, not a word of ours.
    name: Option<String>,
    note: String,
    target: Target,
}

#[component]
pub fn GoPage() -> impl IntoView {
    let request = Request::current();
    let language = request.language;
    let get = |name| path::query_value(&request.address, name).unwrap_or_default();
    let typed: String = get("q").replace('\0', "\u{FFFD}").chars().take(TEXT_CHARS).collect();
    let wished = typed.trim().to_owned();
    let recent: Vec<InstanceKey> =
        get("recent").split(' ').filter_map(|key| key.parse().ok()).take(RECENT).collect();
    let palette = get("in") == "palette";
    let data = {
        let request = request.clone();
        async move { gather(&request, &wished, recent).await }
    };
    let shown = load(request, data, move |request, entries| {
        view! { <Found language=request.language entries palette/> }
    });
    view! {
        <Frame title=language.go_to().to_owned() section=Section::None>
            <div class="title"><h1>{language.go_to()}</h1></div>
            <form class="filters" method="get" action=path::GO role="search">
                <label class="search">
                    <span class="visually-hidden">{language.go_field()}</span>
                    <input class="input" type="search" name="q" value=typed placeholder=language.go_field()
                        maxlength=TEXT_CHARS.to_string() autocomplete="off"/>
                </label>
                <button class="button">{language.go_search()}</button>
            </form>
            {shown}
        </Frame>
    }
    .into_any()
}

async fn gather(
    request: &Request,
    wished: &str,
    recent: Vec<InstanceKey>,
) -> Result<Vec<Entry>, ApiError> {
    let (viewer, language) = (request.viewer()?, request.language);
    let remembered = !recent.is_empty();
    let filter = match wished {
        "" => InstanceFilter { keys: recent.clone(), ..InstanceFilter::default() },
        _ => InstanceFilter { text: wished.to_owned(), ..InstanceFilter::default() },
    };
    let limit = i64::try_from(INSTANCES).unwrap_or(i64::MAX);
    let page = PageOf { filter: &filter, sort: InstanceSort::Name, after: None, limit };
    // Without a word and a memory there is nothing to begin with.
    let mut rows = if wished.is_empty() && !remembered {
        Vec::new()
    } else {
        viewer.list_instances(page).await.map_err(|error| request.respond(error))?
    };
    if wished.is_empty() {
        rows.sort_by_key(|row| recent.iter().position(|key| *key == row.key));
    }
    let acts = rows.iter().filter(|_| !wished.is_empty()).take(ACTS);
    let acts: Vec<Entry> = acts.filter_map(|row| act(request, row)).collect();
    let mut entries: Vec<Entry> = rows.iter().map(|row| instance(language, row)).collect();
    entries.extend(acts);
    let whole: Vec<Entry> = pages(request, language);
    let other = if language == Language::En { Language::ZhCn } else { Language::En };
    let same = pages(request, other);
    let small = wished.to_lowercase();
    let fits = |entry: &Entry| entry.text.to_lowercase().contains(&small);
    let named = whole.into_iter().zip(same).filter(|(entry, same)| fits(entry) || fits(same));
    entries.extend(named.map(|(entry, _)| entry));
    Ok(entries)
}

fn instance(language: Language, row: &InstanceListing) -> Entry {
    Entry {
        icon: IconName::List,
        text: String::new(),
        name: Some(row.name.or_id(&row.key.id).to_owned()),
        note: format!("{} · {}", row.key.id, language.access_state(row.access)),
        target: Target::Address(path::instance(&row.key)),
    }
}

/// The one thing to do with it, for whoever may. What is unknown or under way is not offered: its page says why.
fn act(request: &Request, row: &InstanceListing) -> Option<Entry> {
    let may = request.role_at(&row.located()).covers(Role::Operator);
    let to = match row.access {
        AccessState::PasswordFree => Access::PasswordRequired,
        AccessState::PasswordRequired => Access::PasswordFree,
        AccessState::NotApplicable | AccessState::Unknown => return None,
    };
    (may && row.open_change.is_none()).then(|| Entry {
        icon: if to == Access::PasswordFree { IconName::LockOpen } else { IconName::Lock },
        text: request.language.go_review(to).to_owned(),
        name: Some(row.name.or_id(&row.key.id).to_owned()),
        note: request.language.go_review_note().to_owned(),
        target: Target::Review(row.key.clone(), to),
    })
}

/// Every page that one may open by its name.
fn pages(request: &Request, language: Language) -> Vec<Entry> {
    let admin = request.may_everywhere(Role::Admin);
    let operator = request.role().covers(Role::Operator);
    let all = [
        (true, path::OVERVIEW, IconName::Chart, language.overview()),
        (true, path::INSTANCES, IconName::List, language.instances()),
        (true, path::CHANGES, IconName::Arrows, language.changes()),
        (true, path::CHANGES_WAITING, IconName::Clock, language.waiting_for_approval()),
        (true, path::BATCHES, IconName::Arrows, language.batches()),
        (operator, path::NEW_BATCH, IconName::Arrows, language.change_many()),
        (true, path::ACCOUNTS, IconName::Cloud, language.accounts()),
        (true, path::AUDIT, IconName::Scroll, language.audit()),
        (true, path::POLICY, IconName::Shield, language.policy()),
        (admin, path::PEOPLE, IconName::Users, language.people()),
        (admin, path::GROUPS, IconName::Users, language.groups()),
        (true, path::INBOX, IconName::Bell, language.inbox()),
        (true, path::ME, IconName::Shield, language.my_account()),
        (true, path::SETTINGS, IconName::Sliders, language.settings()),
        (true, path::SESSIONS, IconName::Users, language.sessions()),
        (true, path::SECOND_FACTOR, IconName::Key, language.second_factor()),
        (true, path::TOKENS, IconName::Key, language.api_tokens()),
        (true, path::KEYS, IconName::Columns, language.keys()),
        (true, path::ABOUT, IconName::Info, language.about()),
    ];
    let may = all.into_iter().filter(|(may, ..)| *may);
    may.map(|(_, href, icon, text)| Entry {
        icon,
        text: text.to_owned(),
        name: None,
        note: language.go_page_note().to_owned(),
        target: Target::Address(href.to_owned()),
    })
    .collect()
}

/// In the palette the entries are options of its list, and the field keeps the focus.
#[component]
fn Found(language: Language, entries: Vec<Entry>, palette: bool) -> impl IntoView {
    let count = language.n_results(entries.len());
    let (list, option) = if palette { (Some("listbox"), Some("option")) } else { (None, None) };
    let (item, stop) = if palette { (Some("none"), Some("-1")) } else { (None, None) };
    let first = palette.then_some("true");
    let rows = entries.into_iter().enumerate().map(|(index, entry)| {
        let id = palette.then(|| format!("go-{index}"));
        let selected = first.map(|_| if index == 0 { "true" } else { "false" });
        let inside = view! {
            <Icon name=entry.icon/>
            <span class="go-text">{entry.text} {entry.name.map(|name| view! { " " <b><bdi>{name}</bdi></b> })}</span>
            <span class="muted go-note">{entry.note}</span>
        };
        match entry.target {
            Target::Address(href) => view! {
                <li role=item><a class="go" id=id role=option aria-selected=selected tabindex=stop href=href>{inside}</a></li>
            }
            .into_any(),
            Target::Review(key, to) => view! {
                <li role=item>
                    <form method="post" action=path::TAKE_REVIEW_POST data-dialog="review">
                        <TakeReview key to/>
                        <button class="go" id=id role=option aria-selected=selected tabindex=stop>{inside}</button>
                    </form>
                </li>
            }
            .into_any(),
        }
    });
    view! {
        <p class="muted" role="status" id=if palette { "palette-found" } else { "found" }>{count}</p>
        <ul class="go-list" id=if palette { "palette-list" } else { "go-list" } role=list aria-label=language.go_results()>
            {rows.collect_view()}
        </ul>
    }
    .into_any()
}
