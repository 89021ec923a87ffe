//! A file of SQLite that is not what it was (F15): a start on it is refused by its name and with what puts it right, and a
//! portal that runs on it stores nothing that leads to a call any more.

#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

#[allow(dead_code, clippy::allow_attributes, reason = "each test file uses its part")]
mod scenario;

use std::io::{Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use domain::person::Scope;
use scenario::changes::try_request;
use scenario::{at, change, key, listed, person};
use sqlx::{Connection as _, Executor as _, SqliteConnection};
use store::audit::Standing;
use store::change::Requested;
use store::fleet::EventFilter;
use store::{DatabaseUrl, Error, OpenError, Store};

const PAGE: usize = 4096;
/// Names a file for the test that is started as somebody who may not write to it.
const READ_ONLY: &str = "LATCHKEY_TEST_READ_ONLY_FILE";

struct Ground {
    folder: tempfile::TempDir,
}

impl Ground {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("portal.db")
    }

    async fn open(&self) -> Result<Store, OpenError> {
        Store::open(&DatabaseUrl::Sqlite(self.path()), "a test").await
    }

    /// A file with something on more pages than one.
    async fn written(&self) -> Store {
        let store = self.open().await.unwrap();
        let names: Vec<_> =
            (0..300).map(|n| (format!("r-{n}"), format!("orders cache {n}"))).collect();
        let rows: Vec<_> = names.iter().map(|(id, name)| (id.as_str(), name.as_str())).collect();
        listed(&store, &rows, at(5)).await;
        store
    }

    fn overwrite(&self, from: usize, bytes: usize) {
        let mut file = std::fs::OpenOptions::new().write(true).open(self.path()).unwrap();
        file.seek(SeekFrom::Start(u64::try_from(from).unwrap())).unwrap();
        file.write_all(&vec![0xEE; bytes]).unwrap();
    }

    async fn expect_refused(&self) {
        let refused = self.open().await.unwrap_err();
        assert!(matches!(refused, OpenError::Damaged { .. }), "{refused:?}");
        let path = self.path().display().to_string();
        let command = format!("`rm -f {path}-wal {path}-shm && cp BACKUP {path}`");
        let told = refused.to_string();
        assert!(told.starts_with(&path) && told.contains(&command), "{told}");
    }
}

#[tokio::test]
async fn f15_a_damaged_header_is_refused_with_what_puts_it_right() {
    let ground = Ground::new();
    ground.written().await.close().await;
    let backup = std::fs::read(ground.path()).unwrap();
    ground.overwrite(0, 100);
    ground.expect_refused().await;
    // What it says to do is enough.
    std::fs::write(ground.path(), backup).unwrap();
    let store = ground.open().await.unwrap();
    assert!(store.find_instance(&Scope::Everything, &key("r-7")).await.unwrap().is_some());
}

#[tokio::test]
async fn f15_a_damaged_page_is_refused_with_what_puts_it_right() {
    let ground = Ground::new();
    ground.written().await.close().await;
    let pages = std::fs::metadata(ground.path()).unwrap().len() / 4096;
    let middle = usize::try_from(pages / 2).unwrap() * PAGE;
    ground.overwrite(middle, PAGE);
    ground.expect_refused().await;
}

/// SQLite takes a write-ahead log that ends too early for one that was always that short: its last commits are gone. That
/// is found by what is known of them outside.
#[tokio::test]
async fn f15_a_cut_log_is_found_by_the_anchor_of_the_audit() {
    let (ground, cut) = (Ground::new(), Ground::new());
    // What was written so far leaves the log, so that its end is the last thing that was done.
    ground.written().await.close().await;
    let store = ground.open().await.unwrap();
    let by = person(&store, "lin.wei").await;
    for number in 1..20 {
        let wish = change(number, &format!("r-{number}"), by);
        let stored = try_request(&store, &wish, &format!("k{number}"), "x").await.unwrap();
        assert_eq!(stored, Requested::Stored);
    }
    assert_eq!(store.keep_audit_anchor(at(50)).await.unwrap(), Standing::Whole);
    // As a process that was killed leaves it.
    for name in std::fs::read_dir(ground.folder.path()).unwrap() {
        let name = name.unwrap().file_name();
        std::fs::copy(ground.folder.path().join(&name), cut.folder.path().join(&name)).unwrap();
    }
    let log = cut.folder.path().join("portal.db-wal");
    let length = std::fs::metadata(&log).unwrap().len();
    let file = std::fs::OpenOptions::new().write(true).open(&log).unwrap();
    file.set_len(length - length / 20).unwrap();
    std::fs::remove_file(cut.folder.path().join("portal.db-shm")).unwrap();
    let older = cut.open().await.unwrap();
    let standing = older.keep_audit_anchor(at(60)).await.unwrap();
    assert!(matches!(standing, Standing::Older { .. }), "{standing:?}");
    let refused = try_request(&older, &change(99, "r-99", by), "k99", "x").await;
    assert!(matches!(refused, Err(Error::Restored)), "{refused:?}");
    assert!(older.find_instance(&Scope::Everything, &key("r-7")).await.unwrap().is_some());
    // The other, whose log is whole, goes on.
    assert_eq!(store.keep_audit_anchor(at(61)).await.unwrap(), Standing::Whole);
}

