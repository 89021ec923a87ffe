//! How long signing in must wait after failures.
//!
//! Counted for a name together with a network, so that nobody locks another person out from elsewhere, and for a
//! network as a whole, so that trying one password on many names is slowed down too. A success forgives the pair only.

use std::net::IpAddr;
use std::time::Duration;

use domain::id::UserName;
use domain::time::Timestamp;
use store::sign_in::Failures;

/// Failures older than this are forgotten.
pub(crate) const MEMORY: Duration = Duration::from_hours(1);

/// Who is slowed down, as stored: never the typed text itself, which may be a password in the wrong field.
pub(super) fn pair(name: Option<&UserName>, address: Option<IpAddr>) -> String {
    format!("pair:{}:{}", name.map_or("?", UserName::as_str), network(address))
}

pub(super) fn network_subject(address: Option<IpAddr>) -> String {
    format!("net:{}", network(address))
}

/// A client moves freely within these: one IPv4 address, one IPv6 /64.
fn network(address: Option<IpAddr>) -> String {
    match address {
        None => "unknown".to_owned(),
        Some(IpAddr::V4(address)) => address.to_string(),
        Some(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

/// Two slips are free; then 1, 3, 5 and 10 seconds.
pub(super) const fn after_pair(failures: i32) -> Duration {
    Duration::from_secs(match failures {
        ..=2 => 0,
        3 => 1,
        4 => 3,
        5 => 5,
        _ => 10,
    })
}

/// An office behind one address mistypes now and then; a spray of passwords does nothing else.
pub(super) const fn after_network(failures: i32) -> Duration {
    Duration::from_secs(match failures {
        ..=19 => 0,
        20..=49 => 3,
        _ => 10,
    })
}

/// Whoever is asked for a code has the password: slips are few, and six digits are not many.
pub(crate) const fn after_code(failures: i32) -> Duration {
    Duration::from_secs(match failures {
        ..=3 => 0,
        4 => 1,
        5 => 3,
        6 => 5,
        7..=20 => 10,
        _ => 60,
    })
}

/// For whoever tries a code while another one of the same person is looked at.
pub(crate) const AFTER_ANOTHER: Duration = Duration::from_secs(1);

/// What is left of a delay.
pub(crate) fn remaining(
    failures: Option<Failures>,
    delay: fn(i32) -> Duration,
    now: Timestamp,
) -> Duration {
    failures.map_or(Duration::ZERO, |failures| {
        let since = now.since(failures.last_at());
        if since >= MEMORY {
            Duration::ZERO
        } else {
            delay(failures.failures).saturating_sub(since)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_an_address_or_a_64() {
        let subject = |text: &str| network_subject(Some(text.parse().unwrap()));
        assert_eq!(subject("203.0.113.9"), "net:203.0.113.9");
        assert_eq!(subject("2001:db8:1:2:3:4:5:6"), subject("2001:db8:1:2::9"));
        assert_ne!(subject("2001:db8:1:2::9"), subject("2001:db8:1:3::9"));
    }

    #[test]
    fn delays_grow_and_stop_growing() {
        assert_eq!(
            [1, 2, 3, 4, 5, 6, 60].map(|n| after_pair(n).as_secs()),
            [0, 0, 1, 3, 5, 10, 10]
        );
        assert_eq!([1, 19, 20, 50].map(|n| after_network(n).as_secs()), [0, 0, 3, 10]);
    }
}
