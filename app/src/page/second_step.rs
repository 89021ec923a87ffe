//! Between the password and a session: the second factor. Loads no script but that of passkeys, for whoever has one.

use leptos::prelude::*;
use service::Factors;

use crate::api::ssr::Request;
use crate::component::{CodeField, NoticePanel, PasskeyAct, PasskeyForm, Plain};
use crate::path;

#[component]
pub fn SecondStepPage() -> impl IntoView {
    let request = Request::current();
    let language = request.language;
    let next = path::safe_next(path::query_value(&request.address, "next").as_deref());
    // Nobody is half signed in: the form leads back to the beginning.
    let has = request.half.unwrap_or(Factors { code: true, passkey: false });
    let passkey = has.passkey.then(|| {
        let next = next.clone();
        view! {
            <PasskeyForm language act=PasskeyAct::Sign ask=path::SECOND_STEP_ASK_POST action=path::SECOND_STEP_POST
                field="passkey" button=language.passkey_use()>
                <input type="hidden" name="next" value=next/>
            </PasskeyForm>
        }
    });
    let code = has.code.then(|| {
        view! {
            <form method="post" action=path::SECOND_STEP_POST class="stack">
                <input type="hidden" name="next" value=next/>
                <CodeField language/>
                <button class="button" data-tone="primary">{language.go_on()}</button>
            </form>
        }
    });
    let lost = if has.code { language.lost_factor() } else { language.passkey_lost() };
    view! {
        <Plain title=language.second_step()>
            <div class="sign-in">
                <h1>{language.second_step()}</h1>
                <p class="muted">{language.second_step_lead()}</p>
                <NoticePanel language notice=request.notice.clone()/>
                {passkey}
                {code}
                <p class="muted small">{lost}</p>
                <p><a href=path::SIGN_IN>{language.other_person()}</a></p>
            </div>
        </Plain>
    }
    .into_any()
}
