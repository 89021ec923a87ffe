//! Cells of an export.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|cells: Vec<String>| server::fuzz::csv(&cells));
