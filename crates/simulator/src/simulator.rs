//! A running simulated cloud.

use crate::cloud::Cloud;
use crate::control::{Control, serve as serve_control};
use crate::gate::keyring::Account;
use crate::options::Options;
use crate::transport;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinHandle};

/// Why it could not start.
#[derive(Debug, Error)]
pub enum StartError {
    #[error("cannot listen on {address}")]
    Listen {
        address: SocketAddr,
        #[source]
        source: std::io::Error,
    },
    #[error("the control API listens on loopback only, and {0} is not")]
    ControlNotLoopback(SocketAddr),
    #[error("the table of regions cannot be read")]
    Regions(#[source] serde_json::Error),
}

/// The cloud on localhost. Stops when it is dropped.
pub struct Simulator {
    cloud: Arc<Cloud>,
    base_url: String,
    control_url: String,
    stopping: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
    aborts: Vec<AbortHandle>,
}

impl Simulator {
    /// Makes the fleet, listens, and answers from then on.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        if !options.control_listen.ip().is_loopback() {
            return Err(StartError::ControlNotLoopback(options.control_listen));
        }
        let (listener, base_url) = listen(options.listen).await?;
        let (control_listener, control_url) = listen(options.control_listen).await?;
        let cloud = Arc::new(Cloud::new(options).map_err(StartError::Regions)?);
        let (stopping, stop) = watch::channel(false);
        let control = Control::new(cloud.clone());
        let tasks = vec![
            tokio::spawn(transport::serve(listener, cloud.clone(), stop.clone())),
            tokio::spawn(serve_control(control_listener, control, stop)),
        ];
        let aborts = tasks.iter().map(JoinHandle::abort_handle).collect();
        Ok(Self { cloud, base_url, control_url, stopping, tasks, aborts })
    }

    /// Where the cloud answers, as `http://address:port`: the endpoint of every region and of STS.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Where the control API answers.
    pub fn control_url(&self) -> &str {
        &self.control_url
    }

    pub fn accounts(&self) -> &[Account] {
        &self.cloud.accounts
    }

    /// The abilities of the control API, in process.
    pub fn control(&self) -> Control {
        Control::new(self.cloud.clone())
    }

    /// What a program that starts a simulator reads from its first line.
    pub fn announcement(&self) -> Value {
        let accounts: Vec<Value> = self
            .accounts()
            .iter()
            .map(|account| {
                json!({
                    "name": account.name,
                    "access_key_id": account.access_key_id,
                    "access_key_secret": account.access_key_secret,
                })
            })
            .collect();
        json!({ "endpoint": self.base_url, "control": self.control_url, "accounts": accounts })
    }

    /// Lets calls that are being answered finish, for a moment, and ends.
    pub async fn stop(mut self) {
        self.stopping.send_replace(true);
        for task in std::mem::take(&mut self.tasks) {
            // A task that panicked has ended as well.
            let _ = task.await;
        }
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        for task in &self.aborts {
            task.abort();
        }
    }
}

async fn listen(address: SocketAddr) -> Result<(TcpListener, String), StartError> {
    let failed = |source| StartError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    Ok((listener, format!("http://{bound}")))
}
