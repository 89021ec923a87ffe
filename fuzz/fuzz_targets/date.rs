//! Times that the cloud sends.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| aliyun::fuzz::date(text));
