//! Every address of the portal, as functions. Nobody writes one by hand.

use std::fmt::Write as _;

use domain::id::{BatchId, ChangeId, InstanceKey, RegionId, ReviewId, UserName};
use domain::inbox::Notice;

pub const HOME: &str = "/";
pub const SIGN_IN: &str = "/sign-in";
/// To the provider of single sign-on, and back.
pub const PROVIDER: &str = "/sign-in/oidc";
pub const PROVIDER_CALLBACK: &str = "/sign-in/oidc/callback";
/// In by the word of a trusted proxy.
pub const PROXY: &str = "/sign-in/proxy";
/// Between the password and a session.
pub const SECOND_STEP: &str = "/sign-in/second-step";
/// Proving again who one is.
pub const STEP_UP: &str = "/step-up";
pub const SECOND_FACTOR: &str = "/me/second-factor";
/// Says to whoever came from there that they are signed in there still.
pub const SIGNED_OUT: &str = "/signed-out";
pub const OVERVIEW: &str = "/overview";
pub const INSTANCES: &str = "/instances";
pub const ACCOUNTS: &str = "/accounts";
pub const CHANGES: &str = "/changes";
pub const CHANGES_WAITING: &str = "/changes?waiting=1";
pub const CHANGES_OPEN: &str = "/changes?open=1";
pub const AUDIT: &str = "/audit";
pub const INBOX: &str = "/inbox";
pub const POLICY: &str = "/policy";
pub const PEOPLE: &str = "/people";
pub const GROUPS: &str = "/groups";
/// What one may do, and one's password.
pub const ME: &str = "/me";
pub const SESSIONS: &str = "/me/sessions";
/// What somebody chooses for themselves.
pub const SETTINGS: &str = "/settings";
/// Search or go to: instances, pages, and reviews.
pub const GO: &str = "/go";
/// Version, licences, diagnostics.
pub const ABOUT: &str = "/about";
/// Which keys do what.
pub const KEYS: &str = "/keys";
/// Sets a password by a link, for whoever has it.
pub const RESET: &str = "/reset";
pub const BATCHES: &str = "/batches";
pub const NEW_BATCH: &str = "/batches/new";
pub const TOKENS: &str = "/tokens";

/// Under here: what the pages' own forms post to.
pub const UI: &str = "/api/ui";
pub const SIGN_IN_POST: &str = "/api/ui/session/sign-in";
pub const SECOND_STEP_POST: &str = "/api/ui/session/second-step";
pub const SECOND_STEP_ASK_POST: &str = "/api/ui/session/ask-passkey";
pub const STEP_UP_POST: &str = "/api/ui/session/step-up";
pub const SIGN_OUT_POST: &str = "/api/ui/session/sign-out";
pub const BEGIN_FACTOR_POST: &str = "/api/ui/second-factor/begin";
pub const CONFIRM_FACTOR_POST: &str = "/api/ui/second-factor/confirm";
pub const REMOVE_FACTOR_POST: &str = "/api/ui/second-factor/remove";
pub const TAKE_FACTOR_POST: &str = "/api/ui/second-factor/take";
pub const BEGIN_PASSKEY_POST: &str = "/api/ui/passkey/begin";
pub const ADD_PASSKEY_POST: &str = "/api/ui/passkey/add";
pub const RENAME_PASSKEY_POST: &str = "/api/ui/passkey/rename";
pub const REMOVE_PASSKEY_POST: &str = "/api/ui/passkey/remove";
pub const ASK_PASSKEY_POST: &str = "/api/ui/passkey/ask";
pub const PREFERENCES_POST: &str = "/api/ui/preferences/set";
pub const TAKE_REVIEW_POST: &str = "/api/ui/review/take";
pub const CONFIRM_POST: &str = "/api/ui/change/confirm";
pub const EXTEND_POST: &str = "/api/ui/return/extend";
pub const CANCEL_POST: &str = "/api/ui/change/cancel";
pub const PUT_BACK_POST: &str = "/api/ui/change/put-back";
pub const REVIEW_REQUEST_POST: &str = "/api/ui/approval/review";
pub const APPROVE_POST: &str = "/api/ui/approval/approve";
pub const REJECT_POST: &str = "/api/ui/approval/reject";
pub const SEE_POST: &str = "/api/ui/approval/see";
pub const FREEZE_POST: &str = "/api/ui/policy/freeze";
pub const RULES_POST: &str = "/api/ui/policy/rules";
pub const GENERAL_POST: &str = "/api/ui/policy/general";
pub const AS_CONFIGURED_POST: &str = "/api/ui/policy/as-configured";
pub const DRAFT_BATCH_POST: &str = "/api/ui/batch/draft";
pub const START_BATCH_POST: &str = "/api/ui/batch/start";
pub const PAUSE_BATCH_POST: &str = "/api/ui/batch/pause";
pub const RESUME_BATCH_POST: &str = "/api/ui/batch/resume";
pub const STOP_BATCH_POST: &str = "/api/ui/batch/stop";
pub const TRY_BATCH_AGAIN_POST: &str = "/api/ui/batch/try-again";
pub const PUT_BATCH_BACK_POST: &str = "/api/ui/batch/put-back";
pub const READ_AGAIN_POST: &str = "/api/ui/instance/read-again";
pub const READ_LIST_AGAIN_POST: &str = "/api/ui/instances/read-again";
pub const SAVE_VIEW_POST: &str = "/api/ui/view/save";
pub const DELETE_VIEW_POST: &str = "/api/ui/view/delete";

