-- What no statement may do to a change, whoever sends it.

-- The legal moves: a copy of `domain::change::MOVES`, written at every start.
CREATE TABLE change_moves (
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    PRIMARY KEY (from_state, to_state)
) WITHOUT ROWID;

CREATE TRIGGER changes_move_by_the_table BEFORE UPDATE ON changes
WHEN NEW.version <> OLD.version + 1
    OR NOT EXISTS (SELECT 1 FROM change_moves WHERE from_state = OLD.state AND to_state = NEW.state)
    OR NEW.open <> EXISTS (SELECT 1 FROM change_moves WHERE from_state = NEW.state)
BEGIN
    SELECT RAISE(ABORT, 'that is no legal move of a change');
END;
CREATE TRIGGER changes_keep_their_wish BEFORE UPDATE ON changes
WHEN (NEW.id, NEW.account, NEW.region, NEW.instance, NEW.target, NEW.requested_by, NEW.idempotency_key)
    <> (OLD.id, OLD.account, OLD.region, OLD.instance, OLD.target, OLD.requested_by, OLD.idempotency_key)
BEGIN
    SELECT RAISE(ABORT, 'a change keeps its instance, its target and its person');
END;
CREATE TRIGGER changes_are_not_deleted BEFORE DELETE ON changes
BEGIN
    SELECT RAISE(ABORT, 'a change is not deleted');
END;

-- The words of `SendOutcome::proves_nothing_happened`: the one thing that makes another call safe.
CREATE TRIGGER attempts_follow_proof BEFORE INSERT ON attempts
WHEN EXISTS (
    SELECT 1 FROM attempts
    WHERE change_id = NEW.change_id
        AND (outcome IS NULL OR outcome NOT IN ('throttled', 'clock-wrong', 'denied', 'not-sent'))
)
BEGIN
    SELECT RAISE(ABORT, 'the attempt before may have happened');
END;
CREATE TRIGGER attempts_end_once BEFORE UPDATE ON attempts
WHEN OLD.outcome IS NOT NULL AND (NEW.outcome IS NULL OR NEW.outcome <> OLD.outcome)
BEGIN
    SELECT RAISE(ABORT, 'an attempt ends once');
END;
CREATE TRIGGER attempts_keep_their_nonce BEFORE UPDATE ON attempts
WHEN (NEW.id, NEW.change_id, NEW.number, NEW.nonce, NEW.signed_at, NEW.call)
    <> (OLD.id, OLD.change_id, OLD.number, OLD.nonce, OLD.signed_at, OLD.call)
BEGIN
    SELECT RAISE(ABORT, 'an attempt keeps its call');
END;
CREATE TRIGGER attempts_are_not_deleted BEFORE DELETE ON attempts
BEGIN
    SELECT RAISE(ABORT, 'an attempt is not deleted');
END;

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
) WITHOUT ROWID;
CREATE INDEX change_guards_driven ON change_guards (driver) WHERE driver IS NOT NULL;
CREATE INDEX change_guards_late ON change_guards (late_until) WHERE late_until IS NOT NULL;
INSERT INTO change_guards (account, region, instance, open_change, driver_until, epoch)
SELECT account, region, instance, id, 0, 1 FROM changes WHERE open;

-- Until when the cloud may carry this call out although nobody knows whether it arrived.
ALTER TABLE attempts ADD COLUMN late_until BIGINT;
CREATE INDEX attempts_late ON attempts (late_until) WHERE late_until IS NOT NULL;

CREATE TRIGGER change_guards_belong_to_the_change BEFORE UPDATE ON change_guards
WHEN NEW.epoch < OLD.epoch
    OR (NEW.open_change IS NOT OLD.open_change
        AND EXISTS (SELECT 1 FROM changes WHERE id = OLD.open_change AND open))
BEGIN
    SELECT RAISE(ABORT, 'the change is still open');
END;
CREATE TRIGGER change_guards_are_not_deleted BEFORE DELETE ON change_guards
BEGIN
    SELECT RAISE(ABORT, 'a guard is not deleted');
END;
