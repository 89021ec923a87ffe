//! PostgreSQL: for more than one replica.

use std::net::IpAddr;
use std::str::FromStr;
use std::time::Duration;

use sqlx::PgPool;
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgSslMode};

use super::Pools;
use super::inspect::{Applied, Tables, compare};
use crate::OpenError;

const CONNECTIONS: u32 = 8;
const ACQUIRE: Duration = Duration::from_secs(5);
const ADDRESS: &str = "PostgreSQL";

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/postgres");

pub(super) async fn open(url: &str) -> Result<Pools, OpenError> {
    let pool = connect(url, CONNECTIONS).await?;
    check_locale(&pool).await?;
    // A role that may not make tables can run what somebody else brought up to date.
    let done = applied(&pool).await.map_err(unreachable)?;
    if !matches!(compare(&MIGRATIONS, ADDRESS, &done), Ok(Tables::UpToDate)) {
        MIGRATIONS
            .run(&pool)
            .await
            .map_err(|source| OpenError::Migrate { address: ADDRESS.to_owned(), source })?;
    }
    Ok(Pools::Postgres(pool))
}

/// Changes nothing.
pub(super) async fn inspect(url: &str) -> Result<Tables, OpenError> {
    let pool = connect(url, 1).await?;
    check_locale(&pool).await?;
    let applied = applied(&pool).await.map_err(unreachable)?;
    pool.close().await;
    compare(&MIGRATIONS, ADDRESS, &applied)
}

async fn connect(url: &str, connections: u32) -> Result<PgPool, OpenError> {
    let options = secured(PgConnectOptions::from_str(url).map_err(unreachable)?, url)?
        .application_name("latchkey")
        .options([
            ("statement_timeout", "10s"),
            ("lock_timeout", "5s"),
            ("idle_in_transaction_session_timeout", "20s"),
            ("synchronous_commit", "on"),
        ]);
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE)
        .connect_with(options)
        .await
        .map_err(unreachable)
}

/// Beyond this machine only TLS with a certificate for the very host will do: sessions and the audit go over it. What
/// sqlx does by itself ("prefer") falls back to plain text.
fn secured(options: PgConnectOptions, url: &str) -> Result<PgConnectOptions, OpenError> {
    let host = options.get_host();
    let is_here = options.get_socket().is_some()
        || host.starts_with('/')
        || host.eq_ignore_ascii_case("localhost")
        || host.trim_matches(['[', ']']).parse().is_ok_and(|ip: IpAddr| ip.is_loopback());
    let is_said = url.contains("sslmode=") || url.contains("ssl-mode=");
    match options.get_ssl_mode() {
        _ if is_here => Ok(options),
        PgSslMode::VerifyFull => Ok(options),
        _ if is_said => Err(OpenError::Unverified { address: ADDRESS.to_owned() }),
        _ => Ok(options.ssl_mode(PgSslMode::VerifyFull)),
    }
}

fn unreachable(source: sqlx::Error) -> OpenError {
    OpenError::Connect { address: ADDRESS.to_owned(), source }
}

/// Under `C` only ASCII letters have capitals, so the same search would find less than elsewhere. A provider of its own
/// (ICU) may know better than the name says: then the name does not count.
async fn check_locale(pool: &PgPool) -> Result<(), OpenError> {
    let (database, encoding, locale, folds): (String, String, String, bool) = sqlx::query_as(
        "SELECT datname::TEXT, pg_encoding_to_char(encoding)::TEXT, datctype::TEXT, lower('\u{c4}') = '\u{e4}'
         FROM pg_database WHERE datname = current_database()",
    )
    .fetch_one(pool)
    .await
    .map_err(unreachable)?;
    let is_plain = matches!(locale.as_str(), "C" | "POSIX") && !folds;
    if encoding != "UTF8" || is_plain {
        return Err(OpenError::Locale { database, encoding, locale });
    }
    Ok(())
}

/// What was done to the tables; nothing where there are none.
async fn applied(pool: &PgPool) -> Result<Vec<Applied>, sqlx::Error> {
    let are_there: bool = sqlx::query_scalar("SELECT to_regclass('_sqlx_migrations') IS NOT NULL")
        .fetch_one(pool)
        .await?;
    if !are_there {
        return Ok(Vec::new());
    }
    sqlx::query_as("SELECT version, checksum, success FROM _sqlx_migrations ORDER BY version")
        .fetch_all(pool)
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(url: &str) -> Result<PgSslMode, OpenError> {
        Ok(secured(PgConnectOptions::from_str(url).unwrap(), url)?.get_ssl_mode())
    }

    #[test]
    fn beyond_this_machine_only_a_verified_host_will_do() {
        for url in ["postgres://u@db.example/l", "postgres://u@10.0.0.7/l?sslmode=verify-full"] {
            assert!(matches!(mode(url), Ok(PgSslMode::VerifyFull)), "{url}");
        }
        for word in ["disable", "allow", "prefer", "require", "verify-ca"] {
            let url = format!("postgres://u@db.example/l?sslmode={word}");
            assert!(matches!(mode(&url), Err(OpenError::Unverified { .. })), "{url}");
        }
    }

    #[test]
    fn on_this_machine_there_is_nobody_between() {
        for url in [
            "postgres://u@127.0.0.1:5433/l",
            "postgres://u@localhost/l?sslmode=disable",
            "postgres://u@[::1]/l",
            "postgres:///l?host=/run/postgresql",
        ] {
            assert!(!matches!(mode(url), Ok(PgSslMode::VerifyFull) | Err(_)), "{url}");
        }
    }
}
