//! The OpenAPI document: it holds every function and nothing else, and a running portal answers as it says.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::browser::{Answer, Ask};
use crate::ground::{CATALOG, Ground, Memory, ORDERS};
use crate::program::Program;
use crate::tables::API;

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "a table")]
async fn the_document_holds_every_function_and_every_answer_is_as_it_says() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    // It needs no token, and a browser that is signed in may look at it.
    let answer = portal.signed_in("vera").await.get("/api/v1/openapi.json").await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let document = Document(answer.json());
    assert!(
        document.0["openapi"].as_str().unwrap().starts_with("3.1"),
        "{}",
        document.0["openapi"]
    );
    let listed: BTreeSet<(String, String)> = API
        .iter()
        .flat_map(|(path, methods)| {
            methods.split(',').map(|method| (method.to_lowercase(), (*path).to_owned()))
        })
        .filter(|(method, _)| !matches!(method.as_str(), "" | "head"))
        .collect();
    assert_eq!(document.operations(), listed);

    let (oleg, anna) = (
        Program::of(&portal, "oleg", "operator").await,
        Program::of(&portal, "anna", "approver").await,
    );
    let instance = "/api/v1/instances/{account}/{region}/{id}";
    let at = |pattern: &str, key: &str, id: &str| {
        pattern.replace("{account}/{region}/{id}", key).replace("{id}", id)
    };
    let mut seen = BTreeSet::new();
    let mut look = |method: &str, pattern: &str, answer: &Answer| {
        document.expect(method, pattern, answer);
        if answer.status < 300 {
            seen.insert((method.to_owned(), pattern.to_owned()));
        }
    };
    for query in ["", "?limit=2&sort=exposure", "?q=hostile", "?access=password-free", "?sort=king"]
    {
        look("get", "/api/v1/instances", &oleg.get(&format!("/api/v1/instances{query}")).await);
    }
    look("get", "/api/v1/token", &oleg.get("/api/v1/token").await);
    for key in [
        ORDERS,
        CATALOG,
        "core/cn-beijing/r-2zelegacy0000001",
        "core/cn-shenzhen/r-wz9oddvalues0001",
        "core/cn-hangzhou/r-throttled0000001",
    ] {
        look("get", instance, &oleg.get(&at(instance, key, "")).await);
        let exposure = format!("{instance}/exposure");
        look("get", &exposure, &oleg.get(&at(&exposure, key, "")).await);
        let preflight = format!("{instance}/preflight");
        for to in ["password-free", "password-required"] {
            let body = json!({ "to": to });
            look("post", &preflight, &oleg.post(&at(&preflight, key, ""), &body).await);
        }
    }
    let order =
        json!({ "instance": ORDERS, "to": "password-free", "lasts": "1h", "reason": "drill" });
    let asked = oleg.post("/api/v1/changes", &order).await;
    look("post", "/api/v1/changes", &asked);
    let id = asked.json()["id"].as_str().unwrap().to_owned();
    look("post", "/api/v1/changes", &oleg.post("/api/v1/changes", &order).await);
    let change = "/api/v1/changes/{id}";
    let of = |function: &str, id: &str| at(&format!("{change}{function}"), "", id);
    look("get", "/api/v1/changes/{id}/wait", &oleg.get(&of("/wait?timeout=60", &id)).await);
    oleg.ended(&id).await;
    look("get", change, &oleg.get(&of("", &id)).await);
    let ended = oleg.post(&of("/end", &id), &json!({ "reason": "done" })).await;
    look("post", "/api/v1/changes/{id}/end", &ended);
    oleg.ended(ended.json()["id"].as_str().unwrap()).await;
    // Somebody else decides from now on.
    let adam = portal.signed_in("adam").await;
    let rules = [
        ("version", "0"),
        ("environment", "development"),
        ("open_who", "operator"),
        ("open_approval", "always"),
        ("open_at_most", "24h"),
        ("close_who", "operator"),
        ("close_approval", "never"),
    ];
    assert_eq!(adam.post("/api/ui/policy/rules", &rules).await.status, 200);
    for function in ["/approve", "/reject", "/cancel"] {
        let asked = oleg.post("/api/v1/changes", &order).await;
        look("post", "/api/v1/changes", &asked);
        let id = asked.json()["id"].as_str().unwrap().to_owned();
        waits(&oleg, &id).await;
        look("get", "/api/v1/changes", &oleg.get("/api/v1/changes?waiting=true").await);
        let own = oleg.post(&of(function, &id), &json!({ "reason": "fine" })).await;
        look("post", &format!("{change}{function}"), &own);
        if function != "/cancel" {
            assert_eq!(own.status, 403, "{own:?}");
            let answer = anna.post(&of(function, &id), &json!({ "reason": "fine" })).await;
            assert_eq!(answer.status, 200, "{answer:?}");
            look("post", &format!("{change}{function}"), &answer);
        }
        let detail = oleg.ended(&id).await;
        look("get", change, &oleg.get(&of("", &id)).await);
        let expected = if function == "/approve" { "verified" } else { "refused" };
        assert_eq!(detail["change"]["result"], expected, "{detail}");
        if function == "/approve" {
            let end = oleg.post(&of("/end", &id), &json!({ "reason": "done" })).await;
            oleg.ended(end.json()["id"].as_str().unwrap()).await;
        }
    }
    for query in ["", "?limit=2", "?open=true"] {
        look("get", "/api/v1/changes", &oleg.get(&format!("/api/v1/changes{query}")).await);
    }
    for query in ["", "?code=change.verified", "?before=20"] {
        look("get", "/api/v1/audit", &anna.get(&format!("/api/v1/audit{query}")).await);
    }
    // Refusals are in the document too.
    look("post", "/api/v1/changes", &oleg.post("/api/v1/changes", &json!({ "evil": 1 })).await);
    let nobody = portal.browser();
    let refused = nobody.send(Ask::get("/api/v1/audit")).await;
    look("get", "/api/v1/audit", &refused);
    assert_eq!(seen, listed, "not every function answered well");
}

