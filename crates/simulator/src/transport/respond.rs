//! Turns what came out of a call into an HTTP response, rightly or spoilt by a fault.

use super::envelope::{self, Text};
use super::request::Format;
use crate::cloud::Carried;
use crate::fault::Ending;
use crate::refusal::{self, Refusal};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::{HeaderValue, Response, StatusCode, header};
use http_body_util::{BodyExt, Full, StreamBody, combinators::UnsyncBoxBody};
use hyper::body::Frame;
use std::io;
use std::time::Duration;
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

pub(super) type Answer = UnsyncBoxBody<Bytes, io::Error>;

const HTTP_DATE: &[BorrowedFormatItem<'_>] = format_description!(
    "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
);
const HTML: &str = "text/html";
const GARBAGE: &[u8] = b"\x00\xFF\xFEnot {json\x80]";
const CHUNK: usize = 16 * 1024;
static FILLER: [u8; CHUNK] = [b'a'; CHUNK];

pub(super) fn respond(
    format: Format,
    carried: &Carried,
    ending: &Ending,
    host: &str,
) -> Response<Answer> {
    let text = match &carried.outcome {
        Ok(text) => text,
        Err(refusal) => {
            return refuse(format, refusal, &carried.request_id, host, carried.product, carried.at);
        }
    };
    let envelope = |refusal: (u16, &'static str, &'static str), status| {
        let refusal = Refusal { status, ..refusal.into() };
        refuse(format, &refusal, &carried.request_id, host, carried.product, carried.at)
    };
    let mut response = match ending {
        Ending::Status(500) => return envelope(refusal::INTERNAL_ERROR, 500),
        Ending::Status(503) => return envelope(refusal::SERVICE_UNAVAILABLE, 503),
        Ending::Status(status) => page(*status),
        Ending::Html => page(200),
        Ending::Garbage => response(200, "application/json;charset=utf-8", whole(GARBAGE.to_vec())),
        Ending::Huge(bytes) => huge(*bytes),
        Ending::Says { status, content_type, text } => {
            let mut said = response(*status, HTML, whole(text.clone().into_bytes()));
            if let Ok(content_type) = HeaderValue::from_str(content_type) {
                said.headers_mut().insert(header::CONTENT_TYPE, content_type);
            }
            said
        }
        Ending::GzipBomb(bytes) => gzip_bomb(*bytes),
        Ending::Drip(every) => drip(text, *every),
        Ending::Redirect(status, location) => {
            let mut elsewhere = response(*status, HTML, whole(Vec::new()));
            if let Ok(location) = HeaderValue::from_str(location) {
                elsewhere.headers_mut().insert(header::LOCATION, location);
            }
            elsewhere
        }
        Ending::HalfBody => half(text),
        Ending::Answer | Ending::EmptyLists | Ending::Close | Ending::Reset | Ending::Silence => {
            response(200, text.content_type, whole(text.bytes.clone()))
        }
    };
    stamp(&mut response, &carried.request_id, carried.at);
    response
}

pub(super) fn refuse(
    format: Format,
    refusal: &Refusal,
    request_id: &str,
    host: &str,
    product: &str,
    at: OffsetDateTime,
) -> Response<Answer> {
    let text = envelope::error(format, refusal, request_id, host, product)
        .unwrap_or_else(|_| Text { content_type: HTML, bytes: Vec::new() });
    let mut response = response(refusal.status, text.content_type, whole(text.bytes));
    stamp(&mut response, request_id, at);
    if let Some(wait) = refusal.retry_after {
        response.headers_mut().insert("x-acs-retry-after", HeaderValue::from(whole_millis(wait)));
    }
    response
}

fn whole_millis(wait: Duration) -> u64 {
    u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)
}

fn response(status: u16, content_type: &'static str, body: Answer) -> Response<Answer> {
    let mut response = Response::new(body);
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// The cloud's own time, which a client may set its clock by, and the number of the request.
fn stamp(response: &mut Response<Answer>, request_id: &str, at: OffsetDateTime) {
    let headers = response.headers_mut();
    if let Some(date) = at.format(HTTP_DATE).ok().and_then(|date| HeaderValue::try_from(date).ok())
    {
        headers.insert(header::DATE, date);
    }
    if let Ok(request_id) = HeaderValue::from_str(request_id) {
        headers.insert("x-acs-request-id", request_id);
    }
}

fn page(status: u16) -> Response<Answer> {
    let html = format!(
        "<html><head><title>{status}</title></head><body><h1>{status}</h1><hr>Tengine</body></html>"
    );
    response(status, HTML, whole(html.into_bytes()))
}

fn whole(bytes: Vec<u8>) -> Answer {
    Full::from(bytes).map_err(|never| match never {}).boxed_unsync()
}

/// Announces the whole body and breaks off after half of it.
fn half(text: &Text) -> Response<Answer> {
    let first = Bytes::copy_from_slice(&text.bytes[..text.bytes.len() / 2]);
    let frames = stream::once(async { Ok(Frame::data(first)) }).chain(stream::once(async {
        // Once round the executor, so that the first half is on its way before the connection
        // breaks.
        tokio::task::yield_now().await;
        Err(io::Error::from(io::ErrorKind::BrokenPipe))
    }));
    let mut broken = response(200, text.content_type, StreamBody::new(frames).boxed_unsync());
    broken.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(text.bytes.len()));
    broken
}

/// A byte at a time, with all of its length announced.
fn drip(text: &Text, every: Duration) -> Response<Answer> {
    let length = text.bytes.len();
    let bytes = text.bytes.clone();
    let frames = stream::iter(bytes).then(move |byte| async move {
        tokio::time::sleep(every).await;
        Ok(Frame::data(Bytes::from(vec![byte])))
    });
    let mut slow = response(200, text.content_type, StreamBody::new(frames).boxed_unsync());
    slow.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    slow
}

/// Zeros, packed: about a thousandth of what they unpack to.
fn gzip_bomb(bytes: u64) -> Response<Answer> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    // Writing to memory does not fail.
    let zeros = io::copy(&mut io::Read::take(io::repeat(0), bytes), &mut packed);
    let body = zeros.and_then(|_| packed.finish()).unwrap_or_default();
    let mut bomb = response(200, "application/json;charset=utf-8", whole(body));
    bomb.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    bomb
}

/// One string that does not end for a long time.
fn huge(bytes: u64) -> Response<Answer> {
    let filler = Bytes::from_static(&FILLER);
    let frames = stream::unfold(bytes, move |left| {
        let size = left.min(CHUNK as u64);
        let chunk = filler.slice(..usize::try_from(size).unwrap_or(CHUNK));
        async move { (size > 0).then(|| (Ok(Frame::data(chunk)), left - size)) }
    });
    response(200, "application/json;charset=utf-8", StreamBody::new(frames).boxed_unsync())
}
