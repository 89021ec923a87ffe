"""Has SQLite itself count the rows that are written: `watch DATABASE` puts triggers on every table, `tell DATABASE`
prints what they saw since the last `tell`, by table, with how many different instances were touched.

The index of text is a virtual table, which takes no triggers: it is not counted.
"""

import json
import sqlite3
import sys

WATCHED = "measured_writes"


def tables(database):
    names = database.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        " AND name NOT LIKE 'instance_grams%' AND name NOT LIKE '_sqlx%' AND name <> ?", [WATCHED])
    return [name for name, _ in names.fetchall()]


def watch(database):
    database.execute(f"CREATE TABLE {WATCHED} (source TEXT NOT NULL, number INTEGER)")
    for table in tables(database):
        columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
        for event, row in [("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")]:
            number = f"{row}.number" if "number" in columns else "NULL"
            database.execute(
                f"CREATE TRIGGER measured_{table}_{event} AFTER {event} ON {table}"
                f" BEGIN INSERT INTO {WATCHED} VALUES ('{table}', {number}); END")


def tell(database):
    counted = database.execute(
        f"SELECT source, COUNT(*), COUNT(DISTINCT number) FROM {WATCHED} GROUP BY source ORDER BY source").fetchall()
    database.execute(f"DELETE FROM {WATCHED}")
    json.dump({source: {"rows": rows, "instances": instances} for source, rows, instances in counted}, sys.stdout)


database = sqlite3.connect(sys.argv[2], timeout=20)
with database:
    {"watch": watch, "tell": tell}[sys.argv[1]](database)
