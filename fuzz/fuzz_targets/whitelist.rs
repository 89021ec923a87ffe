//! Entries of a whitelist: whoever admits everyone is never called narrow.
#![no_main]

use domain::whitelist::{Admitted, SecurityIp, WhitelistGroup};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|texts: Vec<String>| {
    let entries: Vec<SecurityIp> = texts.into_iter().map(SecurityIp::from).collect();
    let everyone = entries.iter().any(SecurityIp::is_everyone);
    let group = WhitelistGroup { name: "default".to_owned(), attribute: String::new(), entries };
    let admitted = Admitted::by([&group]);
    assert!(admitted.v4_count() <= 1 << 32);
    if everyone {
        assert!(admitted.is_everyone() && admitted.is_wide() && !admitted.is_nobody());
    }
});
