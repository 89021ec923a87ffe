//! What is said of all instances of a region: a list that cannot be whole takes nobody off.

use domain::fact::Unread;
use domain::inventory::Coverage;
use domain::person::Scope;

use super::Heard;
use super::mouth::{Says, answer};
use crate::ground::until;
use crate::stand::in_log;
use crate::trace::Trace;
use crate::{Key, MARK};

/// One region, one list, and the closed code of what is wrong with it.
type Row = (Key, &'static str, Says, &'static str);

pub fn keys() -> Vec<Key> {
    rows().into_iter().map(|(key, ..)| key).collect()
}

fn rows() -> Vec<Row> {
    let page = answer(200, format!("<html>{MARK}</html>"));
    let denied = answer(403, format!("{{\"Code\":\"Forbidden.RAM\",\"Message\":\"{MARK}\"}}"));
    vec![
        (("cloud list", "a page"), "cn-shanghai", page, "unreachable"),
        (("cloud list", "denied"), "cn-beijing", denied, "denied"),
        (
            ("cloud list", "more counted than told"),
            "cn-shenzhen",
            Says::Edited(|said| said.replacen("\"TotalCount\":", "\"TotalCount\":9", 1)),
            "incomplete",
        ),
        (
            ("cloud list", "ids that cannot be"),
            "ap-southeast-1",
            Says::Edited(|said| said.replace("\"InstanceId\":\"", "\"InstanceId\":\"<zq7>")),
            "incomplete",
        ),
        (
            ("cloud list", "nothing in it, and a count"),
            "eu-central-1",
            Says::Edited(|said| said.replace("\"KVStoreInstance\":", "\"x\":")),
            "incomplete",
        ),
    ]
}

#[tokio::test]
async fn a_list_that_cannot_be_whole_is_told_and_takes_nobody_off() {
    let heard = Heard::new("list_every = \"1s\"", &[]).await;
    let store = heard.ground.store().await;
    let coverage = async || store.get_coverage(&Scope::Everything).await.unwrap();
    let whole = async || {
        let now = coverage().await;
        let all = i64::try_from(heard.ground.cloud.control().instance_count()).unwrap();
        (now.instances == all && now.problems().next().is_none()).then_some(now)
    };
    let before = until("all regions to be listed", whole).await;
    let mut trace = Trace::of(&heard.ground).await;
    for (_, region, says, _) in rows() {
        heard.mouth.says("DescribeInstances", "RegionId", region, says);
    }
    for (key, region, _, code) in rows() {
        until(&format!("{key:?}"), async || {
            (problem(&coverage().await, region).as_deref() == Some(code)).then_some(())
        })
        .await;
    }
    let now = coverage().await;
    assert_eq!(now.instances, before.instances, "instances were taken off, or made up");
    let adam = heard.portal.signed_in("adam").await;
    for page in ["/accounts", "/overview", "/instances"] {
        let page = adam.get(page).await;
        assert!(
            page.status == 200 && !page.body.contains(MARK) && !page.body.contains("<zq7>"),
            "{page:?}"
        );
    }
    let changed = trace.changed(&heard.ground).await;
    let apart_from_signing_in =
        |text: &&String| !text.contains("sign-in.") && !text.contains("table sessions");
    assert_eq!(changed.iter().filter(apart_from_signing_in).collect::<Vec<_>>(), [""; 0]);
    heard.mouth.forget();
    let after = until("all regions to be listed again", whole).await;
    assert_eq!(after.instances, before.instances);
    assert_eq!(in_log(&heard.portal.process.err()), [""; 0]);
}

fn problem(coverage: &Coverage, region: &str) -> Option<String> {
    let row = coverage
        .regions
        .iter()
        .find(|row| row.region.as_ref().is_some_and(|known| known.as_str() == region))?;
    row.problem.as_ref().map(Unread::code).map(str::to_owned)
}
