-- What people are told: in their inbox, and by one webhook.

-- `id` follows from `once`, so that what is told twice is one notice.
CREATE TABLE inbox_notices (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    once TEXT NOT NULL,
    at BIGINT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX inbox_by_kind ON inbox_notices (kind, at);

CREATE TABLE inbox_readers (
    person TEXT NOT NULL REFERENCES users (id),
    notice TEXT NOT NULL REFERENCES inbox_notices (id) ON DELETE CASCADE,
    at BIGINT NOT NULL,
    read_at BIGINT,
    PRIMARY KEY (person, notice)
);
CREATE INDEX inbox_of_person ON inbox_readers (person, at);
CREATE INDEX inbox_unread ON inbox_readers (person) WHERE read_at IS NULL;
CREATE INDEX inbox_readers_of ON inbox_readers (notice);

-- What the webhook still has to be told, and how that went. Written with what it tells of.
CREATE TABLE outbox (
    notice TEXT PRIMARY KEY REFERENCES inbox_notices (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    next_try_at BIGINT NOT NULL,
    tries INTEGER NOT NULL,
    last_try_at BIGINT,
    last_outcome TEXT,
    delivered_at BIGINT,
    given_up_at BIGINT
);
CREATE INDEX outbox_due ON outbox (next_try_at) WHERE delivered_at IS NULL AND given_up_at IS NULL;
CREATE INDEX outbox_by_age ON outbox (created_at);
