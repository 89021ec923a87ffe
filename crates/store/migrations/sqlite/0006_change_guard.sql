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
