-- What the watch remembers between its runs. All of it can be made again from the chain and R2; times are unix seconds.

CREATE TABLE watches (
  -- chain id, distributor and issuer: another deployment is watched from its own beginning.
  source TEXT PRIMARY KEY,
  -- Counts runs that were kept, so that of two at once only one is.
  revision INTEGER NOT NULL DEFAULT 0,
  ran_at INTEGER,
  -- Every final block up to here has been searched for roots.
  scanned_to INTEGER NOT NULL,
  -- A JSON array of findings.
  findings TEXT NOT NULL DEFAULT '[]'
) STRICT, WITHOUT ROWID;

-- What the issuer's key has published in final blocks, known to this API or not.
CREATE TABLE chain_roots (
  source TEXT NOT NULL,
  id TEXT NOT NULL,
  root TEXT NOT NULL,
  total TEXT NOT NULL,
  manifest_hash TEXT NOT NULL,
  block INTEGER NOT NULL,
  PRIMARY KEY (source, id)
) STRICT, WITHOUT ROWID;

-- How far each stored records file has been read and hashed.
CREATE TABLE records_checks (
  manifest_hash TEXT NOT NULL,
  root TEXT NOT NULL,
  checked_at INTEGER NOT NULL,
  next_shard INTEGER NOT NULL,
  fault TEXT,
  PRIMARY KEY (manifest_hash, root)
) STRICT, WITHOUT ROWID;

-- What is to be told, until it was.
CREATE TABLE webhook_messages (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  body TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
