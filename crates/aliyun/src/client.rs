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
use crate::credential::CredentialProvider;
use crate::endpoint::{ApiEndpoint, Directory};
use crate::envelope::Envelope;
use crate::error::{Error, is_expired_timestamp};
use crate::http::{Failure, Http, Lane, Outgoing, Reply};
use crate::nonce::{Nonce, NonceSource};
use crate::options::{BuildClientError, ClientOptions};
use crate::request::{SignedRequest, Stamp, sign};
use crate::retry::RetryPolicy;

/// A client of one account. Cheap to clone; clones share connections, learned endpoints and the clock correction.
///
/// The actions are its methods, a file each under `r_kvstore` and `sts`.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    http: Http,
    credentials: Arc<dyn CredentialProvider>,
    clock: Arc<dyn Clock>,
    nonces: Arc<dyn NonceSource>,
    scheme: SignatureScheme,
    retry: RetryPolicy,
    user_agent: String,
    directory: Directory,
    correction: Correction,
}

impl Client {
    /// Opens no connection and asks for no credential yet.
    pub fn new(options: ClientOptions) -> Result<Self, BuildClientError> {
        let printable = |b: u8| b.is_ascii_graphic() || b == b' ';
        if options.user_agent.is_empty() || !options.user_agent.bytes().all(printable) {
            return Err(BuildClientError::BadUserAgent);
        }
        Ok(Self(Arc::new(Inner {
            http: Http::new(&options)?,
            credentials: options.credentials,
            clock: options.clock,
            nonces: options.nonces,
            scheme: options.scheme,
            retry: options.retry,
            user_agent: options.user_agent,
            directory: Directory::new(options.endpoint),
            correction: Correction::default(),
        })))
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

    async fn try_read(&self, call: &Call) -> Result<Reply, Error> {
        let stamp = self.stamp(self.now());
        let request = self.sign(call, &stamp).await?;
        let (outgoing, signed) = request.into_parts();
        let reply = self.post(Lane::Read, outgoing).await?;
        if reply.status == 200 {
            return Ok(reply);
        }
        let corrected = self.clock_explains(&reply, stamp.timestamp);
        Err(Error::from_reply(&reply, corrected, |message| signed.is_in(message)))
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    pub(crate) fn stamp(&self, now: Timestamp) -> Stamp {
        let nonce = Nonce::draw(&*self.0.nonces);
        Stamp { nonce, timestamp: self.0.correction.apply(now) }
    }

    pub(crate) async fn sign(&self, call: &Call, stamp: &Stamp) -> Result<SignedRequest, Error> {
        let credential = self.0.credentials.credential().await?;
        // By the cloud's clock: it is the one that decides.
        credential.check_not_expired(stamp.timestamp)?;
        let endpoint = match (call.service, &call.region) {
            (Service::Sts, _) => self.0.directory.sts(),
            (Service::RKvstore, Some(region)) => self.0.directory.of_region(region),
            (Service::RKvstore, None) => self.0.directory.global(),
        };
        sign(self.0.scheme, &endpoint, call, &credential, stamp, &self.0.user_agent)
    }

    pub(crate) async fn post(&self, lane: Lane, outgoing: Outgoing) -> Result<Reply, Failure> {
        let reply = self.0.http.post(lane, outgoing).await?;
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
