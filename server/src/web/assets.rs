//! What a browser loads, out of the executable itself: `target/site` as `cargo xtask` built it.
//!
//! Invariants: a file under `/assets/` is named after its content and never changes, so it may be kept for ever; a file
//! of `public/` is asked for again after an hour. A server built without the site compiles and says so: see
//! [`Site::load`]. In debug builds the files are read from disk, so that a rebuilt style sheet needs no rebuilt server.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderValue, StatusCode};
use rust_embed::{EmbeddedFile, RustEmbed};

use super::encoding::Encoding;

/// The built files and where they are found.
#[derive(Clone, Debug)]
pub struct Site {
    /// Plain name to address: `app.css` → `/assets/app.0123456789abcdef.css`.
    pub hrefs: BTreeMap<String, String>,
}

/// The server was built, or is run, without what a browser loads.
#[derive(Debug)]
pub struct NotBuilt;

impl std::fmt::Display for NotBuilt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(
            "this build holds no scripts and no styles: pages work as plain HTML; `cargo xtask build` makes a whole one",
        )
    }
}

impl Site {
    /// # Errors
    ///
    /// [`NotBuilt`] where there is no manifest. The server can go on without; it has to say so at its start.
    pub fn load() -> Result<Self, NotBuilt> {
        let manifest = Files::get("manifest.json").ok_or(NotBuilt)?;
        let names: BTreeMap<String, String> =
            serde_json::from_slice(&manifest.data).map_err(|_| NotBuilt)?;
        let hrefs =
            names.into_iter().map(|(name, hashed)| (name, format!("/assets/{hashed}"))).collect();
        Ok(Self { hrefs })
    }
}

/// `/assets/*`, and one route for each file of `public/`.
///
/// Answers GET and HEAD. What is not there is 404 without a body.
pub fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let assets = get(|Path(name): Path<String>, headers: HeaderMap| async move {
        // An encoded slash would lead out of the folder, and the embedded files take a backslash for one.
        if name.contains(['/', '\\']) {
            return StatusCode::NOT_FOUND.into_response();
        }
        serve(&format!("assets/{name}"), FOR_EVER, &headers)
    });
    let router = Router::new().route("/assets/{name}", assets);
    public_files().fold(router, |router, file| {
        let address = format!("/{}", file.trim_start_matches("public/"));
        router.route(
            &address,
            get(async move |headers: HeaderMap| serve(&file, FOR_AN_HOUR, &headers)),
        )
    })
}

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../target/site"]
#[allow_missing = true]
struct Files;

const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const FOR_AN_HOUR: HeaderValue = HeaderValue::from_static("public, max-age=3600");

fn public_files() -> impl Iterator<Item = String> {
    let plain = |file: &str| {
        file.starts_with("public/") && !Encoding::PACKED.iter().any(|e| file.ends_with(e.suffix()))
    };
    Files::iter().map(String::from).filter(move |file| plain(file))
}

fn serve(path: &str, cache: HeaderValue, request: &HeaderMap) -> Response {
    let Some((encoding, file)) = choose(path, request) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let tag = entity_tag(&file);
    let mut headers = HeaderMap::new();
    headers.insert(CACHE_CONTROL, cache);
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Some(tag) = tag {
        let known = request.get(IF_NONE_MATCH) == Some(&tag);
        headers.insert(ETAG, tag);
        if known {
            return (StatusCode::NOT_MODIFIED, headers).into_response();
        }
    }
    headers.insert(CONTENT_TYPE, content_type(path));
    if let Some(name) = encoding.name() {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(name));
    }
    (headers, Body::from(file.data.into_owned())).into_response()
}

/// The smallest copy that the request accepts and that is there; the plain one otherwise.
fn choose(path: &str, request: &HeaderMap) -> Option<(Encoding, EmbeddedFile)> {
    let accepted = request.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let packed = Encoding::preferred(accepted).into_iter().find_map(|encoding| {
        let file = Files::get(&format!("{path}{}", encoding.suffix()))?;
        Some((encoding, file))
    });
    packed.or_else(|| Some((Encoding::Identity, Files::get(path)?)))
}

fn entity_tag(file: &EmbeddedFile) -> Option<HeaderValue> {
    let hash = file.metadata.sha256_hash();
    let start = hash.first_chunk().map(|bytes| u128::from_be_bytes(*bytes))?;
    HeaderValue::from_str(&format!("\"{start:032x}\"")).ok()
}

fn content_type(path: &str) -> HeaderValue {
    let mime = mime_guess::from_path(path).first_or_octet_stream();
    let text =
        mime.type_() == mime_guess::mime::TEXT || mime.subtype() == mime_guess::mime::JAVASCRIPT;
    let value = if text { format!("{mime}; charset=utf-8") } else { mime.to_string() };
    HeaderValue::from_str(&value).unwrap_or(HeaderValue::from_static("application/octet-stream"))
}
