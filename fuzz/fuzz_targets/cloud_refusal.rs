//! Refusals of the cloud.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u16, &[u8])| aliyun::fuzz::refusal(input.1, input.0));
