//! Ids, regions, names and free text: in forms and in addresses.

use crate::browser::Ask;
use crate::stand::{Row, Sent, Stand, Who, keys as keys_of};
use crate::{Fields, Key, MARK, Said};

const ID: &str = "00000000000000000000000000000001";

pub fn keys() -> Vec<Key> {
    keys_of(&rows())
}

fn rows() -> Vec<Row> {
    [places(), numbers(), words(), policies(), pages()].into_iter().flatten().collect()
}

/// Puts `value` in the place of a field of a form that would do.
fn with(
    key: Key,
    path: &str,
    fields: Fields<'_>,
    value: &str,
    status: u16,
    code: &'static str,
) -> Row {
    let mut fields = fields.to_vec();
    assert!(fields.iter().any(|(name, _)| *name == key.0), "{key:?}");
    fields.retain(|(name, _)| *name != key.0);
    fields.push((key.0, value));
    Row::of(key, Who::Adam, Sent::Ask(Ask::post(path, &fields)), status, code)
}

fn places() -> Vec<Row> {
    let place = [("account", "core"), ("region", "cn-hangzhou"), ("id", "r-bp1ordersdev0001")];
    let (long, marked) = ("a".repeat(65), format!("r-{MARK}\u{0}"));
    let long_id = format!("r-{}", "x".repeat(63));
    let malformed = (400, "malformed");
    let nowhere = (404, "not-found");
    let table: Vec<(Key, &str, Said)> = vec![
        (("account", "empty"), "", malformed),
        (("account", "in upper case"), "Core", malformed),
        (("account", "33 characters"), &long[..33], malformed),
        (("account", "a dash in front"), "-core", malformed),
        (("account", "a slash in it"), "core/x", malformed),
        (("account", "a look-alike letter"), "c\u{43e}re", malformed),
        (("account", "a NUL behind it"), "core\0", malformed),
        (("account", "one that there is not"), MARK, nowhere),
        (("region", "empty"), "", malformed),
        (("region", "without a dash"), "hangzhou", malformed),
        (("region", "a dash at its end"), "cn-", malformed),
        (("region", "in upper case"), "CN-HANGZHOU", malformed),
        (("region", "a way out of the folder"), "../cn-hangzhou", malformed),
        (("region", "a host of somebody else"), "cn-x.evil.example", malformed),
        (("region", "a line break behind it"), "cn-hangzhou\n", malformed),
        (("region", "65 characters"), &long, malformed),
        (("region", "one that there is not"), MARK, nowhere),
        (("region", "of another instance"), "cn-shanghai", nowhere),
        (("id", "empty"), "", malformed),
        (("id", "its prefix alone"), "r-", malformed),
        (("id", "a prefix of its own"), "x-bp1ordersdev0001", malformed),
        (("id", "in upper case"), "R-BP1ORDERSDEV0001", malformed),
        (("id", "a way out of the folder"), "r-../../etc", malformed),
        (("id", "a parameter of the call"), "r-bp1&Action=DeleteInstance", malformed),
        (("id", "a NUL behind it"), &marked, malformed),
        (("id", "not ASCII"), "r-\u{8ba2}\u{5355}", malformed),
        (("id", "65 characters"), &long_id, malformed),
        (("id", "two in one"), "r-bp1ordersdev0001,r-uf6catalogdev001", malformed),
        (("id", "one that there is not"), "r-zq7donotrepeat", nowhere),
    ];
    let read_again = "/api/ui/instance/read-again";
    table
        .into_iter()
        .map(|(key, value, (status, code))| with(key, read_again, &place, value, status, code))
        .collect()
}