#[tokio::test]
async fn f15_a_file_that_cannot_be_written_to_is_refused_by_name() {
    let ground = Ground::new();
    ground.written().await.close().await;
    let readable = |path: &Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    readable(&ground.path(), 0o444);
    let refused = if std::fs::OpenOptions::new().write(true).open(ground.path()).is_ok() {
        // Nothing is write-protected for root: somebody else tries.
        for name in std::fs::read_dir(ground.folder.path()).unwrap() {
            let path = name.unwrap().path();
            if path != ground.path() {
                readable(&path, 0o666);
            }
        }
        readable(ground.folder.path(), 0o777);
        let program = ground.folder.path().join("test");
        std::fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
        readable(&program, 0o755);
        let mut other = Command::new(&program);
        other.args(["--exact", "opened_by_somebody_else", "--nocapture"]).uid(65534).gid(65534);
        let output = other.env(READ_ONLY, ground.path()).current_dir("/").output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    } else {
        ground.open().await.unwrap_err().to_string()
    };
    let expected = format!("{} cannot be written to", ground.path().display());
    assert!(refused.contains(&expected), "{refused}");
}

/// The other half of the test above; by itself it does nothing.
#[tokio::test]
async fn opened_by_somebody_else() {
    let Some(path) = std::env::var_os(READ_ONLY) else { return };
    let refused = Store::open(&DatabaseUrl::Sqlite(path.into()), "a test").await.unwrap_err();
    std::io::stdout().write_all(refused.to_string().as_bytes()).unwrap();
}

#[tokio::test]
async fn f15_once_the_file_is_replaced_nothing_leads_to_a_call() {
    for is_moved in [true, false] {
        let ground = Ground::new();
        let store = ground.written().await;
        let by = person(&store, "lin.wei").await;
        store.check_file().await.unwrap();
        if is_moved {
            // Another one is moved into its place: ours goes on in a file that has no name any more.
            let other = ground.folder.path().join("other.db");
            std::fs::copy(ground.path(), &other).unwrap();
            std::fs::rename(&other, ground.path()).unwrap();
        } else {
            std::fs::remove_file(ground.path()).unwrap();
        }
        let refused = try_request(&store, &change(1, "r-1", by), "k1", "x").await;
        assert!(matches!(&refused, Err(error) if error.is_damaged()), "{refused:?}");
        assert!(refused.unwrap_err().to_string().contains("portal.db"));
        assert!(store.ping().await.is_err(), "not ready");
        assert!(store.check_file().await.is_err());
        let seen = store.list_events(&Scope::Everything, &EventFilter::default(), 9).await;
        seen.unwrap();
        // It stays so, whatever lies there later.
        std::fs::write(ground.path(), "x").unwrap();
        assert!(try_request(&store, &change(2, "r-2", by), "k2", "x").await.is_err());
    }
}

#[tokio::test]
async fn f15_damage_is_found_while_it_runs_and_nothing_leads_to_a_call() {
    let ground = Ground::new();
    let store = ground.written().await;
    let by = person(&store, "lin.wei").await;
    assert_eq!(
        try_request(&store, &change(1, "r-1", by), "k1", "x").await.unwrap(),
        Requested::Stored
    );
    // Into the file itself with everything, as it happens by and by.
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(ground.path());
    let mut other = SqliteConnection::connect_with(&options).await.unwrap();
    other.execute("PRAGMA wal_checkpoint(TRUNCATE)").await.unwrap();
    store.check_file().await.unwrap();
    let pages = usize::try_from(std::fs::metadata(ground.path()).unwrap().len()).unwrap() / PAGE;
    ground.overwrite(pages / 2 * PAGE, PAGE);
    let found = store.check_file().await;
    assert!(matches!(&found, Err(error) if error.is_damaged()), "{found:?}");
    let refused = try_request(&store, &change(2, "r-2", by), "k2", "x").await;
    assert!(matches!(&refused, Err(error) if error.is_damaged()), "{refused:?}");
    assert!(store.ping().await.is_err(), "not ready");
}
