//! The scripts: the names of the built files put in, and everything a browser does not need taken out.

use anyhow::{Result, bail};

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

pub fn minify(_name: &str, script: &str) -> Result<String> {
    Ok(script.to_owned())
}
