//! Latchkey: a portal for VPC password-free access of Redis instances on Alibaba Cloud.
//!
//! All of the binary `latchkey`, so that what reads strangers' bytes can be fuzzed (`fuzz/`).

mod audit_file;
mod certificate;
mod cli;
mod client;
mod clouds;
mod command;
mod config;
mod factors;
#[cfg(feature = "fuzz")]
pub mod fuzz;
mod oidc;
mod outside;
mod receipts;
mod sandbox;
mod shape;
mod telemetry;
mod web;
mod webhook;

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;

/// 0: done. 1: it failed, and the text says why. 2: the command line or the configuration does not do.
pub fn run() -> ExitCode {
    #[cfg(feature = "failpoints")]
    let _drill = fail::FailScenario::setup();
    let arguments = cli::Arguments::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return command::failed(&format!("no threads can be started: {error}")),
    };
    let ended = runtime.block_on(command::run(arguments.command));
    // Blocking work of an interrupted request may still be under way; nobody waits for it.
    runtime.shutdown_background();
    let _ = std::io::stdout().flush();
    ended
}
