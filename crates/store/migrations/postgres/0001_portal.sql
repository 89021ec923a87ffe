-- Times are milliseconds since the epoch, ids and words as the domain writes them, structures as JSON.

CREATE TABLE users (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    language TEXT,
    theme TEXT,
    created_at BIGINT NOT NULL,
    disabled_at BIGINT
);

-- `id_hash` is SHA-256 of the cookie's value, so that a copy of the database signs nobody in.
CREATE TABLE sessions (
    id_hash TEXT PRIMARY KEY,
    label TEXT NOT NULL,
    user_id TEXT REFERENCES users (id),
    body TEXT NOT NULL,
    address TEXT,
    user_agent TEXT,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

-- What a form said, shown once on the next page.
CREATE TABLE notices (
    id TEXT PRIMARY KEY,
    session TEXT,
    body TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);

-- Failed sign-ins, by what is slowed down: an account name or a network.
CREATE TABLE sign_in_delays (
    subject TEXT PRIMARY KEY,
    failures INTEGER NOT NULL,
    last_failure_at BIGINT NOT NULL
);

CREATE TABLE accounts (
    name TEXT PRIMARY KEY,
    identity TEXT,
    identity_read_at BIGINT,
    problem TEXT
);

-- `region` is empty for what concerns the account as a whole.
CREATE TABLE coverage (
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    listed_at BIGINT,
    tried_at BIGINT,
    problem TEXT,
    PRIMARY KEY (account, region)
);

CREATE TABLE instances (
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    name_folded TEXT NOT NULL,
    search TEXT NOT NULL,
    body TEXT NOT NULL,
    environment TEXT NOT NULL,
    access TEXT NOT NULL,
    whitelist TEXT NOT NULL,
    listed_at BIGINT NOT NULL,
    released_at BIGINT,
    PRIMARY KEY (account, region, id)
);
CREATE INDEX instances_by_name ON instances (name_folded, account, region, id);

CREATE TABLE facts (
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    body TEXT,
    read_at BIGINT,
    tried_at BIGINT NOT NULL,
    problem TEXT,
    PRIMARY KEY (account, region, id, kind)
);

CREATE TABLE reviews (
    id TEXT PRIMARY KEY,
    person TEXT NOT NULL REFERENCES users (id),
    taken_at BIGINT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX reviews_by_age ON reviews (taken_at);

CREATE TABLE changes (
    id TEXT PRIMARY KEY,
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    instance TEXT NOT NULL,
    name TEXT NOT NULL,
    environment TEXT NOT NULL,
    target TEXT NOT NULL,
    expected_prior TEXT NOT NULL,
    state TEXT NOT NULL,
    open BOOLEAN NOT NULL,
    version BIGINT NOT NULL,
    ending TEXT,
    requested_by TEXT NOT NULL REFERENCES users (id),
    requested_by_name TEXT NOT NULL,
    reason TEXT,
    review TEXT NOT NULL,
    preflight TEXT,
    cloud_request_id TEXT,
    idempotency_key TEXT NOT NULL,
    arguments TEXT NOT NULL,
    session TEXT,
    address TEXT,
    requested_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (requested_by, idempotency_key)
);
-- At most one open change per instance, whoever asks.
CREATE UNIQUE INDEX changes_one_open ON changes (account, region, instance) WHERE open;
CREATE INDEX changes_by_instance ON changes (account, region, instance, id);

CREATE TABLE attempts (
    id TEXT PRIMARY KEY,
    change_id TEXT NOT NULL REFERENCES changes (id),
    number INTEGER NOT NULL,
    nonce TEXT NOT NULL UNIQUE,
    signed_at BIGINT NOT NULL,
    call TEXT NOT NULL,
    outcome TEXT,
    cloud_request_id TEXT,
    cloud_code TEXT,
    http_status INTEGER,
    finished_at BIGINT,
    UNIQUE (change_id, number)
);

CREATE TABLE read_backs (
    change_id TEXT NOT NULL REFERENCES changes (id),
    number INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (change_id, number)
);

CREATE TABLE audit_events (
    sequence BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at BIGINT NOT NULL,
    code TEXT NOT NULL,
    outcome TEXT NOT NULL,
    actor TEXT NOT NULL,
    actor_name TEXT,
    session TEXT,
    address TEXT,
    account TEXT,
    region TEXT,
    instance TEXT,
    change_id TEXT,
    reason TEXT,
    before TEXT,
    after TEXT,
    cloud_request_id TEXT,
    detail TEXT NOT NULL
);
CREATE INDEX audit_by_change ON audit_events (change_id, sequence);
CREATE INDEX audit_by_instance ON audit_events (account, region, instance, sequence);

CREATE FUNCTION refuse_audit_edit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit is append-only';
END
$$;
CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE ON audit_events
    FOR EACH ROW EXECUTE FUNCTION refuse_audit_edit();
CREATE TRIGGER audit_is_not_emptied BEFORE TRUNCATE ON audit_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_edit();
