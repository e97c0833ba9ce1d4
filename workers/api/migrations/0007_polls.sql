-- Polls (SPEC section 13). Ballots are the one thing here that cannot be made again: their voters keep receipts.

CREATE TABLE polls (
  -- keccak256 of the document.
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  -- Its canonical JSON.
  document TEXT NOT NULL,
  opens_at INTEGER NOT NULL,
  closes_at INTEGER NOT NULL,
  -- Where it was announced on chain.
  transaction_hash TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE poll_weights (
  poll TEXT NOT NULL REFERENCES polls (id),
  holder TEXT NOT NULL,
  -- JSON list, ascending.
  wallets TEXT NOT NULL,
  -- Base units as a decimal string.
  weight TEXT NOT NULL,
  PRIMARY KEY (poll, holder)
) STRICT, WITHOUT ROWID;

-- Which holder a wallet votes for.
CREATE TABLE poll_wallets (
  poll TEXT NOT NULL REFERENCES polls (id),
  wallet TEXT NOT NULL,
  holder TEXT NOT NULL,
  PRIMARY KEY (poll, wallet)
) STRICT, WITHOUT ROWID;

-- Every ballot that was received; the last valid one of a holder counts.
CREATE TABLE poll_ballots (
  poll TEXT NOT NULL REFERENCES polls (id),
  hash TEXT NOT NULL,
  holder TEXT NOT NULL,
  voter TEXT NOT NULL,
  option INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  signature TEXT NOT NULL,
  -- Unix seconds of the chain's clock, and what was signed in return.
  received_at INTEGER NOT NULL,
  receipt TEXT NOT NULL,
  PRIMARY KEY (poll, hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX poll_ballots_by_holder ON poll_ballots (poll, holder, sequence);

-- What was put up on chain under a poll: its ballots file (kept in R2), the answer, the evidence.
CREATE TABLE poll_documents (
  number INTEGER PRIMARY KEY,
  poll TEXT NOT NULL REFERENCES polls (id),
  hash TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('ballots', 'answer', 'evidence')),
  -- JSON: of a ballots file only its result.
  content TEXT NOT NULL,
  transaction_hash TEXT NOT NULL,
  UNIQUE (poll, hash)
) STRICT;
-- A poll is closed and answered once.
CREATE UNIQUE INDEX poll_documents_once ON poll_documents (poll, kind) WHERE kind <> 'evidence';
