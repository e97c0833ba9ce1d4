-- A check goes through the pages of a long manifest before the shards of its records; what was under way begins again.
ALTER TABLE records_checks RENAME COLUMN next_shard TO next_step;
UPDATE records_checks SET next_step = 0;
