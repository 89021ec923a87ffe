//! Who may do what, cell by cell: every function, for each role, and for tokens with less than their person.

use domain::audit::AuditCode;
use domain::person::Scope;
use serde_json::json;
use store::audit::AuditFilter;

use crate::browser::Ask;
use crate::ground::{Ground, Memory, ORDERS};
use crate::program::{Program, new_key};
use crate::tables::API;

/// Viewer, operator, approver, admin: what each is answered.
type Row = [u16; 4];

const ALL: Row = [200, 200, 200, 200];
const NOT_THERE: Row = [404, 404, 404, 404];
const NOBODY: &str = "00000000000000000000000000000001";

fn table() -> Vec<(&'static str, &'static str, String, Row)> {
    let instance = "/api/v1/instances/{account}/{region}/{id}";
    let exposure = "/api/v1/instances/{account}/{region}/{id}/exposure";
    let preflight = "/api/v1/instances/{account}/{region}/{id}/preflight";
    let to = json!({ "to": "password-free" }).to_string();
    let review = json!({ "review": NOBODY }).to_string();
    let reason = json!({ "reason": "because" }).to_string();
    let none = String::new;
    vec![
        ("GET", "/api/v1/token", none(), ALL),
        ("GET", "/api/v1/instances", none(), ALL),
        ("GET", instance, none(), ALL),
        ("GET", exposure, none(), ALL),
        ("POST", preflight, to, [403, 200, 200, 200]),
        ("GET", "/api/v1/changes", none(), ALL),
        ("POST", "/api/v1/changes", review, [403, 409, 409, 409]),
        ("GET", "/api/v1/changes/{id}", none(), NOT_THERE),
        ("GET", "/api/v1/changes/{id}/wait", none(), NOT_THERE),
        ("POST", "/api/v1/changes/{id}/end", none(), [403, 404, 404, 404]),
        ("POST", "/api/v1/changes/{id}/cancel", none(), [403, 404, 404, 404]),
        ("POST", "/api/v1/changes/{id}/approve", none(), [403, 403, 404, 404]),
        ("POST", "/api/v1/changes/{id}/reject", reason, [403, 403, 404, 404]),
        ("GET", "/api/v1/audit", none(), ALL),
    ]
}

#[test]
fn the_functions_tested_here_are_all_there_are() {
    let tested: std::collections::BTreeSet<(&str, &str)> =
        table().into_iter().map(|(method, pattern, ..)| (method, pattern)).collect();
    let listed = API.iter().flat_map(|(pattern, methods)| {
        methods
            .split(',')
            .filter(|method| !matches!(*method, "" | "HEAD"))
            .map(|method| (method, *pattern))
    });
    assert_eq!(tested, listed.collect());
}

#[tokio::test]
async fn every_function_for_every_role_and_for_tokens_that_have_less() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    // Whose token, what it may at most, and what that is together.
    let tokens = [
        ("vera", "viewer", 0),
        ("oleg", "viewer", 0),
        ("oleg", "operator", 1),
        ("anna", "approver", 2),
        ("adam", "viewer", 0),
        ("adam", "operator", 1),
        ("adam", "admin", 3),
    ];
    let mut denied = 0;
    for (name, role, column) in tokens {
        let program = Program::of(&portal, name, role).await;
        for (method, pattern, body, row) in table() {
            let path = pattern.replace("{account}/{region}/{id}", ORDERS).replace("{id}", NOBODY);
            let mut ask = Ask::new(method, &path).header("idempotency-key", &new_key());
            if !body.is_empty() {
                ask = ask.body("application/json", body.as_str());
            }
            let answer = program.send(ask).await;
            assert_eq!(
                answer.status, row[column],
                "{method} {path} for {name}, {role}: {answer:?}"
            );
            if answer.status == 403 {
                assert_eq!(answer.code(), "forbidden", "{method} {path} for {name}, {role}");
                denied += 1;
            }
        }
    }
    let filter = AuditFilter { code: Some(AuditCode::AccessDenied), ..AuditFilter::default() };
    let kept = ground.store().await.list_audit(&Scope::Everything, &filter, 100).await.unwrap();
    assert_eq!(kept.len(), denied, "what was tried is kept");
    assert!(ground.cloud.control().ledger().is_empty());
}
