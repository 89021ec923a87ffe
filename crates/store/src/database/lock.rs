//! One portal a file: two that write to one SQLite file would each think that the other's work is their own.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::OpenError;

/// Held as long as any clone lives. The operating system frees it when the process dies, however it dies.
#[derive(Debug, Clone)]
pub(super) struct SharedLock {
    _file: Arc<File>,
}

pub(super) fn take(database: &Path, owner: &str) -> Result<SharedLock, OpenError> {
    let path = beside(database);
    let failed = |source| OpenError::Lock { path: path.clone(), source };
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(failed)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            file.read_to_string(&mut holder).map_err(failed)?;
            return Err(OpenError::InUse { path: database.to_owned(), holder });
        }
        Err(TryLockError::Error(source)) => return Err(failed(source)),
    }
    file.set_len(0).map_err(failed)?;
    file.seek(SeekFrom::Start(0)).map_err(failed)?;
    file.write_all(owner.as_bytes()).map_err(failed)?;
    Ok(SharedLock { _file: Arc::new(file) })
}

fn beside(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(".lock");
    PathBuf::from(name)
}
