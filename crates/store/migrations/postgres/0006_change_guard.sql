-- What no statement may do to a change, whoever sends it.

-- The legal moves: a copy of `domain::change::MOVES`, written at every start.
CREATE TABLE change_moves (
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    PRIMARY KEY (from_state, to_state)
);

CREATE FUNCTION check_change_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.version <> OLD.version + 1
        OR NOT EXISTS (SELECT 1 FROM change_moves WHERE from_state = OLD.state AND to_state = NEW.state)
        OR NEW.open <> EXISTS (SELECT 1 FROM change_moves WHERE from_state = NEW.state)
    THEN
        RAISE EXCEPTION 'that is no legal move of a change';
    END IF;
    IF (NEW.id, NEW.account, NEW.region, NEW.instance, NEW.target, NEW.requested_by, NEW.idempotency_key)
        <> (OLD.id, OLD.account, OLD.region, OLD.instance, OLD.target, OLD.requested_by, OLD.idempotency_key)
    THEN
        RAISE EXCEPTION 'a change keeps its instance, its target and its person';
    END IF;
    RETURN NEW;
END
$$;
-- The words of `SendOutcome::proves_nothing_happened`: the one thing that makes another call safe.
CREATE FUNCTION check_new_attempt() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM attempts
        WHERE change_id = NEW.change_id
            AND (outcome IS NULL OR outcome NOT IN ('throttled', 'clock-wrong', 'denied', 'not-sent'))
    ) THEN
        RAISE EXCEPTION 'the attempt before may have happened';
    END IF;
    RETURN NEW;
END
$$;
CREATE FUNCTION check_attempt() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.outcome IS NOT NULL AND (NEW.outcome IS NULL OR NEW.outcome <> OLD.outcome) THEN
        RAISE EXCEPTION 'an attempt ends once';
    END IF;
    IF (NEW.id, NEW.change_id, NEW.number, NEW.nonce, NEW.signed_at, NEW.call)
        <> (OLD.id, OLD.change_id, OLD.number, OLD.nonce, OLD.signed_at, OLD.call)
    THEN
        RAISE EXCEPTION 'an attempt keeps its call';
    END IF;
    RETURN NEW;
END
$$;
CREATE FUNCTION refuse_deletion() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'changes, attempts and guards are not deleted';
END
$$;
CREATE TRIGGER changes_move_by_the_table BEFORE UPDATE ON changes
    FOR EACH ROW EXECUTE FUNCTION check_change_move();
CREATE TRIGGER changes_are_not_deleted BEFORE DELETE ON changes
    FOR EACH ROW EXECUTE FUNCTION refuse_deletion();
CREATE TRIGGER changes_are_not_emptied BEFORE TRUNCATE ON changes
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_deletion();
CREATE TRIGGER attempts_follow_proof BEFORE INSERT ON attempts
    FOR EACH ROW EXECUTE FUNCTION check_new_attempt();
CREATE TRIGGER attempts_end_once BEFORE UPDATE ON attempts
    FOR EACH ROW EXECUTE FUNCTION check_attempt();
CREATE TRIGGER attempts_are_not_deleted BEFORE DELETE ON attempts
    FOR EACH ROW EXECUTE FUNCTION refuse_deletion();
CREATE TRIGGER attempts_are_not_emptied BEFORE TRUNCATE ON attempts
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_deletion();

-- Who an instance's open change belongs to, and who drives it. `open_change` is given up only in the transaction that ends the
-- change; `driver` is a process that may send until `driver_until`, by the clock of `leases`; `epoch` grows whenever the
-- driver is another. Until `late_until` a call that nobody heard of may yet take effect.
CREATE TABLE change_guards (
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    instance TEXT NOT NULL,
    open_change TEXT REFERENCES changes (id) DEFERRABLE INITIALLY DEFERRED,
    driver TEXT,
    driver_until BIGINT NOT NULL,
    epoch BIGINT NOT NULL,
    late_until BIGINT,
    PRIMARY KEY (account, region, instance)
);
CREATE INDEX change_guards_driven ON change_guards (driver) WHERE driver IS NOT NULL;
CREATE INDEX change_guards_late ON change_guards (late_until) WHERE late_until IS NOT NULL;
INSERT INTO change_guards (account, region, instance, open_change, driver_until, epoch)
SELECT account, region, instance, id, 0, 1 FROM changes WHERE open;

-- Until when the cloud may carry this call out although nobody knows whether it arrived.
ALTER TABLE attempts ADD COLUMN late_until BIGINT;
CREATE INDEX attempts_late ON attempts (late_until) WHERE late_until IS NOT NULL;

CREATE FUNCTION check_change_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.epoch < OLD.epoch
        OR (NEW.open_change IS DISTINCT FROM OLD.open_change
            AND EXISTS (SELECT 1 FROM changes WHERE id = OLD.open_change AND open))
    THEN
        RAISE EXCEPTION 'the change is still open';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER change_guards_belong_to_the_change BEFORE UPDATE ON change_guards
    FOR EACH ROW EXECUTE FUNCTION check_change_guard();
CREATE TRIGGER change_guards_are_not_deleted BEFORE DELETE ON change_guards
    FOR EACH ROW EXECUTE FUNCTION refuse_deletion();
CREATE TRIGGER change_guards_are_not_emptied BEFORE TRUNCATE ON change_guards
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_deletion();
