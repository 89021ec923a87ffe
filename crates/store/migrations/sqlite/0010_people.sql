-- Who may do what, where; and what an instance's tags are, so that it can be asked for.

-- What was given to a person: JSON, `[{"role": "operator", "area": {"environments": ["staging"]}}]`. Whoever changes it, or
-- disables somebody, raises the version that they saw.
ALTER TABLE users ADD COLUMN grants TEXT NOT NULL DEFAULT '[]';
ALTER TABLE users ADD COLUMN version BIGINT NOT NULL DEFAULT 0;
-- A role was one over everything.
UPDATE users SET grants = '[{"role":"' || role || '","area":{}}]';
ALTER TABLE users DROP COLUMN role;

CREATE TABLE user_groups (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    grants TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    disabled_at BIGINT
);
CREATE TABLE group_members (
    group_id TEXT NOT NULL REFERENCES user_groups (id),
    user_id TEXT NOT NULL REFERENCES users (id),
    PRIMARY KEY (group_id, user_id)
) WITHOUT ROWID;
CREATE INDEX group_members_by_user ON group_members (user_id);

-- `token_hash` is SHA-256 of what stands in the link, so that a copy of the database sets nobody's password.
CREATE TABLE reset_links (
    token_hash TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id),
    made_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX reset_links_of_user ON reset_links (user_id);

-- As the list of the region said. Of a released instance they are no longer kept up.
CREATE TABLE instance_tags (
    number INTEGER NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (number, key)
) WITHOUT ROWID;
CREATE INDEX instance_tags_by_value ON instance_tags (key, value, number);
INSERT OR IGNORE INTO instance_tags (number, key, value)
SELECT i.number, json_extract(t.value, '$.key'), json_extract(t.value, '$.value')
FROM instances i, json_each(replace(i.body, '\u0000', '\ufffd'), '$.tags') t;
