-- The fleet at 100,000 instances. What was there is a copy of the cloud and is read again.

DROP TABLE instances;
DROP TABLE facts;

-- `number` is the instance's place in the index of text; it never changes.
CREATE TABLE instances (
    number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    name_folded TEXT NOT NULL,
    search TEXT NOT NULL,
    body TEXT NOT NULL,
    environment TEXT NOT NULL,
    version TEXT NOT NULL,
    access TEXT NOT NULL,
    whitelist TEXT NOT NULL,
    exposure_level TEXT NOT NULL,
    exposure_rank INTEGER NOT NULL,
    exposure TEXT NOT NULL,
    listed_at BIGINT NOT NULL,
    released_at BIGINT,
    UNIQUE (account, region, id)
);
-- One for each order of the list, and one for each field that is filtered by; only of what is there.
CREATE INDEX instances_by_name ON instances (name_folded, number) WHERE released_at IS NULL;
CREATE INDEX instances_by_exposure ON instances (exposure_rank DESC, name_folded, number) WHERE released_at IS NULL;
CREATE INDEX instances_by_place ON instances (account, region, name_folded, number) WHERE released_at IS NULL;
CREATE INDEX instances_of_account ON instances (account, name_folded, number) WHERE released_at IS NULL;
CREATE INDEX instances_of_access ON instances (access, name_folded, number) WHERE released_at IS NULL;
CREATE INDEX instances_of_environment ON instances (environment, name_folded, number) WHERE released_at IS NULL;
CREATE INDEX instances_of_exposure ON instances (exposure_level, name_folded, number) WHERE released_at IS NULL;
CREATE INDEX instances_of_region ON instances (region, name_folded, number) WHERE released_at IS NULL;
CREATE INDEX instances_of_version ON instances (version, name_folded, number) WHERE released_at IS NULL;
CREATE INDEX instances_of_whitelist ON instances (whitelist, name_folded, number) WHERE released_at IS NULL;

-- Every two and three characters of an instance's text, so that two Chinese characters are found too.
CREATE TABLE instance_grams (number BIGINT PRIMARY KEY, grams TEXT[] NOT NULL);
CREATE INDEX instance_grams_found ON instance_grams USING gin (grams) WITH (fastupdate = off);

-- What was read last. Written only when it is different from what stands here.
CREATE TABLE facts (
    number BIGINT NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (number, kind)
);

-- When it was read, what became of the last try, and when the next is due. Narrow, since every try writes here.
CREATE TABLE readings (
    number BIGINT NOT NULL,
    kind TEXT NOT NULL,
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    read_at BIGINT,
    due_at BIGINT NOT NULL,
    problem TEXT,
    PRIMARY KEY (number, kind)
);
CREATE INDEX readings_due ON readings (account, region, kind, due_at, number);
CREATE INDEX readings_failed ON readings (kind, problem) WHERE problem IS NOT NULL;
CREATE INDEX readings_by_age ON readings (kind, read_at NULLS FIRST, number);

-- How many instances share the same values of every filtered field.
CREATE TABLE fleet_counts (
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    environment TEXT NOT NULL,
    version TEXT NOT NULL,
    access TEXT NOT NULL,
    whitelist TEXT NOT NULL,
    exposure_level TEXT NOT NULL,
    count BIGINT NOT NULL,
    PRIMARY KEY (account, region, environment, version, access, whitelist, exposure_level)
);
-- `version` grows when a count changes, `wishes` when somebody wants something read soon.
CREATE TABLE fleet_state (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    version BIGINT NOT NULL,
    wishes BIGINT NOT NULL
);
INSERT INTO fleet_state (one, version, wishes) VALUES (1, 0, 0);

-- What became different, with before and after.
CREATE TABLE fleet_events (
    sequence BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at BIGINT NOT NULL,
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    field TEXT NOT NULL,
    before TEXT,
    after TEXT,
    change_id TEXT
);
CREATE INDEX fleet_events_of_instance ON fleet_events (account, region, id, sequence);
CREATE INDEX fleet_events_by_time ON fleet_events (at);

-- Who does a duty that only one replica may do at a time.
CREATE TABLE leases (
    name TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    until BIGINT NOT NULL,
    epoch BIGINT NOT NULL
);

-- How many calls the cloud lets through, as learned from its refusals.
CREATE TABLE call_limits (
    account TEXT NOT NULL,
    action TEXT NOT NULL,
    region TEXT NOT NULL,
    calls INTEGER NOT NULL,
    seconds INTEGER NOT NULL,
    throttled BIGINT NOT NULL,
    throttled_at BIGINT,
    PRIMARY KEY (account, action, region)
);

-- A list as somebody likes it.
CREATE TABLE saved_views (
    user_id TEXT NOT NULL REFERENCES users (id),
    name TEXT NOT NULL,
    query TEXT NOT NULL,
    saved_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, name)
);
