//! What lasts, one person may have only so often at once: streams of news, and files.
//!
//! Whoever asks for more is told to come later; what they have goes on. A turn is held until the last byte of the answer,
//! or until its connection ends. Each process counts for itself. How many reviews and drafts somebody may have waiting
//! is in `service` (`change/pending.rs`).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use app::api::error::{ApiError, ErrorCode};
use app::api::ssr::Request as Known;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use domain::id::UserId;
use http_body_util::BodyExt as _;

use super::{Web, forms};

/// A browser has one, however many tabs (`island/live.rs`).
const STREAMS: usize = 3;
const FILES: usize = 2;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Stream,
    File,
}

impl Kind {
    const fn most(self) -> usize {
        match self {
            Self::Stream => STREAMS,
            Self::File => FILES,
        }
    }
}

/// Who has how many.
#[derive(Debug, Clone, Default)]
pub struct Turns(Arc<Mutex<BTreeMap<(UserId, Kind), usize>>>);

/// One of them. Dropped, it is over.
struct Turn {
    of: Turns,
    key: (UserId, Kind),
}

pub async fn stream(State(web): State<Web>, request: Request, next: Next) -> Response {
    while_it_lasts(&web, Kind::Stream, request, next).await
}

pub async fn file(State(web): State<Web>, request: Request, next: Next) -> Response {
    while_it_lasts(&web, Kind::File, request, next).await
}

async fn while_it_lasts(web: &Web, kind: Kind, request: Request, next: Next) -> Response {
    let person = request.extensions().get::<Known>().and_then(|known| known.who.as_ref());
    // Whoever is not signed in is turned away by what stands behind.
    let Some(person) = person.map(|who| who.person.id) else { return next.run(request).await };
    let Some(turn) = web.turns.take(person, kind) else {
        return forms::refuse(&request, ApiError::new(ErrorCode::TooManyOpen));
    };
    next.run(request).await.map(|body| {
        Body::new(body.map_err(move |error| {
            let _ = &turn;
            error
        }))
    })
}

impl Turns {
    fn take(&self, person: UserId, kind: Kind) -> Option<Turn> {
        let key = (person, kind);
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.entry(key).or_insert(0);
        if *count >= kind.most() {
            return None;
        }
        *count = count.saturating_add(1);
        Some(Turn { of: self.clone(), key })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut taken = self.of.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&self.key) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                taken.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_is_free_again_when_it_is_over_and_is_nobody_else_s() {
        let turns = Turns::default();
        let (one, other) = (UserId::from_u128(1), UserId::from_u128(2));
        let mut held: Vec<Turn> =
            (0..FILES).map(|_| turns.take(one, Kind::File).unwrap()).collect();
        assert!(turns.take(one, Kind::File).is_none());
        assert!(turns.take(one, Kind::Stream).is_some());
        assert!(turns.take(other, Kind::File).is_some());
        held.pop();
        held.push(turns.take(one, Kind::File).unwrap());
        assert!(turns.take(one, Kind::File).is_none());
        drop(held);
        assert!(turns.0.lock().unwrap().is_empty(), "nothing is kept of whoever has none");
    }
}
