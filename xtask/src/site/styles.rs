//! The style sheet: `style/main.css` and all it imports, in one minified file.

use std::path::Path;

use anyhow::{Result, anyhow};
use lightningcss::bundler::{Bundler, FileProvider};
use lightningcss::printer::PrinterOptions;
use lightningcss::stylesheet::{MinifyOptions, ParserOptions};
use lightningcss::targets::{Browsers, Targets};

/// Browsers that have `light-dark()`, nesting and layers, all since spring 2024: what is newer is written for them.
const BROWSERS: Browsers = Browsers {
    chrome: Some(version(123)),
    edge: Some(version(123)),
    firefox: Some(version(120)),
    safari: Some(version(17) | 5 << 8),
    ios_saf: Some(version(17) | 5 << 8),
    android: None,
    ie: None,
    opera: None,
    samsung: None,
};

/// # Errors
///
/// A file that is missing or does not parse, with its name, line and column.
pub fn bundle(main: &Path) -> Result<String> {
    let provider = FileProvider::new();
    let mut bundler = Bundler::new(&provider, None, ParserOptions::default());
    let mut sheet = bundler.bundle(main).map_err(|error| anyhow!("{error}"))?;
    let targets = Targets::from(BROWSERS);
    sheet
        .minify(MinifyOptions { targets, ..MinifyOptions::default() })
        .map_err(|error| anyhow!("{error}"))?;
    let printed = sheet
        .to_css(PrinterOptions { minify: true, targets, ..PrinterOptions::default() })
        .map_err(|error| anyhow!("{error}"))?;
    Ok(printed.code)
}

const fn version(major: u32) -> u32 {
    major << 16
}
