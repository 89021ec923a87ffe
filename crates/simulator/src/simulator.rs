//! A running simulated cloud.

use crate::cloud::Cloud;
use crate::control::{Control, serve as serve_control};
use crate::gate::keyring::Account;
use crate::metadata;
use crate::options::Options;
use crate::ram::{provider_arn, role_arn};
use crate::transport::{self, CertificateError, Tls};
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
    #[error("the control API and the metadata service listen on loopback only, and {0} is not")]
    ControlNotLoopback(SocketAddr),
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    #[error("the table of regions cannot be read")]
    Regions(#[source] serde_json::Error),
}

/// The cloud on localhost. Stops when it is dropped.
pub struct Simulator {
    cloud: Arc<Cloud>,
    base_url: String,
    control_url: String,
    tls_url: Option<String>,
    tls: Arc<Tls>,
    metadata_url: Option<String>,
    stopping: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
    aborts: Vec<AbortHandle>,
}

impl Simulator {
    /// Makes the fleet, listens, and answers from then on.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let for_programs = [Some(options.control_listen), options.metadata_listen];
        let open = for_programs.into_iter().flatten().find(|address| !address.ip().is_loopback());
        if let Some(address) = open {
            return Err(StartError::ControlNotLoopback(address));
        }
        let (listener, base_url) = listen(options.listen).await?;
        let (control_listener, control_url) = listen(options.control_listen).await?;
        let secure = listen_if(options.tls_listen).await?;
        let handing_out = listen_if(options.metadata_listen).await?;
        let cloud = Arc::new(Cloud::new(options).map_err(StartError::Regions)?);
        let tls = Arc::new(Tls::new(cloud.regions.iter().map(|region| region.id.as_str()))?);
        let (stopping, stop) = watch::channel(false);
        let control = Control::new(cloud.clone(), tls.clone());
        let mut tasks = vec![
            tokio::spawn(transport::serve(listener, None, cloud.clone(), stop.clone())),
            tokio::spawn(serve_control(control_listener, control, stop.clone())),
        ];
        let tls_url = secure.map(|(listener, url)| {
            let serving =
                transport::serve(listener, Some(tls.clone()), cloud.clone(), stop.clone());
            tasks.push(tokio::spawn(serving));
            url.replace("http://", "https://")
        });
        let metadata_url = handing_out.map(|(listener, url)| {
            tasks.push(tokio::spawn(metadata::serve(listener, cloud.clone(), stop)));
            url
        });
        let aborts = tasks.iter().map(JoinHandle::abort_handle).collect();
        Ok(Self {
            cloud,
            base_url,
            control_url,
            tls_url,
            tls,
            metadata_url,
            stopping,
            tasks,
            aborts,
        })
    }

    /// Where the cloud answers, as `http://address:port`: the endpoint of every region and of STS.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Where the control API answers.
    pub fn control_url(&self) -> &str {
        &self.control_url
    }

    /// Where the cloud answers behind TLS, as `https://address:port`.
    pub fn tls_url(&self) -> Option<&str> {
        self.tls_url.as_deref()
    }

    /// PEM of the certificate authority to trust for [`Simulator::tls_url`]. Another at every start.
    pub fn ca_pem(&self) -> &str {
        self.tls.ca_pem()
    }

    /// Where the metadata service of ECS is.
    pub fn metadata_url(&self) -> Option<&str> {
        self.metadata_url.as_deref()
    }

    /// Where keys of an account are handed out, for `ALIBABA_CLOUD_CREDENTIALS_URI`.
    pub fn credentials_uri(&self, account: &str) -> Option<String> {
        self.metadata_url.as_ref().map(|url| format!("{url}/credentials/{account}"))
    }

    pub fn accounts(&self) -> &[Account] {
        &self.cloud.accounts
    }

    /// The abilities of the control API, in process.
    pub fn control(&self) -> Control {
        Control::new(self.cloud.clone(), self.tls.clone())
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
                    "role_arn": role_arn(account, "latchkey"),
                    "oidc_provider_arn": provider_arn(account),
                    "credentials_uri": self.credentials_uri(&account.name),
                })
            })
            .collect();
        json!({
            "endpoint": self.base_url,
            "control": self.control_url,
            "tls": self.tls_url,
            "ca": self.ca_pem(),
            "metadata": self.metadata_url,
            "accounts": accounts,
        })
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

async fn listen_if(
    address: Option<SocketAddr>,
) -> Result<Option<(TcpListener, String)>, StartError> {
    match address {
        Some(address) => listen(address).await.map(Some),
        None => Ok(None),
    }
}

async fn listen(address: SocketAddr) -> Result<(TcpListener, String), StartError> {
    let failed = |source| StartError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    Ok((listener, format!("http://{bound}")))
}
