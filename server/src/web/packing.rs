//! Pages, packed on their way: most of a list is the same words again, and a slow line waits for each of them.
//!
//! Only HTML: files of the portal lie packed already, and news have to come at once. That a stranger could tell a secret of
//! a page from how well it packs beside words of theirs has no way in: the session's cookie comes with no request from
//! another site, so what they make a browser ask for is nobody's page.

use axum::http::Response;
use http::header::CONTENT_TYPE;
use tower_http::CompressionLevel;
use tower_http::compression::{CompressionLayer, Predicate};

/// Of brotli, from 0 to 11: a page of fifty instances becomes a tenth in two milliseconds; higher ones take longer than
/// they save.
const LEVEL: i32 = 5;

pub fn layer() -> CompressionLayer<Pages> {
    CompressionLayer::new().quality(CompressionLevel::Precise(LEVEL)).compress_when(Pages)
}

/// Which answers are packed.
#[derive(Debug, Clone, Copy)]
pub struct Pages;

impl Predicate for Pages {
    fn should_compress<B: axum::body::HttpBody>(&self, response: &Response<B>) -> bool {
        let kind = response.headers().get(CONTENT_TYPE);
        kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use axum::Router;
    use axum::body::Body;
    use axum::extract::Request;
    use axum::response::Html;
    use axum::routing::get;
    use http::HeaderMap;
    use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, VARY};
    use http_body_util::BodyExt as _;
    use tower::ServiceExt as _;

    use super::*;

    const PAGE: &str =
        "<p>the same words</p><p>the same words</p><p>the same words</p><p>the same words</p>";

    async fn ask(path: &str, accept: &str) -> (HeaderMap, Vec<u8>) {
        let router =
            Router::new().route("/page", get(Html(PAGE))).route("/text", get(PAGE)).layer(layer());
        let request = Request::builder().uri(path).header(ACCEPT_ENCODING, accept);
        let answer = router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let (parts, body) = answer.into_parts();
        (parts.headers, body.collect().await.unwrap().to_bytes().to_vec())
    }

    fn encoding(headers: &HeaderMap) -> Option<&str> {
        headers.get(CONTENT_ENCODING).map(|name| name.to_str().unwrap())
    }

    #[tokio::test]
    async fn a_page_is_packed_as_the_browser_can_read_it() {
        let (headers, body) = ask("/page", "gzip, deflate, br").await;
        assert_eq!(encoding(&headers), Some("br"));
        assert_eq!(headers.get(VARY).unwrap(), "accept-encoding");
        assert!(body.len() < PAGE.len());
        let mut read = Vec::new();
        brotli::BrotliDecompress(&mut &*body, &mut read).unwrap();
        assert_eq!(read, PAGE.as_bytes());

        let (headers, body) = ask("/page", "gzip").await;
        assert_eq!(encoding(&headers), Some("gzip"));
        let mut read = String::new();
        flate2::read::GzDecoder::new(&*body).read_to_string(&mut read).unwrap();
        assert_eq!(read, PAGE);
    }

    #[tokio::test]
    async fn all_else_goes_as_it_is() {
        for (path, accept) in [("/page", "identity"), ("/text", "br")] {
            let (headers, body) = ask(path, accept).await;
            assert_eq!(encoding(&headers), None, "{path} {accept}");
            assert_eq!(body, PAGE.as_bytes());
        }
    }
}
