//! What the list may be narrowed to, each with what it would leave.

use domain::inventory::InstanceCounts;
use leptos::prelude::*;

use super::LIST;
use crate::asked::Asked;
use crate::path;
use crate::text::Language;

/// Value, text, count.
type Choices = Vec<(String, String, i64)>;

#[component]
pub fn Filters(language: Language, asked: Asked, counts: InstanceCounts) -> impl IntoView {
    let filter = &asked.filter;
    let plain = |value: String, count: i64| (value.clone(), value, count);
    let accounts: Choices =
        counts.by_account.iter().map(|(name, count)| plain(name.to_string(), *count)).collect();
    let regions: Choices =
        counts.by_region.iter().map(|(id, count)| plain(id.to_string(), *count)).collect();
    let versions: Choices =
        counts.by_version.iter().map(|(word, count)| plain(word.clone(), *count)).collect();
    let exposures: Choices = counts
        .by_exposure
        .iter()
        .rev()
        .map(|(level, count)| {
            (level.code().to_owned(), language.exposure_filter(*level).to_owned(), *count)
        })
        .collect();
    let whitelists: Choices = counts
        .by_whitelist
        .iter()
        .map(|(finding, count)| {
            (finding.code().to_owned(), language.whitelist_finding(*finding).to_owned(), *count)
        })
        .collect();
    let account = filter.account.as_ref().map(ToString::to_string);
    let region = filter.region.as_ref().map(ToString::to_string);
    let version = filter.version.clone();
    let exposure = filter.exposure.map(|level| level.code().to_owned());
    let whitelist = filter.whitelist.map(|finding| finding.code().to_owned());
    let others = asked.others(&["q", "account", "region", "version", "exposure", "whitelist"]);
    let text = filter.text.clone();
    view! {
        <form class="filters" data-filters=LIST method="get" action=path::INSTANCES role="search">
            <label class="search">
                <span class="visually-hidden">{language.search_label()}</span>
                <input class="input" type="search" name="q" value=text placeholder=language.search_label()
                    maxlength="200" autocomplete="off"/>
            </label>
            <Choice language name="exposure" label=language.exposure() chosen=exposure options=exposures/>
            <Choice language name="account" label=language.account() chosen=account options=accounts/>
            <Choice language name="region" label=language.region() chosen=region options=regions/>
            <Choice language name="version" label=language.version() chosen=version options=versions/>
            <Choice language name="whitelist" label=language.whitelist() chosen=whitelist options=whitelists/>
            <Hidden fields=others/>
            <button class="button without-scripts">{language.filter()}</button>
        </form>
    }
    .into_any()
}

/// What a form asks for besides its own fields.
#[component]
pub fn Hidden(fields: Vec<(&'static str, String)>) -> impl IntoView {
    fields
        .into_iter()
        .map(|(name, value)| view! { <input type="hidden" name=name value=value/> })
        .collect_view()
}

#[component]
fn Choice(
    language: Language,
    name: &'static str,
    label: &'static str,
    chosen: Option<String>,
    mut options: Choices,
) -> impl IntoView {
    // What is chosen can be seen and taken back also where nothing has it any more.
    if let Some(gone) =
        chosen.as_ref().filter(|chosen| options.iter().all(|(value, ..)| value != *chosen))
    {
        options.push((gone.clone(), gone.clone(), 0));
    }
    let rows = options.into_iter().map(|(value, text, count)| {
        let selected = chosen.as_ref() == Some(&value);
        view! { <option value=value selected=selected>{format!("{text} ({count})")}</option> }
    });
    view! {
        <label class="choice" id=format!("choice-{name}") data-live="">
            <span class="visually-hidden">{label}</span>
            <select class="input" name=name data-chosen=chosen.is_some().then_some("")>
                <option value="">{format!("{label}: {}", language.all())}</option>
                {rows.collect_view()}
            </select>
        </label>
    }
    .into_any()
}

/// Filters that are one click, with what each would leave.
#[component]
pub fn Chips(language: Language, asked: Asked, counts: InstanceCounts) -> impl IntoView {
    let access = counts.by_access.iter().map(|(state, count)| {
        let on = asked.filter.access == Some(*state);
        let href = asked.with(|filter| filter.access = (!on).then_some(*state)).address();
        view! { <Chip href on text=language.access_state(*state) count=*count/> }
    });
    let environment = counts.by_environment.iter().map(|(environment, count)| {
        let on = asked.filter.environment == Some(*environment);
        let href =
            asked.with(|filter| filter.environment = (!on).then_some(*environment)).address();
        view! { <Chip href on text=language.environment(*environment) count=*count/> }
    });
    let selected = asked.filter.keys.len();
    let selected = (selected > 0).then(|| {
        let href = asked.with(|filter| filter.keys.clear()).address();
        let count = i64::try_from(selected).unwrap_or_default();
        view! { <Chip href on=true text=language.selected() count/> }
    });
    let cleared = asked.unfiltered().address();
    view! {
        <div class="chips" id="chips" data-live="" role="group" aria-label=language.filter()>
            {selected}
            {access.collect_view()}
            <span class="divider"></span>
            {environment.collect_view()}
            {asked.is_filtered().then(|| view! { <a class="clear" href=cleared>{language.clear_filters()}</a> })}
        </div>
    }
    .into_any()
}

#[component]
fn Chip(href: String, on: bool, text: &'static str, count: i64) -> impl IntoView {
    view! {
        <a class="chip" href=href aria-current=on.then_some("true")>
            {text} " " <span class="num">{count}</span>
        </a>
    }
    .into_any()
}
