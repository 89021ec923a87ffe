//! The answer that has the mode.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| aliyun::fuzz::attribute(body));
