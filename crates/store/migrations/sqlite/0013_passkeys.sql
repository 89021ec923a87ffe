-- Passkeys (WebAuthn) of people with a password of the portal's own.

CREATE TABLE passkeys (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id),
    -- As the authenticator names it. Nobody else registers the same one.
    credential TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    -- The public key and the counter of its signatures.
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX passkeys_of_user ON passkeys (user_id);

-- What an authenticator was asked: one at a time for a session and a purpose, and each is answered once.
CREATE TABLE passkey_challenges (
    user_id TEXT NOT NULL REFERENCES users (id),
    session TEXT NOT NULL,
    purpose TEXT NOT NULL,
    body TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, session, purpose)
);
