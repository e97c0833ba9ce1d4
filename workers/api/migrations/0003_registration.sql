-- How far a distribution is whose accounts are written some at a time: so many leaves, which pay so much in all.

ALTER TABLE distributions ADD COLUMN registered INTEGER NOT NULL DEFAULT 0;
-- Base units as a decimal string.
ALTER TABLE distributions ADD COLUMN registered_total TEXT NOT NULL DEFAULT '0';
