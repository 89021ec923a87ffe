//! Exports and audit views: files with a filter that cannot be meant, of things that are not there, for nobody.

use crate::browser::Ask;
use crate::stand::{Row, Sent, Stand, Who, keys as keys_of};
use crate::{Key, MARK};

const ID: &str = "00000000000000000000000000000001";

pub fn keys() -> Vec<Key> {
    keys_of(&rows())
}

fn rows() -> Vec<Row> {
    [of_instances(), of_audit(), of_things(), of_pages(), of_methods()]
        .into_iter()
        .flatten()
        .collect()
}

fn get(key: Key, who: Who, path: &str, status: u16) -> Row {
    Row::of(key, who, Sent::Ask(Ask::get(path)), status, "")
}

/// A file that leaves out what was asked for would hold more than somebody believes.
fn of_instances() -> Vec<Row> {
    let keys: Vec<String> =
        (0..201).map(|number| format!("key=core/cn-hangzhou/r-{number}")).collect();
    let (keys, long) = (keys.join("&"), format!("q={}", MARK.repeat(20)));
    let table: Vec<(Key, &str)> = vec![
        (("instances.csv access", "a word of the cloud"), "access=Open"),
        (("instances.csv access", "twice, once empty"), "access=&access=unknown"),
        (("instances.csv exposure", "a number"), "exposure=5"),
        (("instances.csv environment", "a word of its own"), "environment=zq7-do-not-repeat"),
        (("instances.csv account", "in upper case"), "account=Core"),
        (("instances.csv region", "a way out of the folder"), "region=..%2F"),
        (("instances.csv whitelist", "a word of its own"), "whitelist=narrow-minded"),
        (("instances.csv key", "an id without its place"), "key=r-bp1ordersdev0001"),
        (("instances.csv key", "201 of them"), &keys),
        (("instances.csv q", "more than 200 characters"), &long),
        (("instances.csv q", "no UTF-8"), "q=%ff"),
        (("instances.csv q", "a NUL"), "q=a%00b"),
        (("instances.csv sort", "a word of its own"), "sort=random"),
        (("instances.csv column", "one that there is not"), "column=secret"),
        (("instances.csv query", "a filter that there is not"), "regoin=cn-hangzhou"),
        (("instances.csv query", "an escape that is none"), "region=%zz"),
        (("instances.csv query", "separators and nothing else"), "&&&=&"),
    ];
    let csv = table
        .iter()
        .map(|(key, query)| get(*key, Who::Vera, &format!("/instances/export.csv?{query}"), 400));
    let json = [
        (("instances.json access", "in upper case"), "access=PASSWORD-FREE"),
        (("instances.json query", "JSON"), "%7B%22region%22:%22cn-hangzhou%22%7D"),
        (("instances.json region", "twice"), "region=cn-hangzhou&region=cn-shanghai"),
    ];
    let json = json
        .map(|(key, query)| get(key, Who::Vera, &format!("/instances/export.json?{query}"), 400));
    csv.chain(json).collect()
}

fn of_audit() -> Vec<Row> {
    let csv = [
        (("audit.csv code", "a word of its own"), "code=zq7-do-not-repeat"),
        (("audit.csv code", "a beginning"), "code=change."),
        (("audit.csv outcome", "a word of its own"), "outcome=great"),
        (("audit.csv person", "no name"), "person=A%20B"),
        (("audit.csv instance", "an id without its place"), "instance=r-1"),
        (("audit.csv change", "no id"), "change=x"),
        (("audit.csv from", "a day that there is not"), "from=2026-02-30"),
        (("audit.csv from", "a word"), "from=yesterday"),
        (("audit.csv to", "the day first"), "to=22.11.2026"),
        (("audit.csv to", "before the first day"), "from=2026-11-22&to=2026-11-21"),
        (("audit.csv zone", "a place"), "zone=Mars"),
        (("audit.csv zone", "one that there is not"), "zone=%2B99:00"),
        (("audit.csv query", "a filter that there is not"), "user=oleg"),
        (("audit.csv query", "a filter twice"), "person=oleg&person=anna"),
    ];
    let lines = [
        (("audit.jsonl from", "beyond any calendar"), "from=99999-01-01"),
        (("audit.jsonl person", "SQL"), "person=%27%20OR%201=1--"),
        (("audit.jsonl before", "no number"), "before=last"),
        (("audit.jsonl query", "no UTF-8"), "person=%ff"),
    ];
    let csv =
        csv.map(|(key, query)| get(key, Who::Vera, &format!("/audit/export.csv?{query}"), 400));
    let lines =
        lines.map(|(key, query)| get(key, Who::Vera, &format!("/audit/export.jsonl?{query}"), 400));
    csv.into_iter().chain(lines).collect()
}

