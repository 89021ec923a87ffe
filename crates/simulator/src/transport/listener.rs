//! Accepts connections until the simulator stops, and lets those that are being answered finish.

use super::exchange::exchange;
use super::tls::Tls;
use super::wire::{ResetSwitch, Wire};
use crate::cloud::Cloud;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// How long a connection may go on after the simulator was told to stop.
const GRACE: Duration = Duration::from_millis(500);

/// A client that does not finish its handshake by then is let go.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// Serves the cloud until `stopping` becomes true, behind TLS if there is any. Dropping the future
/// ends every connection.
pub(crate) async fn serve(
    listener: TcpListener,
    tls: Option<Arc<Tls>>,
    cloud: Arc<Cloud>,
    mut stopping: watch::Receiver<bool>,
) {
    let mut connections = JoinSet::new();
    let stop = stopping.clone();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(stream, tls.clone(), cloud.clone(), stop.clone()));
                }
                // Out of file handles, or a client that left before it was let in: the next one may
                // do better.
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            },
            Some(_) = connections.join_next() => {}
            () = stopped(&mut stopping) => break,
        }
    }
    let all_ended = async { while connections.join_next().await.is_some() {} };
    // Whoever is still there after that, silent by a fault perhaps, is cut off.
    let _ = tokio::time::timeout(GRACE, all_ended).await;
}

/// Ends when the simulator is told to stop, or is gone.
pub(crate) async fn stopped(stopping: &mut watch::Receiver<bool>) {
    let _ = stopping.wait_for(|stop| *stop).await;
}

async fn connection(
    stream: TcpStream,
    tls: Option<Arc<Tls>>,
    cloud: Arc<Cloud>,
    stopping: watch::Receiver<bool>,
) {
    // A small answer must not wait for the next one.
    let _ = stream.set_nodelay(true);
    let reset = ResetSwitch::default();
    let wire = Wire::new(stream, reset.clone());
    match tls {
        None => talk(wire, reset, cloud, stopping).await,
        Some(tls) => {
            let handshake = tls.acceptor().accept(wire);
            // Whoever does not like the certificate ends here.
            if let Ok(Ok(secure)) = tokio::time::timeout(HANDSHAKE, handshake).await {
                talk(secure, reset, cloud, stopping).await;
            }
        }
    }
}

async fn talk(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    reset: ResetSwitch,
    cloud: Arc<Cloud>,
    mut stopping: watch::Receiver<bool>,
) {
    let wire = TokioIo::new(stream);
    let service = service_fn(move |request| exchange(cloud.clone(), reset.clone(), request));
    let mut serving =
        pin!(http1::Builder::new().timer(TokioTimer::new()).serve_connection(wire, service));
    tokio::select! {
        // How a client ends its connection is the client's business.
        _ = serving.as_mut() => return,
        () = stopped(&mut stopping) => serving.as_mut().graceful_shutdown(),
    }
    let _ = serving.await;
}
