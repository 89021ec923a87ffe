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
    RAISE EXCEPTION 'changes and attempts are not deleted';
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
