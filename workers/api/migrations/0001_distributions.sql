-- What is published, and who is in it. Everything here can be made again from R2 and the chain.

CREATE TABLE distributions (
  number INTEGER PRIMARY KEY,
  -- keccak256(abi.encode(issuer, token, terms, root)), lower-case hex, as are all hashes and addresses here.
  id TEXT NOT NULL UNIQUE,
  -- Not unique: what was cancelled may be published again with other times.
  manifest_hash TEXT NOT NULL,
  issuer TEXT NOT NULL,
  token TEXT NOT NULL,
  terms TEXT NOT NULL,
  root TEXT NOT NULL,
  -- Base units as a decimal string: SQLite's integers end at 2^63.
  total TEXT NOT NULL,
  accounts INTEGER NOT NULL,
  stream TEXT NOT NULL,
  period TEXT NOT NULL,
  asset_symbol TEXT NOT NULL,
  asset_decimals INTEGER NOT NULL,
  -- Unix seconds; a deadline of 0 is never.
  opens_at INTEGER NOT NULL,
  deadline INTEGER NOT NULL,
  published_at INTEGER NOT NULL,
  block INTEGER NOT NULL,
  transaction_hash TEXT NOT NULL,
  -- 0 until every allocation is written: readers see a distribution whole or not at all.
  complete INTEGER NOT NULL DEFAULT 0 CHECK (complete IN (0, 1))
) STRICT;

-- Who to look for where; amounts and proofs are in the records, in R2.
CREATE TABLE allocations (
  account TEXT NOT NULL,
  distribution INTEGER NOT NULL REFERENCES distributions (number),
  -- The leaf's place among all leaves, so shard = place / 128 and index = place % 128.
  place INTEGER NOT NULL,
  amount TEXT NOT NULL,
  PRIMARY KEY (account, distribution)
) STRICT, WITHOUT ROWID;
