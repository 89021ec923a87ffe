//! What the flow is abused on: wishes that wait, changes that ended, drafts, and a door that stands open.

use domain::change::ChangeState;
use domain::person::Scope;

use super::{CONFIRM, REVIEW};
use crate::browser::Browser;
use crate::ground::{key, take_review, until};
use crate::instance;
use crate::stand::Stand;

/// What the rows are about.
#[derive(Default)]
pub struct There {
    /// Of oleg, in development, not confirmed.
    pub review: String,
    /// Of oleg, in production, where a reason and the name are asked for.
    pub production: String,
    /// Of oleg, of an instance that everybody may reach.
    pub blocked: String,
    /// Of oleg, of the instance that the wish below waits for.
    pub busy: String,
    /// Of anna, for that wish.
    pub deciding: String,
    /// A wish of oleg that somebody else has to approve.
    pub waiting: String,
    /// A wish of anna that waits likewise.
    pub of_anna: String,
    /// A change of oleg that ended, and its key.
    pub ended: String,
    pub used: String,
    /// Drafts: of adam in development, of oleg in production.
    pub draft: String,
    pub of_oleg: String,
    /// When the door that stands open is shut.
    pub ends_at: String,
}

impl There {
    pub async fn of(stand: &Stand) -> Self {
        let (oleg, anna) = (&stand.oleg, &stand.anna);
        let review = async |browser: &Browser, id: &str| {
            take_review(browser, &place(id), "password-free").await
        };
        let used = "0123456789abcdef0123456789abcdef".to_owned();
        let ended = wish(oleg, &review(oleg, "r-flowopened00001").await, &used).await;
        state_of(stand, &ended, ChangeState::Verified).await;
        let busy = review(oleg, "r-flowstaging0001").await;
        let waiting =
            wish(oleg, &review(oleg, "r-flowstaging0001").await, "1123456789abcdef").await;
        let of_anna =
            wish(anna, &review(anna, "r-flowstaging0002").await, "2123456789abcdef").await;
        for change in [&waiting, &of_anna] {
            state_of(stand, change, ChangeState::AwaitingApproval).await;
        }
        let deciding = anna.post(REVIEW, &[("change", &waiting)]).await;
        assert_eq!(deciding.status, 200, "{deciding:?}");
        let store = stand.ground.store().await;
        let opened = key(&place("r-flowopened00001"));
        let ends_at = until("the door to be open for a time", async || {
            let duty = store.find_return(&Scope::Everything, &opened).await.unwrap();
            duty.map(|duty| duty.due_at.as_millis().to_string())
        })
        .await;
        store.close().await;
        Self {
            review: review(oleg, "r-flowreviewed001").await,
            production: review(oleg, "r-flowproduction1").await,
            blocked: review(oleg, "r-flowblocked0001").await,
            busy,
            deciding: deciding.json().as_str().unwrap().to_owned(),
            waiting,
            of_anna,
            ended,
            used,
            draft: draft(&stand.adam, "flow-drafted").await,
            of_oleg: draft(oleg, "flow-production").await,
            ends_at,
        }
    }
}

/// Confirms a review of one's own; the id of the change.
async fn wish(browser: &Browser, review: &str, key: &str) -> String {
    let answer =
        browser.post(CONFIRM, &[("review", review), ("key", key), ("reason", "drill")]).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json().as_str().unwrap().to_owned()
}

async fn state_of(stand: &Stand, change: &str, wanted: ChangeState) {
    let store = stand.ground.store().await;
    let id = change.parse().unwrap();
    until("the change to get there", async || {
        let change = store.find_change(&Scope::Everything, id).await.unwrap().unwrap();
        assert!(change.state == wanted || !change.state.is_terminal(), "{change:?}");
        (change.state == wanted).then_some(())
    })
    .await;
    store.close().await;
}

async fn draft(browser: &Browser, name: &str) -> String {
    let fields = [("query", format!("q={name}")), ("to", "password-free".to_owned())];
    let fields: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let answer = browser.post("/api/ui/batch/draft", &fields).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json().as_str().unwrap().to_owned()
}

const INSTANCES: [(&str, &str, &str, &str); 7] = [
    ("r-flowreviewed001", "flow-reviewed", "development", "10.0.0.1"),
    ("r-flowopened00001", "flow-opened", "development", "10.0.0.1"),
    ("r-flowdrafted0001", "flow-drafted", "development", "10.0.0.1"),
    ("r-flowproduction1", "flow-production", "production", "10.0.0.1"),
    ("r-flowstaging0001", "flow-staging", "staging", "10.0.0.1"),
    ("r-flowstaging0002", "flow-of-anna", "staging", "10.0.0.1"),
    ("r-flowblocked0001", "flow-blocked", "development", "0.0.0.0/0"),
];

pub async fn stand() -> Stand {
    let stand = Stand::new("approval_to_open_staging = \"always\"\nlist_every = \"1s\"").await;
    for (id, name, environment, addresses) in INSTANCES {
        instance::add(&stand.ground, id, name, environment, addresses);
    }
    let store = stand.ground.store().await;
    for (id, ..) in INSTANCES {
        let place = key(&place(id));
        until("it to be listed and read", async || {
            let found = store.find_instance(&Scope::Everything, &place).await.unwrap()?;
            let read = [
                found.attribute.read_at,
                found.whitelist.read_at,
                found.endpoints.read_at,
                found.release.read_at,
            ];
            read.iter().all(Option::is_some).then_some(())
        })
        .await;
    }
    store.close().await;
    stand
}

fn place(id: &str) -> String {
    format!("core/cn-hangzhou/{id}")
}
