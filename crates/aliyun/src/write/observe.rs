//! What may be concluded from one sent call: the table of the design note on faults (4.2), and nothing cleverer.
//!
//! Refused is what a 4xx with a code says; accepted is a 200 with a request id; not sent is a failure before there was
//! a connection. Everything else is unclear, a throttling code in a 5xx included.

use domain::change::{Observation, Unclear};
use domain::id::RequestId;

use crate::envelope::Envelope;
use crate::error::{is_throttling, is_used_nonce};
use crate::http::{Failure, FailureKind, Reply};

/// `clock_explains`: it refused our time with a `Date` that says why.
pub(super) fn answer(reply: &Reply, clock_explains: bool) -> Observation {
    let status = reply.status;
    let envelope = Envelope::read(&reply.body).unwrap_or_default();
    let request_id = envelope.request_id;
    match (status, envelope.code) {
        (200, _) => match request_id {
            Some(request_id) => Observation::Accepted { request_id },
            None => unclear(Unclear::NotUnderstood, status, None),
        },
        (400..=499, Some(code)) if is_used_nonce(&code) => {
            unclear(Unclear::NonceUsed, status, request_id)
        }
        (400..=499, Some(code)) if is_throttling(&code) => {
            Observation::Throttled { code, status, request_id }
        }
        (400..=499, Some(code)) if clock_explains => {
            Observation::ClockWrong { code, status, request_id }
        }
        (400..=499, Some(code)) => Observation::Denied { code, status, request_id },
        (300..=399, _) => unclear(Unclear::Redirect, status, request_id),
        (500..=599, _) => unclear(Unclear::ServerError, status, request_id),
        _ => unclear(Unclear::NotUnderstood, status, request_id),
    }
}

pub(super) fn failure(failure: &Failure) -> Observation {
    let why = match failure.kind {
        FailureKind::NotConnected => return Observation::NotSent { certificate: false },
        FailureKind::Certificate => return Observation::NotSent { certificate: true },
        FailureKind::TimedOut => Unclear::TimedOut,
        FailureKind::Lost => Unclear::ConnectionLost,
        FailureKind::Garbled | FailureKind::TooLarge => Unclear::NotUnderstood,
    };
    Observation::Unclear { why, status: failure.status, request_id: None }
}

fn unclear(why: Unclear, status: u16, request_id: Option<RequestId>) -> Observation {
    Observation::Unclear { why, status: Some(status), request_id }
}
