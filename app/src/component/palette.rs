//! Search or go to: what stands in the top bar and in the palette, and which keys do what.

use leptos::prelude::*;

use crate::path;
use crate::text::Language;
use crate::ui::{Icon, IconName};

/// Leads to the page of the same; scripts open the palette instead.
#[component]
pub fn GoLink(language: Language) -> impl IntoView {
    view! {
        <a class="button go-link" href=path::GO data-palette="" aria-keyshortcuts="Control+K Meta+K">
            <Icon name=IconName::Search/>
            <span class="go-words">{language.go_field()}</span>
            <kbd data-mac="⌘K">"Ctrl K"</kbd>
        </a>
    }
    .into_any()
}

/// What the palette holds before anything is typed.
#[component]
pub fn PaletteBody(language: Language) -> impl IntoView {
    view! {
        <form class="palette-form" method="get" action=path::GO role="search">
            <Icon name=IconName::Search/>
            <input id="palette-field" name="q" role="combobox" aria-expanded="true" aria-autocomplete="list"
                aria-controls="palette-list" aria-label=language.go_field() placeholder=language.go_field()
                maxlength="200" autocomplete="off" spellcheck="false"/>
        </form>
        // On a phone there is no Escape. A form of its own: the first button of the other is what Enter presses.
        <form class="palette-close" method="dialog">
            <button class="button" data-tone="quiet" aria-label=language.close()><Icon name=IconName::Close/></button>
        </form>
        <p class="visually-hidden" role="status" id="palette-said"></p>
        <ul class="go-list" id="palette-list" role="listbox" aria-label=language.go_results()></ul>
        <p class="palette-keys muted small" aria-hidden="true">
            <span><kbd>"↑"</kbd> " " <kbd>"↓"</kbd> " " {language.key_choose()}</span>
            <span><kbd>"Enter"</kbd> " " {language.key_open()}</span>
            <span><kbd>"Esc"</kbd> " " {language.close()}</span>
        </p>
    }
    .into_any()
}

/// Which keys do what: the same on the page and in the dialog.
#[component]
pub fn KeyMap(language: Language, shortcuts: bool) -> impl IntoView {
    let always: [(&[&str], &str); 2] =
        [(&["Ctrl K", "⌘ K"], language.go_field()), (&["Esc"], language.key_escape())];
    let letters: [(&[&str], &str); 14] = [
        (&["?"], language.key_map()),
        (&["/"], language.key_search()),
        (&["j"], language.key_next()),
        (&["k"], language.key_previous()),
        (&["Enter"], language.key_open_row()),
        (&["x"], language.key_select()),
        (&["g o"], language.overview()),
        (&["g i"], language.instances()),
        (&["g c"], language.changes()),
        (&["g a"], language.accounts()),
        (&["g u"], language.audit()),
        (&["g p"], language.policy()),
        (&["g n"], language.inbox()),
        (&["g s"], language.settings()),
    ];
    view! {
        <div class="stack">
            <dl class="keys">{always.into_iter().map(|(keys, text)| row(keys, text)).collect_view()}</dl>
            <h3>{language.keys_of_letters()}</h3>
            <p class="muted small">
                {if shortcuts { language.keys_are_on() } else { language.keys_are_off() }} " "
                <a href=path::SETTINGS>{language.settings()}</a>
            </p>
            <dl class="keys" data-off=(!shortcuts).then_some("")>{letters.into_iter().map(|(keys, text)| row(keys, text)).collect_view()}</dl>
        </div>
    }
    .into_any()
}

/// Keys one after the other, and keys that do the same.
fn row(keys: &'static [&'static str], text: &'static str) -> AnyView {
    let keys = keys.iter().map(|keys| {
        let each = keys.split(' ').map(|key| view! { <kbd>{key}</kbd> " " });
        view! { <span class="nowrap">{each.collect_view()}</span> }
    });
    view! { <div><dt>{keys.collect_view()}</dt><dd>{text}</dd></div> }.into_any()
}
