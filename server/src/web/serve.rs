//! Taking connections: each with deadlines, all with a limit, ended in order.

mod places;
mod write_deadline;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use ipnet::IpNet;
use rustix::process::{Resource, getrlimit, setrlimit};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt as _;

use super::tls::Tls;
use places::{Place, Places};
use write_deadline::WriteDeadline;

/// A client that has not said what it wants by then is gone.
const HEADER_DEADLINE: Duration = Duration::from_secs(10);
/// As many as there are files for, up to this.
const CONNECTIONS: u64 = 1024;
/// Files that are left for the memory, the cloud, and everything else.
const OTHER_FILES: u64 = 256;
/// What is under way may end; what takes longer is taken up at the next start.
const DRAIN: Duration = Duration::from_secs(25);
const MAX_HEADERS: usize = 64;
/// Also the most that all headers of a request may be.
const BUFFER: usize = 32 * 1024;

/// Where connections come in.
pub struct Door {
    pub listener: TcpListener,
    /// `None`: plain HTTP, on this machine or behind a proxy.
    pub tls: Option<Tls>,
    /// Proxies, who speak for many.
    pub trusted: Arc<[IpNet]>,
}

/// Serves until `stop` is done, then lets answers under way end.
pub async fn serve(door: Door, router: Router, stop: impl Future<Output = ()>) {
    let Door { listener, tls, trusted } = door;
    let places = Places::new(connections(), trusted);
    let graceful = GracefulShutdown::new();
    tokio::pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &places) => accepted,
            () = &mut stop => break,
        };
        let Some((stream, peer, place)) = accepted else { continue };
        let (router, tls, watcher) = (router.clone(), tls.clone(), graceful.watcher());
        tokio::spawn(async move {
            let asker = place.clone();
            let conversation = async move {
                match tls {
                    None => converse(stream, peer, router, watcher, asker).await,
                    Some(tls) => {
                        if let Some(stream) = tls.accept(stream).await {
                            converse(stream, peer, router, watcher, asker).await;
                        }
                    }
                }
            };
            tokio::select! {
                () = conversation => {}
                () = place.is_needed() => {
                    tracing::debug!(%peer, "a connection that asked nothing made place");
                }
            }
        });
    }
    drop(listener);
    tokio::select! {
        () = graceful.shutdown() => {}
        () = tokio::time::sleep(DRAIN) => tracing::warn!("some answers were cut off at shutdown"),
    }
}

/// Answers one request after the other.
async fn converse<S>(
    stream: S,
    peer: SocketAddr,
    router: Router,
    watcher: Watcher,
    place: Arc<Place>,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = hyper::service::service_fn(move |request: hyper::Request<Incoming>| {
        answer(router.clone(), request, peer, place.clone())
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_DEADLINE)
        .max_headers(MAX_HEADERS)
        .max_buf_size(BUFFER)
        .serve_connection(TokioIo::new(WriteDeadline::new(stream)), service);
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(%error, %peer, "a connection ended early");
    }
}

/// One request, from all of it to all of its answer.
async fn answer(
    router: Router,
    mut request: hyper::Request<Incoming>,
    peer: SocketAddr,
    place: Arc<Place>,
) -> Result<hyper::Response<Body>, std::convert::Infallible> {
    request.extensions_mut().insert(ConnectInfo(peer));
    let request = if request.body().is_end_stream() {
        place.asks();
        request.map(Body::new)
    } else {
        let arrived = AtEnd(Some(place.clone()), Place::asks);
        request.map(|body| Body::new(during(body, arrived)))
    };
    let answered = AtEnd(Some(place), Place::was_answered);
    let response = router.oneshot(request).await?;
    Ok(response.map(|body| Body::new(during(body, answered))))
}

/// Does something with a place when it is dropped.
struct AtEnd(Option<Arc<Place>>, fn(&Place));

impl Drop for AtEnd {
    fn drop(&mut self) {
        if let Some(place) = self.0.take() {
            (self.1)(&place);
        }
    }
}

/// A body that holds something until its end.
fn during<B: hyper::body::Body>(
    body: B,
    held: AtEnd,
) -> impl hyper::body::Body<Data = B::Data, Error = B::Error> {
    body.map_err(move |error| {
        let _ = &held;
        error
    })
}

/// How many at once. So many files may be open in all that none of them is missing elsewhere.
fn connections() -> usize {
    let mut limit = getrlimit(Resource::Nofile);
    let wanted = CONNECTIONS + OTHER_FILES;
    let most = limit.maximum.unwrap_or(u64::MAX);
    if limit.current.is_some_and(|current| current < wanted) {
        limit.current = Some(wanted.min(most));
        if let Err(error) = setrlimit(Resource::Nofile, limit) {
            tracing::warn!(%error, "the limit of open files could not be raised");
            limit = getrlimit(Resource::Nofile);
        }
    }
    let files = limit.current.unwrap_or(u64::MAX);
    let places = files.saturating_sub(OTHER_FILES).clamp(OTHER_FILES / 4, CONNECTIONS);
    if places < CONNECTIONS {
        tracing::warn!(files, places, "few files may be open: fewer people are served at once");
    }
    usize::try_from(places).unwrap_or(usize::MAX)
}

/// A connection with its place. `None`: it was gone before it was there, or one too many.
async fn accept(
    listener: &TcpListener,
    places: &Places,
) -> Option<(TcpStream, SocketAddr, Arc<Place>)> {
    match listener.accept().await {
        Ok((stream, peer)) => {
            // Small answers leave at once; a failure only makes them slower.
            let _ = stream.set_nodelay(true);
            let place = places.take(peer.ip()).await;
            if place.is_none() {
                tracing::debug!(%peer, "one connection too many from this address");
            }
            Some((stream, peer, place?))
        }
        Err(error) => {
            tracing::warn!(%error, "a connection could not be taken");
            // Out of file handles: without a pause this would be a busy loop.
            tokio::time::sleep(Duration::from_millis(50)).await;
            None
        }
    }
}
