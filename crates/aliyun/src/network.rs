//! How sources of credentials that fetch a key reach whoever has it: STS, the metadata service, a credentials URI.
//!
//! One is enough for all sources of an account: they share its connections and what it knows of the cloud's clock.
//! Nothing is opened before the first key is fetched.

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use domain::call::SignatureScheme;
use domain::id::RegionId;

use crate::client::{Client, StsClient};
use crate::clock::{Clock, Correction};
use crate::credential::{CredentialError, CredentialProvider, Role, SessionName};
use crate::endpoint::ApiEndpoint;
use crate::http::{Http, Settings};
use crate::nonce::NonceSource;
use crate::options::{BuildClientError, Timeouts};
use crate::resolver::{Resolver, SystemResolver};
use crate::retry::RetryPolicy;
use crate::tls::RootCertificates;

/// [`NetworkOptions::new`] takes what has no default; the rest are fields to change.
#[derive(Clone)]
#[non_exhaustive]
pub struct NetworkOptions {
    /// Need not be right, as long as it goes at the right pace.
    pub clock: Arc<dyn Clock>,
    /// As for [`ClientOptions`](crate::ClientOptions); also draws when a key is renewed.
    pub nonces: Arc<dyn NonceSource>,
    /// How calls to STS are signed. V1 by default, as the official libraries do.
    pub scheme: SignatureScheme,
    /// 5 s to connect and 10 s in all by default. The metadata service has 1 s and 2 s.
    pub timeouts: Timeouts,
    /// Of calls to STS.
    pub retry: RetryPolicy,
    /// To be trusted besides those of the system.
    pub root_certificates: Option<RootCertificates>,
    /// What the operating system says, by default.
    pub resolver: Arc<dyn Resolver>,
    /// `latchkey/<version>` by default.
    pub user_agent: String,
    /// Which STS roles are assumed at.
    pub sts: Sts,
    /// Where the metadata service of ECS is; `http://100.100.100.200` by default.
    pub ecs_metadata: Option<ApiEndpoint>,
    /// Of sessions for which nothing else gives a name.
    pub session_name: SessionName,
}

/// Which STS roles are assumed at. By default the one without a region, `sts.aliyuncs.com`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sts {
    /// This one and no other.
    pub endpoint: Option<ApiEndpoint>,
    /// The one of this region.
    pub region: Option<RegionId>,
    /// The one inside the VPC; counts only with a region.
    pub vpc: bool,
}

impl NetworkOptions {
    /// `nonces` is best made of the operating system's random numbers.
    pub fn new(clock: Arc<dyn Clock>, nonces: Arc<dyn NonceSource>) -> Self {
        Self {
            clock,
            nonces,
            scheme: SignatureScheme::V1,
            timeouts: Timeouts { connect: Duration::from_secs(5), total: Duration::from_secs(10) },
            retry: RetryPolicy::default(),
            root_certificates: None,
            resolver: Arc::new(SystemResolver),
            user_agent: concat!("latchkey/", env!("CARGO_PKG_VERSION")).to_owned(),
            sts: Sts::default(),
            ecs_metadata: None,
            session_name: SessionName::of("latchkey"),
        }
    }
}

/// Cheap to clone; clones share connections.
#[derive(Clone)]
pub struct Network(Arc<Inner>);

struct Inner {
    options: NetworkOptions,
    /// For plain http to this machine: trusts nobody and needs no certificate of the system.
    plain: Arc<Http>,
    /// Made when it is first needed: reading the system's certificates takes a while.
    secure: Arc<OnceLock<Result<Arc<Http>, BuildClientError>>>,
    metadata: Arc<Http>,
    correction: Arc<Correction>,
}

/// As the official libraries: one second, since the service is on the same machine or not there at all.
const METADATA_TIMEOUTS: Timeouts =
    Timeouts { connect: Duration::from_secs(1), total: Duration::from_secs(2) };