async fn waits(program: &Program, id: &str) {
    let mut version = 0;
    loop {
        let path = format!("/api/v1/changes/{id}/wait?timeout=60&version={version}");
        let change = program.get(&path).await.json()["change"].clone();
        if change["result"] == "waiting-for-approval" {
            return;
        }
        assert_eq!(change["ended"], false, "{change}");
        version = change["version"].as_i64().unwrap();
    }
}

struct Document(Value);

impl Document {
    fn operations(&self) -> BTreeSet<(String, String)> {
        let paths = self.0["paths"].as_object().unwrap();
        paths
            .iter()
            .flat_map(|(path, item)| {
                item.as_object().unwrap().keys().map(|method| (method.clone(), path.clone()))
            })
            .collect()
    }

    /// That an answer has a status of the document, and a body of its schema with no field besides.
    fn expect(&self, method: &str, pattern: &str, answer: &Answer) {
        let responses = &self.0["paths"][pattern][method]["responses"];
        let status = answer.status.to_string();
        let good = answer.status < 300;
        let response = if good { &responses[&status] } else { &responses["default"] };
        let schema = &response["content"]["application/json"]["schema"];
        assert!(
            schema.is_object(),
            "{method} {pattern}: {status} is not in the document: {responses}"
        );
        let mut components = self.0["components"].clone();
        close(&mut components);
        let mut whole = json!({ "components": components, "allOf": [schema] });
        whole["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
        let validator = jsonschema::validator_for(&whole).unwrap();
        let body = answer.json();
        let wrong: Vec<String> = validator
            .iter_errors(&body)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(wrong.is_empty(), "{method} {pattern}: {wrong:#?}\n{body:#}");
    }
}

/// Whoever reads may be told more one day; here every field has to be in the document.
fn close(value: &mut Value) {
    match value {
        Value::Object(object) => {
            object.values_mut().for_each(close);
            if object.contains_key("properties") && !object.contains_key("additionalProperties") {
                object.insert("additionalProperties".to_owned(), json!(false));
            }
        }
        Value::Array(list) => list.iter_mut().for_each(close),
        _ => {}
    }
}
