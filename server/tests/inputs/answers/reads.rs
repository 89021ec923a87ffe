//! What is said of one instance.

use std::time::{Duration, Instant};

use domain::access::AccessState;
use domain::cloud::InstanceAttribute;
use domain::fact::Unread;
use domain::inventory::{InstanceDetail, Reading};
use domain::person::Scope;
use store::Store;

use super::Heard;
use super::mouth::{Says, answer, with_headers};
use crate::ground::{key, until};
use crate::stand::in_log;
use crate::trace::Trace;
use crate::{Key, MARK};

/// Five seconds is what the cloud is waited for; on a busy machine as much as this.
const DEADLINE: Duration = Duration::from_secs(15);

/// One answer that is none, to one call.
struct Row {
    key: Key,
    call: Call,
    says: Says,
    /// The closed code of what became of the reading; `None`: it was read, and says nothing.
    code: Option<&'static str>,
}

#[derive(Clone, Copy)]
enum Call {
    Attribute,
    Whitelist,
    Endpoints,
    Release,
    Config,
}

use Call::{Attribute, Config, Endpoints, Release, Whitelist};

impl Call {
    const fn action(self) -> &'static str {
        match self {
            Attribute => "DescribeInstanceAttribute",
            Whitelist => "DescribeSecurityIps",
            Endpoints => "DescribeDBInstanceNetInfo",
            Release => "DescribeEngineVersion",
            Config => "DescribeInstanceConfig",
        }
    }

    /// The last value that was read, and why the last try failed.
    fn read(self, of: &InstanceDetail) -> (String, Option<Unread>) {
        fn both<T: std::fmt::Debug>(reading: &Reading<T>) -> (String, Option<Unread>) {
            (format!("{:?}", reading.value), reading.problem.clone())
        }
        match self {
            Attribute => both(&of.attribute),
            Whitelist => both(&of.whitelist),
            Endpoints => both(&of.endpoints),
            Release => both(&of.release),
            Config => both(&of.sentinel),
        }
    }
}

pub fn keys() -> Vec<Key> {
    rows("127.0.0.1:1").iter().map(|row| row.key).collect()
}

fn rows(trap: &str) -> Vec<Row> {
    [statuses(trap), headers(), bodies(), values(), timing()].into_iter().flatten().collect()
}

fn row(key: Key, call: Call, says: Says, code: &'static str) -> Row {
    Row { key, call, says, code: Some(code) }
}

fn raw(text: &str) -> Says {
    Says::Bytes(text.as_bytes().to_vec())
}

fn refusal(status: u16, code: &str) -> Says {
    answer(
        status,
        format!(
            "{{\"Code\":\"{code}\",\"Message\":\"{MARK}\",\"RequestId\":\"ABAF95F6-35C1-4177-AF3A-70969EBD0001\"}}"
        ),
    )
}

