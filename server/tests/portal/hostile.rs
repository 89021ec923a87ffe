//! F36: names that want to be more than names, in every field that the cloud delivers, on every page and in every file.

use domain::change::ChangeState;
use domain::person::Scope;
use serde_json::{Map, Value, json};
use simulator::{NewInstance, WhitelistGroup};
use store::DatabaseUrl;

use crate::browser::Browser;
use crate::ground::{Ground, Memory, Running, confirm, key, take_review, until};
use crate::markup::{MARK, Seen, look};

/// Each with [`MARK`] in it.
fn corpus() -> Vec<String> {
    let mut all: Vec<String> = [
        "<script>zq7()</script>",
        "\"><img src=x onerror=zq7()>",
        "'><svg/onload=zq7()>",
        "</script><script>zq7()</script>",
        "</title></textarea></style><script>zq7()//",
        "<!--zq7--><zq7>]]>",
        "--><script>zq7()</script><!--",
        "javascript:zq7()",
        "//zq7.example/a",
        "&lt;zq7&gt;&#60;script&#62;&amp;",
        "{{zq7}}${zq7}<%= zq7 %>",
        "` onmouseover=zq7() autofocus onfocus=zq7() x=\"",
        "zq7\u{202e}gnp.exe",
        "\u{2067}\u{2066}\u{200f}zq7\u{2069}",
        "\u{05e9}\u{05dc}\u{05d5}\u{05dd} zq7 \u{0639}\u{0627}\u{0644}\u{0645}",
        "zq7\0\0end",
        "zq7\u{1b}[31m\u{7}\u{8}\u{7f}\u{9b}",
        "zq7\r\nSet-Cookie: zq7=1\r\n\r\n",
        "zq7\u{2028}\u{2029}\u{feff}\u{200b}",
        "=cmd|' /C calc'!zq7",
        "+zq7",
        "-zq7",
        "@SUM(zq7)",
        "\t=zq7",
        "\r=zq7",
        " =zq7",
        "\u{ff1d}zq7",
        "zq7,\"a\",\"b\n=zq7",
        "../../zq7?x=1#y&z=%00",
        "' OR 1=1; DROP TABLE instances; -- zq7",
        "zq7 %s%n{}\\u0000\\\"",
    ]
    .map(str::to_owned)
    .into();
    all.push(format!("zq7{}", "W".repeat(10_000)));
    all.push(format!("zq7{}", "e\u{301}\u{327}".repeat(3_000)));
    all
}

/// What the cloud says of an instance in words of its own.
const FIELDS: &[&str] = &[
    "InstanceName",
    "InstanceStatus",
    "InstanceType",
    "EngineVersion",
    "ComputingType",
    "NetworkType",
    "VpcAuthMode",
    "InstanceClass",
    "ArchitectureType",
    "ZoneId",
    "VpcId",
    "VSwitchId",
    "PrivateIp",
    "ConnectionDomain",
    "ChargeType",
    "ResourceGroupId",
    "CreateTime",
    "EndTime",
    "RegionId",
    "NodeType",
    "PackageType",
    "MaintainStartTime",
    "MaintainEndTime",
    "DescribeInstanceConfig.Config",
    "DescribeEngineVersion.MinorVersion",
    "DescribeEngineVersion.DBLatestMinorVersion",
    "DescribeEngineVersion.Engine",
    "DescribeEngineVersion.MajorVersion",
];
/// What may be hostile of an instance that is changed all the same.
const HARMLESS: &[&str] =
    &["InstanceName", "ZoneId", "VSwitchId", "ResourceGroupId", "CreateTime", "ChargeType"];

