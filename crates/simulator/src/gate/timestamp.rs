//! A request is good for fifteen minutes around the time it was signed.

use crate::clock::{Millis, millis};
use crate::refusal::{self, Refusal};
use time::PrimitiveDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

pub(super) const WINDOW: Millis = 15 * 60 * 1000;

const FORMAT: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");

/// `yyyy-MM-ddTHH:mm:ssZ`, and nothing else.
pub(super) fn read(text: &str) -> Result<Millis, Refusal> {
    PrimitiveDateTime::parse(text, FORMAT)
        .map(|time| millis(time.assume_utc()))
        .map_err(|_| refusal::TIMESTAMP_FORMAT.into())
}

pub(super) fn within_window(signed_at: Millis, now: Millis) -> Result<(), Refusal> {
    if signed_at.abs_diff(now) <= WINDOW.unsigned_abs() {
        Ok(())
    } else {
        Err(refusal::TIMESTAMP_EXPIRED.into())
    }
}
