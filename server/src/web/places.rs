//! How many connections there may be: in all, and from one address.
//!
//! Proxies that are trusted speak for many people, so they are counted in all only.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ipnet::IpNet;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// In all.
pub const CONNECTIONS: usize = 1024;
/// Whoever holds all of its own leaves as many to the others.
pub const OF_ONE_ADDRESS: usize = CONNECTIONS / 2;

#[derive(Debug, Clone)]
pub struct Places {
    all: Arc<Semaphore>,
    taken: Arc<Mutex<HashMap<IpAddr, usize>>>,
    trusted: Arc<[IpNet]>,
}

/// Given back when it is dropped.
#[derive(Debug)]
pub struct Place {
    of: Option<(IpAddr, Arc<Mutex<HashMap<IpAddr, usize>>>)>,
    _one: OwnedSemaphorePermit,
}

impl Places {
    pub fn new(trusted: Arc<[IpNet]>) -> Self {
        Self { all: Arc::new(Semaphore::new(CONNECTIONS)), taken: Arc::default(), trusted }
    }

    /// Waits until there is one in all. `None`: the portal ends.
    pub async fn one(&self) -> Option<OwnedSemaphorePermit> {
        self.all.clone().acquire_owned().await.ok()
    }

    /// `None`: this address has as many as it may.
    pub fn take(&self, one: OwnedSemaphorePermit, peer: IpAddr) -> Option<Place> {
        if self.trusted.iter().any(|net| net.contains(&peer)) {
            return Some(Place { of: None, _one: one });
        }
        let address = counted_as(peer);
        let mut taken = lock(&self.taken);
        let of_address = taken.entry(address).or_default();
        if *of_address >= OF_ONE_ADDRESS {
            return None;
        }
        *of_address += 1;
        drop(taken);
        Some(Place { of: Some((address, self.taken.clone())), _one: one })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some((address, taken)) = &self.of else { return };
        let mut taken = lock(taken);
        if let Some(of_address) = taken.get_mut(address) {
            *of_address -= 1;
            if *of_address == 0 {
                taken.remove(address);
            }
        }
    }
}

/// A household gets a whole /64 of IPv6 addresses, so that is what counts.
fn counted_as(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        address @ IpAddr::V4(_) => address,
    }
}

fn lock(taken: &Mutex<HashMap<IpAddr, usize>>) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
    taken.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn take(places: &Places, peer: &str) -> Option<Place> {
        places.take(places.one().await.unwrap(), peer.parse().unwrap())
    }

    #[tokio::test]
    async fn one_address_takes_half_and_leaves_the_rest() {
        let places = Places::new(Arc::new([]));
        let mut held = Vec::new();
        while let Some(place) = take(&places, "192.0.2.1").await {
            held.push(place);
        }
        assert_eq!(held.len(), OF_ONE_ADDRESS);
        assert!(take(&places, "::ffff:192.0.2.1").await.is_none(), "the same, written otherwise");
        assert!(take(&places, "192.0.2.2").await.is_some());
        held.pop();
        let again = take(&places, "192.0.2.1").await;
        assert!(again.is_some() && take(&places, "192.0.2.1").await.is_none());
        drop((held, again));
        assert!(lock(&places.taken).is_empty(), "nothing is remembered of whoever left");
        assert_eq!(places.all.available_permits(), CONNECTIONS);
    }

    #[tokio::test]
    async fn a_network_of_ipv6_counts_as_one() {
        let places = Places::new(Arc::new([]));
        let mut held = Vec::new();
        for number in 0..OF_ONE_ADDRESS {
            held.push(take(&places, &format!("2001:db8:0:1::{number:x}")).await.unwrap());
        }
        assert!(take(&places, "2001:db8:0:1:ffff::1").await.is_none());
        assert!(take(&places, "2001:db8:0:2::1").await.is_some());
    }

    #[tokio::test]
    async fn a_trusted_proxy_may_take_all() {
        let places = Places::new(Arc::new(["10.0.0.0/8".parse().unwrap()]));
        let mut held = Vec::new();
        for _ in 0..CONNECTIONS {
            held.push(take(&places, "10.1.2.3").await.unwrap());
        }
        assert_eq!(places.all.available_permits(), 0);
    }
}