fn statuses(trap: &str) -> Vec<Row> {
    let to = |status: u16, location: &str| {
        with_headers(status, &format!("location: {location}\r\n"), "")
    };
    let page = format!("<html>{MARK}</html>");
    vec![
        row(
            ("cloud status", "no content"),
            Attribute,
            raw("HTTP/1.1 204 X\r\n\r\n"),
            "unreachable",
        ),
        row(
            ("cloud status", "another protocol"),
            Attribute,
            raw("HTTP/1.1 101 X\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n"),
            "unreachable",
        ),
        row(
            ("cloud status", "led to another host"),
            Attribute,
            to(302, &format!("http://{trap}/{MARK}")),
            "unreachable",
        ),
        row(
            ("cloud status", "led to another host, with the body"),
            Attribute,
            to(307, &format!("http://{trap}/{MARK}")),
            "unreachable",
        ),
        row(
            ("cloud status", "led to the metadata service"),
            Whitelist,
            to(301, "http://100.100.100.200/latest/meta-data/"),
            "unreachable",
        ),
        row(
            ("cloud status", "led to a file"),
            Endpoints,
            to(308, "file:///etc/passwd"),
            "unreachable",
        ),
        row(
            ("cloud status", "a refusal without a code"),
            Attribute,
            answer(400, "{}"),
            "unreachable",
        ),
        row(("cloud status", "a refusal with a page"), Release, answer(403, &page), "unreachable"),
        row(
            ("cloud status", "too many calls, by code"),
            Attribute,
            refusal(400, "Throttling.User"),
            "throttled",
        ),
        row(
            ("cloud status", "too many calls, with 503"),
            Whitelist,
            refusal(503, "Throttling.User"),
            "throttled",
        ),
        row(("cloud status", "denied"), Attribute, refusal(403, "Forbidden.RAM"), "denied"),
        row(
            ("cloud status", "a wrong signature"),
            Attribute,
            refusal(400, "SignatureDoesNotMatch"),
            "no-credential",
        ),
        row(
            ("cloud status", "an instance that it does not know"),
            Attribute,
            refusal(404, "InvalidInstanceId.NotFound"),
            "not-found",
        ),
        row(
            ("cloud status", "a code that nobody knows"),
            Endpoints,
            refusal(418, "Lunar.Eclipse"),
            "refused",
        ),
        row(
            ("cloud status", "a code that cannot be one"),
            Attribute,
            refusal(400, "<script>zq7</script>"),
            "unreachable",
        ),
        row(("cloud status", "a fault with a page"), Attribute, answer(502, &page), "unreachable"),
        row(("cloud status", "no number"), Attribute, raw("HTTP/1.1 abc X\r\n\r\n"), "unreachable"),
        row(
            ("cloud status", "of another version"),
            Attribute,
            raw("HTTP/9.9 200 OK\r\ncontent-length: 2\r\n\r\n{}"),
            "unreachable",
        ),
        row(
            ("cloud status", "of another protocol"),
            Attribute,
            raw("SSH-2.0-OpenSSH_9.2\r\n\r\n"),
            "unreachable",
        ),
    ]
}

fn headers() -> Vec<Row> {
    let head = |more: &str, body: &str| raw(&format!("HTTP/1.1 200 OK\r\n{more}\r\n{body}"));
    let long = format!("x: {}\r\n", MARK.repeat(60_000));
    let many = "x: y\r\n".repeat(10_000);
    vec![
        row(
            ("cloud headers", "more announced than comes"),
            Attribute,
            head("content-length: 99\r\n", "{\"Instances\""),
            "unreachable",
        ),
        row(
            ("cloud headers", "two lengths"),
            Attribute,
            head("content-length: 2\r\ncontent-length: 3\r\n", "{}"),
            "unreachable",
        ),
        row(
            ("cloud headers", "a length that is none"),
            Whitelist,
            head("content-length: -2\r\n", "{}"),
            "unreachable",
        ),
        row(
            ("cloud headers", "a transfer coding of its own"),
            Attribute,
            head("transfer-encoding: x\r\n", "{}"),
            "unreachable",
        ),
        row(
            ("cloud headers", "chunks that are none"),
            Attribute,
            head("transfer-encoding: chunked\r\n", "zz\r\n{}"),
            "unreachable",
        ),
        row(("cloud headers", "a megabyte"), Attribute, head(&long, "{}"), "unreachable"),
        row(("cloud headers", "10,000 of them"), Endpoints, head(&many, "{}"), "unreachable"),
        row(
            ("cloud headers", "compressed, and never asked for"),
            Attribute,
            with_headers(200, "content-encoding: gzip\r\n", b"\x1f\x8b\x08\0\0\0\0\0\0\x03"),
            "unreachable",
        ),
        row(
            ("cloud headers", "a clock of the year 9999"),
            Attribute,
            with_headers(
                400,
                "date: Fri, 31 Dec 9999 23:59:59 GMT\r\n",
                "{\"Code\":\"InvalidTimeStamp.Expired\"}",
            ),
            "refused",
        ),
    ]
}

