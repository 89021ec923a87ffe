//! Every published and computed signature example, at every stage.

#![expect(clippy::unwrap_used, reason = "a helper that fails fails the test")]

use std::collections::BTreeMap;

use aliyun::sign::{canonical_query, percent, v1, v3};
use serde::Deserialize;

#[derive(Deserialize)]
struct Vectors {
    rpc_v1_hmac_sha1: Vec<V1Vector>,
    acs3_hmac_sha256: Vec<V3Vector>,
}

#[derive(Deserialize)]
struct V1Vector {
    id: String,
    http_method: String,
    access_key_secret: String,
    query_params: BTreeMap<String, String>,
    #[serde(default)]
    form_body_params: BTreeMap<String, String>,
    canonical_query: String,
    string_to_sign: String,
    signature_base64: String,
    signature_url_encoded: String,
}

#[derive(Deserialize)]
struct V3Vector {
    id: String,
    http_method: String,
    canonical_uri: String,
    query_params: BTreeMap<String, String>,
    headers_signed: BTreeMap<String, String>,
    /// `None`: only the hash of the body is given.
    request_body: Option<String>,
    access_key_id: String,
    access_key_secret: String,
    hashed_payload: String,
    canonical_query: String,
    canonical_headers: String,
    signed_headers: String,
    canonical_request: String,
    hashed_canonical_request: String,
    string_to_sign: String,
    signature_hex: String,
    authorization: String,
    alternative_from_node_sdk: Option<serde_json::Value>,
}

fn vectors() -> Vectors {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/signature-vectors.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn pairs(params: &BTreeMap<String, String>) -> Vec<(&str, &str)> {
    // Last name first: the order of what goes in must not matter.
    params.iter().rev().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

#[test]
fn every_v1_stage_is_as_the_official_sdks_compute_it() {
    let vectors = vectors().rpc_v1_hmac_sha1;
    assert_eq!(vectors.len(), 31);
    for vector in vectors {
        let id = &vector.id;
        let mut params = pairs(&vector.form_body_params);
        params.extend(pairs(&vector.query_params));
        let query = canonical_query(&params);
        assert_eq!(query, vector.canonical_query, "{id}");
        let string_to_sign = v1::string_to_sign(&vector.http_method, &query);
        assert_eq!(string_to_sign, vector.string_to_sign, "{id}");
        let signature = v1::signature(&vector.access_key_secret, &string_to_sign);
        assert_eq!(signature, vector.signature_base64, "{id}");
        assert_eq!(percent::encode(&signature), vector.signature_url_encoded, "{id}");
    }
}

#[test]
fn every_v3_stage_is_as_the_official_sdks_compute_it() {
    let vectors = vectors().acs3_hmac_sha256;
    assert_eq!(vectors.len(), 15);
    for vector in vectors {
        let id = &vector.id;
        let query = canonical_query(&pairs(&vector.query_params));
        assert_eq!(query, vector.canonical_query, "{id}");
        let headers = v3::canonical_headers(&pairs(&vector.headers_signed));
        assert_eq!(headers.block, vector.canonical_headers, "{id}");
        assert_eq!(headers.names, vector.signed_headers, "{id}");
        if let Some(body) = &vector.request_body {
            assert_eq!(v3::payload_hash(body.as_bytes()), vector.hashed_payload, "{id}");
        }
        let request = v3::canonical_request(
            &vector.http_method,
            &vector.canonical_uri,
            &query,
            &headers,
            &vector.hashed_payload,
        );
        assert_eq!(request, vector.canonical_request, "{id}");
        assert_eq!(v3::payload_hash(request.as_bytes()), vector.hashed_canonical_request, "{id}");
        let string_to_sign = v3::string_to_sign(&request);
        assert_eq!(string_to_sign, vector.string_to_sign, "{id}");
        let signature = v3::signature(&vector.access_key_secret, &string_to_sign);
        assert_eq!(signature, vector.signature_hex, "{id}");
        let authorization = v3::authorization(&vector.access_key_id, &headers.names, &signature);
        assert_eq!(authorization, vector.authorization, "{id}");
    }
}

/// The SDKs differ in which headers they sign; our set (host, content-type, x-acs-*) is that of Node and Go.
#[test]
fn the_node_variant_of_a_vector_is_met_when_only_its_headers_are_signed() {
    let vectors = vectors().acs3_hmac_sha256;
    let vector = vectors.iter().find(|v| v.alternative_from_node_sdk.is_some()).unwrap();
    let expected = vector.alternative_from_node_sdk.as_ref().unwrap();
    let ours: Vec<(&str, &str)> = pairs(&vector.headers_signed)
        .into_iter()
        .filter(|(name, _)| {
            let name = name.to_ascii_lowercase();
            matches!(name.as_str(), "host" | "content-type") || name.starts_with("x-acs-")
        })
        .collect();
    let headers = v3::canonical_headers(&ours);
    assert_eq!(expected["signed_headers"], headers.names.as_str());
    let request = v3::canonical_request(
        &vector.http_method,
        &vector.canonical_uri,
        &vector.canonical_query,
        &headers,
        &vector.hashed_payload,
    );
    let signature = v3::signature(&vector.access_key_secret, &v3::string_to_sign(&request));
    assert_eq!(expected["signature_hex"], signature.as_str());
}

#[test]
fn a_repeated_header_is_sorted_and_joined() {
    let headers = v3::canonical_headers(&[("X-Acs-Test", " https "), ("x-acs-test", "http")]);
    assert_eq!(headers.block, "x-acs-test:http,https\n");
    assert_eq!(headers.names, "x-acs-test");
}
