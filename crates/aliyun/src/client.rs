//! One account: signs, sends, retries reads, and reads answers.
//!
//! Every call goes through [`Client::read`] but the one write, which has a way of its own in `write`.

use std::fmt;
use std::sync::Arc;

use backon::Retryable;
use domain::call::SignatureScheme;
use domain::cloud::Region;
use domain::id::{RegionId, RequestId};
use domain::time::Timestamp;

use crate::answer::{Answer, Misread};
use crate::call::{Call, Service};
use crate::clock::{Clock, ClockOffset, Correction};
use crate::credential::{Credential, CredentialError, CredentialProvider, SessionName};
use crate::endpoint::{ApiEndpoint, Directory};
use crate::envelope::Envelope;
use crate::error::{Error, is_expired_timestamp};
use crate::http::{Failure, Http, Lane, Outgoing, Reply, Settings};
use crate::nonce::{Nonce, NonceSource};
use crate::options::{BuildClientError, ClientOptions};
use crate::request::{SignedRequest, Stamp, sign, unsigned};
use crate::retry::RetryPolicy;

/// A client of one account. Cheap to clone; clones share connections, learned endpoints and the clock correction.
///
/// The actions are its methods, a file each under `r_kvstore` and `sts`.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    http: Arc<Http>,
    /// `None`: for calls that nobody signs.
    credentials: Option<Arc<dyn CredentialProvider>>,
    clock: Arc<dyn Clock>,
    nonces: Arc<dyn NonceSource>,
    scheme: SignatureScheme,
    retry: RetryPolicy,
    user_agent: String,
    directory: Arc<Directory>,
    correction: Arc<Correction>,
}

/// The parts of a client that asks one STS for keys. They are shared with others.
pub(crate) struct StsClient {
    pub http: Arc<Http>,
    pub endpoint: ApiEndpoint,
    pub credentials: Option<Arc<dyn CredentialProvider>>,
    pub clock: Arc<dyn Clock>,
    pub nonces: Arc<dyn NonceSource>,
    pub scheme: SignatureScheme,
    pub retry: RetryPolicy,
    pub user_agent: String,
    pub correction: Arc<Correction>,
}

/// What may be shown of a credential.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CredentialSummary {
    /// The way it came: `keys`, `environment`, `cli-profile: keys → assume-role`, …
    pub source: String,
    /// Whether it came from STS.
    pub temporary: bool,
    /// `None`: permanent, or the source did not say.
    pub expires_at: Option<Timestamp>,
    /// Where a role was assumed.
    pub session_name: Option<SessionName>,
}

impl Client {
    /// Opens no connection and asks for no credential yet.
    pub fn new(options: ClientOptions) -> Result<Self, BuildClientError> {
        let http = Http::new(&Settings {
            timeouts: options.timeouts,
            root_certificates: options.root_certificates.as_ref(),
            resolver: &options.resolver,
            user_agent: &options.user_agent,
            tls: options.endpoint.as_ref().is_none_or(ApiEndpoint::is_secure),
        })?;
        Ok(Self(Arc::new(Inner {
            http: Arc::new(http),
            credentials: Some(options.credentials),
            clock: options.clock,
            nonces: options.nonces,
            scheme: options.scheme,
            retry: options.retry,
            user_agent: options.user_agent,
            directory: Arc::new(Directory::new(options.endpoint)),
            correction: Arc::default(),
        })))
    }

    pub(crate) fn of_sts(parts: StsClient) -> Self {
        Self(Arc::new(Inner {
            http: parts.http,
            credentials: parts.credentials,
            clock: parts.clock,
            nonces: parts.nonces,
            scheme: parts.scheme,
            retry: parts.retry,
            user_agent: parts.user_agent,
            directory: Arc::new(Directory::new(Some(parts.endpoint))),
            correction: parts.correction,
        }))
    }

    /// Where the key of this account comes from at the moment, and until when it is good. Fetches one if there is none.
    pub async fn credential_summary(&self) -> Result<CredentialSummary, Error> {
        let credential = self.ask(None).await?;
        Ok(CredentialSummary {
            source: credential.source().to_owned(),
            temporary: credential.is_temporary(),
            expires_at: credential.expires_at(),
            session_name: credential.session_name().cloned(),
        })
    }

    /// The same client, which tries everything once: for callers that pace their calls themselves.
    #[must_use]
    pub fn without_retries(&self) -> Self {
        Self(Arc::new(Inner { retry: RetryPolicy::NEVER, ..Inner::clone(&self.0) }))
    }

    /// How far the cloud's clock is from ours, and by how much signing times are corrected.
    pub fn clock_offset(&self) -> ClockOffset {
        self.0.correction.offset()
    }

    /// Where calls about `region` go.
    pub fn endpoint_of(&self, region: &RegionId) -> ApiEndpoint {
        self.0.directory.of_region(region)
    }

