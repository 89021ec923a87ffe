//! Every published and golden signature, at every stage, by the simulator's own arithmetic.

use serde_json::Value;
use simulator::signature::acs3::{self, Authorization};
use simulator::signature::{percent, rpc, sha256_hex};
use std::collections::BTreeMap;

fn vectors(list: &str) -> Vec<Value> {
    let all: Value =
        serde_json::from_str(include_str!("../../../../fixtures/signature-vectors.json")).unwrap();
    all[list].as_array().unwrap().clone()
}

fn parameters(vector: &Value, lists: &[&str]) -> BTreeMap<String, String> {
    lists
        .iter()
        .filter_map(|list| vector[list].as_object())
        .flatten()
        .map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()))
        .collect()
}

fn text<'a>(vector: &'a Value, field: &str) -> &'a str {
    vector[field].as_str().unwrap_or_else(|| panic!("{field} is missing in {}", vector["id"]))
}

#[test]
fn all_rpc_vectors_agree_at_every_stage() {
    let vectors = vectors("rpc_v1_hmac_sha1");
    assert_eq!(vectors.len(), 31);
    for vector in &vectors {
        let parameters = parameters(vector, &["query_params", "form_body_params"]);
        let id = &vector["id"];
        assert_eq!(rpc::canonical_query(&parameters), text(vector, "canonical_query"), "{id}");
        let string_to_sign = rpc::string_to_sign(text(vector, "http_method"), &parameters);
        assert_eq!(string_to_sign, text(vector, "string_to_sign"), "{id}");
        let signature = rpc::signature(text(vector, "access_key_secret"), &string_to_sign);
        assert_eq!(signature, text(vector, "signature_base64"), "{id}");
        assert_eq!(percent::encode(&signature), text(vector, "signature_url_encoded"), "{id}");
    }
}

#[test]
fn all_acs3_vectors_agree_at_every_stage() {
    let vectors = vectors("acs3_hmac_sha256");
    assert_eq!(vectors.len(), 15);
    for vector in &vectors {
        let id = &vector["id"];
        let headers = parameters(vector, &["headers_signed"]);
        let lines = || headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let signed_headers = text(vector, "signed_headers");
        let query = acs3::canonical_query(&parameters(vector, &["query_params"]));
        assert_eq!(query, text(vector, "canonical_query"), "{id}");
        let canonical_headers = acs3::canonical_headers(signed_headers, lines());
        assert_eq!(canonical_headers, text(vector, "canonical_headers"), "{id}");
        if let Some(body) = vector["request_body"].as_str() {
            assert_eq!(sha256_hex(body.as_bytes()), text(vector, "hashed_payload"), "{id}");
        }
        let canonical = acs3::canonical_request(
            text(vector, "http_method"),
            &query,
            &canonical_headers,
            signed_headers,
            text(vector, "hashed_payload"),
        );
        assert_eq!(canonical, text(vector, "canonical_request"), "{id}");
        assert_eq!(
            sha256_hex(canonical.as_bytes()),
            text(vector, "hashed_canonical_request"),
            "{id}"
        );
        let string_to_sign = acs3::string_to_sign(&canonical);
        assert_eq!(string_to_sign, text(vector, "string_to_sign"), "{id}");
        let signature = acs3::signature(text(vector, "access_key_secret"), &string_to_sign);
        assert_eq!(signature, text(vector, "signature_hex"), "{id}");
        let authorization = Authorization::parse(text(vector, "authorization")).unwrap();
        assert_eq!(authorization.access_key_id, text(vector, "access_key_id"), "{id}");
        assert_eq!(authorization.signed_headers, signed_headers, "{id}");
        assert_eq!(authorization.signature, signature, "{id}");
    }
}

#[test]
fn the_shorter_header_list_of_the_node_sdk_is_as_good() {
    let vector = vectors("acs3_hmac_sha256")
        .into_iter()
        .find(|vector| vector["id"] == "v3-extra-signed-headers")
        .unwrap();
    let other = &vector["alternative_from_node_sdk"];
    let headers = parameters(&vector, &["headers_signed"]);
    let signed_headers = text(other, "signed_headers");
    let lines = headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let canonical = acs3::canonical_request(
        text(&vector, "http_method"),
        text(&vector, "canonical_query"),
        &acs3::canonical_headers(signed_headers, lines),
        signed_headers,
        text(&vector, "hashed_payload"),
    );
    let signature =
        acs3::signature(text(&vector, "access_key_secret"), &acs3::string_to_sign(&canonical));
    assert_eq!(signature, text(other, "signature_hex"));
}

#[test]
fn an_authorization_header_is_read_strictly() {
    for wrong in [
        "",
        "ACS3-HMAC-SHA256",
        "ACS3-HMAC-SHA256 Credential=a,SignedHeaders=host",
        "ACS3-HMAC-SHA256 Credential=a,Credential=b,SignedHeaders=host,Signature=c",
        "ACS3-HMAC-SM3 Credential=a,SignedHeaders=host,Signature=c",
        "ACS3-HMAC-SHA256 Credential=a,SignedHeaders=host,Signature=c,More=d",
    ] {
        assert_eq!(Authorization::parse(wrong), None, "{wrong}");
    }
    assert!(
        Authorization::parse("ACS3-HMAC-SHA256 Credential=a,SignedHeaders=host,Signature=c")
            .is_some()
    );
}

#[test]
fn percent_decoding_undoes_encoding_and_refuses_what_is_broken() {
    for text in ["", "a b*c~d+e", "订单/缓存", "100%", "\u{0}\n", "🚀"] {
        assert_eq!(percent::decode(percent::encode(text).as_bytes()).as_deref(), Some(text));
    }
    assert_eq!(percent::decode(b"a+b").as_deref(), Some("a b"));
    for broken in ["%", "%2", "%zz", "%+1", "%FF"] {
        assert_eq!(percent::decode(broken.as_bytes()), None, "{broken}");
    }
}
