//! Bodies of forms: what is taken is what a browser would have sent.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    let Some(pairs) = app::api::strict_form::pairs(body) else { return };
    let names: std::collections::BTreeSet<_> = pairs.iter().map(|(name, _)| name).collect();
    assert_eq!(names.len(), pairs.len(), "a name twice");
});
