//! Times, sizes, and how they are summed up.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

/// Milliseconds.
pub fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

/// With three digits after the point: more are noise.
pub fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

/// A count as a number to calculate with.
#[expect(clippy::cast_precision_loss, reason = "counts here are far below 2^52")]
pub fn number(count: u64) -> f64 {
    count as f64
}

/// A number of things.
pub fn count(things: usize) -> f64 {
    number(u64::try_from(things).unwrap_or(u64::MAX))
}

/// Times of the same thing done again and again.
#[derive(Debug, Clone, Default)]
pub struct Times(Vec<Duration>);

impl Times {
    pub fn add(&mut self, time: Duration) {
        self.0.push(time);
    }

    pub fn add_all(&mut self, other: &Self) {
        self.0.extend(&other.0);
    }

    /// The time that `share` of all stayed within, in milliseconds.
    pub fn percentile(&self, share: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a place within the list"
        )]
        let place = (count(sorted.len()) * share).ceil() as usize;
        let place = place.clamp(1, sorted.len().max(1)) - 1;
        sorted.get(place).copied().map_or(0.0, millis)
    }

    pub fn median(&self) -> f64 {
        self.percentile(0.5)
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }
}

/// Looks again and again until it is so; looking takes a twentieth of the time at most. An hour is a hang.
pub async fn until(what: &str, mut look: impl AsyncFnMut() -> Result<bool>) -> Result<()> {
    let started = Instant::now();
    loop {
        let looked = Instant::now();
        if look().await? {
            return Ok(());
        }
        if started.elapsed() > Duration::from_hours(1) {
            bail!("waiting for {what} took an hour");
        }
        tokio::time::sleep((looked.elapsed() * 20).max(Duration::from_millis(20))).await;
    }
}

/// A line of `/proc/PID/status` in MiB: `VmRSS` is resident now, `VmHWM` the most there ever was.
pub fn resident(process: u32, line: &str) -> Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))
        .context("the memory of a process is read from /proc, which only Linux has")?;
    let kib = status
        .lines()
        .find_map(|found| found.strip_prefix(line)?.strip_prefix(':')?.split_whitespace().next());
    let kib: f64 = kib.context("no such line in /proc")?.parse()?;
    Ok(kib / 1024.0)
}

/// Size of an `SQLite` database in MiB, what is not yet merged into it included.
pub fn file_size(database: &Path) -> f64 {
    let sizes = ["", "-wal"].map(|end| {
        let file = format!("{}{end}", database.display());
        std::fs::metadata(file).map_or(0, |file| file.len())
    });
    number(sizes.iter().sum()) / 1024.0 / 1024.0
}
