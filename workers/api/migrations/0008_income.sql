-- The whole income, of which `due` was owed, and the hash of the statement it was taken from; null for a reward, which has none.
-- What was read before has neither: it is read from the manifests again.
ALTER TABLE stated ADD COLUMN income TEXT;
ALTER TABLE stated ADD COLUMN statement_hash TEXT;
DELETE FROM stated;
