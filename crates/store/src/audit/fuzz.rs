//! The bytes of a row that are sealed, opened to `fuzz/`.

use super::row::Row;

/// Columns of a row, in their order in [`Row::bytes`].
pub type Columns = [Option<String>; 15];

/// Rows that differ in a column, in the epoch or in the place are sealed as other bytes.
pub fn sealed_bytes_differ(one: (i64, i64, i64, Columns), other: (i64, i64, i64, Columns)) {
    // The columns that must be there: one that is missing is as one that is empty.
    let full = |(epoch, position, at, mut columns): (i64, i64, i64, Columns)| {
        for index in [0, 1, 2, 14] {
            columns[index].get_or_insert_default();
        }
        (epoch, position, at, columns)
    };
    let (one, other) = (full(one), full(other));
    let bytes = |(epoch, position, at, columns): &(i64, i64, i64, Columns)| {
        row(*at, columns.clone()).bytes(*epoch, *position)
    };
    assert_eq!(one == other, bytes(&one) == bytes(&other));
}

fn row(at: i64, columns: Columns) -> Row {
    let [
        code,
        outcome,
        actor,
        actor_name,
        session,
        address,
        account,
        region,
        instance,
        change_id,
        reason,
        before,
        after,
        cloud_request_id,
        detail,
    ] = columns;
    Row {
        sequence: 0,
        epoch: 0,
        position: None,
        mac: None,
        at,
        code: code.unwrap_or_default(),
        outcome: outcome.unwrap_or_default(),
        actor: actor.unwrap_or_default(),
        actor_name,
        session,
        address,
        account,
        region,
        instance,
        change_id,
        reason,
        before,
        after,
        cloud_request_id,
        detail: detail.unwrap_or_default(),
    }
}
