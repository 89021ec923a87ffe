//! PostgreSQL: for more than one replica.

use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use super::Pools;
use crate::OpenError;

const CONNECTIONS: u32 = 8;
const ACQUIRE: Duration = Duration::from_secs(5);

pub(super) async fn open(url: &str) -> Result<Pools, OpenError> {
    let connect = |source| OpenError::Connect { address: "PostgreSQL".to_owned(), source };
    let options =
        PgConnectOptions::from_str(url).map_err(connect)?.application_name("latchkey").options([
            ("statement_timeout", "10s"),
            ("lock_timeout", "5s"),
            ("idle_in_transaction_session_timeout", "20s"),
            ("synchronous_commit", "on"),
        ]);
    let pool = PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(ACQUIRE)
        .connect_with(options)
        .await
        .map_err(connect)?;
    sqlx::migrate!("migrations/postgres")
        .run(&pool)
        .await
        .map_err(|source| OpenError::Migrate { address: "PostgreSQL".to_owned(), source })?;
    Ok(Pools::Postgres(pool))
}
