//! One signed call, what came back, and what may be concluded from it.

use serde::{Deserialize, Serialize};

use super::Unclear;
use crate::access::AccessState;
use crate::call::SentCall;
use crate::code::closed_enum;
use crate::id::{AttemptId, ChangeId, CloudCode, RequestId};
use crate::instance::InstanceStatus;
use crate::time::Timestamp;

/// Committed before the first byte leaves, finished when the outcome is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    pub id: AttemptId,
    pub change: ChangeId,
    /// From 1.
    pub number: i32,
    /// `SignatureNonce`: unique over all attempts.
    pub nonce: String,
    pub signed_at: Timestamp,
    pub call: SentCall,
    pub outcome: Option<SendOutcome>,
    pub cloud_request_id: Option<RequestId>,
    pub cloud_code: Option<CloudCode>,
    pub http_status: Option<u16>,
    pub finished_at: Option<Timestamp>,
}

/// What was seen of one signed call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Observation {
    /// 200 with a well-formed `RequestId`.
    Accepted { request_id: RequestId },
    /// 4xx with a code of the throttling family.
    Throttled { code: CloudCode, status: u16, request_id: Option<RequestId> },
    /// 4xx `InvalidTimeStamp.Expired`, and the answer's `Date` says by how much our clock is wrong.
    ClockWrong { code: CloudCode, status: u16, request_id: Option<RequestId> },
    /// 4xx with any other code but a used nonce.
    Denied { code: CloudCode, status: u16, request_id: Option<RequestId> },
    /// Name lookup, connect or TLS failed: no byte of the request left. `certificate` when the server's was refused.
    NotSent { certificate: bool },
    /// Anything else: it may have happened.
    Unclear { why: Unclear, status: Option<u16>, request_id: Option<RequestId> },
}

closed_enum! {
    /// The class of an observation, as recorded.
    pub enum SendOutcome {
        Accepted = "accepted",
        Throttled = "throttled",
        ClockWrong = "clock-wrong",
        Denied = "denied",
        NotSent = "not-sent",
        Unclear = "unclear",
    }
}

impl SendOutcome {
    /// Whether the call provably changed nothing, so that a new attempt is safe.
    pub const fn proves_nothing_happened(self) -> bool {
        match self {
            Self::Throttled | Self::ClockWrong | Self::Denied | Self::NotSent => true,
            Self::Accepted | Self::Unclear => false,
        }
    }
}

/// `Unclear` is never a failure: only reading back decides what happened.
pub const fn classify_outcome(observation: &Observation) -> SendOutcome {
    match observation {
        Observation::Accepted { .. } => SendOutcome::Accepted,
        Observation::Throttled { .. } => SendOutcome::Throttled,
        Observation::ClockWrong { .. } => SendOutcome::ClockWrong,
        Observation::Denied { .. } => SendOutcome::Denied,
        Observation::NotSent { .. } => SendOutcome::NotSent,
        Observation::Unclear { .. } => SendOutcome::Unclear,
    }
}

/// One look at the instance after a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadBack {
    pub at: Timestamp,
    pub state: AccessState,
    /// `VpcAuthMode` as it came.
    pub raw: Option<String>,
    pub status: InstanceStatus,
    pub request_id: Option<RequestId>,
}