pub const ADD_PERSON_POST: &str = "/api/ui/people/add";
pub const GIVE_POST: &str = "/api/ui/people/give";
pub const TAKE_POST: &str = "/api/ui/people/take";
pub const DISABLE_PERSON_POST: &str = "/api/ui/people/disable";
pub const ENABLE_PERSON_POST: &str = "/api/ui/people/enable";
pub const END_SESSIONS_POST: &str = "/api/ui/people/end-sessions";
/// Answers with the link, which is stored nowhere.
pub const MAKE_LINK_POST: &str = "/api/ui/people/make-link";
pub const MAKE_GROUP_POST: &str = "/api/ui/group/make";
pub const GIVE_GROUP_POST: &str = "/api/ui/group/give";
pub const TAKE_FROM_GROUP_POST: &str = "/api/ui/group/take";
pub const ADD_MEMBER_POST: &str = "/api/ui/group/add-member";
pub const REMOVE_MEMBER_POST: &str = "/api/ui/group/remove-member";
pub const DISABLE_GROUP_POST: &str = "/api/ui/group/disable";
pub const ENABLE_GROUP_POST: &str = "/api/ui/group/enable";
pub const NOTICES_POST: &str = "/api/ui/me/notices";
pub const PASSWORD_POST: &str = "/api/ui/me/password";
pub const END_SESSION_POST: &str = "/api/ui/me/end-session";
pub const END_OTHERS_POST: &str = "/api/ui/me/end-others";
pub const RESET_POST: &str = "/api/ui/session/reset";

pub const MAKE_TOKEN_POST: &str = "/api/ui/token/make";
pub const REVOKE_TOKEN_POST: &str = "/api/ui/token/revoke";
pub const READ_NOTICE_POST: &str = "/api/ui/inbox/read";
pub const TEST_WEBHOOK_POST: &str = "/api/ui/webhook/test";

/// Under here: what programs ask, with a token.
pub const API: &str = "/api/v1";
/// What programs may ask, as an OpenAPI document.
pub const API_DOCUMENT: &str = "/api/v1/openapi.json";

/// What a list holds, as a file.
pub const EXPORT_CSV: &str = "/instances/export.csv";
pub const EXPORT_JSON: &str = "/instances/export.json";
/// The audit as a file; who took it is in the audit.
pub const AUDIT_CSV: &str = "/audit/export.csv";
pub const AUDIT_JSONL: &str = "/audit/export.jsonl";
/// What became of a change, signed.
pub const RECEIPT: &str = "/changes/{id}/receipt";
/// Tells open pages what changed.
pub const EVENTS: &str = "/events";

