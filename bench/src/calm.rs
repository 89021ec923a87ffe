//! Somebody who asks for a page ten times a second, while something else goes on.
//!
//! Each on a connection of its own and at its time, answered before or not: a slow answer hides none of those behind it.

use std::time::Duration;

use anyhow::Result;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

use crate::latchkey::{Latchkey, Person};
use crate::stopwatch::Times;

const EVERY: Duration = Duration::from_millis(100);
const PAGE: &str = "/instances";

/// What they noticed, and what the portal took meanwhile.
#[derive(Debug, Clone, Default)]
pub struct Noticed {
    pub times: Times,
    pub errors: usize,
    pub first_error: Option<String>,
    /// The most memory that was seen, in MiB.
    pub most: f64,
}

/// Asks until the attack is over. Returns what the attack says of itself, too.
pub async fn meanwhile<T>(
    portal: &Latchkey,
    person: &Person,
    attack: impl Future<Output = Result<T>>,
) -> Result<(Noticed, T)> {
    let mut noticed = Noticed::default();
    let mut asked = JoinSet::new();
    let mut clock = tokio::time::interval(EVERY);
    clock.set_missed_tick_behavior(MissedTickBehavior::Skip);
    tokio::pin!(attack);
    let told = loop {
        tokio::select! {
            told = &mut attack => break told?,
            _ = clock.tick() => {
                let person = person.clone();
                asked.spawn(async move { person.get(PAGE).await.map(|(_, time)| time) });
                noticed.most = noticed.most.max(portal.memory()?.0);
            }
        }
        while let Some(answer) = asked.try_join_next() {
            noticed.add(answer?);
        }
    };
    while let Some(answer) = asked.join_next().await {
        noticed.add(answer?);
    }
    Ok((noticed, told))
}

impl Noticed {
    fn add(&mut self, answer: Result<Duration>) {
        match answer {
            Ok(time) => self.times.add(time),
            Err(error) => {
                self.errors += 1;
                self.first_error.get_or_insert_with(|| format!("{error:#}"));
            }
        }
    }
}
