//! Places where a drill ends the process, or stops it for a while, as if the machine had done it.
//!
//! Only with the feature `failpoints`, which is in no binary that is shipped. `FAILPOINTS="intent-committed=return"` kills
//! at that place, `=return(stop)` stops the process there until somebody lets it go on,
//! and `=panic` panics.
//!
//! To add one: a constant, and `reach` where it is; an edge in the fault suite of `server`.

/// The wish is stored, nothing is checked.
pub(crate) const REQUESTED: &str = "change-requested";
pub(crate) const CHECKED: &str = "change-checked";
/// The next thing is the call.
pub(crate) const INTENT_COMMITTED: &str = "intent-committed";
/// The answer is in memory only.
pub(crate) const ANSWERED: &str = "call-answered";
pub(crate) const ACCEPTED: &str = "answer-recorded";
/// One read back of a call that was accepted.
pub(crate) const VERIFYING: &str = "verifying";
/// One read back of a call that nobody heard of.
pub(crate) const RECONCILING: &str = "reconciling";
/// A change of another process is ours, and nothing is done with it.
pub(crate) const TAKEN_OVER: &str = "taken-over";

/// Somebody looks at something, or is about to change it: in the middle of a request.
pub(crate) const ASKED: &str = "asked";

#[cfg(not(feature = "failpoints"))]
pub(crate) const fn reach(_: &'static str) {}

#[cfg(feature = "failpoints")]
pub(crate) fn reach(point: &'static str) {
    fail::fail_point!(point, |argument| {
        if argument.as_deref() == Some("stop") {
            // Whoever sends it waits until all of the process stands: a thread could be at the next step by then.
            return shell(
                "kill -STOP $PPID; until grep -q '^State:.T' /proc/$PPID/status; do :; done",
            );
        }
        // It comes at any moment, and nothing may happen until then. A machine under load may have no room for a shell.
        loop {
            shell("kill -KILL $PPID");
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
    });
}

/// To this process, by a shell, as the signals of the standard library are none.
#[cfg(feature = "failpoints")]
fn shell(script: &str) {
    let sent = std::process::Command::new("/bin/sh").args(["-c", script]).status();
    tracing::warn!(?sent, script, "a drill");
}