/// In the query of a list: of how many instances somebody just asked to be read again.
pub const BEING_READ: &str = "being_read";
/// In the query of the settings: they are as the form before wished.
pub const SAVED: &str = "saved";

pub fn instance(key: &InstanceKey) -> String {
    format!("{INSTANCES}/{}/{}/{}", key.account, key.region, key.id)
}

pub fn review(id: ReviewId) -> String {
    format!("/reviews/{id}")
}

pub fn change(id: ChangeId) -> String {
    format!("{CHANGES}/{id}")
}

pub fn batch(id: BatchId) -> String {
    format!("{BATCHES}/{id}")
}

/// What became of each line, as a file.
pub fn batch_export(id: BatchId) -> String {
    format!("{BATCHES}/{id}/export.csv")
}

pub fn receipt(id: ChangeId) -> String {
    format!("{CHANGES}/{id}/receipt")
}

/// What a notice is about: its batch, its change, its instance, or the inbox itself.
pub fn of_notice(notice: &Notice) -> String {
    if let Some(id) = notice.batch {
        return batch(id);
    }
    match (notice.change, &notice.instance) {
        (Some(id), _) => change(id),
        (None, Some(key)) => instance(key),
        (None, None) => INBOX.to_owned(),
    }
}

pub fn settings_saved() -> String {
    with_query(SETTINGS, &[(SAVED, "1")])
}

pub fn person(name: &UserName) -> String {
    format!("{PEOPLE}/{name}")
}

pub fn reset(secret: &str) -> String {
    with_query(RESET, &[("link", secret)])
}

pub fn changes_of(key: &InstanceKey) -> String {
    with_query(CHANGES, &[("instance", &key.to_string())])
}

pub fn audit_of(key: &InstanceKey) -> String {
    with_query(AUDIT, &[("instance", &key.to_string())])
}

pub fn audit_of_change(id: ChangeId) -> String {
    with_query(AUDIT, &[("change", &id.to_string())])
}

pub fn audit_of_person(name: &UserName) -> String {
    with_query(AUDIT, &[("person", name.as_str())])
}

/// The sign-in page that comes back to where somebody wanted to go.
pub fn sign_in_for(next: &str) -> String {
    if next == HOME || next == INSTANCES {
        SIGN_IN.to_owned()
    } else {
        with_query(SIGN_IN, &[("next", next)])
    }
}

/// The same, at the provider of single sign-on.
pub fn provider_for(next: &str) -> String {
    if next == HOME || next == INSTANCES {
        PROVIDER.to_owned()
    } else {
        with_query(PROVIDER, &[("next", next)])
    }
}

pub fn second_step_for(next: &str) -> String {
    with_query(SECOND_STEP, &[("next", next)])
}

/// `kept`: the notice with what was typed, which `next` shows again.
pub fn step_up_for(next: &str, kept: &str) -> String {
    with_query(STEP_UP, &[("next", next), ("keep", kept)])
}

/// At the provider, for somebody who is signed in.
pub fn prove_at_provider(next: &str) -> String {
    with_query(PROVIDER, &[("next", next), ("again", "1")])
}

/// The id of a notice, or nothing.
pub fn as_kept(id: Option<&str>) -> String {
    let is_id = |id: &&str| id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit());
    id.filter(is_id).unwrap_or_default().to_owned()
}

/// What an address says is kept.
pub fn kept(address: &str) -> String {
    as_kept(query_value(address, "keep").as_deref())
}

/// A page with what was typed there, if anything was.
pub fn and_kept(next: &str, kept: &str) -> String {
    if kept.is_empty() { next.to_owned() } else { and(next, "notice", kept) }
}

/// The instances of a region in the cloud's own console, as its help pages link it (<https://help.aliyun.com/zh/redis>,
/// "实例列表"). The address of a single instance there is documented nowhere.
pub fn cloud_console(region: &RegionId) -> String {
    format!("https://kvstore.console.aliyun.com/Redis/instance/{region}")
}

