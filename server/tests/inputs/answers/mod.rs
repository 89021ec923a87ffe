//! Cloud answers: status, headers, bodies, values, timing, TLS and DNS. What is no good answer is told by its closed code,
//! nothing of it is shown, and what was known before stays.

mod lists;
mod mouth;
mod reads;
mod tls;
mod writes;

use crate::ground::{Config, Ground, Memory, Running};
use crate::{Key, instance};
use mouth::Mouth;

pub fn keys() -> Vec<Key> {
    [reads::keys(), lists::keys(), writes::keys(), tls::keys()].concat()
}

/// A portal that hears the cloud through a mouth.
struct Heard {
    ground: Ground,
    mouth: Mouth,
    portal: Running,
}

impl Heard {
    async fn new(more: &str, ids: &[String]) -> Self {
        let ground = Ground::new(Memory::Sqlite).await;
        for id in ids {
            instance::add(&ground, id, "heard", "development", "10.0.0.1");
        }
        let cloud = ground.cloud.base_url().trim_start_matches("http://").parse().unwrap();
        let mouth = Mouth::before(cloud).await;
        let endpoint = format!("http://{}", mouth.address);
        let config = Config { endpoint, more: more.to_owned(), ..ground.config() };
        let portal = ground.serve_as(&config).await;
        Self { ground, mouth, portal }
    }
}
