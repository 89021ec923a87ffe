//! The table of legal moves as the database has it, for the trigger that refuses all others.
//!
//! `domain::change::MOVES` is the source. It is compared and written at every start, so that no migration repeats it.

use domain::change::{ChangeState, MOVES};

use crate::database::on;
use crate::{Error, Store, json};

impl Store {
    /// Makes the database's table what ours is. Writes nothing where it is so already.
    pub(crate) async fn write_legal_moves(&self) -> Result<(), Error> {
        let mut ours: Vec<(String, String)> =
            MOVES.iter().map(|(from, to)| (from.code().to_owned(), to.code().to_owned())).collect();
        ours.sort();
        if read(self).await? == ours {
            return Ok(());
        }
        let mut tx = self.write().await?;
        on!(tx, |c| sqlx::query("DELETE FROM change_moves").execute(c).await.map(drop))?;
        for (from, to) in ours {
            on!(tx, |c| {
                sqlx::query(
                "INSERT INTO change_moves (from_state, to_state) VALUES ($1, $2) ON CONFLICT DO NOTHING"
            )
            .bind(&from)
            .bind(&to)
            .execute(c)
            .await
            .map(drop)
            })?;
        }
        tx.commit().await
    }

    /// The moves that the database lets through, in the order of their codes.
    pub async fn list_legal_moves(&self) -> Result<Vec<(ChangeState, ChangeState)>, Error> {
        let rows = read(self).await?;
        rows.iter()
            .map(|(from, to)| {
                Ok((json::word("change state", from)?, json::word("change state", to)?))
            })
            .collect()
    }
}

async fn read(store: &Store) -> Result<Vec<(String, String)>, Error> {
    let mut db = store.read().await?;
    Ok(on!(db, |c| sqlx::query_as(
        "SELECT from_state, to_state FROM change_moves ORDER BY from_state, to_state"
    )
    .fetch_all(c)
    .await)?)
}
