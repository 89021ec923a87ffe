//! How many connections there are at once, and who goes when there is one more.
//!
//! Whoever was asked nothing of yet goes first, then whoever asks nothing now; among them who waits longest. A request
//! counts once all of it has arrived, and until all of its answer has left: those are never cut off for somebody else.
//! So whoever opens connections and is slow about them loses places only to people who are not.
//!
//! One address (one /64 of IPv6) has at most half of all, in the same order of going. Trusted proxies speak for many
//! people, so they are counted in all only.

use std::collections::{BTreeMap, HashMap};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use ipnet::IpNet;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

/// So many addresses are remembered before those that have nothing here are forgotten.
const FORGET_ABOVE: usize = 4096;

#[derive(Debug)]
pub struct Places {
    free: Arc<Semaphore>,
    of_one_address: usize,
    /// Of each address that was here lately.
    addresses: Mutex<HashMap<IpAddr, Arc<Semaphore>>>,
    trusted: Arc<[IpNet]>,
    line: Arc<Line>,
}

/// Who could go, in the order of going: strangers first.
#[derive(Debug, Default)]
struct Line {
    arrivals: AtomicU64,
    waiting: Mutex<BTreeMap<Turn, (IpAddr, Arc<Notify>)>>,
}

/// Whether it has asked anything before, and since when it waits.
type Turn = (bool, u64);

/// Of one connection. Dropped, it is free.
#[derive(Debug)]
pub struct Place {
    line: Arc<Line>,
    address: IpAddr,
    turn: Mutex<Option<Turn>>,
    leave: Arc<Notify>,
    _permits: (Option<OwnedSemaphorePermit>, OwnedSemaphorePermit),
}

impl Places {
    pub fn new(count: usize, trusted: Arc<[IpNet]>) -> Self {
        Self {
            free: Arc::new(Semaphore::new(count)),
            of_one_address: count.div_ceil(2),
            addresses: Mutex::default(),
            trusted,
            line: Arc::default(),
        }
    }

    /// A place for somebody who has not asked anything yet, made if there is none. Waits where all are being answered.
    ///
    /// `None`: all that this address may have are being answered.
    pub async fn take(&self, peer: IpAddr) -> Option<Arc<Place>> {
        let address = counted_as(peer);
        let of_address = match self.of(address) {
            None => None,
            Some(its) => {
                if its.available_permits() == 0 {
                    self.line.first(|other| other == address)?.notify_one();
                }
                Some(its.acquire_owned().await.ok()?)
            }
        };
        if self.free.available_permits() == 0
            && let Some(longest) = self.line.first(|_| true)
        {
            longest.notify_one();
        }
        let permit = self.free.clone().acquire_owned().await.ok()?;
        let place = Place {
            line: self.line.clone(),
            address,
            turn: Mutex::default(),
            leave: Arc::default(),
            _permits: (of_address, permit),
        };
        place.waits(false);
        Some(Arc::new(place))
    }

    /// What an address may have. `None`: a trusted proxy.
    fn of(&self, address: IpAddr) -> Option<Arc<Semaphore>> {
        if self.trusted.iter().any(|net| net.contains(&address)) {
            return None;
        }
        let mut addresses = self.addresses.lock().unwrap_or_else(PoisonError::into_inner);
        if addresses.len() > FORGET_ABOVE {
            addresses.retain(|_, free| free.available_permits() < self.of_one_address);
        }
        let its = addresses
            .entry(address)
            .or_insert_with(|| Arc::new(Semaphore::new(self.of_one_address)));
        Some(its.clone())
    }
}

/// A household gets a whole /64 of IPv6 addresses, so that is what counts.
fn counted_as(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(address) if !address.is_loopback() => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        address => address,
    }
}

impl Line {
    /// Takes out whoever is the next to go, of those who are meant.
    fn first(&self, is_meant: impl Fn(IpAddr) -> bool) -> Option<Arc<Notify>> {
        let mut waiting = self.waiting();
        let turn =
            waiting.iter().find(|(_, (address, _))| is_meant(*address)).map(|(turn, _)| *turn);
        Some(waiting.remove(&turn?)?.1)
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, BTreeMap<Turn, (IpAddr, Arc<Notify>)>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Something was asked, and is to be answered.
    pub fn asks(&self) {
        if let Some(turn) = self.turn().take() {
            self.line.waiting().remove(&turn);
        }
    }

    /// All of it was answered.
    pub fn was_answered(&self) {
        self.waits(true);
    }

    /// When somebody else needs it.
    pub async fn is_needed(&self) {
        self.leave.notified().await;
    }

    fn waits(&self, known: bool) {
        let turn = (known, self.line.arrivals.fetch_add(1, Ordering::Relaxed));
        if let Some(before) = self.turn().replace(turn) {
            self.line.waiting().remove(&before);
        }
        self.line.waiting().insert(turn, (self.address, self.leave.clone()));
    }

    fn turn(&self) -> std::sync::MutexGuard<'_, Option<Turn>> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.asks();
    }
}

