//! F34: whatever a form or an address is given in place of what it asks for is answered in the closed words of a 4xx.
//! What is no form of ours at all is in `refusals.rs`.

use futures_util::stream::{StreamExt as _, iter};

use crate::browser::{Answer, Ask, Browser, FORM, encode};
use crate::forms::{FORMS, Form, is_closed};
use crate::ground::{Ground, Memory, ORDERS, Running, confirm, take_review, until};
use crate::tables::PAGES;

/// Fields that need not be there, by the form that has them.
const MORE: &[(&str, &[&str])] = &[
    (
        "/api/ui/change/confirm",
        &[
            "lasts",
            "start",
            "break_glass",
            "passwordless_clients_fail",
            "old_password_counts",
            "late_effect",
        ],
    ),
    ("/api/ui/return/extend", &["reason"]),
    ("/api/ui/approval/see", &["reason"]),
    (
        "/api/ui/batch/start",
        &["lasts", "typed_count", "passwordless_clients_fail", "old_password_counts"],
    ),
    ("/api/ui/policy/freeze", &["reason"]),
    ("/api/ui/policy/rules", &["need_reason", "windows", "reason"]),
    ("/api/ui/policy/general", &["reason"]),
    ("/api/ui/policy/as-configured", &["reason"]),
];

/// Fields where any text will do, or is read as nothing: they may be answered 200.
const FREE: &[&str] = &[
    "label",
    "next",
    "query",
    "reason",
    "typed_name",
    "need_reason",
    "name",
    "break_glass",
    "passwordless_clients_fail",
    "old_password_counts",
    "late_effect",
    // Some of the odd values are good ones here.
    "key",
    "version",
    "failures",
    "notice",
    // Nothing in them is "as usual".
    "lasts",
    "start",
    "windows",
    "typed_count",
];

/// In place of what should stand there.
fn odd_values() -> Vec<String> {
    let mut values: Vec<String> = [
        "",
        " ",
        "\0",
        "a\0b",
        "\n",
        "\u{feff}",
        "\u{202e}",
        "\u{fffd}",
        "null",
        "undefined",
        "NaN",
        "true",
        "[]",
        "{}",
        "{\"a\":1}",
        "[object Object]",
        "-1",
        "0",
        "-0",
        "1e9",
        "0x10",
        "2147483648",
        "4294967295",
        "4294967296",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775808",
        "18446744073709551616",
        "99999999999999999999999999999999999999999",
        "ffffffffffffffffffffffffffffffff",
        "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF",
        "00000000-0000-0000-0000-000000000001",
        "../../etc/passwd",
        "//evil.example",
        "' OR 1=1 --",
        "%",
        "_",
        "%s%n",
        "${7*7}",
        "<script>1</script>",
        "r-\u{0}",
        "password-free\0",
        "Password-Free",
        "订单",
        "٣",
        "99999999999h",
        "1h1h1h",
        "-5m",
        "Mon-Fri 25:00-26:00",
        "Europe/Nowhere",
    ]
    .map(str::to_owned)
    .into();
    values.push("9".repeat(10_000));
    values.push("a".repeat(10_000));
    values.push("\u{10FFFF}".repeat(2_000));
    values
}

#[tokio::test]
async fn f34_whatever_a_form_is_given_is_answered_in_closed_words_on_sqlite() {
    whatever_a_form_is_given(Memory::Sqlite).await;
}

#[tokio::test]
async fn f34_whatever_a_form_is_given_is_answered_in_closed_words_on_postgres() {
    whatever_a_form_is_given(Memory::Postgres).await;
}

async fn whatever_a_form_is_given(memory: Memory) {
    let ground = Ground::new(memory).await;
    let portal = ground.serve().await;
    let adam = portal.signed_in("adam").await;
    let there = there_is(&ground, &adam).await;
    let mut asks = Vec::new();
    for form in FORMS {
        let more = MORE.iter().find(|(path, _)| *path == form.path).map_or(&[][..], |more| more.1);
        let known = form.fields.iter().map(|(name, _)| *name);
        for field in known.chain(more.iter().copied()) {
            for value in odd_values() {
                let what = format!("{}: {field}={value:.40?}", form.path);
                asks.push((what, FREE.contains(&field), filled(form, &there, field, &value)));
            }
        }
    }
    let count = asks.len();
    assert!(count > 3_000, "{count}");
    let judge = |(what, free, ask): (String, bool, Ask)| {
        // What makes or ends a session does so to one of its own.
        let browser = if what.contains("/session/") { portal.browser() } else { adam.clone() };
        async move {
            let answer = browser.send(ask).await;
            let refused = (400..500).contains(&answer.status) && is_closed(&answer);
            let fine = refused || (free && answer.status == 200) || is_too_busy(&answer);
            (!fine).then(|| format!("{what}: {} {:.300}", answer.status, answer.body))
        }
    };
    let wrong = iter(asks).map(judge).buffer_unordered(8).filter_map(std::future::ready);
    let wrong: Vec<String> = wrong.collect().await;
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
    still_well(&ground, &portal, &adam).await;
}

/// Signing in takes its turn.
fn is_too_busy(answer: &Answer) -> bool {
    (answer.status, answer.code().as_str()) == (503, "too-busy")
}

/// Something that forms can be about, so that what they are given is looked at all the way down.
struct There {
    review: String,
    change: String,
    batch: String,
    /// When the door that stands open is shut again.
    ends_at: String,
}

