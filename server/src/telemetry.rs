//! The log: JSON lines on standard error, or plain lines where a person reads along.
//!
//! Whatever is logged while a request is answered has its number, the client's address and the short name of the session
//! (`web/headers.rs`), a panic too.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::IsTerminal as _;
use std::panic;

use tracing_subscriber::EnvFilter;

/// Whether a text is what `LATCHKEY_LOG` may say.
pub fn is_filter(text: &str) -> bool {
    EnvFilter::try_new(text).is_ok()
}

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
        // The framework has spans of its own within that of a request: all of them, then.
        builder.json().flatten_event(true).with_current_span(false).try_init()
    };
    if let Err(error) = started {
        tracing::warn!(error, "the log was started twice");
    }
    log_panics();
}

/// A panic is a line of the log like any other, within the request in which it happened. Where the log is off it is said
/// as ever.
fn log_panics() {
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        if !tracing::enabled!(tracing::Level::ERROR) {
            return before(panic);
        }
        let place = panic.location().map(tracing::field::display);
        let said = panic.payload_as_str().unwrap_or("something that is no text");
        let trace = Backtrace::capture();
        let trace = (trace.status() == BacktraceStatus::Captured).then(|| trace.to_string());
        tracing::error!(place, said, trace, "a panic: a fault of the portal");
    }));
}
