//! Who may do what, cell by cell: every function and every page, for nobody and for each role.

use domain::audit::{AuditCode, Outcome};
use domain::person::{Role, Scope};
use store::audit::AuditFilter;

use crate::browser::Browser;
use crate::ground::{CATALOG, Ground, Memory, ORDERS, PEOPLE, confirm, key, take_review, until};

/// Nobody, viewer, operator, approver, admin: what each is answered.
type Row = [u16; 5];
type Fields<'a> = &'a [(&'a str, &'a str)];

const EVERYBODY: Row = [200, 200, 200, 200, 200];
const PEOPLE_ONLY: Row = [303, 200, 200, 200, 200];
const ADMINS_ONLY: Row = [303, 403, 403, 403, 200];

async fn five(portal: &crate::ground::Running) -> Vec<(&'static str, Browser)> {
    let mut browsers = vec![("nobody", portal.browser())];
    for (name, _) in PEOPLE {
        browsers.push((name, portal.signed_in(name).await));
    }
    browsers
}

#[tokio::test]
async fn every_page_for_every_role() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let adam = portal.signed_in("adam").await;
    let review = take_review(&adam, ORDERS, "password-free").await;
    let change = confirm(&adam, &take_review(&adam, CATALOG, "password-required").await).await;
    let table: &[(String, Row)] = &[
        ("/sign-in".into(), EVERYBODY),
        ("/sign-in/second-step".into(), EVERYBODY),
        ("/signed-out".into(), EVERYBODY),
        ("/step-up".into(), PEOPLE_ONLY),
        ("/me/second-factor".into(), PEOPLE_ONLY),
        ("/overview".into(), PEOPLE_ONLY),
        ("/accounts".into(), PEOPLE_ONLY),
        ("/instances".into(), PEOPLE_ONLY),
        ("/instances/export.csv".into(), PEOPLE_ONLY),
        ("/instances/export.json".into(), PEOPLE_ONLY),
        (format!("/instances/{ORDERS}"), PEOPLE_ONLY),
        ("/changes".into(), PEOPLE_ONLY),
        (format!("/changes/{change}"), PEOPLE_ONLY),
        ("/policy".into(), PEOPLE_ONLY),
        ("/people".into(), ADMINS_ONLY),
        ("/people/vera".into(), ADMINS_ONLY),
        ("/people/nobody.here".into(), [303, 403, 403, 403, 404]),
        ("/people/Not-A-Name".into(), [303, 404, 404, 404, 404]),
        ("/groups".into(), ADMINS_ONLY),
        ("/me".into(), PEOPLE_ONLY),
        ("/me/sessions".into(), PEOPLE_ONLY),
        ("/settings".into(), PEOPLE_ONLY),
        ("/about".into(), PEOPLE_ONLY),
        ("/go".into(), PEOPLE_ONLY),
        ("/keys".into(), PEOPLE_ONLY),
        // Of nobody; with a link it is for whoever has that.
        ("/reset?link=00000000000000000000000000000001".into(), [409; 5]),
        ("/reset".into(), [409; 5]),
        ("/batches".into(), PEOPLE_ONLY),
        ("/batches/new".into(), [303, 403, 200, 200, 200]),
        ("/batches/00000000000000000000000000000001".into(), [303, 404, 404, 404, 404]),
        ("/batches/00000000000000000000000000000001/export.csv".into(), [303, 404, 404, 404, 404]),
        ("/batches/nonsense/export.csv".into(), [303, 404, 404, 404, 404]),
        ("/inbox".into(), PEOPLE_ONLY),
        ("/tokens".into(), PEOPLE_ONLY),
        ("/audit".into(), PEOPLE_ONLY),
        ("/audit/export.csv".into(), PEOPLE_ONLY),
        ("/audit/export.jsonl?code=review.taken".into(), PEOPLE_ONLY),
        // Of another session of adam's too; to all others a review is not there.
        (format!("/reviews/{review}"), [303, 403, 409, 409, 200]),
        ("/reviews/nonsense".into(), [303, 404, 404, 404, 404]),
        ("/changes/00000000000000000000000000000001/receipt".into(), [303, 404, 404, 404, 404]),
        ("/changes/nonsense/receipt".into(), [303, 404, 404, 404, 404]),
        ("/changes/00000000000000000000000000000001".into(), [303, 404, 404, 404, 404]),
        ("/instances/core/cn-hangzhou/r-nothere".into(), [303, 404, 404, 404, 404]),
        ("/instances/other/cn-hangzhou/r-bp1ordersdev0001".into(), [303, 404, 404, 404, 404]),
        ("/no/such/page".into(), [303, 404, 404, 404, 404]),
        ("/".into(), [303, 303, 303, 303, 303]),
    ];
    for (index, (who, browser)) in five(&portal).await.iter().enumerate() {
        for (path, row) in table {
            let page = browser.get(path).await;
            assert_eq!(page.status, row[index], "{path} for {who}: {page:?}");
        }
    }
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "a table")]
async fn every_function_for_every_role() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let place = [("account", "core"), ("region", "cn-hangzhou"), ("id", "r-bp1ordersdev0001")];
    let review = [&place[..], &[("to", "password-free")]].concat();
    let nowhere = [("account", "core"), ("region", "cn-hangzhou"), ("id", "r-nothere")];
    let nothing = [("review", "00000000000000000000000000000001"), ("key", "0123456789abcdef")];
    let extend =
        [&place[..], &[("seen", "1"), ("lasts", "3600"), ("key", "0123456789abcdef")]].concat();
    let change = [("change", "00000000000000000000000000000001")];
    let batch = [("batch", "00000000000000000000000000000001")];
    let start = [&batch[..], &[("at_once", "10"), ("failures", "3")]].concat();
    let draft = [("query", "region=cn-hangzhou"), ("to", "password-free")];
    let put_back = [&change[..], &[("key", "0123456789abcdef")]].concat();
    let see = [&change[..], &[("verdict", "approved")]].concat();
    let review_only = [("review", "00000000000000000000000000000001")];
    let version = [("version", "0")];
    let freeze = [&version[..], &[("freeze", "none")]].concat();
    let rules = [
        ("version", "0"),
        ("environment", "staging"),
        ("open_who", "operator"),
        ("open_approval", "never"),
        ("open_at_most", "24h"),
        ("close_who", "operator"),
        ("close_approval", "never"),
    ];
    let general = [
        ("version", "0"),
        ("zone", "UTC"),
        ("approval_lasts", "24h"),
        ("put_back_within", "30m"),
        ("break_glass", "admin"),
    ];
    let nobody = [("name", "nobody.here"), ("version", "0")];
    let vera = [("name", "vera")];
    let give = [&nobody[..], &[("role", "operator")]].concat();
    let take = [&nobody[..], &[("place", "0")]].concat();
    let member = [&nobody[..], &[("member", "oleg")]].concat();
    let password = [("old", "wrong"), ("password", "a new password"), ("again", "a new password")];
    let link = ("link", "00000000000000000000000000000001");
    let reset = [link, ("password", "a new password"), ("again", "a new password")];
    let admins_of_nobody: Row = [401, 403, 403, 403, 404];
    let approvers: Row = [401, 403, 403, 404, 404];
    let admins: Row = [401, 403, 403, 403, 200];
    let view = [("name", "mine"), ("query", "")];
    let token = [("label", "CI"), ("role", "viewer"), ("expires_in", "7d")];
    let high = [("label", "CI"), ("role", "admin"), ("expires_in", "7d")];
    let no_token = [("token", "00000000000000000000000000000001")];
    let passkey_id = [("passkey", "00000000000000000000000000000001")];
    let passkey_name = [passkey_id[0], ("name", "laptop")];
    let passkey = [("name", "laptop"), ("answer", "{}")];
    let table: &[(&str, Fields<'_>, Row)] = &[
        ("/api/ui/instance/read-again", &place, [401, 200, 200, 200, 200]),
        ("/api/ui/instance/read-again", &nowhere, [401, 404, 404, 404, 404]),
        ("/api/ui/review/take", &review, [401, 403, 200, 200, 200]),
        ("/api/ui/change/confirm", &nothing, [401, 403, 409, 409, 409]),
        ("/api/ui/return/extend", &extend, [401, 403, 404, 404, 404]),
        ("/api/ui/change/cancel", &change, [401, 403, 404, 404, 404]),
        ("/api/ui/change/put-back", &put_back, [401, 403, 404, 404, 404]),
        ("/api/ui/batch/draft", &draft, [401, 403, 200, 200, 200]),
        ("/api/ui/batch/start", &start, [401, 403, 404, 404, 404]),
        ("/api/ui/batch/pause", &batch, [401, 403, 404, 404, 404]),
        ("/api/ui/batch/resume", &batch, [401, 403, 404, 404, 404]),
        ("/api/ui/batch/stop", &batch, [401, 403, 404, 404, 404]),
        ("/api/ui/batch/try-again", &batch, [401, 403, 404, 404, 404]),
        ("/api/ui/batch/put-back", &batch, [401, 403, 404, 404, 404]),
        ("/api/ui/approval/review", &change, approvers),
        ("/api/ui/approval/approve", &review_only, [401, 403, 403, 409, 409]),
        ("/api/ui/approval/reject", &change, approvers),
        ("/api/ui/approval/see", &see, approvers),
        ("/api/ui/policy/freeze", &freeze, admins),
        ("/api/ui/policy/rules", &rules, admins),
        ("/api/ui/policy/general", &general, admins),
        ("/api/ui/policy/as-configured", &version, admins),
        ("/api/ui/instances/read-again", &[("query", "")], [401, 200, 200, 200, 200]),
        ("/api/ui/inbox/read", &[("notice", "all")], [401, 200, 200, 200, 200]),
        ("/api/ui/me/notices", &[("return_failed", "1")], [401, 200, 200, 200, 200]),
        ("/api/ui/webhook/test", &[], [401, 403, 403, 403, 200]),
        ("/api/ui/people/add", &vera, [401, 403, 403, 403, 409]),
        ("/api/ui/people/give", &give, admins_of_nobody),
        ("/api/ui/people/take", &take, admins_of_nobody),
        ("/api/ui/people/disable", &nobody, admins_of_nobody),
        ("/api/ui/people/enable", &nobody, admins_of_nobody),
        ("/api/ui/people/end-sessions", &nobody[..1], admins_of_nobody),
        ("/api/ui/people/make-link", &nobody[..1], admins_of_nobody),
        ("/api/ui/group/make", &vera, admins),
        ("/api/ui/group/give", &give, admins_of_nobody),
        ("/api/ui/group/take", &take, admins_of_nobody),
        ("/api/ui/group/add-member", &member, admins_of_nobody),
        ("/api/ui/group/remove-member", &member, admins_of_nobody),
        ("/api/ui/group/disable", &nobody, admins_of_nobody),
        ("/api/ui/group/enable", &nobody, admins_of_nobody),
        ("/api/ui/me/password", &password, [401, 400, 400, 400, 400]),
        ("/api/ui/me/end-session", &[("session", "s-nowhere")], [401, 404, 404, 404, 404]),
        ("/api/ui/me/end-others", &[], [401, 200, 200, 200, 200]),
        ("/api/ui/session/reset", &reset, [409; 5]),
        ("/api/ui/token/make", &token, [401, 200, 200, 200, 200]),
        ("/api/ui/token/make", &high, [401, 403, 403, 403, 200]),
        ("/api/ui/token/revoke", &no_token, [401, 404, 404, 404, 404]),
        ("/api/ui/view/save", &view, [401, 200, 200, 200, 200]),
        ("/api/ui/view/delete", &view, [401, 200, 200, 200, 200]),
        ("/api/ui/second-factor/begin", &[], [401, 200, 200, 200, 200]),
        ("/api/ui/second-factor/confirm", &[("code", "12345")], [401, 400, 400, 400, 400]),
        ("/api/ui/second-factor/remove", &[], [401, 200, 200, 200, 200]),
        ("/api/ui/second-factor/take", &[("name", "vera")], [401, 403, 403, 403, 404]),
        ("/api/ui/session/second-step", &[("code", "123456")], [409, 409, 409, 409, 409]),
        // The portal of this test is reached by an address: there are no passkeys.
        ("/api/ui/passkey/begin", &[], [401, 409, 409, 409, 409]),
        ("/api/ui/passkey/add", &passkey, [401, 409, 409, 409, 409]),
        ("/api/ui/passkey/ask", &[], [401, 409, 409, 409, 409]),
        ("/api/ui/passkey/rename", &passkey_name, [401, 404, 404, 404, 404]),
        ("/api/ui/passkey/remove", &passkey_id, [401, 404, 404, 404, 404]),
        ("/api/ui/session/ask-passkey", &[], [409, 409, 409, 409, 409]),
        (
            "/api/ui/session/step-up",
            &[("password", "wrong horse battery")],
            [401, 401, 401, 401, 401],
        ),
        ("/api/ui/preferences/set", &[("theme", "dark")], EVERYBODY),
        ("/api/ui/session/sign-out", &[], EVERYBODY),
    ];
    let browsers = five(&portal).await;
    for (path, fields, row) in table {
        for (index, (who, browser)) in browsers.iter().enumerate() {
            let answer = browser.post(path, fields).await;
            assert_eq!(answer.status, row[index], "{path} for {who}: {answer:?}");
            if row[index] == 403 {
                assert_eq!(answer.code(), "forbidden", "{path} for {who}");
            }
        }
    }
    // What the viewer tried is kept.
    let filter = AuditFilter { code: Some(AuditCode::AccessDenied), ..AuditFilter::default() };
    let denied = ground.store().await.list_audit(&Scope::Everything, &filter, 1000).await.unwrap();
    let acts: Vec<_> = denied.iter().map(|recorded| recorded.event.detail.clone()).collect();
    let tried = |act: &str, needed: Role, times: usize| {
        let detail = [("act", act), ("needed", needed.code())];
        let detail: Vec<(String, String)> =
            detail.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        vec![detail; times]
    };
    let newest_first = [
        tried("take-second-factor", Role::Admin, 3),
        tried("make-token", Role::Admin, 3),
        tried("enable-group", Role::Admin, 3),
        tried("disable-group", Role::Admin, 3),
        tried("remove-member", Role::Admin, 3),
        tried("add-member", Role::Admin, 3),
        tried("take-from-group", Role::Admin, 3),
        tried("give-group", Role::Admin, 3),
        tried("make-group", Role::Admin, 3),
        tried("make-reset-link", Role::Admin, 3),
        tried("end-sessions", Role::Admin, 3),
        tried("enable-person", Role::Admin, 3),
        tried("disable-person", Role::Admin, 3),
        tried("take-role", Role::Admin, 3),
        tried("give-role", Role::Admin, 3),
        tried("add-person", Role::Admin, 3),
        tried("test-webhook", Role::Admin, 3),
        tried("use-configured", Role::Admin, 3),
        tried("set-general", Role::Admin, 3),
        tried("set-rules", Role::Admin, 3),
        tried("set-freeze", Role::Admin, 3),
        tried("see-emergency", Role::Approver, 2),
        tried("reject-request", Role::Approver, 2),
        tried("approve-request", Role::Approver, 2),
        tried("review-request", Role::Approver, 2),
        tried("put-batch-back", Role::Operator, 1),
        tried("try-batch-again", Role::Operator, 1),
        tried("stop-batch", Role::Operator, 1),
        tried("resume-batch", Role::Operator, 1),
        tried("pause-batch", Role::Operator, 1),
        tried("start-batch", Role::Operator, 1),
        tried("draft-batch", Role::Operator, 1),
        tried("put-back-change", Role::Operator, 1),
        tried("cancel-change", Role::Operator, 1),
        tried("extend-return", Role::Operator, 1),
        tried("confirm-change", Role::Operator, 1),
        tried("take-review", Role::Operator, 1),
    ];
    assert_eq!(acts, newest_first.concat());
    assert!(denied.iter().all(|recorded| recorded.event.outcome == Outcome::Refused));
    assert!(ground.cloud.control().ledger().is_empty());
}

