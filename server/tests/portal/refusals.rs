//! Whatever is not quite a form of ours is refused in the same closed words, and leaves no trace but the audit's.

use domain::audit::{AuditCode, Outcome};
use domain::person::Scope;
use store::audit::AuditFilter;

use crate::browser::{Ask, FORM, encode};
use crate::forms::{FORMS, Form, MARK, Trace, is_closed};
use crate::ground::{Ground, Memory};

#[tokio::test]
async fn whatever_is_not_quite_a_form_of_ours_is_refused_and_changes_nothing() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let store = ground.store().await;
    let oleg = portal.signed_in("oleg").await;
    let nobody = portal.browser();
    let before = Trace::of(&store, &ground).await;
    let (mut refused, mut cross_site, mut wrong) = (0, 0, Vec::new());
    for form in FORMS {
        for (who, browser) in [("oleg", &oleg), ("nobody", &nobody)] {
            for Fault { name, ask, status, code } in faults(form) {
                let what = format!("{} of {who} with {name}", form.path);
                let answer = browser.send(ask).await;
                if (answer.status, answer.code().as_str()) != (status, code) || !is_closed(&answer)
                {
                    wrong.push(format!(
                        "{what}: {status} {code}, not {} {}",
                        answer.status, answer.body
                    ));
                }
                refused += 1;
                cross_site += usize::from(status == 403);
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {refused}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(refused > 400, "{refused}");
    let after = Trace::of(&store, &ground).await;
    assert_eq!(after, before);
    let filter = AuditFilter { code: Some(AuditCode::CrossSiteRefused), ..AuditFilter::default() };
    let events = store.list_audit(&Scope::Everything, &filter, 10_000).await.unwrap();
    assert_eq!(events.len(), cross_site);
    assert!(events.iter().all(|recorded| recorded.event.outcome == Outcome::Refused));
    let everything = format!("{events:?}");
    assert!(!everything.contains(MARK), "{everything}");
}

/// What is done to a form, and what is said to it.
struct Fault {
    name: String,
    ask: Ask,
    status: u16,
    code: &'static str,
}

fn fault(name: impl Into<String>, ask: Ask, status: u16, code: &'static str) -> Fault {
    Fault { name: name.into(), ask, status, code }
}

fn faults(form: &Form) -> Vec<Fault> {
    let good = || Ask::post(form.path, form.fields);
    let whole = encode(form.fields);
    let with = |more: &str| [whole.as_str(), more].join(if whole.is_empty() { "" } else { "&" });
    let mut faults = Vec::new();
    for method in ["GET", "PUT", "PATCH", "DELETE"] {
        let ask = Ask::new(method, &format!("{}?{MARK}", form.path));
        faults.push(fault(method, ask, 405, "not-found"));
    }
    for content_type in [
        "text/plain",
        "application/json",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded; charset=gbk",
        "application/cbor",
        "",
    ] {
        let ask = good().body(content_type, whole.clone());
        faults.push(fault(format!("content type {content_type:?}"), ask, 415, "malformed"));
    }
    faults.push(fault("no content type", good().without("content-type"), 415, "malformed"));
    for (name, more) in [
        ("a byte that is not UTF-8", b"reason=\xff".as_slice()),
        ("an escape that is not UTF-8", b"reason=%ff"),
        ("a lone surrogate", b"reason=%ED%A0%80"),
        ("a broken escape", b"reason=%zz"),
        ("half an escape", b"reason=%"),
        ("a field of no form", b"zq7-do-not-repeat=1"),
        ("a field in brackets", b"id[]=1"),
        ("an upper-case field", b"NAME=x"),
    ] {
        let body =
            if whole.is_empty() { more.to_vec() } else { [whole.as_bytes(), b"&", more].concat() };
        faults.push(fault(name, good().body(FORM, body), 400, "malformed"));
    }
    for (name, value) in form.fields {
        for again in [*value, MARK] {
            let body = with(&encode(&[(name, again)]));
            let title = format!("{name} twice, then {again:?}");
            faults.push(fault(title, good().body(FORM, body), 400, "malformed"));
        }
    }
    for again in form.needed {
        let needed = form.fields.iter().filter(|(name, _)| form.needed.contains(name));
        let body = encode(&needed.chain(&[(*again, MARK)]).copied().collect::<Vec<_>>());
        faults.push(fault(
            format!("no more than needed, {again} twice"),
            good().body(FORM, body),
            400,
            "malformed",
        ));
    }
    for needed in form.needed {
        let rest: Vec<_> = form.fields.iter().copied().filter(|(name, _)| name != needed).collect();
        let ask = Ask::post(form.path, &rest);
        faults.push(fault(format!("without {needed}"), ask, 400, form.without));
    }
    let large = with(&format!("reason={}", MARK.repeat(4096)));
    faults.push(fault("64 KiB and more", good().body(FORM, large), 413, "too-large"));
    for site in ["cross-site", "same-site", "none", "Same-Origin", "same-origin, cross-site", ""] {
        let ask = good().header("sec-fetch-site", site).header("x-mark", MARK);
        faults.push(fault(format!("Sec-Fetch-Site {site:?}"), ask, 403, "cross-site"));
    }
    for origin in [
        "https://evil.example",
        "null",
        "http://127.0.0.1",
        "http://127.0.0.1:1",
        "",
        "http://localhost:3000",
    ] {
        let ask = good().without("sec-fetch-site").header("origin", origin);
        faults.push(fault(format!("Origin {origin:?}"), ask, 403, "cross-site"));
    }
    faults.push(fault(
        "no word of where from",
        good().without("sec-fetch-site"),
        403,
        "cross-site",
    ));
    for host in ["evil.example", "127.0.0.1", "localhost:1", "[::1]:80"] {
        let ask = good().header("host", host);
        faults.push(fault(format!("Host {host:?}"), ask, 421, "cross-site"));
    }
    faults
}