fn bodies() -> Vec<Row> {
    let good = "{\"Instances\":{\"DBInstanceAttribute\":[]}}";
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    let deep = format!("{{\"Instances\":{{\"DBInstanceAttribute\":[]}},\"x\":{deep}}}");
    let large = " ".repeat(2 * 1024 * 1024 + 1);
    let ok = |body: &str| answer(200, body);
    vec![
        row(("cloud body", "nothing"), Attribute, ok(""), "unreachable"),
        row(
            ("cloud body", "a page"),
            Attribute,
            ok(&format!("<html>{MARK}</html>")),
            "unreachable",
        ),
        row(
            ("cloud body", "XML"),
            Whitelist,
            ok(&format!("<R><Code>{MARK}</Code></R>")),
            "unreachable",
        ),
        row(("cloud body", "a list"), Endpoints, ok("[]"), "unreachable"),
        row(("cloud body", "null"), Release, ok("null"), "unreachable"),
        row(
            ("cloud body", "half of it"),
            Attribute,
            Says::Edited(|said| said[..said.len() / 2].to_owned()),
            "unreachable",
        ),
        row(
            ("cloud body", "two of it"),
            Attribute,
            Says::Edited(|said| said.repeat(2)),
            "unreachable",
        ),
        row(
            ("cloud body", "not a number in it"),
            Attribute,
            Says::Edited(|said| said.replacen('{', "{\"x\":NaN,", 1)),
            "unreachable",
        ),
        row(
            ("cloud body", "no UTF-8"),
            Attribute,
            answer(200, b"{\"Instances\":\"\xff\"}"),
            "unreachable",
        ),
        row(("cloud body", "200 deep"), Attribute, ok(&deep), "unreachable"),
        row(
            ("cloud body", "a key twice"),
            Attribute,
            Says::Edited(|said| said.replacen('{', "{\"Instances\":{},", 1)),
            "unreachable",
        ),
        row(
            ("cloud body", "more than 2 MiB"),
            Attribute,
            ok(&format!("{good}{large}")),
            "unreachable",
        ),
        row(("cloud body", "an object of nothing"), Whitelist, ok("{}"), "unreachable"),
        row(
            ("cloud body", "a configuration that is no JSON"),
            Config,
            Says::Edited(|said| said.replacen('{', "{\"Config\":\"zq7-do-not-repeat\",", 1)),
            "unreachable",
        ),
    ]
}

fn values() -> Vec<Row> {
    // What means something and is none of the known words is unknown, and never safe.
    let mode = |key, edit: fn(String) -> String| Row {
        key,
        call: Attribute,
        says: Says::Edited(edit),
        code: None,
    };
    vec![
        row(
            ("cloud value", "no such instance in the list"),
            Attribute,
            answer(200, "{\"Instances\":{\"DBInstanceAttribute\":[]}}"),
            "not-found",
        ),
        row(
            ("cloud value", "about another instance"),
            Attribute,
            Says::Edited(|said| {
                said.replace("\"InstanceId\":\"r-heard", "\"InstanceId\":\"r-other")
            }),
            "unreachable",
        ),
        row(
            ("cloud value", "an id that is a number"),
            Attribute,
            Says::Edited(|said| {
                said.replace("\"InstanceId\":\"r-heard", "\"InstanceId\":7,\"x\":\"")
            }),
            "unreachable",
        ),
        mode(("cloud mode", "a word of its own"), |said| {
            said.replace("\"VpcAuthMode\":\"Open\"", "\"VpcAuthMode\":\"Ajar\"")
        }),
        mode(("cloud mode", "in another case"), |said| {
            said.replace("\"VpcAuthMode\":\"Open\"", "\"VpcAuthMode\":\"CLOSE\"")
        }),
        mode(("cloud mode", "empty"), |said| {
            said.replace("\"VpcAuthMode\":\"Open\"", "\"VpcAuthMode\":\"\"")
        }),
        mode(("cloud mode", "a number"), |said| {
            said.replace("\"VpcAuthMode\":\"Open\"", "\"VpcAuthMode\":0")
        }),
        mode(("cloud mode", "a list"), |said| {
            said.replace("\"VpcAuthMode\":\"Open\"", "\"VpcAuthMode\":[\"Close\"]")
        }),
        mode(("cloud mode", "missing"), |said| {
            said.replace("\"VpcAuthMode\":\"Open\"", "\"x\":\"Close\"")
        }),
    ]
}