impl Network {
    /// Opens no connection yet. Fails where no server could be believed, unless STS is on this machine.
    pub fn new(options: NetworkOptions) -> Result<Self, BuildClientError> {
        let plain = Http::new(&settings(&options, options.timeouts, false))?;
        let tls = options.ecs_metadata.as_ref().is_some_and(ApiEndpoint::is_secure);
        let metadata = Http::new(&settings(&options, METADATA_TIMEOUTS, tls))?;
        let network = Self(Arc::new(Inner {
            plain: Arc::new(plain),
            secure: Arc::default(),
            metadata: Arc::new(metadata),
            correction: Arc::default(),
            options,
        }));
        if network.0.options.sts.endpoint.as_ref().is_none_or(ApiEndpoint::is_secure) {
            network.http(true)?;
        }
        Ok(network)
    }

    /// The same with another STS and another name for sessions.
    #[must_use]
    pub fn with_sts(&self, sts: Sts, session_name: Option<SessionName>) -> Self {
        let mut options = self.0.options.clone();
        options.sts = sts;
        if let Some(name) = session_name {
            options.session_name = name;
        }
        Self(Arc::new(Inner {
            options,
            plain: Arc::clone(&self.0.plain),
            secure: Arc::clone(&self.0.secure),
            metadata: Arc::clone(&self.0.metadata),
            correction: Arc::clone(&self.0.correction),
        }))
    }

    /// Which STS roles are assumed at.
    pub fn sts(&self) -> &Sts {
        &self.0.options.sts
    }

    pub(crate) fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.0.options.clock)
    }

    pub(crate) fn random(&self) -> Arc<dyn NonceSource> {
        Arc::clone(&self.0.options.nonces)
    }

    pub(crate) fn session_name(&self) -> &SessionName {
        &self.0.options.session_name
    }

    /// For https, or for plain http to this machine.
    pub(crate) fn http(&self, secure: bool) -> Result<Arc<Http>, BuildClientError> {
        if !secure {
            return Ok(Arc::clone(&self.0.plain));
        }
        let options = &self.0.options;
        let make = || Http::new(&settings(options, options.timeouts, true)).map(Arc::new);
        self.0.secure.get_or_init(make).clone()
    }

    pub(crate) fn metadata(&self) -> (Arc<Http>, ApiEndpoint) {
        let endpoint = self.0.options.ecs_metadata.clone();
        (Arc::clone(&self.0.metadata), endpoint.unwrap_or_else(ApiEndpoint::of_ecs_metadata))
    }

    /// A client of the STS where `role` is assumed, signing with `credentials`; without any only unsigned calls go.
    pub(crate) fn sts_client(
        &self,
        role: &Role,
        credentials: Option<Arc<dyn CredentialProvider>>,
    ) -> Result<Client, CredentialError> {
        let options = &self.0.options;
        let endpoint = options.sts.endpoint.clone().unwrap_or_else(|| {
            let region = role.sts_region.as_ref().or(options.sts.region.as_ref());
            ApiEndpoint::of_sts(region, role.sts_vpc.unwrap_or(options.sts.vpc))
        });
        let http = self.http(endpoint.is_secure()).map_err(CredentialError::Network)?;
        Ok(Client::of_sts(StsClient {
            http,
            endpoint,
            credentials,
            clock: self.clock(),
            nonces: self.random(),
            scheme: options.scheme,
            retry: options.retry,
            user_agent: options.user_agent.clone(),
            correction: Arc::clone(&self.0.correction),
        }))
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Network").field("sts", self.sts()).finish_non_exhaustive()
    }
}

fn settings(options: &NetworkOptions, timeouts: Timeouts, tls: bool) -> Settings<'_> {
    Settings {
        timeouts,
        root_certificates: options.root_certificates.as_ref(),
        resolver: &options.resolver,
        user_agent: &options.user_agent,
        tls,
    }
}