    /// Takes over what an earlier [`Client::describe_regions`] said about hosts, for example after a restart.
    ///
    /// Only plain hosts under `.aliyuncs.com` are believed, and none while there is an override.
    pub fn learn_endpoints<'a>(&self, regions: impl IntoIterator<Item = &'a Region>) {
        for region in regions {
            self.0.directory.learn(&region.id, &region.endpoint);
        }
    }

    /// One read, tried as often as the policy says. `parse` gets the body of a 200.
    pub(crate) async fn read<T>(
        &self,
        call: &Call,
        parse: impl FnOnce(&[u8]) -> Result<T, Misread>,
    ) -> Result<Answer<T>, Error> {
        let retry = self.0.retry;
        let reply = (|| self.try_read(call))
            .retry(retry.waits(Arc::clone(&self.0.nonces)))
            .when(|error: &Error| error.retryable)
            .adjust(|error, drawn| retry.adjust(error.retry_after, drawn))
            .await?;
        let request_id: Option<RequestId> =
            Envelope::read(&reply.body).and_then(|envelope| envelope.request_id);
        match parse(&reply.body) {
            Ok(value) => Ok(Answer { value, request_id }),
            Err(Misread::NotFound) => Err(Error::not_found(&reply, request_id)),
            Err(Misread::Because(detail)) => Err(Error::misread(detail, &reply, request_id)),
        }
    }

    /// A token that the cloud calls expired is replaced once, and the question asked once more.
    async fn try_read(&self, call: &Call) -> Result<Reply, Error> {
        match self.ask_once(call).await {
            Err((error, Some(used))) if error.says_expired_token() => {
                self.discard(&used);
                let renewed = self.ask(None).await?;
                if renewed.is(&used) {
                    return Err(error);
                }
                self.ask_once(call).await.map_err(|(error, _)| error)
            }
            asked => asked.map_err(|(error, _)| error),
        }
    }

    /// An error comes with the credential that signed what was refused.
    async fn ask_once(&self, call: &Call) -> Result<Reply, (Error, Option<Credential>)> {
        let stamp = self.stamp(self.now());
        let no_key = |error| (error, None);
        let (outgoing, proof) = if call.unsigned {
            let endpoint = self.endpoint_for(call);
            (unsigned(&endpoint, call, stamp.timestamp).map_err(no_key)?, None)
        } else {
            let (request, credential) = self.sign(call, &stamp, None).await.map_err(no_key)?;
            let (outgoing, signed) = request.into_parts();
            (outgoing, Some((credential, signed)))
        };
        let reply = self.post(Lane::Read, outgoing).await.map_err(|lost| no_key(lost.into()))?;
        if reply.status == 200 {
            return Ok(reply);
        }
        let corrected = self.clock_explains(&reply, stamp.timestamp);
        let is_ours =
            |message: &str| proof.as_ref().is_some_and(|(_, signed)| signed.is_in(message));
        let error = Error::from_reply(&reply, corrected, is_ours);
        Err((error, proof.map(|(credential, _)| credential)))
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    pub(crate) fn stamp(&self, now: Timestamp) -> Stamp {
        let nonce = Nonce::draw(&*self.0.nonces);
        Stamp { nonce, timestamp: self.0.correction.apply(now) }
    }

    /// `acting`: the name of the session, where the credential is that of a role.
    pub(crate) async fn sign(
        &self,
        call: &Call,
        stamp: &Stamp,
        acting: Option<&SessionName>,
    ) -> Result<(SignedRequest, Credential), Error> {
        let credential = self.good_credential(stamp, acting).await?;
        let endpoint = self.endpoint_for(call);
        let user_agent = &self.0.user_agent;
        let request = sign(self.0.scheme, &endpoint, call, &credential, stamp, user_agent)?;
        Ok((request, credential))
    }

    /// The cloud has called it expired: another is to be brought.
    pub(crate) fn discard(&self, credential: &Credential) {
        if let Some(credentials) = &self.0.credentials {
            credentials.discard(credential);
        }
    }

    async fn ask(&self, acting: Option<&SessionName>) -> Result<Credential, CredentialError> {
        match (&self.0.credentials, acting) {
            (Some(credentials), Some(name)) => credentials.credential_as(name).await,
            (Some(credentials), None) => credentials.credential().await,
            (None, _) => Err(CredentialError::NoneFound(Vec::new())),
        }
    }

    /// One that has not expired by the cloud's clock, as far as we know it.
    async fn good_credential(
        &self,
        stamp: &Stamp,
        acting: Option<&SessionName>,
    ) -> Result<Credential, CredentialError> {
        let credential = self.ask(acting).await?;
        if !credential.has_expired(stamp.timestamp) {
            return Ok(credential);
        }
        self.discard(&credential);
        let renewed = self.ask(acting).await?;
        if renewed.has_expired(stamp.timestamp) {
            Err(CredentialError::Expired)
        } else {
            Ok(renewed)
        }
    }

    fn endpoint_for(&self, call: &Call) -> ApiEndpoint {
        match (call.service, &call.region) {
            (Service::Sts, _) => self.0.directory.sts(),
            (Service::RKvstore, Some(region)) => self.0.directory.of_region(region),
            (Service::RKvstore, None) => self.0.directory.global(),
        }
    }

    pub(crate) async fn post(&self, lane: Lane, outgoing: Outgoing) -> Result<Reply, Failure> {
        let reply = self.0.http.exchange(lane, outgoing).await?;
        self.0.correction.measure(reply.date, self.now());
        Ok(reply)
    }

    /// Whether `reply` refused our time and says why; signing times are corrected then.
    pub(crate) fn clock_explains(&self, reply: &Reply, timestamp: Timestamp) -> bool {
        let refused = (400..500).contains(&reply.status)
            && Envelope::read(&reply.body)
                .and_then(|envelope| envelope.code)
                .is_some_and(|code| is_expired_timestamp(&code));
        refused && self.0.correction.believe(reply.date, timestamp, self.now())
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("scheme", &self.0.scheme)
            .field("directory", &self.0.directory)
            .field("clock_offset", &self.clock_offset())
            .finish_non_exhaustive()
    }
}