fn numbers() -> Vec<Row> {
    let confirm: Fields<'_> = &[("review", ID), ("key", "0123456789abcdef"), ("reason", "because")];
    let cancel: Fields<'_> = &[("change", ID)];
    let pause: Fields<'_> = &[("batch", ID)];
    let read: Fields<'_> = &[("notice", "all")];
    let long = "a".repeat(65);
    let table: Vec<(Key, &str, Fields<'_>, &str, Said)> = vec![
        (("review", "31 digits"), "/api/ui/change/confirm", confirm, &ID[1..], (400, "malformed")),
        (
            ("review", "with dashes"),
            "/api/ui/change/confirm",
            confirm,
            "00000000-0000-0000-0000-000000000001",
            (400, "malformed"),
        ),
        (
            ("review", "one that there is not"),
            "/api/ui/change/confirm",
            confirm,
            ID,
            (409, "review-over"),
        ),
        (
            ("change", "in upper case"),
            "/api/ui/change/cancel",
            cancel,
            "0190163D8694739BBCF2D3CCBF7E0001",
            (400, "malformed"),
        ),
        (
            ("change", "with a sign"),
            "/api/ui/change/cancel",
            cancel,
            "+0000000000000000000000000000001",
            (400, "malformed"),
        ),
        (
            ("change", "33 digits"),
            "/api/ui/change/cancel",
            cancel,
            "000000000000000000000000000000001",
            (400, "malformed"),
        ),
        (
            ("change", "one that there is not"),
            "/api/ui/change/cancel",
            cancel,
            ID,
            (404, "not-found"),
        ),
        (
            ("batch", "a letter that is no digit"),
            "/api/ui/batch/pause",
            pause,
            "g0000000000000000000000000000001",
            (400, "malformed"),
        ),
        (
            ("batch", "digits of another script"),
            "/api/ui/batch/pause",
            pause,
            "\u{661}0000000000000000000000000000000",
            (400, "malformed"),
        ),
        (("batch", "one that there is not"), "/api/ui/batch/pause", pause, ID, (404, "not-found")),
        (("notice", "a word of its own"), "/api/ui/inbox/read", read, MARK, (400, "malformed")),
        (("notice", "a pattern"), "/api/ui/inbox/read", read, "%", (400, "malformed")),
        (
            ("key", "15 characters"),
            "/api/ui/change/confirm",
            confirm,
            "0123456789abcde",
            (400, "malformed"),
        ),
        (("key", "65 characters"), "/api/ui/change/confirm", confirm, &long, (400, "malformed")),
        (
            ("key", "a space in it"),
            "/api/ui/change/confirm",
            confirm,
            "0123456789abcde f",
            (400, "malformed"),
        ),
        (
            ("key", "not ASCII"),
            "/api/ui/change/confirm",
            confirm,
            "0123456789abcd\u{e9}f",
            (400, "malformed"),
        ),
    ];
    table
        .into_iter()
        .map(|(key, path, fields, value, (status, code))| {
            with(key, path, fields, value, status, code)
        })
        .collect()
}

fn words() -> Vec<Row> {
    let freeze = [("version", "0"), ("freeze", "all"), ("reason", "")];
    let save = [("name", "mine"), ("query", "")];
    let draft = [("query", "region=cn-hangzhou"), ("to", "password-free")];
    let (long, marks) = ("\u{8ba2}".repeat(501), MARK.repeat(30));
    let path = "/api/ui/policy/freeze";
    let reason = |fault: &'static str, value: &str| {
        with(("reason", fault), path, &freeze, value, 400, "invalid-input").naming("reason")
    };
    let name = |fault: &'static str, value: &str| {
        with(("name", fault), "/api/ui/view/save", &save, value, 400, "invalid-input")
            .naming("name")
    };
    let query = |fault: &'static str, value: &str| {
        with(("query", fault), "/api/ui/batch/draft", &draft, value, 400, "invalid-input")
            .naming("query")
    };
    vec![
        reason("501 characters", &long),
        reason("510 bytes of one word", &marks),
        reason("a NUL", "be\0cause"),
        reason("an escape of a terminal", "\u{1b}[31mbecause"),
        reason("a control character of eight bits", "because\u{9b}31m"),
        reason("backspaces", "because\u{8}\u{8}"),
        reason("the reading direction turned", "because \u{202e}x"),
        reason("an isolate that does not end", "because \u{2067}x"),
        name("empty", ""),
        name("spaces and nothing else", " \u{3000}\u{a0} "),
        name("510 bytes", &marks),
        query("an environment that there is not", "environment=prodcution"),
        query("an access that there is not", "access=Close"),
        query("a region that cannot be", "region=..%2F"),
        query("an account that cannot be", "account=%00"),
        query("a key that is none", "key=r-1"),
        query("a filter that there is not", "regoin=cn-hangzhou"),
        query("a filter twice", "region=cn-hangzhou&region=cn-shanghai"),
        query("an escape that is none", "q=%zz"),
        query("nothing that it finds", &format!("q={MARK}")).naming("instances"),
    ]
}