async fn there_is(ground: &Ground, adam: &Browser) -> There {
    let open = confirm(adam, &take_review(adam, ORDERS, "password-free").await).await;
    let store = ground.store().await;
    let key = crate::ground::key(ORDERS);
    let ends_at = until("the door to be open for a time", async || {
        let scope = domain::person::Scope::Everything;
        let duty = store.find_return(&scope, &key).await.unwrap();
        duty.map(|duty| duty.due_at.as_millis().to_string())
    })
    .await;
    let other = "core/cn-shanghai/r-uf6catalogdev001";
    let review = take_review(adam, other, "password-required").await;
    let query = [("query", "environment=development"), ("to", "password-required")];
    let drafted = adam.post("/api/ui/batch/draft", &query).await;
    assert_eq!(drafted.status, 200, "{drafted:?}");
    let batch = drafted.json().as_str().unwrap().to_owned();
    There { review, change: open.to_string(), batch, ends_at }
}

/// A form that would do, but for one field.
fn filled(form: &Form, there: &There, odd: &str, value: &str) -> Ask {
    let mut fields: Vec<(&str, &str)> = form.fields.to_vec();
    for (name, known) in &mut fields {
        match *name {
            "review" => *known = &there.review,
            "change" => *known = &there.change,
            "batch" => *known = &there.batch,
            "seen" => *known = &there.ends_at,
            _ => {}
        }
    }
    if form.path == "/api/ui/return/extend" {
        fields.retain(|(name, _)| *name != "region" && *name != "id");
        fields.extend([("region", "cn-hangzhou"), ("id", "r-bp1ordersdev0001")]);
    }
    fields.retain(|(name, _)| *name != odd);
    fields.push((odd, value));
    Ask::post(form.path, &fields)
}

async fn still_well(ground: &Ground, portal: &Running, adam: &Browser) {
    assert_eq!(portal.browser().get("/readyz").await.status, 200);
    assert_eq!(adam.get("/instances").await.status, 200);
    let said = portal.process.err();
    assert!(!said.contains("panicked"), "{said}");
    let store = ground.store().await;
    assert_eq!(store.verify_audit(&[]).await.unwrap().flaw, None, "I6");
}

/// Bodies made from good ones by changing bytes, leaving some out, and putting others in.
#[tokio::test]
async fn f34_bytes_at_random_are_answered_in_closed_words() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let adam = portal.signed_in("adam").await;
    let mut dice = 0x9E37_79B9_7F4A_7C15_u64;
    let mut throw = |below: usize| {
        dice ^= dice << 13;
        dice ^= dice >> 7;
        dice ^= dice << 17;
        usize::try_from(dice % u64::try_from(below).unwrap()).unwrap()
    };
    let forms: Vec<&Form> =
        FORMS.iter().filter(|form| form.signed_in && !form.fields.is_empty()).collect();
    for _ in 0..1_500 {
        let form = forms[throw(forms.len())];
        let mut body = encode(form.fields).into_bytes();
        for _ in 0..=throw(6) {
            let at = throw(body.len());
            let byte = b"\0\xff%&=;+\r\n[]\"<\x80aZ09"[throw(18)];
            match throw(3) {
                0 => body[at] = byte,
                1 => body.insert(at, byte),
                _ if body.len() > 1 => drop(body.remove(at)),
                _ => {}
            }
        }
        let shown = String::from_utf8_lossy(&body).into_owned();
        let answer =
            adam.send(Ask::post(form.path, &[]).without("content-type").body(FORM, body)).await;
        let closed = (400..500).contains(&answer.status) && is_closed(&answer);
        assert!(answer.status == 200 || closed, "{} {shown}: {answer:?}", form.path);
    }
    still_well(&ground, &portal, &adam).await;
}

/// What addresses of ours may say.
const NAMES: &[&str] = &[
    "q",
    "sort",
    "after",
    "account",
    "region",
    "environment",
    "access",
    "exposure",
    "whitelist",
    "status",
    "key",
    "column",
    "compact",
    "tag",
    "person",
    "code",
    "outcome",
    "instance",
    "change",
    "from",
    "to",
    "zone",
    "before",
    "notice",
    "next",
    "open",
    "state",
];

/// What stands in an address and cannot be meant counts as not said, or leads nowhere.
#[tokio::test]
async fn f34_whatever_an_address_asks_is_a_page_or_none() {
    for memory in [Memory::Sqlite, Memory::Postgres] {
        let ground = Ground::new(memory).await;
        let portal = ground.serve().await;
        let adam = portal.signed_in("adam").await;
        let values = odd_values();
        for (number, page) in PAGES.iter().enumerate() {
            for (turn, value) in values.iter().enumerate().skip(number % 3).step_by(3) {
                // Every value in every page, under names in turn, and in the place of an id.
                let name = NAMES[(turn + number) % NAMES.len()];
                let value: String = value.chars().take(500).collect();
                let escaped = encode(&[(name, &value)]);
                let (_, alone) = escaped.split_once('=').unwrap();
                let place = page.replace("{*any}", alone).replace("{id}", alone);
                let place = place.replace("{account}", "core").replace("{region}", alone);
                let answer = adam.get(&format!("{place}?{escaped}")).await;
                let known = matches!(answer.status, 200 | 303 | 400 | 404 | 409);
                assert!(known, "{memory:?} {place}?{escaped}: {answer:?}");
            }
        }
        still_well(&ground, &portal, &adam).await;
    }
}
