//! Abuse of the change flow: steps out of order, of others, twice, too late, beyond what the policy allows.

mod there;

use crate::browser::Ask;
use crate::stand::{Row, Sent, Who, keys as keys_of};
use crate::{Key, MARK};
use there::There;

const CONFIRM: &str = "/api/ui/change/confirm";
const CANCEL: &str = "/api/ui/change/cancel";
const PUT_BACK: &str = "/api/ui/change/put-back";
const EXTEND: &str = "/api/ui/return/extend";
const REVIEW: &str = "/api/ui/approval/review";
const APPROVE: &str = "/api/ui/approval/approve";
const REJECT: &str = "/api/ui/approval/reject";
const SEE: &str = "/api/ui/approval/see";
const START: &str = "/api/ui/batch/start";
const FREEZE: &str = "/api/ui/policy/freeze";

pub fn keys() -> Vec<Key> {
    keys_of(&rows(&There::default()))
}

fn rows(there: &There) -> Vec<Row> {
    [
        confirming(there),
        guarded(there),
        deciding(there),
        afterwards(there),
        doors(there),
        batches(there),
        policy(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Field and fault, who, to which form, with which fields, status and code.
fn row(
    key: Key,
    who: Who,
    path: &str,
    fields: &[(&str, &str)],
    status: u16,
    code: &'static str,
) -> Row {
    Row::of(key, who, Sent::Ask(Ask::post(path, fields)), status, code)
}

fn confirming(there: &There) -> Vec<Row> {
    let with = |key, who, review: &str, idempotency: &str, status, code| {
        let fields = [("review", review), ("key", idempotency), ("reason", MARK)];
        row(key, who, CONFIRM, &fields, status, code)
    };
    let (review, own) = (&there.review, "0123456789abcdef");
    let refused = ("return-0123456789", "batch-0123456789a");
    vec![
        with(
            ("confirmed review", "shown to somebody else"),
            Who::Adam,
            review,
            own,
            409,
            "review-over",
        ),
        with(
            ("confirmed review", "by somebody who may only look"),
            Who::Vera,
            review,
            own,
            403,
            "forbidden",
        ),
        with(("confirmed review", "by nobody"), Who::Nobody, review, own, 401, "not-signed-in"),
        with(
            ("confirmed review", "made for a decision"),
            Who::Anna,
            &there.deciding,
            own,
            409,
            "review-over",
        ),
        with(
            ("confirmed review", "blocked by a rule"),
            Who::Oleg,
            &there.blocked,
            own,
            409,
            "blocked",
        ),
        with(
            ("confirmed review", "while another change is open"),
            Who::Oleg,
            &there.busy,
            own,
            409,
            "busy",
        ),
        with(
            ("confirmed key", "used for another wish"),
            Who::Oleg,
            review,
            &there.used,
            409,
            "key-reused",
        ),
        with(
            ("confirmed key", "of the portal's own returns"),
            Who::Oleg,
            review,
            refused.0,
            409,
            "key-reused",
        ),
        with(
            ("confirmed key", "of the portal's own batches"),
            Who::Oleg,
            review,
            refused.1,
            409,
            "key-reused",
        ),
    ]
}

/// Production asks for more.
fn guarded(there: &There) -> Vec<Row> {
    let good = [
        ("review", there.production.as_str()),
        ("key", "0123456789abcdef"),
        ("reason", MARK),
        ("typed_name", "flow-production"),
    ];
    let with = |key, name: &str, value: Option<&str>, field: &'static str| {
        let mut fields: Vec<(&str, &str)> =
            good.iter().copied().filter(|(known, _)| *known != name).collect();
        fields.extend(value.map(|value| (name, value)));
        row(key, Who::Oleg, CONFIRM, &fields, 400, "invalid-input").naming(field)
    };
    let look_alike = "fl\u{43e}w-production";
    vec![
        with(("production reason", "missing"), "reason", None, "reason"),
        with(("production reason", "spaces and nothing else"), "reason", Some(" \n\t "), "reason"),
        with(("typed name", "missing"), "typed_name", None, "typed_name"),
        with(
            ("typed name", "of another instance"),
            "typed_name",
            Some("flow-staging"),
            "typed_name",
        ),
        with(("typed name", "in upper case"), "typed_name", Some("FLOW-PRODUCTION"), "typed_name"),
        with(("typed name", "a look-alike letter"), "typed_name", Some(look_alike), "typed_name"),
        with(("typed name", "the id"), "typed_name", Some("r-flowproduction1"), "typed_name"),
        with(("lasts", "longer than its environment allows"), "lasts", Some("14401"), "lasts"),
        with(
            ("lasts", "until somebody shuts it, where a cap is"),
            "lasts",
            Some("until-shut"),
            "lasts",
        ),
        with(("lasts", "nothing"), "lasts", Some("0"), "lasts"),
        with(("lasts", "a second less than a minute"), "lasts", Some("59"), "lasts"),
        with(("lasts", "beyond 32 bits"), "lasts", Some("4294967296"), "lasts"),
        with(("lasts", "with a unit"), "lasts", Some("2h"), "lasts"),
        with(("start", "more than a week ahead"), "start", Some("604801"), "start"),
        with(("start", "in the past"), "start", Some("-60"), "start"),
        with(("start", "a moment"), "start", Some("2026-11-22T08:00:00Z"), "start"),
    ]
}

fn deciding(there: &There) -> Vec<Row> {
    let none = "00000000000000000000000000000001";
    let of = |change: &str| [("change", change.to_owned())];
    let asked = |key, who, path, change: &str, status, code| {
        let fields = of(change);
        let fields: Vec<(&str, &str)> =
            fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        row(key, who, path, &fields, status, code)
    };
    let approve = |key, who, review: &str, status, code| {
        row(key, who, APPROVE, &[("review", review), ("reason", MARK)], status, code)
    };
    let reject = |key, who, change: &str, reason: &str, status, code| {
        row(key, who, REJECT, &[("change", change), ("reason", reason)], status, code)
    };
    vec![
        asked(("decided wish", "one's own"), Who::Anna, REVIEW, &there.of_anna, 403, "own-request"),
        asked(
            ("decided wish", "by somebody who may only ask"),
            Who::Oleg,
            REVIEW,
            &there.of_anna,
            403,
            "forbidden",
        ),
        asked(
            ("decided wish", "one that ended"),
            Who::Anna,
            REVIEW,
            &there.ended,
            409,
            "overtaken",
        ),
        asked(("decided wish", "one that there is not"), Who::Anna, REVIEW, none, 404, "not-found"),
        approve(("approval", "without looking"), Who::Anna, none, 409, "review-over"),
        approve(
            ("approval", "by what somebody else looked at"),
            Who::Adam,
            &there.deciding,
            409,
            "review-over",
        ),
        approve(
            ("approval", "by a review of a wish of one's own"),
            Who::Oleg,
            &there.review,
            403,
            "forbidden",
        ),
        reject(
            ("rejection", "without a reason"),
            Who::Anna,
            &there.waiting,
            "",
            400,
            "invalid-input",
        ),
        reject(
            ("rejection", "with a reason that turns its direction"),
            Who::Anna,
            &there.waiting,
            "\u{202e}no",
            400,
            "invalid-input",
        ),
        reject(
            ("rejection", "of one's own wish"),
            Who::Anna,
            &there.of_anna,
            MARK,
            403,
            "own-request",
        ),
        reject(
            ("rejection", "by the one who asked"),
            Who::Oleg,
            &there.waiting,
            MARK,
            403,
            "forbidden",
        ),
        reject(("rejection", "of what ended"), Who::Anna, &there.ended, MARK, 409, "overtaken"),
        row(
            ("emergency", "that was none"),
            Who::Anna,
            SEE,
            &[("change", &there.ended), ("verdict", "approved")],
            404,
            "not-found",
        ),
        row(
            ("emergency", "a verdict of its own"),
            Who::Anna,
            SEE,
            &[("change", &there.ended), ("verdict", MARK)],
            400,
            "malformed",
        ),
    ]
}

fn afterwards(there: &There) -> Vec<Row> {
    let (none, own) = ("00000000000000000000000000000001", "fedcba9876543210");
    let cancel = |key, who, change: &str, status, code| {
        row(key, who, CANCEL, &[("change", change), ("reason", MARK)], status, code)
    };
    let put_back = |key, who, change: &str, idempotency: &str, status, code| {
        row(key, who, PUT_BACK, &[("change", change), ("key", idempotency)], status, code)
    };
    vec![
        cancel(
            ("cancelled change", "of somebody else"),
            Who::Oleg,
            &there.of_anna,
            403,
            "forbidden",
        ),
        cancel(("cancelled change", "one that ended"), Who::Adam, &there.ended, 409, "overtaken"),
        cancel(
            ("cancelled change", "by somebody who may only look"),
            Who::Vera,
            &there.waiting,
            403,
            "forbidden",
        ),
        put_back(
            ("put back", "what somebody else changed"),
            Who::Adam,
            &there.ended,
            own,
            409,
            "overtaken",
        ),
        put_back(("put back", "what only waits"), Who::Oleg, &there.waiting, own, 409, "overtaken"),
        put_back(("put back", "what there is not"), Who::Oleg, none, own, 404, "not-found"),
        put_back(
            ("put back", "with a key of the portal's own"),
            Who::Oleg,
            &there.ended,
            "return-0123456789",
            409,
            "key-reused",
        ),
    ]
}

/// The door of oleg's change that ended stands open.
fn doors(there: &There) -> Vec<Row> {
    let good = [
        ("account", "core"),
        ("region", "cn-hangzhou"),
        ("id", "r-flowopened00001"),
        ("seen", there.ends_at.as_str()),
        ("lasts", "3600"),
        ("key", "0123456789abcdef"),
    ];
    let with = |key, who, name: &str, value: &str, status, code| {
        let mut fields: Vec<(&str, &str)> =
            good.iter().copied().filter(|(known, _)| *known != name).collect();
        fields.push((name, value));
        row(key, who, EXTEND, &fields, status, code)
    };
    vec![
        with(
            ("extended door", "one that is shut"),
            Who::Oleg,
            "id",
            "r-flowreviewed001",
            404,
            "not-found",
        ),
        with(
            ("extended door", "by somebody who may only look"),
            Who::Vera,
            "seen",
            &there.ends_at,
            403,
            "forbidden",
        ),
        with(("extended end", "another than it has"), Who::Oleg, "seen", "1", 409, "review-over"),
        with(("extended time", "nothing"), Who::Oleg, "lasts", "0", 400, "invalid-input"),
        with(
            ("extended time", "a second less than a minute"),
            Who::Oleg,
            "lasts",
            "59",
            400,
            "invalid-input",
        ),
        with(("extended time", "negative"), Who::Oleg, "lasts", "-3600", 400, "invalid-input"),
        with(
            ("extended time", "until somebody shuts it"),
            Who::Oleg,
            "lasts",
            "until-shut",
            400,
            "invalid-input",
        ),
        with(
            ("extended key", "of the portal's own"),
            Who::Oleg,
            "key",
            "return-0123456789",
            409,
            "key-reused",
        ),
    ]
}

#[expect(clippy::too_many_lines, reason = "a table")]
fn batches(there: &There) -> Vec<Row> {
    let steer = |key, who, path: &str, batch: &str, status, code| {
        row(key, who, path, &[("batch", batch)], status, code)
    };
    let start = |key, who, batch: &str, more: &[(&str, &str)], status, code| {
        let usual = [("at_once", "10"), ("failures", "3"), ("reason", MARK)];
        let mut fields = vec![("batch", batch)];
        fields.extend(usual.iter().filter(|(name, _)| more.iter().all(|(other, _)| other != name)));
        fields.extend(more.iter().filter(|(_, value)| !value.is_empty()));
        row(key, who, START, &fields, status, code)
    };
    let (adam, oleg) = (&there.draft, &there.of_oleg);
    let invalid = |key, who, batch: &str, more: &[(&str, &str)], field| {
        start(key, who, batch, more, 400, "invalid-input").naming(field)
    };
    vec![
        start(
            ("started batch", "a draft of somebody else"),
            Who::Anna,
            adam,
            &[],
            404,
            "not-found",
        ),
        start(
            ("started batch", "by somebody who may only look"),
            Who::Vera,
            adam,
            &[],
            403,
            "forbidden",
        ),
        invalid(("started batch", "none at once"), Who::Adam, adam, &[("at_once", "0")], "at_once"),
        invalid(
            ("started batch", "101 at once"),
            Who::Adam,
            adam,
            &[("at_once", "101")],
            "at_once",
        ),
        invalid(
            ("started batch", "doors open for a second"),
            Who::Adam,
            adam,
            &[("lasts", "1")],
            "lasts",
        ),
        invalid(
            ("started batch", "doors open for no time"),
            Who::Adam,
            adam,
            &[("lasts", "0")],
            "lasts",
        ),
        invalid(("batch count", "not typed"), Who::Oleg, oleg, &[], "typed_count"),
        invalid(
            ("batch count", "another"),
            Who::Oleg,
            oleg,
            &[("typed_count", "7")],
            "typed_count",
        ),
        invalid(
            ("batch count", "a word"),
            Who::Oleg,
            oleg,
            &[("typed_count", "all")],
            "typed_count",
        ),
        invalid(
            ("batch reason", "missing in production"),
            Who::Oleg,
            oleg,
            &[("typed_count", "1"), ("reason", "")],
            "reason",
        ),
        steer(
            ("steered batch", "a draft is paused"),
            Who::Adam,
            "/api/ui/batch/pause",
            adam,
            409,
            "overtaken",
        ),
        steer(
            ("steered batch", "a draft goes on"),
            Who::Adam,
            "/api/ui/batch/resume",
            adam,
            409,
            "overtaken",
        ),
        steer(
            ("steered batch", "a draft is stopped"),
            Who::Adam,
            "/api/ui/batch/stop",
            adam,
            409,
            "overtaken",
        ),
        steer(
            ("steered batch", "a draft of somebody else is stopped"),
            Who::Anna,
            "/api/ui/batch/stop",
            oleg,
            404,
            "not-found",
        ),
        steer(
            ("followed batch", "nothing failed"),
            Who::Adam,
            "/api/ui/batch/try-again",
            adam,
            400,
            "invalid-input",
        ),
        steer(
            ("followed batch", "nothing to put back"),
            Who::Adam,
            "/api/ui/batch/put-back",
            adam,
            400,
            "invalid-input",
        ),
    ]
}

fn policy() -> Vec<Row> {
    let freeze = |key, who, version: &str, status, code| {
        row(
            key,
            who,
            FREEZE,
            &[("version", version), ("freeze", "all"), ("reason", MARK)],
            status,
            code,
        )
    };
    vec![
        freeze(("policy", "changed by an approver"), Who::Anna, "0", 403, "forbidden"),
        freeze(("policy", "changed from a version to come"), Who::Adam, "7", 409, "overtaken"),
    ]
}

#[tokio::test]
async fn steps_that_nobody_may_take_are_refused_and_change_nothing() {
    let stand = there::stand().await;
    let there = There::of(&stand).await;
    stand.judge(rows(&there)).await;
}
