//! A disk that is full, and that has space again.
//!
//! SQLite's file lies in a file system of its own, which a test fills to the last page. PostgreSQL's tables answer what
//! the server answers when it cannot make one of their files longer: SQLSTATE 53100.

use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use store::DatabaseUrl;

use crate::ground::{Ground, Memory, until};

/// Enough for everything a test does before it fills it.
const SIZE: &str = "size=64m,mode=700";

/// What a portal's memory lies on. To be dropped after the ground that stands on it.
pub struct Disk {
    memory: Memory,
    mount: tempfile::TempDir,
}

impl Disk {
    pub fn new(memory: Memory) -> Self {
        let mount = tempfile::tempdir().unwrap();
        if memory == Memory::Sqlite {
            let done = Command::new("mount")
                .args(["-t", "tmpfs", "-o", SIZE, "latchkey-test"])
                .arg(mount.path())
                .output()
                .unwrap();
            assert!(
                done.status.success(),
                "a disk to be filled needs `mount -t tmpfs`: run this as root, or in \
                 `unshare --user --map-root-user --mount`: {done:?}"
            );
        }
        Self { memory, mount }
    }

    pub async fn ground(&self) -> Ground {
        match self.memory {
            Memory::Sqlite => Ground::at(&self.mount.path().join("portal.db")).await,
            Memory::Postgres => Ground::new(Memory::Postgres).await,
        }
    }

    /// From now on nothing more can be stored.
    pub async fn fill(&self, ground: &Ground) {
        match &ground.database {
            DatabaseUrl::Sqlite(file) => {
                empty_the_log(file).await;
                fill_up(&self.ballast());
            }
            DatabaseUrl::Postgres(_) => {
                let refuse = "CREATE FUNCTION no_space() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION \
                     'could not extend file \"base/16384/16385\": No space left on device' \
                     USING ERRCODE = 'disk_full'; END $$";
                sql(ground, refuse).await;
                for table in tables(ground).await {
                    let trigger = format!(
                        "CREATE TRIGGER a_no_space BEFORE INSERT OR UPDATE ON {table} \
                         FOR EACH ROW EXECUTE FUNCTION no_space()"
                    );
                    sql(ground, &trigger).await;
                }
            }
        }
    }

    pub async fn free(&self, ground: &Ground) {
        match self.memory {
            Memory::Sqlite => std::fs::remove_file(self.ballast()).unwrap(),
            Memory::Postgres => sql(ground, "DROP FUNCTION no_space() CASCADE").await,
        }
    }

    fn ballast(&self) -> std::path::PathBuf {
        self.mount.path().join("ballast")
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        if self.memory == Memory::Sqlite {
            // Lazily: a portal that was just killed may have it open for a moment.
            let _ = Command::new("umount").arg("--lazy").arg(self.mount.path()).status();
        }
    }
}

/// Does something to the database that no portal does.
pub async fn sql(ground: &Ground, text: &str) {
    let statement = sqlx::raw_sql(AssertSqlSafe(text.to_owned()));
    match &ground.database {
        DatabaseUrl::Sqlite(file) => {
            let mut beside = beside(file).await;
            statement.execute(&mut beside).await.unwrap();
            beside.close().await.unwrap();
        }
        DatabaseUrl::Postgres(url) => {
            let mut beside = PgConnection::connect(url).await.unwrap();
            statement.execute(&mut beside).await.unwrap();
            beside.close().await.unwrap();
        }
    }
}

async fn beside(file: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(file);
    SqliteConnection::connect_with(&options.busy_timeout(crate::process::HANG)).await.unwrap()
}

async fn tables(ground: &Ground) -> Vec<String> {
    let DatabaseUrl::Postgres(url) = &ground.database else { panic!("these are files") };
    let mut beside = PgConnection::connect(url).await.unwrap();
    let ours = "SELECT tablename::TEXT FROM pg_tables WHERE schemaname = 'public'";
    let names = sqlx::query_scalar(ours).fetch_all(&mut beside).await.unwrap();
    beside.close().await.unwrap();
    names
}

/// What is stored next has to make the write-ahead log longer: none of its old pages is left to be written over.
async fn empty_the_log(file: &Path) {
    let mut beside = beside(file).await;
    until("the log to be empty", async || {
        let done: (i64, i64, i64) =
            sqlx::query_as("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&mut beside).await.ok()?;
        (done.0 == 0).then_some(())
    })
    .await;
    // Without the checkpoint that closing makes: others have it open.
    beside.close().await.unwrap();
}

fn fill_up(ballast: &Path) {
    let mut file = std::fs::File::create(ballast).unwrap();
    for piece in [vec![0; 1 << 20], vec![0; 4096]] {
        let full = loop {
            if let Err(error) = file.write_all(&piece) {
                break error;
            }
        };
        assert_eq!(full.kind(), std::io::ErrorKind::StorageFull, "{full}");
    }
}
