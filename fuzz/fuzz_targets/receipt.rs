//! Receipts from anywhere: none is believed without the key.
#![no_main]

use libfuzzer_sys::fuzz_target;
use service::{PublicKey, verify_receipt};

fuzz_target!(|text: &str| {
    let Ok(key) = "KDyq0O3d/Mybnce99dZ/l5s+Mj/sE0AyItaP+3B5K+0=".parse::<PublicKey>() else {
        return;
    };
    assert!(verify_receipt(text, &key).is_err());
});
