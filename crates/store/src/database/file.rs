//! Whether the file of the memory is still the one that was opened, and whole.
//!
//! What is found stands until the next start: from then on nothing that leads to a call of the cloud is stored.

use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use sqlx::ConnectOptions as _;

use super::{Pools, sqlite};
use crate::{Error, OpenError, Store};

/// Cheap to clone: all clones are one file.
#[derive(Debug, Clone)]
pub(super) struct MemoryFile {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    /// Device and number: the same as long as it is the same file.
    identity: (u64, u64),
    damage: OnceLock<String>,
}

impl MemoryFile {
    pub fn of(path: &Path) -> io::Result<Self> {
        let identity = identity(path)?;
        let inner = Inner { path: path.to_owned(), identity, damage: OnceLock::new() };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Cheap: asked before everything that leads to a call.
    pub fn require_whole(&self) -> Result<(), Error> {
        if self.inner.damage.get().is_none() && self.is_replaced() {
            self.found("another file lies in its place");
        }
        let Some(found) = self.inner.damage.get() else { return Ok(()) };
        Err(Error::Damaged { path: self.inner.path.clone(), found: found.clone() })
    }

    fn is_replaced(&self) -> bool {
        match identity(&self.inner.path) {
            Ok(identity) => identity != self.inner.identity,
            // Whatever else hinders looking does not prove that it is gone.
            Err(error) => error.kind() == io::ErrorKind::NotFound,
        }
    }

    fn found(&self, what: &str) {
        if self.inner.damage.set(what.to_owned()).is_ok() {
            tracing::error!(file = %self.inner.path.display(), found = what, "the file of the portal's memory is damaged: nothing is changed at the cloud any more");
        }
    }
}

impl Store {
    /// Reads the whole file, on a connection of its own: nothing that was read before is taken for what lies there. On
    /// PostgreSQL there is nothing to do.
    pub async fn check_file(&self) -> Result<(), Error> {
        let Pools::Sqlite { file, .. } = &self.pools else { return Ok(()) };
        file.require_whole()?;
        let path = &file.inner.path;
        let checked = async {
            let options = sqlite::options(path).read_only(true);
            let mut own =
                options.connect().await.map_err(|source| sqlite::refused(path, source))?;
            sqlite::check(&mut own, path).await
        };
        match checked.await {
            Err(OpenError::Damaged { found, .. }) => file.found(&found),
            Err(OpenError::Connect { source, .. }) => return Err(source.into()),
            _ => {}
        }
        file.require_whole()
    }

    /// See [`Store::check_file`]: what was found by it, and whether the file is still the one that was opened.
    pub fn require_whole_file(&self) -> Result<(), Error> {
        match &self.pools {
            Pools::Sqlite { file, .. } => file.require_whole(),
            Pools::Postgres(_) => Ok(()),
        }
    }
}

fn identity(path: &Path) -> io::Result<(u64, u64)> {
    std::fs::metadata(path).map(|file| (file.dev(), file.ino()))
}
