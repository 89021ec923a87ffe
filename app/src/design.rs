//! What the look is made of, read from the style sheets themselves: colours with their contrast, scales with their steps.
//!
//! The page `/design` of the sandbox shows it, and a test holds the contrast to WCAG 2.2 AA. To add a colour: its line in
//! `style/theme.css`, and what it is read on in [`PAIRS`], or its name in `DECORATION`.

mod colour;

pub use colour::{Colour, Theme, contrast};

const TOKENS: &str = include_str!("../../style/tokens.css");
const THEME: &str = include_str!("../../style/theme.css");

/// WCAG 2.2: 1.4.3 for text, 1.4.11 for what is seen and not read.
pub const TEXT: f64 = 4.5;
pub const SHAPE: f64 = 3.0;

/// A colour, what it stands on, and how much they have to differ.
pub type Pair = (&'static str, &'static str, f64);

/// Every pair that the style sheets use.
pub const PAIRS: &[Pair] = &[
    ("text", "bg", TEXT),
    ("text", "surface", TEXT),
    ("text", "raised", TEXT),
    ("text", "sunken", TEXT),
    ("text", "accent-soft", TEXT),
    ("text", "open-soft", TEXT),
    ("text", "danger-soft", TEXT),
    ("surface", "text", TEXT),
    ("muted", "bg", TEXT),
    ("muted", "surface", TEXT),
    ("muted", "raised", TEXT),
    ("muted", "sunken", TEXT),
    ("accent", "bg", TEXT),
    ("accent", "surface", TEXT),
    ("accent", "raised", TEXT),
    ("accent", "sunken", TEXT),
    ("accent", "accent-soft", TEXT),
    ("on-accent", "accent", TEXT),
    ("open", "bg", TEXT),
    ("open", "surface", TEXT),
    ("open", "raised", TEXT),
    ("open", "sunken", TEXT),
    ("open", "open-soft", TEXT),
    ("on-open", "open", TEXT),
    ("danger", "bg", TEXT),
    ("danger", "surface", TEXT),
    ("danger", "raised", TEXT),
    ("danger", "danger-soft", TEXT),
    ("on-danger", "danger", TEXT),
    ("safe", "surface", TEXT),
    ("safe", "raised", TEXT),
    ("safe", "safe-soft", TEXT),
    ("line-control", "bg", SHAPE),
    ("line-control", "surface", SHAPE),
    ("line-control", "raised", SHAPE),
];

/// Colours that nothing has to be recognised by: lines between things, shadows, the veil behind a dialog.
#[cfg(test)]
const DECORATION: &[&str] = &["line", "line-strong", "shadow", "veil"];

/// The custom properties of a sheet whose names begin so, without the two hyphens.
fn properties<'a>(sheet: &'a str, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
    sheet.lines().filter_map(move |line| {
        let (name, value) = line.trim().strip_prefix("--")?.strip_suffix(';')?.split_once(':')?;
        name.starts_with(prefix).then(|| (name, value.trim()))
    })
}

/// Steps of a scale, such as `space-`, with their sizes.
pub fn scale(prefix: &'static str) -> Vec<(&'static str, &'static str)> {
    properties(TOKENS, prefix).collect()
}

/// The names of all colours of the theme.
#[cfg(test)]
fn names() -> Vec<&'static str> {
    properties(THEME, "").map(|(name, _)| name).collect()
}

/// What a colour of the theme is; `None` for what is no single colour.
pub fn colour(name: &str, theme: Theme) -> Option<Colour> {
    let (_, value) = properties(THEME, name).find(|(known, _)| *known == name)?;
    let inside = value.strip_prefix("light-dark(")?.strip_suffix(')')?;
    let (light, dark) = inside.split_once(", ")?;
    let chosen = match theme {
        Theme::Light => light,
        Theme::Dark => dark,
    };
    let raw = chosen.strip_prefix("var(--")?.strip_suffix(')')?;
    let (_, value) = properties(TOKENS, raw).find(|(known, _)| *known == raw)?;
    Colour::parse(value)
}

/// How much a pair differs, from 1 to 21.
pub fn contrast_of((over, under, _): Pair, theme: Theme) -> Option<f64> {
    Some(contrast(&colour(over, theme)?, &colour(under, theme)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_that_is_used_is_told_apart_in_both_themes() {
        let low: Vec<String> = PAIRS
            .iter()
            .flat_map(|pair| Theme::ALL.map(|theme| (*pair, theme, contrast_of(*pair, theme))))
            .filter(|((_, _, least), _, found)| found.is_none_or(|found| found < *least))
            .map(|((over, under, least), theme, found)| {
                format!("{over} on {under}, {theme:?}: {found:?}, at least {least}")
            })
            .collect();
        assert_eq!(low, Vec::<String>::new());
    }

    #[test]
    fn every_colour_of_the_theme_has_a_pair_or_is_decoration() {
        for name in names() {
            let paired = PAIRS.iter().any(|(over, under, _)| *over == name || *under == name);
            assert!(paired != DECORATION.contains(&name), "{name}");
        }
    }
}
