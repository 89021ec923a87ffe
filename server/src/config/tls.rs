//! Whether the portal speaks TLS itself. Without these keys a proxy in front of it does.

use std::path::PathBuf;

use super::PublicUrl;
use super::file::Source;
use super::reader::{Found, Place};
use crate::certificate::CertificateFiles;

pub const KEYS: &[&str] = &["tls_certificate_file", "tls_key_file"];

/// Files that do not do are told here, not when the first browser comes.
pub(super) fn read(
    source: &mut Source<'_, '_>,
    public_url: Option<&PublicUrl>,
) -> Option<CertificateFiles> {
    let certificate = source.text("tls_certificate_file", None);
    let key = source.text("tls_key_file", None);
    let (certificate, key) = match (certificate, key) {
        (Some(certificate), Some(key)) => (certificate, key),
        (None, None) => return None,
        (Some(_), None) => return alone(source, "tls_key_file", "tls_certificate_file"),
        (None, Some(_)) => return alone(source, "tls_certificate_file", "tls_key_file"),
    };
    if let Some(url) = public_url
        && !url.is_secure()
    {
        let place = Place::Named("public_url".to_owned());
        source.reader.refuse(&place, "has to be https, since the portal speaks TLS itself");
    }
    let files = CertificateFiles {
        chain: PathBuf::from(&certificate.value),
        key: PathBuf::from(&key.value),
    };
    match files.load() {
        Ok(_) => Some(files),
        Err(error) => {
            let Found { value, place } = if error.is_of_key() { key } else { certificate };
            source.reader.refuse(&place, format!("the file {value} {error}"));
            None
        }
    }
}

fn alone(source: &mut Source<'_, '_>, missing: &str, given: &str) -> Option<CertificateFiles> {
    let place = Place::Named(missing.to_owned());
    source.reader.refuse(&place, format!("is needed with {given}"));
    None
}