fn of_things() -> Vec<Row> {
    vec![
        get(("batch file", "of no batch"), Who::Adam, &format!("/batches/{ID}/export.csv"), 404),
        get(
            ("batch file", "an id that is none"),
            Who::Adam,
            &format!("/batches/{MARK}/export.csv"),
            404,
        ),
        get(("batch file", "an id that is no UTF-8"), Who::Adam, "/batches/%ff/export.csv", 404),
        get(
            ("batch file", "of another kind"),
            Who::Adam,
            &format!("/batches/{ID}/export.json"),
            404,
        ),
        get(("receipt", "of no change"), Who::Adam, &format!("/changes/{ID}/receipt"), 404),
        get(("receipt", "an id that is none"), Who::Adam, &format!("/changes/{MARK}/receipt"), 404),
        get(("receipt", "an id that is no UTF-8"), Who::Adam, "/changes/%ff/receipt", 404),
        get(("receipt", "for nobody"), Who::Nobody, &format!("/changes/{ID}/receipt"), 303),
        get(("instances.csv", "for nobody"), Who::Nobody, "/instances/export.csv", 303),
        get(
            ("instances.xlsx", "a kind that there is not"),
            Who::Adam,
            "/instances/export.xlsx",
            404,
        ),
        get(("audit.jsonl", "for nobody"), Who::Nobody, "/audit/export.jsonl", 303),
        get(("audit.xml", "a kind that there is not"), Who::Adam, "/audit/export.xml", 404),
        get(("events", "for nobody"), Who::Nobody, "/events", 204),
    ]
}

/// On a page, where all of it can be seen, what nobody could mean counts as not said.
fn of_pages() -> Vec<Row> {
    vec![
        get(("audit page", "a code of its own"), Who::Vera, &format!("/audit?code={MARK}"), 200),
        get(
            ("audit page", "a person who cannot be"),
            Who::Vera,
            &format!("/audit?person={MARK}%00"),
            200,
        ),
        get(
            ("audit page", "an instance that cannot be"),
            Who::Vera,
            &format!("/audit?instance={MARK}"),
            200,
        ),
        get(
            ("audit page", "a row that is no number"),
            Who::Vera,
            &format!("/audit?before={MARK}"),
            200,
        ),
        get(
            ("audit page", "days that are none"),
            Who::Vera,
            &format!("/audit?from={MARK}&to={MARK}"),
            200,
        ),
        get(
            ("audit page", "an error in the address"),
            Who::Vera,
            &format!("/audit?__err={MARK}&__path={MARK}"),
            200,
        ),
        get(
            ("audit page", "a notice of its own"),
            Who::Vera,
            &format!("/audit?notice={MARK}"),
            200,
        ),
    ]
}

fn of_methods() -> Vec<Row> {
    let sent = |key, ask: Ask, status| Row::of(key, Who::Vera, Sent::Ask(ask), status, "");
    vec![
        sent(
            ("audit.csv", "sent as a form"),
            Ask::post("/audit/export.csv", &[("person", MARK)]),
            405,
        ),
        sent(
            ("audit.csv", "taken by another site's form"),
            Ask::post("/audit/export.csv", &[]).header("sec-fetch-site", "cross-site"),
            403,
        ),
        sent(("audit.jsonl", "to be deleted"), Ask::new("DELETE", "/audit/export.jsonl"), 405),
        sent(("instances.json", "to be replaced"), Ask::new("PUT", "/instances/export.json"), 405),
    ]
}

#[tokio::test]
async fn files_and_views_that_cannot_be_meant_are_refused_and_change_nothing() {
    let stand = Stand::new("").await;
    stand.judge(rows()).await;
}
