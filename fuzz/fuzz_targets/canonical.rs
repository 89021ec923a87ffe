//! What is signed.
#![no_main]

use libfuzzer_sys::fuzz_target;

type Pairs = Vec<(String, String)>;

fuzz_target!(|input: (Pairs, Pairs)| aliyun::fuzz::canonical(&input.0, &input.1));
