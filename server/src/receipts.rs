//! The key that signs receipts: the configured one, or one beside an SQLite file, made at the first start. On PostgreSQL
//! without one there are no receipts.

use std::path::Path;

use service::ReceiptKey;
use store::{DatabaseUrl, key_file};

/// The text of an error says what is wrong with the file.
pub fn key(
    database: &DatabaseUrl,
    configured: Option<&Path>,
) -> Result<Option<ReceiptKey>, String> {
    let beside = key_file::beside(database, ".receipt-key");
    let opened = match (configured, &beside) {
        (Some(path), _) => (path, ReceiptKey::open(path, false)),
        (None, Some(path)) => (path.as_path(), ReceiptKey::open(path, true)),
        (None, None) => return Ok(None),
    };
    let (path, key) = opened;
    key.map(Some).map_err(|error| {
        format!("the key of the receipts in {} cannot be used: it {error}", path.display())
    })
}
