-- The same change for many instances.

CREATE TABLE batches (
    id TEXT PRIMARY KEY,
    target TEXT NOT NULL,
    state TEXT NOT NULL,
    halt TEXT,
    version BIGINT NOT NULL,
    requested_by TEXT NOT NULL REFERENCES users (id),
    requested_by_name TEXT NOT NULL,
    reason TEXT,
    lasts TEXT NOT NULL,
    at_once INTEGER NOT NULL,
    failures_allowed INTEGER,
    failures_seen INTEGER NOT NULL,
    after_batch TEXT,
    session TEXT,
    address TEXT,
    created_at BIGINT NOT NULL,
    started_at BIGINT,
    updated_at BIGINT NOT NULL
);
CREATE INDEX batches_running ON batches (id) WHERE state = 'running';

CREATE TABLE batch_items (
    batch TEXT NOT NULL REFERENCES batches (id),
    position INTEGER NOT NULL,
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    instance TEXT NOT NULL,
    name TEXT NOT NULL,
    environment TEXT NOT NULL,
    line TEXT NOT NULL,
    review TEXT NOT NULL,
    change_id TEXT REFERENCES changes (id),
    problem TEXT,
    PRIMARY KEY (batch, position)
);
CREATE INDEX batch_items_by_change ON batch_items (change_id);
