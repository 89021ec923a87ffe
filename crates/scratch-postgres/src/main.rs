//! `scratch-postgres`: a throw-away cluster for tests that are not written in Rust.
//!
//! Prints the address of a new, empty database for every line on standard input; the end of standard input ends it.

use std::io::{BufRead as _, Write as _, stdin, stdout};

use scratch_postgres::ScratchPostgres;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let cluster = ScratchPostgres::start()?;
    for line in stdin().lock().lines() {
        line?;
        writeln!(stdout(), "{}", cluster.database()?)?;
        stdout().flush()?;
    }
    Ok(())
}
