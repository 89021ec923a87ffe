-- Who may do what, and what other people said to it.

-- The highest version holds. No body: what is configured.
CREATE TABLE policies (
    version INTEGER PRIMARY KEY,
    body TEXT,
    changed_by TEXT NOT NULL REFERENCES users (id),
    changed_by_name TEXT NOT NULL,
    note TEXT,
    changed_at BIGINT NOT NULL
);

ALTER TABLE changes ADD COLUMN start_at BIGINT;
ALTER TABLE changes ADD COLUMN break_glass BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE changes ADD COLUMN puts_back TEXT;
CREATE UNIQUE INDEX changes_with_person ON changes (id, requested_by);

-- Nobody decides on a wish of their own, whatever a program says.
CREATE TABLE approvals (
    change_id TEXT PRIMARY KEY,
    -- `before` it is made, or `afterwards`.
    kind TEXT NOT NULL,
    requested_by TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    expires_at BIGINT,
    verdict TEXT,
    decided_by TEXT REFERENCES users (id),
    decided_by_name TEXT,
    decided_at BIGINT,
    note TEXT,
    FOREIGN KEY (change_id, requested_by) REFERENCES changes (id, requested_by),
    CHECK (decided_by IS NULL OR decided_by <> requested_by),
    CHECK ((verdict IS NULL) = (decided_by IS NULL))
);
CREATE INDEX approvals_open ON approvals (kind, expires_at) WHERE verdict IS NULL;
