//! Taking connections: each with deadlines, all with a limit, ended in order.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt as _;

use super::places::{Place, Places};
use super::tls::Tls;

/// A client that has not said what it wants by then is gone.
const HEADER_DEADLINE: Duration = Duration::from_secs(10);
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
    pub places: Places,
}

/// Serves until `stop` is done, then lets answers under way end.
pub async fn serve(door: Door, router: Router, stop: impl Future<Output = ()>) {
    let graceful = GracefulShutdown::new();
    tokio::pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = accept(&door) => accepted,
            () = &mut stop => break,
        };
        let Some((stream, peer, place)) = accepted else { continue };
        let (router, tls, watcher) = (router.clone(), door.tls.clone(), graceful.watcher());
        tokio::spawn(async move {
            match tls {
                None => converse(stream, peer, router, watcher).await,
                Some(tls) => {
                    if let Some(stream) = tls.accept(stream).await {
                        converse(stream, peer, router, watcher).await;
                    }
                }
            }
            drop(place);
        });
    }
    drop(door);
    tokio::select! {
        () = graceful.shutdown() => {}
        () = tokio::time::sleep(DRAIN) => tracing::warn!("some answers were cut off at shutdown"),
    }
}

/// Answers one request after the other.
async fn converse<S>(stream: S, peer: SocketAddr, router: Router, watcher: Watcher)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = hyper::service::service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().oneshot(request.map(axum::body::Body::new))
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_DEADLINE)
        .max_headers(MAX_HEADERS)
        .max_buf_size(BUFFER)
        .serve_connection(TokioIo::new(stream), service);
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(%error, %peer, "a connection ended early");
    }
}

/// A connection with its place. `None`: it was gone before it was there, or one too many.
async fn accept(door: &Door) -> Option<(TcpStream, SocketAddr, Place)> {
    let one = door.places.one().await?;
    match door.listener.accept().await {
        Ok((stream, peer)) => {
            let Some(place) = door.places.take(one, peer.ip()) else {
                tracing::debug!(%peer, "one connection too many from this address");
                return None;
            };
            // Small answers leave at once; a failure only makes them slower.
            let _ = stream.set_nodelay(true);
            Some((stream, peer, place))
        }
        Err(error) => {
            tracing::warn!(%error, "a connection could not be taken");
            // Out of file handles: without a pause this would be a busy loop.
            tokio::time::sleep(Duration::from_millis(50)).await;
            None
        }
    }
}
