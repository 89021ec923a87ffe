//! What is said to the one call that writes: nothing but a good answer counts as one, and nothing is sent again blindly.

use domain::change::{ChangeState, Ending};
use domain::person::Scope;

use super::Heard;
use super::mouth::{Says, answer, with_headers};
use crate::ground::{confirm, key, take_review, until};
use crate::stand::in_log;
use crate::{Key, MARK};

/// What is said, and how the change ends: its state, and the cloud's code where it gave one.
type Row = (Key, Says, &'static str);

pub fn keys() -> Vec<Key> {
    rows("127.0.0.1:1").into_iter().map(|(key, ..)| key).collect()
}

fn rows(trap: &str) -> Vec<Row> {
    let refusal = |status, code: &str| {
        answer(status, format!("{{\"Code\":\"{code}\",\"Message\":\"{MARK}\"}}"))
    };
    let elsewhere = with_headers(307, &format!("location: http://{trap}/\r\n"), "");
    vec![
        (("cloud's answer to a write", "nothing"), answer(200, ""), "not-applied"),
        (("cloud's answer to a write", "without a request id"), answer(200, "{}"), "not-applied"),
        (
            ("cloud's answer to a write", "a request id that cannot be"),
            answer(200, format!("{{\"RequestId\":\"<b>{MARK}\"}}")),
            "not-applied",
        ),
        (
            ("cloud's answer to a write", "a page"),
            answer(200, format!("<html>{MARK}</html>")),
            "not-applied",
        ),
        (("cloud's answer to a write", "led elsewhere"), elsewhere, "not-applied"),
        (("cloud's answer to a write", "refused without a code"), answer(403, "{}"), "not-applied"),
        (
            ("cloud's answer to a write", "refused with a code that cannot be"),
            refusal(400, "<zq7>"),
            "not-applied",
        ),
        (
            ("cloud's answer to a write", "too many calls, with 503"),
            refusal(503, "Throttling.User"),
            "not-applied",
        ),
        (
            ("cloud's answer to a write", "denied"),
            refusal(403, "Forbidden.RAM"),
            "denied Forbidden.RAM",
        ),
        (
            ("cloud's answer to a write", "a code that nobody knows"),
            refusal(418, "Lunar.Eclipse"),
            "denied Lunar.Eclipse",
        ),
        (
            ("cloud's answer to a write", "too many calls, for ever"),
            refusal(400, "Throttling.User"),
            "throttled Throttling.User",
        ),
        (("cloud's answer to a write", "a reset"), Says::Reset, "not-applied"),
        (
            ("cloud's answer to a write", "half a refusal"),
            Says::Bytes(b"HTTP/1.1 400 X\r\ncontent-length: 99\r\n\r\n{\"Code\":\"Thr".to_vec()),
            "not-applied",
        ),
    ]
}

fn id(number: usize) -> String {
    format!("r-written{number:04}")
}

#[tokio::test]
async fn no_answer_to_a_write_counts_as_done_and_nothing_is_changed() {
    let trap = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let rows = rows(&trap.local_addr().unwrap().to_string());
    let ids: Vec<String> = (0..rows.len()).map(id).collect();
    let heard = Heard::new("", &ids).await;
    let store = heard.ground.store().await;
    let oleg = heard.portal.signed_in("oleg").await;
    let mut changes = Vec::new();
    for (id, (_, says, _)) in ids.iter().zip(&rows) {
        let place = format!("core/cn-hangzhou/{id}");
        until("it to be listed", async || {
            store.find_instance(&Scope::Everything, &key(&place)).await.unwrap().map(drop)
        })
        .await;
        heard.mouth.says("ModifyInstanceVpcAuthMode", "InstanceId", id, says.clone());
        changes.push(confirm(&oleg, &take_review(&oleg, &place, "password-free").await).await);
    }
    let mut wrong = Vec::new();
    for (change, ((key, _, expected), id)) in changes.into_iter().zip(rows.iter().zip(&ids)) {
        let ended = until("the change to end", async || {
            let change = store.find_change(&Scope::Everything, change).await.unwrap().unwrap();
            change.state.is_terminal().then_some(change)
        })
        .await;
        let how = match &ended.ending {
            Some(Ending::NotApplied) => "not-applied".to_owned(),
            Some(Ending::Denied { code }) => format!("denied {code}"),
            Some(Ending::Throttled { code }) => format!("throttled {code}"),
            other => format!("{other:?}"),
        };
        if ended.state != ChangeState::Failed || how != *expected {
            wrong.push(format!("{key:?}: {expected} was expected, not {:?} {how}", ended.state));
        }
        let page = oleg.get(&format!("/changes/{change}")).await;
        if page.status != 200 || page.body.contains(MARK) || page.body.contains("<zq7>") {
            wrong.push(format!("{key:?}: {:.500}", page.body));
        }
        let mode = &heard.ground.cloud.control().instance(id).unwrap()["VpcAuthMode"];
        if mode != "Open" {
            wrong.push(format!("{key:?}: it is {mode} now"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(heard.ground.cloud.control().ledger().is_empty(), "the cloud was written to");
    let followed = tokio::time::timeout(std::time::Duration::from_millis(1), trap.accept()).await;
    assert!(followed.is_err(), "a redirect was followed");
    assert_eq!(in_log(&heard.portal.process.err()), [""; 0]);
}
