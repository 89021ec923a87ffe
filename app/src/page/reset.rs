//! Setting a password by a link. Looking at it uses nothing up: a mail program may do that.

use leptos::prelude::*;

use super::load::load;
use super::me::PasswordField;
use crate::api::error::{ApiError, ErrorCode};
use crate::api::ssr::Request;
use crate::component::{NoticePanel, Plain};
use crate::path;

#[component]
pub fn ResetPage() -> impl IntoView {
    let request = Request::current();
    let language = request.language;
    let secret = path::query_value(&request.address, "link").unwrap_or_default();
    let data = {
        let (request, secret) = (request.clone(), secret.clone());
        async move {
            let found = request.portal.find_reset(&secret.into()).await;
            let found = found.map_err(|error| request.respond(error))?;
            found.ok_or(ApiError::new(ErrorCode::LinkOver))
        }
    };
    let shown = load(request.clone(), data, move |request, name| {
        let language = request.language;
        let marked = request.notice.as_ref().and_then(|notice| notice.error.field.clone());
        let invalid = move |field: &str| (marked.as_deref() == Some(field)).then_some("true");
        view! {
            <form method="post" action=path::RESET_POST class="stack">
                <input type="hidden" name="link" value=secret/>
                <p>{language.user_name()} ": " <b>{name.to_string()}</b></p>
                <PasswordField name="password" label=language.new_password() complete="new-password" invalid=invalid("password")/>
                <PasswordField name="again" label=language.password_again() complete="new-password" invalid=invalid("again")/>
                <p class="muted small">{language.reset_hint()}</p>
                <button class="button" data-tone="primary">{language.set_password()}</button>
            </form>
        }
        .into_any()
    });
    view! {
        <Plain title=language.set_password()>
            <div class="sign-in">
                <h1>{language.set_password()}</h1>
                <NoticePanel language notice=request.notice.clone()/>
                {shown}
                <p><a href=path::SIGN_IN>{language.sign_in()}</a></p>
            </div>
        </Plain>
    }
    .into_any()
}
