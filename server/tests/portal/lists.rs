//! Lists of instances as files and as kept views.

use serde_json::Value;

use crate::ground::{CATALOG, Ground, Memory, until};

/// Rows of an export, past its head.
fn csv_rows(body: &str) -> (Vec<Vec<String>>, Vec<Vec<String>>) {
    let text = body.strip_prefix('\u{feff}').unwrap();
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let rows = reader.records().map(|row| row.unwrap().iter().map(ToOwned::to_owned).collect());
    let (head, rows): (Vec<Vec<String>>, Vec<_>) =
        rows.partition(|row: &Vec<String>| row[0].starts_with("# ") || row[0] == "account");
    (head, rows)
}

#[tokio::test]
async fn a_list_is_exported_whole_with_its_coverage_and_without_formulas() {
    let ground = Ground::with(Memory::Sqlite, |options| options.instances = 700).await;
    let portal = ground.serve().await;
    let vera = portal.signed_in("vera").await;
    let json: Value = until("all of the fleet to be listed", async || {
        let answer = vera.get("/instances/export.json").await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let json: Value = serde_json::from_str(&answer.body).unwrap();
        (json["coverage"]["regions_not_heard_from"] == 0).then_some(json)
    })
    .await;
    let rows = json["instances"].as_array().unwrap();
    assert_eq!(json["coverage"]["instances"].as_u64(), Some(rows.len() as u64));
    assert!(rows.len() >= 700, "more than one page: {}", rows.len());
    let ids: std::collections::BTreeSet<&str> =
        rows.iter().map(|row| row["instance_id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), rows.len(), "each once");

    let answer = vera.get("/instances/export.csv").await;
    assert_eq!(answer.header("content-type"), Some("text/csv; charset=utf-8; header=present"));
    let disposition = answer.header("content-disposition").unwrap();
    assert!(disposition.starts_with("attachment; filename=\"latchkey-instances-"), "{disposition}");
    let (head, rows) = csv_rows(&answer.body);
    assert!(head.iter().any(|line| line[0] == "# instances read"), "{head:?}");
    let columns = head.last().unwrap();
    assert_eq!((columns[0].as_str(), columns[2].as_str()), ("account", "instance_id"));
    assert_eq!(rows.len(), ids.len());
    let hostile = rows.iter().find(|row| row[2] == "r-wz9hostile000004").unwrap();
    assert_eq!(hostile[3], "'=cmd|' /C calc'!A0");
    for row in &rows {
        assert_eq!(row.len(), columns.len());
        for cell in row {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "a formula: {cell:?}");
        }
    }
}

#[tokio::test]
async fn an_export_holds_what_its_list_shows_and_names_what_is_missing() {
    let ground = Ground::new(Memory::Sqlite).await;
    let fault = simulator::Fault::Error {
        status: 403,
        code: "Forbidden.RAM".to_owned(),
        message: "LTAI-secret is not allowed".to_owned(),
    };
    let rule = simulator::Rule::always(fault).for_action("DescribeInstances");
    ground.cloud.control().add_fault(rule.in_region("eu-central-1"));
    let portal = ground.serve().await;
    let vera = portal.signed_in("vera").await;
    let named = until("the denied region to be known", async || {
        let answer = vera.get("/instances/export.csv?account=core").await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert!(!answer.body.contains("LTAI"), "the cloud's own message");
        let (head, _) = csv_rows(&answer.body);
        head.into_iter().find(|line| line[0] == "# not read")
    })
    .await;
    assert_eq!((named[1].as_str(), named[2].as_str()), ("core", "eu-central-1"));
    assert!(named[3].contains("Forbidden.RAM"), "{named:?}");

    let one = format!("/instances/export.json?key={CATALOG}");
    let json: Value = serde_json::from_str(&vera.get(&one).await.body).unwrap();
    assert_eq!(json["instances"].as_array().unwrap().len(), 1, "{json}");
    assert_eq!(json["coverage"]["problems"][0]["region"], "eu-central-1");
    assert_eq!(json["coverage"]["problems"][0]["why"], "denied");
    let none = vera.get("/instances/export.json?q=nothing-has-this-name").await;
    let json: Value = serde_json::from_str(&none.body).unwrap();
    assert_eq!(json["instances"].as_array().map(Vec::len), Some(0));
}

#[tokio::test]
async fn a_view_is_kept_for_the_person_who_saved_it() {
    let ground = Ground::new(Memory::Sqlite).await;
    let portal = ground.serve().await;
    let (oleg, vera) = (portal.signed_in("oleg").await, portal.signed_in("vera").await);
    let save = async |name: &str, query: &str| {
        oleg.post("/api/ui/view/save", &[("name", name), ("query", query)]).await
    };
    assert_eq!(save("Open <b>doors</b>", "access=password-free&evil=1").await.status, 200);
    let page = oleg.get("/instances").await;
    assert!(page.body.contains("Open &lt;b&gt;doors"), "shown as text");
    assert!(page.body.contains("/instances?access=password-free\""), "leads to the list");
    assert!(!page.body.contains("evil"), "only what a list can ask for is kept");
    assert!(!vera.get("/instances").await.body.contains("doors"), "nobody else's");
    // The same name again: replaced.
    assert_eq!(save("Open <b>doors</b>", "access=unknown").await.status, 200);
    let page = oleg.get("/instances").await;
    assert!(page.body.contains("/instances?access=unknown\""));

    let long = "x".repeat(61);
    for (name, problem) in [("", "missing"), ("  ", "missing"), (long.as_str(), "too-long")] {
        let answer = save(name, "").await;
        assert_eq!((answer.status, answer.json()["problem"].as_str()), (400, Some(problem)));
    }
    for number in 1..50 {
        assert_eq!(save(&format!("view {number}"), "").await.status, 200);
    }
    let answer = save("one more", "").await;
    assert_eq!((answer.status, answer.json()["problem"].as_str()), (400, Some("too-many")));

    let forget = [("name", "Open <b>doors</b>"), ("query", "")];
    assert_eq!(oleg.post("/api/ui/view/delete", &forget).await.status, 200);
    assert_eq!(oleg.post("/api/ui/view/delete", &forget).await.status, 200, "gone is gone");
    assert!(!oleg.get("/instances").await.body.contains("doors"));
}
