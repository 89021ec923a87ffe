//! The one call that changes something, in two steps, so that the intent can be committed in between.
//!
//! [`Client::prepare_modify_vpc_auth_mode`] makes the signed bytes and sends nothing. [`Client::send`] consumes them:
//! they cannot be sent twice. What comes back is an [`Observation`], and nothing in here ever sends again: whether
//! that is safe is for the caller to decide, from what was observed.
//!
//! There is deliberately no other write: no idempotency token exists, so an answer that is lost leaves the outcome
//! unknown, and every further write would need this same care.

mod observe;

use std::fmt;
use std::time::Duration;

use domain::access::Access;
use domain::call::SentCall;
use domain::change::Observation;
use domain::id::{InstanceId, RegionId};
use domain::time::Timestamp;

use crate::client::Client;
use crate::error::Error;
use crate::http::Lane;
use crate::nonce::Nonce;
use crate::r_kvstore::modify_instance_vpc_auth_mode;
use crate::request::SignedRequest;

/// A signed call that has not been sent.
#[must_use = "nothing has been sent"]
pub struct Prepared {
    request: SignedRequest,
    nonce: Nonce,
    /// What the cloud is told, by its own clock.
    timestamp: Timestamp,
    signed_at: Timestamp,
}

impl Prepared {
    /// Longer than this after signing it is not sent any more. The cloud would take it for 15 minutes; the rest is
    /// for clocks that differ, so that "at most 16 minutes after signing" holds for the latest effect.
    pub const GOOD_FOR: Duration = Duration::from_mins(10);

    /// The request without its secrets, as it will be sent.
    pub fn call(&self) -> &SentCall {
        &self.request.call
    }

    /// What makes this call a different one from all others; to be kept with the intent.
    pub fn nonce(&self) -> &Nonce {
        &self.nonce
    }

    /// By our own clock, uncorrected.
    pub fn signed_at(&self) -> Timestamp {
        self.signed_at
    }
}

impl fmt::Debug for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prepared")
            .field("call", self.call())
            .field("nonce", &self.nonce)
            .field("signed_at", &self.signed_at)
            .finish_non_exhaustive()
    }
}

impl Client {
    /// The only write of this crate, on purpose: a client that can do less is a smaller thing to trust, and the
    /// cloud has no idempotency token, so every further write would need the care that this one gets.
    ///
    /// Fetches the credential and signs. No connection is opened; an error means that there is nothing to send.
    #[doc(alias = "ModifyInstanceVpcAuthMode")]
    pub async fn prepare_modify_vpc_auth_mode(
        &self,
        region: &RegionId,
        id: &InstanceId,
        access: Access,
    ) -> Result<Prepared, Error> {
        let call = modify_instance_vpc_auth_mode::call(region, id, access);
        let signed_at = self.now();
        let stamp = self.stamp(signed_at);
        let request = self.sign(&call, &stamp).await?;
        Ok(Prepared { request, nonce: stamp.nonce, timestamp: stamp.timestamp, signed_at })
    }

    /// Sends it once, on a connection of its own, and says what was seen. [`Observation::Unclear`] means that it may
    /// have happened: only reading the instance back tells.
    ///
    /// A call that was signed longer ago than [`Prepared::GOOD_FOR`] is not sent.
    pub async fn send(&self, prepared: Prepared) -> Observation {
        let now = self.now();
        // In both directions: a clock that was set back says nothing about how old the call is.
        let age = now.since(prepared.signed_at).max(prepared.signed_at.since(now));
        if age > Prepared::GOOD_FOR {
            return Observation::NotSent { certificate: false };
        }
        let (outgoing, _) = prepared.request.into_parts();
        match self.post(Lane::Write, outgoing).await {
            Ok(reply) => {
                let clock_explains = self.clock_explains(&reply, prepared.timestamp);
                observe::answer(&reply, clock_explains)
            }
            Err(failure) => observe::failure(&failure),
        }
    }
}
