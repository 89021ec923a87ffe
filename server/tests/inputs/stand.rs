//! A portal with its people, and rows that are sent to it one after the other.

use std::time::{Duration, Instant};

use crate::browser::{Answer, Ask, Browser};
use crate::ground::{Config, Ground, Memory, Running};
use crate::trace::Trace;
use crate::{Key, MARK, wire};

/// Refusing takes no more than two seconds; on a busy machine as much as this.
const DEADLINE: Duration = Duration::from_secs(10);

/// What an error on the wire may say.
const CLOSED: [&str; 6] = ["code", "field", "problem", "request_id", "cloud_request_id", "change"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    Nobody,
    Vera,
    Oleg,
    Anna,
    Adam,
}

pub enum Sent {
    Ask(Ask),
    /// As it stands, on a connection of its own.
    Bytes(Vec<u8>),
    /// The same, and then no more.
    Cut(Vec<u8>),
}

/// One bad input, and what is said to it.
pub struct Row {
    pub field: &'static str,
    pub fault: &'static str,
    who: Who,
    sent: Sent,
    /// 0: the connection ends without an answer.
    status: u16,
    /// Empty: where there is no form behind it, there is no code.
    code: &'static str,
    /// The field that the answer has to name.
    names: Option<&'static str>,
}

impl Row {
    pub const fn of(
        (field, fault): Key,
        who: Who,
        sent: Sent,
        status: u16,
        code: &'static str,
    ) -> Self {
        Self { field, fault, who, sent, status, code, names: None }
    }

    /// The answer has to name this field.
    pub const fn naming(mut self, field: &'static str) -> Self {
        self.names = Some(field);
        self
    }

    pub const fn key(&self) -> Key {
        (self.field, self.fault)
    }
}

pub fn keys(rows: &[Row]) -> Vec<Key> {
    rows.iter().map(Row::key).collect()
}

pub struct Stand {
    pub ground: Ground,
    pub portal: Running,
    pub vera: Browser,
    pub oleg: Browser,
    pub anna: Browser,
    pub adam: Browser,
}

impl Stand {
    /// With these lines in the configuration.
    pub async fn new(more: &str) -> Self {
        let ground = Ground::new(Memory::Sqlite).await;
        let config = Config { more: more.to_owned(), ..ground.config() };
        let portal = ground.serve_as(&config).await;
        let vera = portal.signed_in("vera").await;
        let oleg = portal.signed_in("oleg").await;
        let anna = portal.signed_in("anna").await;
        let adam = portal.signed_in("adam").await;
        Self { ground, portal, vera, oleg, anna, adam }
    }

    /// `127.0.0.1:PORT`
    pub fn address(&self) -> &str {
        self.portal.origin.trim_start_matches("http://")
    }

    fn browser(&self, who: Who) -> Browser {
        match who {
            Who::Nobody => self.portal.browser(),
            Who::Vera => self.vera.clone(),
            Who::Oleg => self.oleg.clone(),
            Who::Anna => self.anna.clone(),
            Who::Adam => self.adam.clone(),
        }
    }

    async fn send(&self, who: Who, sent: Sent) -> Vec<Answer> {
        match sent {
            Sent::Ask(ask) => vec![self.browser(who).send(ask).await],
            Sent::Bytes(bytes) => wire::exchange(self.address(), &bytes, false).await,
            Sent::Cut(bytes) => wire::exchange(self.address(), &bytes, true).await,
        }
    }

    /// Sends every row. What is not as expected is told for all of them at once.
    pub async fn judge(&self, rows: Vec<Row>) {
        let count = rows.len();
        let mut trace = Trace::of(&self.ground).await;
        let mut wrong = Vec::new();
        for row in rows {
            let Row { field, fault, who, sent, status, code, names } = row;
            let began = Instant::now();
            let answers = tokio::time::timeout(DEADLINE, self.send(who, sent)).await;
            let mut amiss = match answers {
                Ok(answers) => judged(&answers, status, code, names),
                Err(_) => vec![format!("no answer after {:?}", began.elapsed())],
            };
            amiss.extend(trace.changed(&self.ground).await);
            if self.portal.browser().get("/healthz").await.status != 200 {
                amiss.push("the portal is not well any more".to_owned());
            }
            wrong.extend(amiss.into_iter().map(|amiss| format!("{field}, {fault}: {amiss}")));
        }
        assert!(
            wrong.is_empty(),
            "{} findings in {count} rows:\n{}",
            wrong.len(),
            wrong.join("\n")
        );
        assert_eq!(in_log(&self.portal.process.err()), [""; 0]);
    }
}

fn judged(answers: &[Answer], status: u16, code: &str, names: Option<&str>) -> Vec<String> {
    let mut amiss = Vec::new();
    let told: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    let expected = if status == 0 { vec![] } else { vec![status] };
    if told != expected {
        amiss.push(format!("{expected:?} was expected, not {told:?}: {}", excerpt(answers)));
    }
    for answer in answers {
        if !code.is_empty() && (answer.code() != code || !is_closed(answer)) {
            amiss.push(format!("{code} was expected, not {} {:.200}", answer.status, answer.body));
        }
        if let Some(field) = names
            && answer.json()["field"].as_str() != Some(field)
        {
            amiss.push(format!("{field} is not named: {:.200}", answer.body));
        }
        if repeats(answer) {
            amiss.push(format!(
                "it repeats what was sent: {}",
                excerpt(std::slice::from_ref(answer))
            ));
        }
        let session = answer
            .all("set-cookie")
            .into_iter()
            .any(|line| line.starts_with("__Host-portal=") && !line.starts_with("__Host-portal=;"));
        if session {
            amiss.push("a session was given".to_owned());
        }
    }
    amiss
}

/// Lines of the log that tell of a panic, or of what was sent; addresses it does tell.
pub fn in_log(text: &str) -> Vec<String> {
    let amiss = |line: &&str| {
        let parsed = serde_json::from_str::<serde_json::Value>(line).ok();
        let path = parsed.as_ref().and_then(|json| json["path"].as_str()).unwrap_or_default();
        line.contains("panicked") || line.replace(path, "").contains(MARK)
    };
    text.lines().filter(amiss).map(str::to_owned).collect()
}

/// Whether what was sent comes back. A page says its own address to the form that comes back to it, in escapes.
fn repeats(answer: &Answer) -> bool {
    let own = "name=\"next\" value=\"";
    let rest = answer.body.split(own).enumerate().map(|(number, piece)| {
        if number == 0 { piece } else { piece.split_once('"').map_or("", |(_, rest)| rest) }
    });
    let headers = answer.headers.iter().filter(|(name, _)| name != "location");
    rest.chain(headers.map(|(_, value)| value.as_str())).any(|text| text.contains(MARK))
}

/// The beginning of what was answered, around the mark where it is there.
fn excerpt(answers: &[Answer]) -> String {
    let body = answers.first().map(|answer| answer.body.as_str()).unwrap_or_default();
    let from = body.find(MARK).unwrap_or_default().saturating_sub(150);
    body.chars().skip(from).take(400).collect()
}

/// A code, a field, numbers; nothing else.
fn is_closed(answer: &Answer) -> bool {
    let Ok(json) = serde_json::from_str::<serde_json::Value>(&answer.body) else { return false };
    let Some(fields) = json.as_object() else { return false };
    fields.iter().all(|(name, value)| CLOSED.contains(&name.as_str()) && value.is_string())
        && json["request_id"].as_str() == answer.header("x-request-id")
        && answer.header("content-type") == Some("application/json")
}
