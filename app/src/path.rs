//! Every address of the portal, as functions. Nobody writes one by hand.

use std::fmt::Write as _;

use domain::id::{BatchId, ChangeId, InstanceKey, ReviewId, UserName};
use domain::inbox::Notice;

pub const HOME: &str = "/";
pub const SIGN_IN: &str = "/sign-in";
pub const OVERVIEW: &str = "/overview";
pub const INSTANCES: &str = "/instances";
pub const ACCOUNTS: &str = "/accounts";
pub const CHANGES: &str = "/changes";
pub const CHANGES_WAITING: &str = "/changes?waiting=1";
pub const CHANGES_OPEN: &str = "/changes?open=1";
pub const AUDIT: &str = "/audit";
pub const INBOX: &str = "/inbox";
pub const POLICY: &str = "/policy";
pub const BATCHES: &str = "/batches";
pub const NEW_BATCH: &str = "/batches/new";

/// Under here: what the pages' own forms post to.
pub const UI: &str = "/api/ui";
pub const SIGN_IN_POST: &str = "/api/ui/session/sign-in";
pub const SIGN_OUT_POST: &str = "/api/ui/session/sign-out";
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

pub const READ_NOTICE_POST: &str = "/api/ui/inbox/read";
pub const TEST_WEBHOOK_POST: &str = "/api/ui/webhook/test";

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
        let known =
            [OVERVIEW, INSTANCES, ACCOUNTS, CHANGES, BATCHES, AUDIT, INBOX, POLICY, "/reviews"];
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
