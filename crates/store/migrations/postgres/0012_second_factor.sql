-- Codes of an authenticator app, for people with a password of the portal's own.

CREATE TABLE second_factors (
    user_id TEXT PRIMARY KEY REFERENCES users (id),
    -- The secret, sealed under a key that is not in the database; before it is confirmed, with its recovery codes.
    sealed TEXT NOT NULL,
    -- No code of this step or before it counts (again).
    last_step BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    confirmed_at BIGINT
);

-- Each counts once. SHA-256: they are random, so nobody guesses what is behind it.
CREATE TABLE recovery_codes (
    user_id TEXT NOT NULL REFERENCES users (id),
    code_hash TEXT NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (user_id, code_hash)
);
