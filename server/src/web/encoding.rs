//! Which compressed copy of a file a request accepts (RFC 9110, 12.5.3).

/// How a stored copy is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Brotli,
    Gzip,
    Identity,
}

impl Encoding {
    /// The packed ones, smallest first.
    pub const PACKED: [Self; 2] = [Self::Brotli, Self::Gzip];

    /// What is appended to the name of the stored copy.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::Brotli => ".br",
            Self::Gzip => ".gz",
            Self::Identity => "",
        }
    }

    /// The value of `Content-Encoding`; none for the plain copy.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::Brotli => Some("br"),
            Self::Gzip => Some("gzip"),
            Self::Identity => None,
        }
    }

    /// What these values of `Accept-Encoding` allow, smallest first.
    ///
    /// Weights only say yes or no (`q=0`): a client that can read brotli is served best by it, whatever it prefers.
    /// The plain copy is always possible, as an answer is better than 406.
    pub fn preferred<'a>(accepted: impl Iterator<Item = &'a str>) -> Vec<Self> {
        let offers: Vec<(String, bool)> =
            accepted.flat_map(|value| value.split(',')).map(offer).collect();
        let allows = |encoding: Self| {
            let named = |name: &str| {
                offers.iter().find(|(offered, _)| offered == name).map(|(_, allowed)| *allowed)
            };
            encoding.name().and_then(named).or_else(|| named("*")).unwrap_or(false)
        };
        let packed = Self::PACKED.into_iter().filter(|encoding| allows(*encoding));
        packed.chain([Self::Identity]).collect()
    }
}

/// One member of the list: its name in lower case, and whether its weight is above 0.
fn offer(member: &str) -> (String, bool) {
    let mut parts = member.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default().to_ascii_lowercase();
    let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    let allowed =
        weight.is_none_or(|weight| weight.parse::<f32>().is_ok_and(|weight| weight > 0.0));
    (name, allowed)
}

#[cfg(test)]
mod tests {
    use super::Encoding::{self, Brotli, Gzip, Identity};

    #[test]
    fn the_smallest_accepted_copy_comes_first() {
        let expect = |accepted: &str, encodings: &[Encoding]| {
            assert_eq!(Encoding::preferred([accepted].into_iter()), encodings, "{accepted:?}");
        };
        expect("gzip, deflate, br, zstd", &[Brotli, Gzip, Identity]);
        expect("gzip;q=1.0, br;q=0.1", &[Brotli, Gzip, Identity]);
        expect("GZIP", &[Gzip, Identity]);
        expect("*", &[Brotli, Gzip, Identity]);
        expect("*;q=0.5, br;q=0", &[Gzip, Identity]);
        expect("br;q=0.000, gzip; q=0", &[Identity]);
        expect("br;q=much", &[Identity]);
        expect("identity", &[Identity]);
        expect("", &[Identity]);
    }

    #[test]
    fn several_header_lines_are_one_list() {
        assert_eq!(Encoding::preferred(["gzip", "br"].into_iter()), [Brotli, Gzip, Identity]);
    }
}
