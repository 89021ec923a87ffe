//! OKLCH as the style sheets write it, and how much two colours differ as WCAG counts it.

/// Which of the two values of a colour counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    Light,
    Dark,
}

impl Theme {
    pub const ALL: [Self; 2] = [Self::Light, Self::Dark];

    /// As in `data-theme`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// sRGB, linear, each part from 0 to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Colour {
    red: f64,
    green: f64,
    blue: f64,
}

impl Colour {
    /// `#fff`, or `oklch(L% C H)` without transparency: the two ways that the tokens are written in.
    pub fn parse(text: &str) -> Option<Self> {
        if text == "#fff" {
            return Some(Self { red: 1.0, green: 1.0, blue: 1.0 });
        }
        let inside = text.strip_prefix("oklch(")?.strip_suffix(')')?;
        let mut parts = inside.split_whitespace();
        let lightness = parts.next()?.strip_suffix('%')?.parse::<f64>().ok()? / 100.0;
        let chroma = parts.next()?.parse::<f64>().ok()?;
        let hue = parts.next()?.parse::<f64>().ok()?.to_radians();
        match parts.next() {
            None => Some(Self::from_oklab(lightness, chroma * hue.cos(), chroma * hue.sin())),
            Some(_) => None,
        }
    }

    /// The matrices of CSS Color 4, 10.2. What lies outside of sRGB is clipped, as a screen does.
    fn from_oklab(l: f64, a: f64, b: f64) -> Self {
        let long = (l + 0.396_337_777_4 * a + 0.215_803_757_3 * b).powi(3);
        let medium = (l - 0.105_561_345_8 * a - 0.063_854_172_8 * b).powi(3);
        let short = (l - 0.089_484_177_5 * a - 1.291_485_548 * b).powi(3);
        let clipped = |part: f64| part.clamp(0.0, 1.0);
        Self {
            red: clipped(
                4.076_741_662_1 * long - 3.307_711_591_3 * medium + 0.230_969_929_2 * short,
            ),
            green: clipped(
                -1.268_438_004_6 * long + 2.609_757_401_1 * medium - 0.341_319_396_5 * short,
            ),
            blue: clipped(
                -0.004_196_086_3 * long - 0.703_418_614_7 * medium + 1.707_614_701 * short,
            ),
        }
    }

    /// WCAG's relative luminance.
    fn luminance(&self) -> f64 {
        0.2126 * self.red + 0.7152 * self.green + 0.0722 * self.blue
    }
}

/// From 1, the same, to 21, black on white.
pub fn contrast(one: &Colour, other: &Colour) -> f64 {
    let (one, other) = (one.luminance(), other.luminance());
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(one: &str, other: &str) -> f64 {
        contrast(&Colour::parse(one).unwrap(), &Colour::parse(other).unwrap())
    }

    #[test]
    fn it_counts_as_browsers_and_the_standard_do() {
        let close = |found: f64, wanted: f64| assert!((found - wanted).abs() < 0.02, "{found}");
        close(of("#fff", "oklch(0% 0 0)"), 21.0);
        close(of("#fff", "#fff"), 1.0);
        // #777 is the grey that just fails on white: 4.48.
        close(of("#fff", "oklch(56.932% 0 0)"), 4.48);
        // Pure red, #f00.
        close(of("#fff", "oklch(62.796% 0.257683 29.2339)"), 4.0);
    }

    #[test]
    fn what_is_no_plain_colour_is_none() {
        for text in ["", "red", "oklch(20% 0.03 260 / 0.06)", "oklch(20 0.03 260)", "oklch(x% 0 0)"]
        {
            assert_eq!(Colour::parse(text), None, "{text}");
        }
    }
}
