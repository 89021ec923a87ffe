//! Hours, zones and spans of a policy: what is read is written so that it reads the same.
#![no_main]

use domain::policy::Windows;
use domain::span::Span;
use domain::time::Timestamp;
use domain::zone::Zone;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&str, &str, i64)| {
    let (text, zone, at) = input;
    if let Ok(span) = text.parse::<Span>() {
        assert_eq!(span.to_string().parse::<Span>().ok(), Some(span));
    }
    let Ok(windows) = text.parse::<Windows>() else { return };
    assert_eq!(windows.to_string().parse::<Windows>().ok().as_ref(), Some(&windows));
    let Ok(zone) = zone.parse::<Zone>() else { return };
    let at = Timestamp::from_millis(at.rem_euclid(4_102_444_800_000));
    if let Some(opens) = windows.next_opening(at, &zone) {
        assert!(windows.allow(opens, &zone), "it says that it opens at {opens:?}, and does not");
    }
});
