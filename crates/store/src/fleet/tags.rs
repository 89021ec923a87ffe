//! What an instance's tags are, in a table of their own: scopes ask for them.

use domain::instance::Tag;
use sqlx::AssertSqlSafe;

use super::{rows, stored_text};
use crate::Error;
use crate::database::{Tx, on};

/// Of instances that have none yet. Of a key that comes twice the first counts.
pub(super) async fn add(tx: &mut Tx, instances: &[(i64, &[Tag])]) -> Result<(), Error> {
    let tags: Vec<(i64, String, String)> = instances
        .iter()
        .flat_map(|(number, tags)| tags.iter().map(|tag| (*number, tag)))
        .map(|(number, tag)| (number, stored_text(&tag.key), stored_text(&tag.value)))
        .collect();
    for part in rows::parts(&tags) {
        let sql = format!(
            "INSERT INTO instance_tags (number, key, value) VALUES {} ON CONFLICT DO NOTHING",
            rows::values(0, part.len(), 3)
        );
        on!(tx, |c| {
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for (number, key, value) in part {
                query = query.bind(number).bind(key).bind(value);
            }
            query.execute(c).await.map(drop)
        })?;
    }
    Ok(())
}

pub(super) async fn replace(tx: &mut Tx, number: i64, tags: &[Tag]) -> Result<(), Error> {
    on!(tx, |c| sqlx::query("DELETE FROM instance_tags WHERE number = $1")
        .bind(number)
        .execute(c)
        .await
        .map(drop))?;
    add(tx, &[(number, tags)]).await
}
