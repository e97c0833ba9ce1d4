-- How far the holders of a block are read. What was read lies in R2; times are unix seconds.

CREATE TABLE snapshots (
  -- A block that was replaced by another is another snapshot.
  block_hash TEXT PRIMARY KEY,
  block INTEGER NOT NULL,
  timestamp INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  -- Which instance of the Workflow reads, counted from 1: one reads so much, and where one fails the next goes on.
  run INTEGER NOT NULL DEFAULT 1,
  -- What the subgraph says of this block: its last one with an event, and what the rows must sum up to. Null until it was asked.
  last_block INTEGER,
  last_block_hash TEXT,
  accounts INTEGER,
  supply TEXT,
  lots_sold TEXT,
  -- By then the run must have noted something, or it is over whatever the Workflow says.
  due_at INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'reading' CHECK (state IN ('reading', 'failed', 'complete')),
  -- Attempts that failed, and why the last one did.
  failures INTEGER NOT NULL DEFAULT 0,
  problem TEXT,
  index_hash TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX snapshots_by_block ON snapshots (block, started_at);

CREATE TABLE snapshot_pages (
  block_hash TEXT NOT NULL,
  list TEXT NOT NULL,
  place INTEGER NOT NULL,
  hash TEXT NOT NULL,
  rows INTEGER NOT NULL,
  sum TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  -- The last row's id, behind which the next page begins; and whether no row is behind it.
  last_id TEXT NOT NULL,
  is_last INTEGER NOT NULL,
  milliseconds INTEGER NOT NULL,
  PRIMARY KEY (block_hash, list, place)
) STRICT, WITHOUT ROWID;
