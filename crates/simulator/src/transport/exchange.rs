//! One request and its answer, with whatever fault stands between them.

use super::request::{self, Request};
use super::respond::{self, Answer};
use super::wire::ResetSwitch;
use crate::cloud::{Admission, Carried, Cloud};
use crate::fault::Ending;
use crate::refusal::{self, Refusal};
use crate::seed::Dice;
use bytes::Bytes;
use http::{HeaderMap, Response, request::Parts};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use std::sync::Arc;
use thiserror::Error;

/// The largest body that is read, in bytes.
const LARGEST_BODY: usize = 1024 * 1024;

/// The connection ends here, without an answer.
#[derive(Debug, Error)]
#[error("the simulator ended the connection on purpose")]
pub(super) struct Cut;

pub(super) async fn exchange(
    cloud: Arc<Cloud>,
    reset: ResetSwitch,
    incoming: http::Request<Incoming>,
) -> Result<Response<Answer>, Cut> {
    let (parts, body) = incoming.into_parts();
    let (host, headers) = (request::host(&parts.headers), parts.headers.clone());
    let query = parts.uri.query().unwrap_or_default().to_owned();
    let read = match Limited::new(body, LARGEST_BODY).collect().await {
        Ok(body) => read(parts, &body.to_bytes()),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => {
            Err(refusal::TOO_LARGE.into())
        }
        Err(_) => return Err(Cut),
    };
    let request = match read {
        Ok(request) => request,
        Err(refusal) => return Ok(unreadable(&cloud, &refusal, &headers, &query, &host)),
    };

    let latency = cloud.lock().0.latency;
    if !latency.is_zero() {
        tokio::time::sleep(latency).await;
    }
    let admission = match cloud.admit(&request) {
        Ok(admission) => admission,
        Err(refused) => {
            return answer(&cloud, &request, &refused, &Ending::Answer, &host, &reset).await;
        }
    };
    let (ending, before, after) =
        (admission.plan.ending.clone(), admission.plan.before, admission.plan.after);
    let (carried, request) = if before.is_zero() {
        (cloud.carry_out(&request, &admission), request)
    } else {
        later(cloud.clone(), request, admission).await?
    };
    if !after.is_zero() {
        tokio::time::sleep(after).await;
    }
    answer(&cloud, &request, &carried, &ending, &host, &reset).await
}

/// Carries a call out after its delay, even if the client does not wait for it.
async fn later(
    cloud: Arc<Cloud>,
    request: Request,
    admission: Admission,
) -> Result<(Carried, Request), Cut> {
    let work = tokio::spawn(async move {
        tokio::time::sleep(admission.plan.before).await;
        (cloud.carry_out(&request, &admission), request)
    });
    work.await.map_err(|_| Cut)
}

async fn answer(
    cloud: &Cloud,
    request: &Request,
    carried: &Carried,
    ending: &Ending,
    host: &str,
    reset: &ResetSwitch,
) -> Result<Response<Answer>, Cut> {
    // A refusal that the product itself gave is not covered up by a fault that only spoils
    // successes.
    let ending = if carried.outcome.is_ok() { ending } else { &Ending::Answer };
    match ending {
        Ending::Close | Ending::Reset | Ending::Silence => {
            cloud.note_answer(carried, None);
            match ending {
                Ending::Reset => reset.turn_on(),
                Ending::Silence => std::future::pending().await,
                _ => {}
            }
            Err(Cut)
        }
        spoilt => {
            let response = respond::respond(request.format, carried, spoilt, host);
            cloud.note_answer(carried, Some(response.status().as_u16()));
            Ok(response)
        }
    }
}

fn read(parts: Parts, body: &Bytes) -> Result<Request, Refusal> {
    Request::read(parts, body.to_vec())
}

/// A request that never reached the gateway's checks.
fn unreadable(
    cloud: &Cloud,
    refusal: &Refusal,
    headers: &HeaderMap,
    query: &str,
    host: &str,
) -> Response<Answer> {
    let (mut state, now) = cloud.lock();
    let request_id = Dice::request_id(&mut state.dice);
    let format = request::likely_format(headers, query);
    respond::refuse(format, refusal, &request_id, host, "R-kvstore", crate::clock::moment(now))
}
