-- What programs say in place of people. `hash` is SHA-256 of the token, so that a copy of the database lets nobody in.

CREATE TABLE api_tokens (
    id TEXT PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    person TEXT NOT NULL REFERENCES users (id),
    label TEXT NOT NULL,
    role TEXT NOT NULL,
    scope TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    used_from TEXT,
    revoked_at BIGINT
);
CREATE INDEX api_tokens_by_person ON api_tokens (person);

-- Where a token was used, so that a new place can be told.
CREATE TABLE api_token_addresses (
    token TEXT NOT NULL REFERENCES api_tokens (id),
    address TEXT NOT NULL,
    first_at BIGINT NOT NULL,
    PRIMARY KEY (token, address)
);
