//! Two portals on one PostgreSQL: one reads the account, and when it is killed the other goes on, without a gap and
//! without asking again for what is known.
//!
//! Each has a wire of its own to the cloud, on which every question is seen.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::time::Duration;

use domain::inventory::Coverage;
use domain::person::Scope;
use store::Store;

use crate::ground::{Config, Ground, Memory, until};
use crate::proxy::Proxy;

/// Answers that can die with a replica: of calls under way, waiting in line, and not yet written down.
const DIE: usize = 16 + 2 * 16 + 16 + 64;

#[tokio::test]
async fn killed_in_the_middle_of_reading_it_is_followed_without_a_gap_or_a_repetition() {
    let ground = Ground::with(Memory::Postgres, |options| {
        (options.instances, options.regions) = (800, 10);
        options.latency = Duration::from_millis(50);
    })
    .await;
    let (first, second) = (Wired::to(&ground).await, Wired::to(&ground).await);
    let store = ground.store().await;
    let one = ground.start(&first.config, &[]).await;
    let dead =
        until("the first to read", async || store.find_lease_holder("read:core").await.unwrap())
            .await;
    let _two = ground.start(&second.config, &[]).await;
    let total = i64::try_from(ground.cloud.control().instance_count()).unwrap();
    until("a third to be read", async || (seen(&store).await.read > total / 3).then_some(())).await;
    assert!(second.questions().is_empty(), "only one reads");
    one.process.kill().await;
    let left = seen(&store).await;
    assert!(left.read < total, "it was killed in the middle: {left:?}");

    until("all to be tried", async || {
        let now = seen(&store).await;
        let failed: i64 = now.failed.iter().map(|(_, count)| count).sum();
        (now.read + failed >= total).then_some(())
    })
    .await;
    let follower = store.find_lease_holder("read:core").await.unwrap().unwrap();
    assert_ne!(follower, dead);
    assert_eq!(seen(&store).await.instances, total);
    let (before, after) = (first.questions(), second.questions());
    // What fails is asked again soon; the rest is known for minutes.
    for (question, times) in before.iter().chain(&after) {
        let fails = question.1.starts_with("r-throttled");
        assert!(*times == 1 || fails, "asked {times} times: {question:?}");
    }
    let asked: BTreeSet<&str> =
        before.keys().chain(after.keys()).filter(|(action, _)| action == MODE).map(id).collect();
    assert_eq!(asked.len(), usize::try_from(total).unwrap(), "nobody is left out");
    let again = after.keys().filter(|question| before.contains_key(*question)).count();
    assert!(again <= DIE, "{again} questions were asked by both");
}

const MODE: &str = "DescribeInstanceAttribute";

/// An action, and the instance it is about.
type Question = (String, String);

fn id(question: &Question) -> &str {
    &question.1
}

/// What is known, counted afresh.
async fn seen(store: &Store) -> Coverage {
    store.clone_without_copies().get_coverage(&Scope::Everything).await.unwrap()
}

/// A configuration whose cloud is behind a wire.
struct Wired {
    wire: Proxy,
    config: Config,
}

impl Wired {
    async fn to(ground: &Ground) -> Self {
        let cloud = ground.cloud.base_url().trim_start_matches("http://").to_owned();
        let wire = Proxy::to(cloud.parse::<SocketAddr>().unwrap()).await;
        let endpoint = format!("http://{}", wire.address);
        Self { config: Config { endpoint, ..ground.config() }, wire }
    }

    /// What was asked about instances, and how often.
    fn questions(&self) -> BTreeMap<Question, usize> {
        let sent = String::from_utf8(self.wire.sent()).unwrap();
        let mut questions = BTreeMap::new();
        // A body is one piece, and its parameters are in the order of the alphabet.
        for body in sent.split("AccessKeyId=").skip(1) {
            let value = |key: &str| {
                let (_, rest) = body.split_once(key)?;
                rest.split('&').next().map(str::to_owned)
            };
            if let (Some(action), Some(instance)) = (value("&Action="), value("&InstanceId=")) {
                *questions.entry((action, instance)).or_default() += 1;
            }
        }
        questions
    }
}