fn policies() -> Vec<Row> {
    let general: Fields<'_> = &[
        ("version", "0"),
        ("zone", "UTC"),
        ("approval_lasts", "24h"),
        ("put_back_within", "30m"),
        ("break_glass", "admin"),
    ];
    let rules: Fields<'_> = &[
        ("version", "0"),
        ("environment", "development"),
        ("open_who", "operator"),
        ("open_approval", "never"),
        ("open_at_most", "unlimited"),
        ("close_who", "operator"),
        ("close_approval", "never"),
        ("windows", ""),
    ];
    let many = "allow mon 09:00-10:00; ".repeat(21);
    let table: Vec<(Key, Fields<'_>, &str)> = vec![
        (("zone", "one that there is not"), general, "Mars/Olympus"),
        (("zone", "a file"), general, "../../etc/localtime"),
        (("zone", "empty"), general, ""),
        (("approval_lasts", "nothing"), general, "0s"),
        (("approval_lasts", "beyond a month"), general, "31d"),
        (("approval_lasts", "beyond any number"), general, "99999999999999999999d"),
        (("put_back_within", "negative"), general, "-5m"),
        (("put_back_within", "without a unit"), general, "30"),
        (("break_glass", "a role that may not"), general, "viewer"),
        (("break_glass", "a role that there is not"), general, MARK),
        (("open_who", "a role that may not"), rules, "viewer"),
        (("open_who", "two roles"), rules, "operator,admin"),
        (("close_who", "a role that there is not"), rules, "root"),
        (("open_at_most", "two units"), rules, "1h30m"),
        (("open_at_most", "a fraction"), rules, "1.5h"),
        (("open_at_most", "a second"), rules, "1s"),
        (("windows", "an hour that there is not"), rules, "allow mon-fri 25:00-26:00"),
        (("windows", "a day that there is not"), rules, "allow someday 09:00-18:00"),
        (("windows", "words"), rules, MARK),
        (("windows", "21 of them"), rules, &many),
    ];
    let rows = table.into_iter().map(|(key, fields, value)| {
        let path = if fields.len() == general.len() {
            "/api/ui/policy/general"
        } else {
            "/api/ui/policy/rules"
        };
        with(key, path, fields, value, 400, "invalid-input").naming(key.0)
    });
    rows.collect()
}

/// What stands in the place of an id leads nowhere.
fn pages() -> Vec<Row> {
    let table: Vec<(Key, String)> = vec![
        (("address of a change", "a word of its own"), format!("/changes/{MARK}")),
        (("address of a change", "a NUL behind it"), format!("/changes/{ID}%00")),
        (("address of a change", "one that there is not"), format!("/changes/{ID}")),
        (("address of a review", "no UTF-8"), "/reviews/%ff".to_owned()),
        (("address of a batch", "a slash in escapes"), format!("/batches/{ID}%2Fexport.csv")),
        (
            ("address of an instance", "a region that cannot be"),
            "/instances/core/%2e%2e/r-1".to_owned(),
        ),
        (
            ("address of an instance", "an id that is no UTF-8"),
            "/instances/core/cn-hangzhou/r-%ff".to_owned(),
        ),
        (
            ("address of an instance", "markup"),
            format!("/instances/core/cn-hangzhou/%3Cb%3E{MARK}"),
        ),
        (
            ("address of an instance", "one that there is not"),
            "/instances/core/cn-hangzhou/r-nothere".to_owned(),
        ),
        (("address of an instance", "a part too few"), "/instances/core/cn-hangzhou".to_owned()),
        (("address", "of no page"), format!("/{MARK}")),
        (("address", "of a file that there is not"), format!("/assets/{MARK}.js")),
        (("address", "out of the folder of files"), "/assets/..%2f..%2fCargo.toml".to_owned()),
    ];
    table
        .into_iter()
        .map(|(key, path)| Row::of(key, Who::Adam, Sent::Ask(Ask::get(&path)), 404, ""))
        .collect()
}

#[tokio::test]
async fn names_that_cannot_be_are_refused_and_change_nothing() {
    let stand = Stand::new("").await;
    stand.judge(rows()).await;
}