fn timing() -> Vec<Row> {
    vec![
        row(("cloud timing", "silence"), Attribute, Says::Silence, "timed-out"),
        row(("cloud timing", "a byte now and then"), Endpoints, Says::Drip, "timed-out"),
        row(("cloud timing", "a reset"), Attribute, Says::Reset, "unreachable"),
        row(("cloud timing", "an end without a word"), Attribute, raw(""), "unreachable"),
        row(
            ("cloud timing", "an end within the head"),
            Whitelist,
            raw("HTTP/1.1 200 OK\r\ncont"),
            "unreachable",
        ),
    ]
}

fn id(number: usize) -> String {
    format!("r-heard{number:04}")
}

#[tokio::test]
async fn what_is_no_answer_of_the_cloud_is_told_by_its_code_and_replaces_nothing() {
    let trap = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let rows = rows(&trap.local_addr().unwrap().to_string());
    let ids: Vec<String> = (0..rows.len()).map(id).collect();
    let heard = Heard::new("", &ids).await;
    let store = heard.ground.store().await;
    for id in &ids {
        read_whole(&store, id).await;
    }
    let vera = heard.portal.signed_in("vera").await;
    let mut trace = Trace::of(&heard.ground).await;
    let (count, mut wrong) = (rows.len(), Vec::new());
    for (id, Row { key, call, says, code }) in ids.iter().zip(rows) {
        let (before, _) = call.read(&read_whole(&store, id).await);
        heard.mouth.says(call.action(), "InstanceId", id, says);
        let began = Instant::now();
        let fields = [("account", "core"), ("region", "cn-hangzhou"), ("id", id.as_str())];
        let answer = vera.post("/api/ui/instance/read-again", &fields).await;
        let page = vera.get(&format!("/instances/core/cn-hangzhou/{id}")).await;
        let mut amiss = Vec::new();
        if began.elapsed() > DEADLINE {
            amiss.push(format!("it took {:?}", began.elapsed()));
        }
        if (answer.status, page.status) != (200, 200) {
            amiss.push(format!("answered {} and {}", answer.status, page.status));
        }
        if format!("{answer:?}{page:?}").contains(MARK) || page.body.contains("<script>zq7") {
            amiss.push("what the cloud said is shown".to_owned());
        }
        let now = find(&store, id).await;
        let (value, problem) = call.read(&now);
        if problem.as_ref().map(Unread::code) != code {
            amiss.push(format!("{code:?} was expected, not {problem:?}"));
        }
        let access = now.attribute.value.as_ref().map(InstanceAttribute::access_state);
        let kept = match code {
            Some(_) => value == before,
            None => access == Some(AccessState::Unknown),
        };
        if !kept {
            amiss.push(format!("{before} became {value}, {access:?}"));
        }
        amiss.extend(trace.changed(&heard.ground).await);
        if vera.get("/healthz").await.status != 200 {
            amiss.push("the portal is not well any more".to_owned());
        }
        heard.mouth.forget();
        wrong.extend(amiss.into_iter().map(|amiss| format!("{key:?}: {amiss}")));
    }
    assert!(wrong.is_empty(), "{} findings in {count} rows:\n{}", wrong.len(), wrong.join("\n"));
    let followed = tokio::time::timeout(Duration::from_millis(1), trap.accept()).await;
    assert!(followed.is_err(), "a redirect was followed");
    assert_eq!(in_log(&heard.portal.process.err()), [""; 0]);
}

async fn find(store: &Store, id: &str) -> InstanceDetail {
    let place = key(&format!("core/cn-hangzhou/{id}"));
    store.find_instance(&Scope::Everything, &place).await.unwrap().unwrap()
}

/// Waits until all of it has been read.
async fn read_whole(store: &Store, id: &str) -> InstanceDetail {
    let place = key(&format!("core/cn-hangzhou/{id}"));
    until("it to be read", async || {
        let found = store.find_instance(&Scope::Everything, &place).await.unwrap()?;
        let read = [
            found.attribute.read_at,
            found.whitelist.read_at,
            found.endpoints.read_at,
            found.release.read_at,
            found.sentinel.read_at,
        ];
        read.iter().all(Option::is_some).then_some(found)
    })
    .await
}
