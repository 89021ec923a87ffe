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
    let mut sheet = bundler.bundle(main).map_err(|error| match &error.loc {
        // Lines are counted from 0 there, and from 1 by everybody who opens the file.
        Some(place) => {
            anyhow!("{}:{}:{}: {}", place.filename, place.line + 1, place.column, error.kind)
        }
        None => anyhow!("{}", error.kind),
    })?;
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

#[cfg(test)]
mod tests {
    use super::bundle;

    #[test]
    fn imports_are_joined_in_their_layers() {
        let folder = tempfile::tempdir().unwrap();
        let write =
            |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write(
            "main.css",
            "@layer tokens, ui;\n@import \"ui.css\" layer(ui);\n@import \"tokens.css\" layer(tokens);",
        );
        write("ui.css", "@import \"button.css\";");
        write("button.css", ".button { &:hover { color: light-dark(var(--ink), var(--paper)); } }");
        write("tokens.css", ":root { --ink: #102030; }");
        let sheet = bundle(&folder.path().join("main.css")).unwrap();
        assert_eq!(
            sheet,
            "@layer tokens{:root{--ink:#102030}}\
             @layer ui{.button{&:hover{color:light-dark(var(--ink),var(--paper))}}}"
        );
    }

    #[test]
    fn a_mistake_is_named_with_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let main = folder.path().join("main.css");
        std::fs::write(&main, "a { color: }}\nb { color: red").unwrap();
        let message = bundle(&main).unwrap_err().to_string();
        assert!(message.contains("main.css:1:"), "{message}");
        std::fs::write(&main, "@import \"absent.css\";").unwrap();
        let message = bundle(&main).unwrap_err().to_string();
        assert!(message.contains("main.css:1:"), "{message}");
    }
}
