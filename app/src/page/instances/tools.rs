//! What can be done with a list as a whole: save it, read it again, take it away, and choose what of it.

use leptos::prelude::*;
use service::viewer::SavedView;

use super::filters::Hidden;
use super::table::SELECTION;
use crate::asked::{Asked, Column, MOST_KEYS};
use crate::path;
use crate::text::Language;
use crate::ui::{Icon, IconName};

#[component]
pub fn Tools(
    language: Language,
    asked: Asked,
    matches: Option<String>,
    operator: bool,
    views: Vec<SavedView>,
) -> impl IntoView {
    let csv = asked.address_under(path::EXPORT_CSV);
    let json = asked.address_under(path::EXPORT_JSON);
    let change = asked.address_under(path::NEW_BATCH);
    view! {
        <div class="tools">
            {matches.map(|matches| view! { <b class="num" role="status" id="matches" data-live="">{matches}</b> })}
            <span class="grow"></span>
            <Views language asked=asked.clone() views/>
            <Look language asked=asked.clone()/>
            <details class="menu">
                <summary class="button opens"><Icon name=IconName::Download/>{language.export()}</summary>
                <div class="menu-body">
                    <a class="button" href=csv download="">"CSV"</a>
                    <a class="button" href=json download="">"JSON"</a>
                    <p class="muted small">{language.export_text()}</p>
                </div>
            </details>
            {operator.then(|| view! { <a class="button" href=change><Icon name=IconName::Arrows/>{language.change_many()}</a> })}
            <form method="post" action=path::READ_LIST_AGAIN_POST>
                <input type="hidden" name="query" value=asked.query()/>
                <button class="button"><Icon name=IconName::Refresh/>{language.read_again()}</button>
            </form>
        </div>
    }
    .into_any()
}

#[component]
fn Views(language: Language, asked: Asked, views: Vec<SavedView>) -> impl IntoView {
    let here = asked.query();
    let rows = views.into_iter().map(|view| {
        let href = Asked::of_query(&view.query).address();
        let on = (view.query == here).then_some("page");
        let label = language.forget_view(&view.name);
        view! {
            <li>
                <a href=href aria-current=on><bdi>{view.name.clone()}</bdi></a>
                <form method="post" action=path::DELETE_VIEW_POST>
                    <input type="hidden" name="name" value=view.name/>
                    <input type="hidden" name="query" value=here.clone()/>
                    <button class="button" data-tone="quiet" aria-label=label><Icon name=IconName::Close/></button>
                </form>
            </li>
        }
    });
    let rows = rows.collect_view();
    let none = rows.is_empty().then(|| view! { <p class="muted small">{language.no_views()}</p> });
    view! {
        <details class="menu">
            <summary class="button opens"><Icon name=IconName::Bookmark/>{language.views()}</summary>
            <div class="menu-body">
                <ul class="views">{rows}</ul>
                {none}
                <form class="save-view" method="post" action=path::SAVE_VIEW_POST>
                    <input type="hidden" name="query" value=asked.query()/>
                    <label>
                        <span class="visually-hidden">{language.view_name()}</span>
                        <input class="input" name="name" required=true maxlength="60" autocomplete="off" placeholder=language.view_name()/>
                    </label>
                    <button class="button">{language.save_view()}</button>
                </form>
            </div>
        </details>
    }
    .into_any()
}

/// Which columns, and how dense.
#[component]
fn Look(language: Language, asked: Asked) -> impl IntoView {
    let columns = Column::ALL.into_iter().map(|column| {
        let checked = asked.columns.contains(&column);
        view! {
            <label class="line">
                <input type="checkbox" name="column" value=column.code() checked=checked/>
                {column.title(language)}
            </label>
        }
    });
    let others = asked.others(&["column", "density"]);
    view! {
        <details class="menu">
            <summary class="button opens"><Icon name=IconName::Columns/>{language.columns()}</summary>
            <div class="menu-body">
                <form class="stack" method="get" action=path::INSTANCES>
                    <Hidden fields=others/>
                    {columns.collect_view()}
                    <label class="line">
                        <input type="checkbox" name="density" value="compact" checked=asked.compact/>
                        {language.compact()}
                    </label>
                    <button class="button">{language.apply()}</button>
                </form>
            </div>
        </details>
    }
    .into_any()
}

/// What to do with the rows that are ticked. Stays shut until one is; scripts keep the ticks from page to page.
#[component]
pub fn SelectionBar(language: Language) -> impl IntoView {
    view! {
        <form id=SELECTION class="selection" method="get" action=path::INSTANCES data-most=MOST_KEYS.to_string()
            aria-label=language.selected()>
            <b class="num" role="status"><span data-count=""></span> " " {language.selected()}</b>
            <span class="muted full">{language.selection_full(MOST_KEYS)}</span>
            <span class="grow"></span>
            <button class="button">{language.show_selected()}</button>
            <button class="button" formaction=path::NEW_BATCH>{language.change_selected()} "…"</button>
            <button class="button" formaction=path::EXPORT_CSV>{language.export()} " CSV"</button>
            <button class="button" type="reset" data-tone="quiet">{language.clear_selection()}</button>
        </form>
    }
    .into_any()
}