/// For each of the corpus one instance of which everything is hostile, and one that can be changed.
fn deliver(ground: &Ground) -> Vec<(String, String)> {
    let control = ground.cloud.control();
    let mut ids = Vec::new();
    for (number, text) in corpus().into_iter().enumerate() {
        let add = |id: String, fields: &[&str], whitelist: Option<Vec<WhitelistGroup>>| {
            let mut fields: Map<String, Value> =
                fields.iter().map(|field| ((*field).to_owned(), text.clone().into())).collect();
            let tags = json!({ "environment": "development", text.as_str(): text, "k": text });
            fields.insert("Tags".to_owned(), tags);
            let new = NewInstance {
                account: ground.cloud.accounts()[0].name.clone(),
                region: "cn-hangzhou".to_owned(),
                id: Some(id),
                fields,
                whitelist,
            };
            control.add_instance(new).unwrap()
        };
        let hostile = WhitelistGroup::new(text.clone(), text.clone(), format!("{text},10.0.0.1"));
        let all = add(format!("r-zqall{number:09}"), FIELDS, Some(vec![hostile]));
        let group = WhitelistGroup::new(text.clone(), "", "10.0.0.0/8");
        let other = add(format!("r-zqname{number:08}"), HARMLESS, Some(vec![group]));
        let plain = [
            ("InstanceType", "Redis"),
            ("EngineVersion", "7.0"),
            ("ComputingType", "Ecs"),
            ("NetworkType", "VPC"),
            ("InstanceStatus", "Normal"),
            ("VpcAuthMode", "Open"),
            ("ArchitectureType", "standard"),
            ("InstanceClass", "redis.shard.small.2.ce"),
        ];
        for (field, value) in plain {
            control.set_field(&other, field, value.into()).unwrap();
        }
        control.set_field(&other, "public_endpoint", false.into()).unwrap();
        ids.push((all, other));
    }
    ids
}

/// Somebody who looks at everything that comes back.
struct Looker {
    browser: Browser,
    wrong: Vec<String>,
    marked: usize,
}

impl Looker {
    async fn page(&mut self, path: &str) -> String {
        let answer = self.browser.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        let Seen { wrong, marks } = look(&answer.body);
        self.wrong.extend(wrong.into_iter().map(|wrong| format!("{path:.60}: {wrong}")));
        self.marked += marks;
        let headers = format!("{:?}", answer.headers);
        assert!(!headers.contains(MARK), "{path}: {headers}");
        answer.body
    }

    /// A file for spreadsheets: no cell is a formula, no line has another number of cells than its head.
    async fn table(&mut self, path: &str) -> usize {
        let answer = self.browser.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        assert!(!format!("{:?}", answer.headers).contains(MARK), "{answer:?}");
        let text = answer.body.trim_start_matches('\u{feff}');
        let mut rows = csv::ReaderBuilder::new();
        let mut rows = rows.has_headers(false).flexible(true).from_reader(text.as_bytes());
        let mut marked = 0;
        for row in rows.records() {
            for cell in &row.unwrap() {
                marked += usize::from(cell.contains(MARK));
                let starts = ['=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}'];
                let blank = [' ', '\u{a0}', '\u{3000}'];
                // A number is one.
                let runs = cell.trim_start_matches(blank).starts_with(starts)
                    && cell.parse::<f64>().is_err();
                if runs {
                    self.wrong.push(format!("{path}: a formula {cell:.60?}"));
                }
            }
        }
        marked
    }
}

#[tokio::test]
async fn f36_hostile_names_are_inert_on_sqlite() {
    hostile_names(Memory::Sqlite).await;
}

#[tokio::test]
async fn f36_hostile_names_are_inert_on_postgres() {
    hostile_names(Memory::Postgres).await;
}

async fn hostile_names(memory: Memory) {
    let ground = Ground::new(memory).await;
    let ids = deliver(&ground);
    let portal = ground.serve().await;
    everything_is_read(&ground, &ids).await;
    let adam = portal.signed_in("adam").await;
    let mut looker = Looker { browser: adam.clone(), wrong: Vec::new(), marked: 0 };
    changed(&ground, &mut looker, &ids).await;
    for language in ["en", "zh-CN"] {
        let chosen = adam.post("/api/ui/preferences/set", &[("language", language)]).await;
        assert_eq!(chosen.status, 200);
        for (all, other) in &ids {
            for id in [all, other] {
                looker.page(&format!("/instances/core/cn-hangzhou/{id}")).await;
            }
        }
        everywhere(&portal, &mut looker).await;
    }
    let files =
        looker.table("/instances/export.csv").await + looker.table("/audit/export.csv").await;
    assert!(files >= corpus().len(), "they are in the files: {files}");
    let list: Value = adam.get("/instances/export.json").await.json();
    let names = list["instances"].as_array().unwrap();
    let marked = names.iter().filter(|row| row["name"].to_string().contains(MARK)).count();
    assert_eq!(marked, 2 * ids.len(), "each is there");
    for line in adam.get("/audit/export.jsonl").await.body.lines() {
        serde_json::from_str::<Value>(line).unwrap();
    }
    assert!(looker.marked > 500, "they are shown: {}", looker.marked);
    let Looker { mut wrong, .. } = looker;
    let count = wrong.len();
    wrong.sort();
    wrong.dedup();
    wrong.truncate(40);
    assert!(wrong.is_empty(), "{count}:\n{}", wrong.join("\n"));
    log_is_lines(&portal);
}

