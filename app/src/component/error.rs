//! What went wrong, whether anything changed, and what to do: where it happened, with what was typed still there.

use leptos::prelude::*;

use crate::api::error::{ApiError, ErrorCode};
use crate::api::ssr::Notice;
use crate::path;
use crate::text::Language;
use crate::ui::{Icon, IconName};

#[component]
pub fn ErrorPanel(language: Language, error: ApiError) -> impl IntoView {
    let words = language.error(error.code);
    let code = error.code.code();
    let field = language.field_problem(&error);
    let link = match (error.code, error.change) {
        (ErrorCode::Busy, Some(change)) => Some((path::change(change), language.see_change())),
        (ErrorCode::NotFound, _) => Some((path::INSTANCES.to_owned(), language.to_instances())),
        (ErrorCode::Forbidden | ErrorCode::NoRole, _) => {
            Some((path::ME.to_owned(), language.my_account()))
        }
        (ErrorCode::NotSignedIn, _) => Some((path::SIGN_IN.to_owned(), language.sign_in())),
        // The same address, once more.
        (ErrorCode::Unavailable | ErrorCode::TooBusy | ErrorCode::Fault, _) => {
            Some((String::new(), language.try_again()))
        }
        _ => None,
    };
    view! {
        <div class="error-panel" role="alert" data-code=code>
            <Icon name=IconName::Block/>
            <div>
                <p class="error-title">{words.title}</p>
                <p>{words.sentence} " " {field} " " {words.next}</p>
                {link.map(|(href, text)| view! { <p><a href=href>{text}</a></p> })}
                <Numbers language error/>
            </div>
        </div>
    }
    .into_any()
}

#[component]
fn Numbers(language: Language, error: ApiError) -> impl IntoView {
    let own = (!error.request_id.is_empty()).then_some(error.request_id);
    view! {
        <p class="muted small">
            {own.map(|id| view! { {language.request_number()} " " <code>{id}</code> })}
            {error.cloud_request_id.map(|id| view! { " " {language.cloud_request_id()} " " <code>{id.to_string()}</code> })}
        </p>
    }
    .into_any()
}

/// What the form before this page was told, if anything.
#[component]
pub fn NoticePanel(language: Language, notice: Option<std::sync::Arc<Notice>>) -> impl IntoView {
    notice.map(|notice| view! { <ErrorPanel language error=notice.error.clone()/> })
}