/// An address with those of the pairs that have a value.
pub fn with_query(path: &str, pairs: &[(&str, impl AsRef<str>)]) -> String {
    let mut address = path.to_owned();
    let mut separator = '?';
    let asked = pairs.iter().map(|(name, value)| (name, value.as_ref()));
    for (name, value) in asked.filter(|(_, value)| !value.is_empty()) {
        let _ = write!(address, "{separator}{name}={}", encode(value));
        separator = '&';
    }
    address
}

/// An address, which may have a query, with one more pair.
pub fn and(address: &str, name: &str, value: &str) -> String {
    let separator = if address.contains('?') { '&' } else { '?' };
    format!("{address}{separator}{name}={}", encode(value))
}

/// A value of an address's query, decoded once. (The router's own map decodes twice, which a nested address shows.)
pub fn query_value(address: &str, name: &str) -> Option<String> {
    let (_, query) = address.split_once('?')?;
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    pairs.find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
}

/// Where a sign-in may lead to: a page of ours, whatever a link says.
///
/// Two slashes or a backslash would be another site to a browser.
pub fn safe_next(next: Option<&str>) -> String {
    let ours = |path: &&str| {
        let page = path.split(['?', '#']).next().unwrap_or_default();
        let known = [
            OVERVIEW, INSTANCES, ACCOUNTS, CHANGES, BATCHES, AUDIT, INBOX, POLICY, PEOPLE, GROUPS,
            ME, TOKENS, SETTINGS, GO, KEYS, ABOUT, "/reviews",
        ];
        known.iter().any(|known| {
            page == *known || page.strip_prefix(known).is_some_and(|rest| rest.starts_with('/'))
        }) && !path.contains("//")
            && !path.contains("..")
            && path.bytes().all(|b| b.is_ascii_graphic() && b != b'\\')
    };
    next.filter(ours).unwrap_or(INSTANCES).to_owned()
}

fn encode(value: &str) -> String {
    use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
    const KEPT: &AsciiSet =
        &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'/');
    utf8_percent_encode(value, KEPT).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_stay_what_they_are() {
        let key = InstanceKey {
            account: "core".parse().unwrap(),
            region: "cn-hangzhou".parse().unwrap(),
            id: "r-bp1".parse().unwrap(),
        };
        assert_eq!(instance(&key), "/instances/core/cn-hangzhou/r-bp1");
        assert_eq!(changes_of(&key), "/changes?instance=core/cn-hangzhou/r-bp1");
        assert_eq!(change(ChangeId::from_u128(1)), "/changes/00000000000000000000000000000001");
        assert_eq!(
            with_query("/instances", &[("q", "订单 &=#"), ("access", "")]),
            "/instances?q=%E8%AE%A2%E5%8D%95%20%26%3D%23"
        );
        assert_eq!(sign_in_for("/changes?open=1"), "/sign-in?next=/changes%3Fopen%3D1");
    }

    #[test]
    fn a_nested_address_comes_out_as_it_went_in() {
        let next = "/instances?q=%E8%AE%A2%20%26%25&access=unknown";
        let address = sign_in_for(next);
        assert_eq!(query_value(&address, "next").as_deref(), Some(next), "{address}");
        assert_eq!(query_value("/sign-in", "next"), None);
    }

    #[test]
    fn a_sign_in_leads_nowhere_else() {
        for next in ["/instances?q=a%20b", "/changes/00000000000000000000000000000001", "/audit"] {
            assert_eq!(safe_next(Some(next)), next);
        }
        for next in [
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/instances//evil.example",
            "/instancesx",
            "/sign-in",
            "/api/ui/change/confirm",
            "/instances/../api",
            "/instances\r\nX: y",
            "javascript:alert(1)",
            "",
        ] {
            assert_eq!(safe_next(Some(next)), INSTANCES, "{next}");
        }
        assert_eq!(safe_next(None), INSTANCES);
    }
}
