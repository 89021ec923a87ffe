//! Addresses of lists: what is understood of one is written as an address that says the same.
#![no_main]

use app::asked::Asked;
use app::audit_asked::AuditAsked;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|address: &str| {
    let asked = Asked::of_address(address);
    assert_eq!(Asked::of_address(&asked.address()).query(), asked.query());
    let audit = AuditAsked::of_address(address);
    assert_eq!(AuditAsked::of_address(&audit.address()).query(), audit.query());
    let next = app::path::safe_next(Some(address));
    assert!(next.starts_with('/') && !next.starts_with("//") && !next.contains('\\'), "{next:?}");
});
