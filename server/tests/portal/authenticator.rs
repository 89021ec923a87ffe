//! An authenticator in software: makes a key, signs with it, and lies where a test wants it to.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const WITH_KEY: u8 = 0x40;

pub struct Authenticator {
    keys: EcdsaKeyPair,
    pub id: Vec<u8>,
    /// Of signatures; 0 for one that counts none.
    pub counter: u32,
}

/// What a browser and its authenticator say; the usual is the truth.
#[derive(Clone)]
pub struct Said {
    pub origin: String,
    pub rp: String,
    pub kind: Option<&'static str>,
    pub challenge: Option<String>,
    pub cross_origin: bool,
    pub present: bool,
    pub verified: bool,
}

impl Said {
    /// As a browser that shows a page of this origin.
    pub fn at(origin: &str) -> Self {
        Self {
            origin: origin.to_owned(),
            rp: "localhost".to_owned(),
            kind: None,
            challenge: None,
            cross_origin: false,
            present: true,
            verified: true,
        }
    }

    fn client(&self, kind: &str, asked: &Value) -> Vec<u8> {
        let challenge = asked["publicKey"]["challenge"].as_str().unwrap();
        let client = json!({
            "type": self.kind.unwrap_or(kind),
            "challenge": self.challenge.as_deref().unwrap_or(challenge),
            "origin": self.origin,
            "crossOrigin": self.cross_origin,
        });
        client.to_string().into_bytes()
    }

    fn flags(&self) -> u8 {
        let flag = |set: bool, bit: u8| if set { bit } else { 0 };
        flag(self.present, PRESENT) | flag(self.verified, VERIFIED)
    }
}

impl Authenticator {
    pub fn new(id: &str) -> Self {
        let (random, algorithm) = (SystemRandom::new(), &ECDSA_P256_SHA256_ASN1_SIGNING);
        let sealed = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        let keys = EcdsaKeyPair::from_pkcs8(algorithm, sealed.as_ref(), &random).unwrap();
        Self { keys, id: Sha256::digest(id).to_vec(), counter: 0 }
    }

    /// The answer to what makes a key, as a form sends it.
    pub fn make(&self, said: &Said, asked: &Value) -> String {
        let client = said.client("webauthn.create", asked);
        let mut data = self.data(said, said.flags() | WITH_KEY);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.id.len()).unwrap().to_be_bytes());
        data.extend(&self.id);
        // EC2, ES256, P-256, and the two halves of the point.
        let (x, y) = self.keys.public_key().as_ref()[1..].split_at(32);
        data.extend([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
        data.extend(x);
        data.extend([0x22, 0x58, 0x20]);
        data.extend(y);
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        object.push(u8::try_from(data.len()).unwrap());
        object.extend(data);
        self.answer(&json!({ "attestationObject": text(&object), "clientDataJSON": text(&client) }))
    }

    /// The answer to what asks who it is, as a form sends it.
    pub fn sign(&self, said: &Said, asked: &Value) -> String {
        let client = said.client("webauthn.get", asked);
        let data = self.data(said, said.flags());
        let signed = [&data[..], &Sha256::digest(&client)].concat();
        let signature = self.keys.sign(&SystemRandom::new(), &signed).unwrap();
        self.answer(&json!({
            "authenticatorData": text(&data),
            "clientDataJSON": text(&client),
            "signature": text(signature.as_ref()),
            "userHandle": null,
        }))
    }

    fn data(&self, said: &Said, flags: u8) -> Vec<u8> {
        let mut data = Sha256::digest(&said.rp).to_vec();
        data.push(flags);
        data.extend(self.counter.to_be_bytes());
        data
    }

    fn answer(&self, response: &Value) -> String {
        let id = text(&self.id);
        json!({ "id": id, "rawId": id, "type": "public-key", "response": response }).to_string()
    }
}

fn text(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}
