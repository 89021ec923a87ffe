-- People whom somebody else vouches for, and sign-ins that are under way at a provider.

-- Who it is: the provider and its own number of the person. Names and addresses change hands, these do not.
CREATE TABLE identities (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    user_id TEXT NOT NULL UNIQUE REFERENCES users (id),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (issuer, subject)
);

-- `id_hash` is SHA-256 of what only the browser has; everything that the provider is told follows from that.
CREATE TABLE pending_sign_ins (
    id_hash TEXT PRIMARY KEY,
    next TEXT NOT NULL,
    -- The session that wants to prove again who it is, if it is that.
    session TEXT,
    started_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX pending_sign_ins_by_expiry ON pending_sign_ins (expires_at);

-- The role over everything that whoever vouches for somebody gives them, as of the last sign-in. What admins gave stands beside it.
ALTER TABLE users ADD COLUMN vouched_role TEXT;
