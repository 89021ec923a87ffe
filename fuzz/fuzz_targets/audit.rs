//! What the seals of the audit are made over.
#![no_main]

use libfuzzer_sys::fuzz_target;
use store::audit::fuzz::{Columns, sealed_bytes_differ};

type Row = (i64, i64, i64, Columns);

fuzz_target!(|rows: (Row, Row)| sealed_bytes_differ(rows.0, rows.1));