#[tokio::test]
async fn a_review_is_confirmed_by_whom_it_was_shown_to() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let (oleg, adam) = (portal.signed_in("oleg").await, portal.signed_in("adam").await);
    let review = take_review(&oleg, ORDERS, "password-free").await;
    let stolen =
        adam.post("/api/ui/change/confirm", &[("review", &review), ("key", &review)]).await;
    assert_eq!((stolen.status, stolen.code().as_str()), (409, "review-over"), "{stolen:?}");
    assert!(ground.cloud.control().ledger().is_empty());
    let change = confirm(&oleg, &review).await;
    // Pressed twice, it is one change; the same key for another wish is a mistake.
    assert_eq!(confirm(&oleg, &review).await, change);
    let other = oleg
        .post(
            "/api/ui/change/confirm",
            &[("review", &review), ("key", &review), ("reason", "another")],
        )
        .await;
    assert_eq!((other.status, other.code().as_str()), (409, "key-reused"), "{other:?}");
    assert_eq!(ended(&ground, change).await, "verified");
    assert_eq!(ground.cloud.control().ledger().len(), 1);
}

/// A role that is taken away counts at once, also for what is under way.
#[tokio::test]
async fn whoever_is_disabled_in_between_changes_nothing() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let oleg = portal.signed_in("oleg").await;
    let review = take_review(&oleg, ORDERS, "password-free").await;
    let held = simulator::Rule::always(simulator::Fault::Delay { before_ms: 1500, after_ms: 0 });
    let held = held.for_action("DescribeInstanceAttribute").for_instance(key(ORDERS).id.as_str());
    ground.cloud.control().add_fault(held);
    let change = confirm(&oleg, &review).await;
    let store = ground.store().await;
    let id = store.find_user(&"oleg".parse().unwrap()).await.unwrap().unwrap().person.id;
    store.disable_user(id, crate::ground::now()).await.unwrap();
    assert_eq!(ended(&ground, change).await, "refused");
    assert!(ground.cloud.control().ledger().is_empty());
}

/// In which state a change ends.
async fn ended(ground: &Ground, id: domain::id::ChangeId) -> String {
    let store = ground.store().await;
    let look = async || {
        let change = store.find_change(&Scope::Everything, id).await.unwrap().unwrap();
        change.state.is_terminal().then(|| change.state.to_string())
    };
    until("the change to end", look).await
}
