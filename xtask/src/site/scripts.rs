//! The scripts: the names of the built files put in, and everything a browser does not need taken out.

use anyhow::{Result, bail};
use oxc_allocator::Allocator;
use oxc_codegen::{Codegen, CodegenOptions};
use oxc_minifier::{Minifier, MinifierOptions};
use oxc_parser::Parser;
use oxc_span::SourceType;

/// Replaces the plain names in a script by the hashed ones.
///
/// # Errors
///
/// A plain name that stands nowhere: the script would load a file that does not exist.
pub fn name_files(script: &str, names: &[(&str, &String)]) -> Result<String> {
    let mut script = script.to_owned();
    for (plain, hashed) in names {
        let quoted = format!("\"{plain}\"");
        if !script.contains(&quoted) {
            bail!("boot.js does not name {quoted}");
        }
        script = script.replace(&quoted, &format!("\"./{hashed}\""));
    }
    Ok(script)
}

/// The same module in as few bytes as it can be said.
///
/// # Errors
///
/// It does not parse; `name` is for the message.
pub fn minify(name: &str, script: &str) -> Result<String> {
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, script, SourceType::mjs()).parse();
    if let Some(problem) = parsed.diagnostics.first() {
        bail!("{name}: {problem}");
    }
    let mut program = parsed.program;
    let minified = Minifier::new(MinifierOptions::default()).minify(&allocator, &mut program);
    let printed = Codegen::new()
        .with_options(CodegenOptions::minify())
        .with_scoping(minified.scoping)
        .with_private_member_mappings(minified.class_private_mappings)
        .build(&program);
    Ok(printed.code)
}

#[cfg(test)]
mod tests {
    use super::{minify, name_files};

    #[test]
    fn every_built_file_must_be_named() {
        let hashed = "app.12.js".to_owned();
        let named = name_files("import init from \"./app.js\";", &[("./app.js", &hashed)]);
        assert_eq!(named.unwrap(), "import init from \"./app.12.js\";");
        assert!(name_files("import init from \"./ap.js\";", &[("./app.js", &hashed)]).is_err());
    }

    #[test]
    fn exports_keep_their_names() {
        let long = "// why\nexport function hydrate(element) { const inside = element.firstChild; return inside; }";
        assert_eq!(
            minify("a.js", long).unwrap(),
            "export function hydrate(e){return e.firstChild}"
        );
    }

    #[test]
    fn a_script_that_does_not_parse_is_named() {
        assert!(minify("boot.js", "const = 1;").unwrap_err().to_string().starts_with("boot.js: "));
    }
}
