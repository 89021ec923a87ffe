//! Every other answer of the cloud.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| aliyun::fuzz::lists(body));
