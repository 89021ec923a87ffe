-- The audit as a chain: each row is sealed with a key that is not in the database.

-- What was written before has epoch 0, no place and no seal; the first seal of all covers it as a whole.
ALTER TABLE audit_events ADD COLUMN epoch BIGINT NOT NULL DEFAULT 0;
ALTER TABLE audit_events ADD COLUMN position BIGINT;
-- HMAC-SHA256 over the seal before and the bytes of this row, as hex.
ALTER TABLE audit_events ADD COLUMN mac TEXT;
CREATE UNIQUE INDEX audit_by_position ON audit_events (epoch, position);
CREATE INDEX audit_by_person ON audit_events (actor_name, sequence);
CREATE INDEX audit_by_time ON audit_events (at);

-- Where the chain ends. One row: whoever writes events holds it until they are committed.
CREATE TABLE audit_head (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    epoch BIGINT NOT NULL,
    position BIGINT NOT NULL,
    mac TEXT NOT NULL,
    -- A fingerprint of the key.
    key_name TEXT NOT NULL,
    -- The anchor that this database is older than; nothing is changed at the cloud until somebody acknowledged it.
    older_than TEXT
);
INSERT INTO audit_head (id, epoch, position, mac, key_name) VALUES (1, 0, 0, '', '');
