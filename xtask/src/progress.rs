//! What a person sees while a long command runs: which step, how long, and at the end a summary.

use std::io::Write;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

/// Prints steps to one writer. Lines are short; the tools' own output stands between them.
pub struct Progress<'a> {
    out: &'a mut dyn Write,
    steps: usize,
    finished: Vec<(String, Duration)>,
}

impl<'a> Progress<'a> {
    pub fn new(out: &'a mut dyn Write) -> Self {
        Self { out, steps: 0, finished: Vec::new() }
    }

    /// How many steps are to come, for the `[2/4]` in front of each.
    pub fn expect_steps(&mut self, steps: usize) {
        self.steps = steps;
        self.finished.clear();
    }

    /// Runs one step, with its name before and its time after. `name` may say how long it takes when cold.
    pub fn step<T>(&mut self, name: &str, run: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let number = self.finished.len() + 1;
        let of = self.steps.max(number);
        self.note(&format!("[{number}/{of}] {name}"));
        let start = Instant::now();
        let outcome = run(self).with_context(|| name.to_owned())?;
        self.finished.push((name.to_owned(), start.elapsed()));
        Ok(outcome)
    }

    /// One line to the person.
    pub fn note(&mut self, line: &str) {
        // Nobody is there to be told that telling failed.
        let _ = writeln!(self.out, "{line}").and_then(|()| self.out.flush());
    }

    /// How many steps ended well.
    pub fn passed(&self) -> usize {
        self.finished.len()
    }

    /// Every step that ended well with its time, and the sum.
    pub fn summary(&mut self) {
        let total: Duration = self.finished.iter().map(|(_, took)| *took).sum();
        let lines: Vec<_> = self
            .finished
            .iter()
            .map(|(name, took)| format!("{:>8} {name}", seconds(*took)))
            .collect();
        for line in lines {
            self.note(&line);
        }
        self.note(&format!("{:>8} in all", seconds(total)));
    }
}

fn seconds(took: Duration) -> String {
    format!("{:.1} s", took.as_secs_f64())
}
