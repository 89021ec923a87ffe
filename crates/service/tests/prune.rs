//! What became different is kept for as long as somebody said, and no more than so many of it.

#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

mod world;

use std::time::Duration;

use domain::call::SignatureScheme;
use domain::person::Scope;
use serde_json::json;
use service::Settings;
use store::fleet::EventFilter;
use world::{World, portal_on, settings};

impl World {
    /// How many events there are after forgetting what `choose` says is too much.
    async fn left_after(&self, choose: impl FnOnce(&mut Settings)) -> usize {
        let mut settings = settings();
        choose(&mut settings);
        let store = self.portal.store().clone();
        let pruning = portal_on(&self.cloud, store, SignatureScheme::V1, settings);
        pruning.prune().await.unwrap();
        let all = EventFilter::default();
        let left = self.portal.store().list_events(&Scope::Everything, &all, 1000).await.unwrap();
        left.len()
    }
}

#[tokio::test]
async fn events_are_forgotten_by_age_and_by_number() {
    let world = World::new().await;
    let before = world.left_after(|_| {}).await;
    for name in ["one", "two", "three"] {
        world.cloud.control().set_field("r-bp1ordersdev0001", "InstanceName", json!(name)).unwrap();
        world.portal.list_fleet_once().await.unwrap();
    }
    assert_eq!(world.left_after(|_| {}).await, before + 3, "nothing is old yet");
    assert_eq!(world.left_after(|settings| settings.events_most = 2).await, 2);
    let long = Duration::from_hours(1);
    assert_eq!(world.left_after(|settings| settings.events_kept = long).await, 2);
    tokio::time::sleep(Duration::from_millis(2)).await;
    assert_eq!(world.left_after(|settings| settings.events_kept = Duration::ZERO).await, 0);
}
