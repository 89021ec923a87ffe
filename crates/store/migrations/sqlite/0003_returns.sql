-- Doors that shut by themselves.

ALTER TABLE changes ADD COLUMN cause TEXT NOT NULL DEFAULT 'wish';
ALTER TABLE changes ADD COLUMN lasts_ms BIGINT;

-- The duty to shut a door: written with the proof that it is open, open until it is proven shut.
CREATE TABLE returns (
    opened_by TEXT PRIMARY KEY REFERENCES changes (id),
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    instance TEXT NOT NULL,
    name TEXT NOT NULL,
    environment TEXT NOT NULL,
    planned_by TEXT NOT NULL REFERENCES users (id),
    planned_by_name TEXT NOT NULL,
    review TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    next_try_at BIGINT NOT NULL,
    tries INTEGER NOT NULL,
    last_try TEXT,
    alarmed_at BIGINT,
    open BOOLEAN NOT NULL,
    -- How it ended: `done`, `early`, `replaced`, `released`.
    ended TEXT,
    ended_at BIGINT
);
CREATE UNIQUE INDEX returns_one_open ON returns (account, region, instance) WHERE open;
CREATE INDEX returns_due ON returns (next_try_at) WHERE open;
