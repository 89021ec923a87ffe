-- What people choose for themselves, beside language and theme. NULL: nothing was chosen.

-- A name of the IANA database, or `browser`.
ALTER TABLE users ADD COLUMN time_zone TEXT;
-- Shortcuts of one letter: `on` or `off`.
ALTER TABLE users ADD COLUMN shortcuts TEXT;
-- Kinds of notices that are not wanted in the inbox, with spaces between.
ALTER TABLE users ADD COLUMN muted_notices TEXT;