/// What a hostile cloud says ends no line of the log, and colours none.
fn log_is_lines(portal: &Running) {
    for line in portal.process.err().lines() {
        let parsed = serde_json::from_str::<Value>(line);
        assert!(parsed.is_ok() && !line.contains('\u{1b}'), "{line}");
    }
}

async fn everything_is_read(ground: &Ground, ids: &[(String, String)]) {
    let store = ground.store().await;
    for (all, other) in ids {
        for id in [all, other] {
            let place = key(&format!("core/cn-hangzhou/{id}"));
            until("it to be listed and read", async || {
                let found = store.find_instance(&Scope::Everything, &place).await.unwrap()?;
                let read = found.attribute.read_at.is_some() && found.whitelist.read_at.is_some();
                read.then_some(())
            })
            .await;
        }
    }
}

/// Reviews, changes, receipts, a batch and what it leaves behind, all of instances with such names.
async fn changed(ground: &Ground, looker: &mut Looker, ids: &[(String, String)]) {
    let adam = looker.browser.clone();
    let store = ground.store().await;
    for (number, (_, other)) in ids.iter().enumerate() {
        let review =
            take_review(&adam, &format!("core/cn-hangzhou/{other}"), "password-free").await;
        looker.page(&format!("/reviews/{review}")).await;
        if number % 4 != 0 {
            continue;
        }
        let change = confirm(&adam, &review).await;
        until("the change to be verified", async || {
            let change = store.find_change(&Scope::Everything, change).await.unwrap().unwrap();
            assert!(change.state != ChangeState::Refused, "{change:?}");
            (change.state == ChangeState::Verified).then_some(())
        })
        .await;
        looker.page(&format!("/changes/{change}")).await;
        // On PostgreSQL the key of receipts would have to be named.
        if matches!(ground.database, DatabaseUrl::Sqlite(_)) {
            let receipt = adam.get(&format!("/changes/{change}/receipt")).await;
            assert_eq!(receipt.status, 200, "{receipt:?}");
            serde_json::from_str::<Value>(&receipt.body).unwrap();
        }
    }
    let query = [("query", "region=cn-hangzhou&environment=development"), ("to", "password-free")];
    let drafted = adam.post("/api/ui/batch/draft", &query).await;
    assert_eq!(drafted.status, 200, "{drafted:?}");
    let batch = drafted.json().as_str().unwrap().to_owned();
    looker.page(&format!("/batches/{batch}")).await;
    let marked = looker.table(&format!("/batches/{batch}/export.csv")).await;
    assert!(marked > 10, "{marked}");
    for text in ["<img src=x onerror=zq7()>", "zq7\u{202e}x", "zq7\0x", "=zq7"] {
        let query = crate::browser::encode(&[("q", text)]);
        let saved = adam.post("/api/ui/view/save", &[("name", text), ("query", &query)]).await;
        assert_eq!(saved.status, 200, "{saved:?}");
        looker.page(&format!("/instances?{query}")).await;
    }
}

/// Every page that is a list.
async fn everywhere(portal: &Running, looker: &mut Looker) {
    for path in [
        "/overview",
        "/accounts",
        "/instances",
        "/instances?q=zq7",
        "/instances?q=zq7&column=place&column=engine&column=status&column=whitelist&column=read",
        "/changes",
        "/batches",
        "/batches/new",
        "/policy",
        "/inbox",
        "/audit",
    ] {
        looker.page(path).await;
    }
    assert_eq!(portal.browser().get("/healthz").await.status, 200);
}
