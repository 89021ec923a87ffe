//! The log: JSON lines on standard error, or plain lines where a person reads along.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

/// `filter` is `LATCHKEY_LOG`, such as `info` or `latchkey=debug`.
pub fn start(filter: Option<&str>, default: &str) {
    let filter =
        EnvFilter::try_new(filter.unwrap_or(default)).unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        // Where the log cannot be written, saying so there fails too, by a panic. The portal goes on without a log.
        .log_internal_errors(false);
    // Control characters from outside are escaped by both formats: a log line stays a line.
    let started = if std::io::stderr().is_terminal() {
        builder.try_init()
    } else {
        builder.json().flatten_event(true).try_init()
    };
    if let Err(error) = started {
        tracing::warn!(error, "the log was started twice");
    }
}
