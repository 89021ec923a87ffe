//! Faults that anyone can cause by what an instance is called: its ID or its name starts with one
//! of these words.
//!
//! To add one: one line in [`NAMES`], one instance in the showcase, one line in the README's table.

use super::{Fault, Target};

struct Named {
    start: &'static str,
    /// Reads are left alone.
    writes_only: bool,
    fault: fn() -> Fault,
}

const NAMES: [Named; 7] = [
    Named {
        start: "r-throttled",
        writes_only: false,
        fault: || Fault::Throttle {
            code: "Throttling.User".to_owned(),
            status: 400,
            retry_after_ms: None,
        },
    },
    Named {
        start: "r-denied",
        writes_only: true,
        fault: || Fault::Deny {
            code: "Forbidden.RAM".to_owned(),
            explicit: false,
            vpc_auth_mode: None,
        },
    },
    Named {
        start: "r-slow",
        writes_only: false,
        fault: || Fault::Delay { before_ms: 3_000, after_ms: 0 },
    },
    Named {
        start: "r-fails",
        writes_only: true,
        fault: || Fault::Http { status: 500, applied: false },
    },
    Named {
        start: "r-lost",
        writes_only: true,
        fault: || Fault::Http { status: 500, applied: true },
    },
    Named { start: "r-reset", writes_only: true, fault: || Fault::Reset { applied: true } },
    Named { start: "r-never", writes_only: true, fault: || Fault::NotApplied },
];

pub(crate) fn by_name(call: &Target<'_>) -> Option<Fault> {
    let (id, name) = call.instance?;
    NAMES
        .iter()
        .find(|named| id.starts_with(named.start) || name.starts_with(named.start))
        .filter(|named| call.mutates || !named.writes_only)
        .map(|named| (named.fault)())
}