#[cfg(test)]
mod tests {
    use std::pin::Pin;
    use std::task::{Context, Waker};

    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    /// Whether it was told to leave.
    async fn must_go(place: &Place) -> bool {
        tokio::select! {
            biased;
            () = place.is_needed() => true,
            () = std::future::ready(()) => false,
        }
    }

    fn is_pending(waiting: &mut Pin<Box<impl Future>>) -> bool {
        waiting.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending()
    }

    #[tokio::test]
    async fn strangers_go_before_those_who_asked_and_nobody_goes_while_being_answered() {
        let places = Places::new(3, Arc::new([IpNet::from(HERE)]));
        let (known, stranger) =
            (places.take(HERE).await.unwrap(), places.take(HERE).await.unwrap());
        let busy = places.take(HERE).await.unwrap();
        known.asks();
        known.was_answered();
        busy.asks();
        let mut next = Box::pin(places.take(HERE));
        assert!(is_pending(&mut next));
        assert!(must_go(&stranger).await);
        assert!(!must_go(&known).await && !must_go(&busy).await);
        drop(stranger);
        let fourth = next.await.unwrap();
        fourth.asks();
        let mut next = Box::pin(places.take(HERE));
        assert!(is_pending(&mut next));
        assert!(must_go(&known).await);
        drop(known);
        let fifth = next.await.unwrap();
        fifth.asks();
        let mut next = Box::pin(places.take(HERE));
        assert!(is_pending(&mut next));
        for place in [&busy, &fourth, &fifth] {
            assert!(!must_go(place).await, "all are being answered");
        }
        drop(busy);
        assert!(next.await.is_some());
    }

    async fn take(places: &Places, peer: &str) -> Option<Arc<Place>> {
        places.take(peer.parse().unwrap()).await
    }

    #[tokio::test]
    async fn one_address_takes_half_and_leaves_the_rest() {
        let places = Places::new(8, Arc::new([]));
        let mut held = Vec::new();
        for _ in 0..4 {
            held.push(take(&places, "192.0.2.1").await.unwrap());
        }
        // The same address, written otherwise: whoever waits longest of its own goes.
        let mut fifth = Box::pin(take(&places, "::ffff:192.0.2.1"));
        assert!(is_pending(&mut fifth));
        assert!(must_go(&held[0]).await && !must_go(&held[1]).await);
        held.remove(0);
        held.push(fifth.await.unwrap());
        for place in &held {
            place.asks();
        }
        assert!(take(&places, "192.0.2.1").await.is_none(), "all of its own are being answered");
        assert!(take(&places, "192.0.2.2").await.is_some());
    }

    #[tokio::test]
    async fn a_network_of_ipv6_counts_as_one_and_a_trusted_proxy_may_take_all() {
        let places = Places::new(8, Arc::new(["10.0.0.0/8".parse().unwrap()]));
        let mut held = Vec::new();
        for number in 0..4 {
            let place = take(&places, &format!("2001:db8:0:1::{number}")).await.unwrap();
            place.asks();
            held.push(place);
        }
        assert!(take(&places, "2001:db8:0:1:ffff::1").await.is_none());
        held.push(take(&places, "2001:db8:0:2::1").await.unwrap());
        held.clear();
        for _ in 0..8 {
            held.push(take(&places, "10.1.2.3").await.unwrap());
        }
        assert_eq!(places.free.available_permits(), 0);
    }

    #[tokio::test]
    async fn addresses_that_left_are_forgotten() {
        let places = Places::new(8, Arc::new([]));
        let stays = take(&places, "192.0.2.1").await;
        for number in 0..=u32::try_from(FORGET_ABOVE).unwrap() {
            let address = IpAddr::from(std::net::Ipv4Addr::from(0x0a00_0000 + number));
            drop(places.take(address).await);
        }
        drop(take(&places, "192.0.2.2").await);
        assert!(places.addresses.lock().unwrap().len() < 8);
        drop(stays);
    }
}
