//! The key that seals secrets of second factors: the configured one, or one beside an SQLite file, made at the first start.
//! On PostgreSQL without one there are no second factors.

use std::path::Path;

use service::FactorKey;
use store::{DatabaseUrl, key_file};

/// The text of an error says what is wrong with the file.
pub fn key(database: &DatabaseUrl, configured: Option<&Path>) -> Result<Option<FactorKey>, String> {
    let beside = key_file::beside(database, ".factor-key");
    let (path, key) = match (configured, &beside) {
        (Some(path), _) => (path, FactorKey::open(path, false)),
        (None, Some(path)) => (path.as_path(), FactorKey::open(path, true)),
        (None, None) => return Ok(None),
    };
    key.map(Some).map_err(|error| {
        format!("the key of second factors in {} cannot be used: it {error}", path.display())
    })
}
