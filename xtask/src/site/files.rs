//! Naming files after their content, compressing them, and writing only what changed.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};

pub const MANIFEST: &str = "manifest.json";
pub const ASSETS: &str = "assets";
pub const PUBLIC: &str = "public";

/// How many hexadecimal digits of the content's SHA-256 stand in a file's name.
const HASH_DIGITS: usize = 16;

/// The site as it shall be on disk.
#[derive(Default)]
pub struct Files {
    /// Path inside the site, content.
    contents: BTreeMap<String, Vec<u8>>,
    /// Plain name, hashed name.
    manifest: BTreeMap<String, String>,
}

impl Files {
    /// Adds an asset under a name that holds its hash, and gives that name.
    pub fn add(&mut self, name: &str, content: Vec<u8>) -> String {
        let hashed = hashed_name(name, &content);
        self.manifest.insert(name.to_owned(), hashed.clone());
        self.contents.insert(format!("{ASSETS}/{hashed}"), content);
        hashed
    }

    /// Adds a file that is served under this very name.
    pub fn add_public(&mut self, name: &str, content: Vec<u8>) {
        self.contents.insert(format!("{PUBLIC}/{name}"), content);
    }

    /// Adds every file of this folder under its own name.
    pub fn add_public_folder(&mut self, folder: &Path) -> Result<()> {
        for entry in std::fs::read_dir(folder).with_context(|| folder.display().to_string())? {
            let entry = entry?;
            self.add_public(&entry.file_name().to_string_lossy(), std::fs::read(entry.path())?);
        }
        Ok(())
    }

    /// Makes the folder hold exactly this: writes what changed, with `.br` and `.gz` beside, and removes the rest.
    pub fn write(mut self, site: &Path) -> Result<()> {
        let mut kept = BTreeSet::new();
        for (name, content) in &self.contents {
            for file in write_compressed(&site.join(name), content)? {
                kept.insert(file);
            }
        }
        let manifest = serde_json::to_vec_pretty(&std::mem::take(&mut self.manifest))?;
        let path = site.join(MANIFEST);
        write_if_changed(
            &path,
            || Ok(manifest.clone()),
            std::fs::read(&path).is_ok_and(|old| old == manifest),
        )?;
        kept.insert(path);
        remove_others(site, &kept)
    }
}

/// Writes a file that changes outside a build, and takes away its packed copies, which would say the old thing.
pub fn write_plain(path: &Path, content: &[u8]) -> Result<()> {
    for suffix in ["br", "gz"] {
        let packed = with_suffix(path, suffix);
        if packed.exists() {
            std::fs::remove_file(packed)?;
        }
    }
    write_if_changed(path, || Ok(content.to_vec()), false)
}

fn hashed_name(name: &str, content: &[u8]) -> String {
    let hash = hex::encode(Sha256::digest(content));
    let hash = hash.get(..HASH_DIGITS).unwrap_or(&hash);
    match name.rsplit_once('.') {
        Some((stem, extension)) => format!("{stem}.{hash}.{extension}"),
        None => format!("{name}.{hash}"),
    }
}

fn write_compressed(path: &Path, content: &[u8]) -> Result<[PathBuf; 3]> {
    let unchanged = std::fs::read(path).is_ok_and(|old| old == content);
    let brotli_path = with_suffix(path, "br");
    let gzip_path = with_suffix(path, "gz");
    write_if_changed(path, || Ok(content.to_vec()), unchanged)?;
    write_if_changed(&brotli_path, || brotli(content), unchanged && brotli_path.exists())?;
    write_if_changed(&gzip_path, || gzip(content), unchanged && gzip_path.exists())?;
    Ok([path.to_path_buf(), brotli_path, gzip_path])
}

fn write_if_changed(
    path: &Path,
    content: impl FnOnce() -> Result<Vec<u8>>,
    unchanged: bool,
) -> Result<()> {
    if unchanged {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(path, content()?).with_context(|| path.display().to_string())
}

fn remove_others(folder: &Path, kept: &BTreeSet<PathBuf>) -> Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            remove_others(&path, kept)?;
        } else if !kept.contains(&path) {
            std::fs::remove_file(&path)?;
        }
    }
    Ok(())
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    PathBuf::from(name)
}

/// Quality 11, as this is done once for every copy that is ever sent.
fn brotli(content: &[u8]) -> Result<Vec<u8>> {
    let mut packed = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams {
        quality: 11,
        lgwin: 22,
        size_hint: content.len(),
        ..brotli::enc::BrotliEncoderParams::default()
    };
    brotli::BrotliCompress(&mut &*content, &mut packed, &parameters)?;
    Ok(packed)
}

fn gzip(content: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(content)?;
    Ok(encoder.finish()?)
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::SystemTime;

    use super::Files;

    fn site(style: &str) -> Files {
        let mut files = Files::default();
        files.add("app.css", style.as_bytes().to_vec());
        files.add_public("robots.txt", b"Disallow: /".to_vec());
        files
    }

    fn written(folder: &Path) -> Vec<(String, SystemTime)> {
        let mut files: Vec<_> = ["assets", "public", "."]
            .iter()
            .flat_map(|name| std::fs::read_dir(folder.join(name)).unwrap())
            .map(|entry| entry.unwrap())
            .filter(|entry| entry.path().is_file())
            .map(|entry| {
                (
                    entry.file_name().into_string().unwrap(),
                    entry.metadata().unwrap().modified().unwrap(),
                )
            })
            .collect();
        files.sort();
        files
    }

    #[test]
    fn only_what_changed_is_written_again() {
        let folder = tempfile::tempdir().unwrap();
        site("a{}").write(folder.path()).unwrap();
        let first = written(folder.path());
        assert_eq!(first.len(), 7);
        site("a{}").write(folder.path()).unwrap();
        assert_eq!(written(folder.path()), first);

        site("b{}").write(folder.path()).unwrap();
        let second = written(folder.path());
        assert_eq!(second.len(), 7);
        let same: Vec<_> = second
            .iter()
            .filter(|file| first.contains(file))
            .map(|(name, _)| name.as_str())
            .collect();
        assert_eq!(same, ["robots.txt", "robots.txt.br", "robots.txt.gz"]);
    }

    #[test]
    fn a_name_tells_the_content() {
        let hashed = Files::default().add("app.js", b"".to_vec());
        assert_eq!(hashed, "app.e3b0c44298fc1c14.js");
    }
}
