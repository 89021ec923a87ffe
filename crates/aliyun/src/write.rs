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
use crate::credential::{Credential, SessionName};
use crate::envelope::Envelope;
use crate::error::{Error, is_expired_token};
use crate::http::Lane;
use crate::http::Reply;
use crate::nonce::Nonce;
use crate::r_kvstore::modify_instance_vpc_auth_mode;
use crate::request::{SignedRequest, Stamp};

/// A signed call that has not been sent.
#[must_use = "nothing has been sent"]
pub struct Prepared {
    request: SignedRequest,
    /// Whoever signed it.
    credential: Credential,
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

    /// The name under which the cloud's audit will have this call; `None` where no role is assumed, so that the key's
    /// owner is all it knows.
    pub fn session_name(&self) -> Option<&SessionName> {
        self.credential.session_name()
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
            .field("session_name", &self.session_name())
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
        self.prepare_modify_vpc_auth_mode_as(region, id, access, None).await
    }

    /// The same for somebody in particular: where the account's key is that of a role, the session it is signed in
    /// bears the name of `acting`, and so the cloud's own audit says who it was. [`Prepared::session_name`] tells.
    #[doc(alias = "ModifyInstanceVpcAuthMode")]
    pub async fn prepare_modify_vpc_auth_mode_as(
        &self,
        region: &RegionId,
        id: &InstanceId,
        access: Access,
        acting: Option<&SessionName>,
    ) -> Result<Prepared, Error> {
        let call = modify_instance_vpc_auth_mode::call(region, id, access);
        let signed_at = self.now();
        let stamp = self.stamp(signed_at);
        let (request, credential) = self.sign(&call, &stamp, acting).await?;
        let Stamp { nonce, timestamp } = stamp;
        Ok(Prepared { request, credential, nonce, timestamp, signed_at })
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
                if says_expired_token(&reply) {
                    // Nothing is sent again, but whoever comes next gets another key.
                    self.discard(&prepared.credential);
                }
                observe::answer(&reply, clock_explains)
            }
            Err(failure) => observe::failure(&failure),
        }
    }
}

fn says_expired_token(reply: &Reply) -> bool {
    let code = Envelope::read(&reply.body).and_then(|envelope| envelope.code);
    (400..500).contains(&reply.status) && code.as_ref().is_some_and(is_expired_token)
}
