//! `Cookie` and `X-Forwarded-For`.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|header: &[u8]| {
    server::fuzz::cookie(header);
    server::fuzz::forwarded(header);
});
