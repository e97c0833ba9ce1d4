-- Who the investors are. Names, e-mail addresses, pledges and reasons are ciphertexts (src/seal.ts); wallets and everything
-- else here are not. Times are unix seconds, wallets lower-case hex.

CREATE TABLE entries (
  -- The order of entering, for pages; never used twice.
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  -- Random: the name of the entry for the issuer, the audit log, and the ciphertexts that belong to it.
  id TEXT NOT NULL UNIQUE,
  wallet TEXT NOT NULL UNIQUE,
  status TEXT NOT NULL CHECK (status IN ('pending', 'approved', 'declined')),
  -- Counts changes, so that nobody decides upon what has changed meanwhile.
  revision INTEGER NOT NULL,
  -- Which of the keys the ciphertexts are made with.
  key_version INTEGER NOT NULL,
  name BLOB NOT NULL,
  email BLOB NOT NULL,
  pledge BLOB NOT NULL,
  reason BLOB,
  consent_version TEXT NOT NULL,
  consented_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  decided_at INTEGER,
  -- From here on the cron deletes the entry.
  delete_after INTEGER NOT NULL
) STRICT;

CREATE INDEX entries_by_status ON entries (status, number);
CREATE INDEX entries_by_end ON entries (delete_after);
CREATE INDEX entries_by_key ON entries (key_version, number);

-- Whoever reads this table cannot sign in with it: only the tokens' hashes are kept.
CREATE TABLE sessions (
  token_hash TEXT PRIMARY KEY,
  wallet TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX sessions_by_wallet ON sessions (wallet, created_at);

-- Nonces that were signed in with, until they would be too old anyway.
CREATE TABLE spent_nonces (
  nonce TEXT PRIMARY KEY,
  -- The session that spent it.
  token_hash TEXT NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The roots that offerings are deployed with. A root stays when the wallets behind it are deleted.
CREATE TABLE allow_lists (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  root TEXT NOT NULL UNIQUE,
  wallets INTEGER NOT NULL,
  sealed_at INTEGER NOT NULL
) STRICT;

CREATE TABLE allowed_wallets (
  list INTEGER NOT NULL REFERENCES allow_lists (number),
  wallet TEXT NOT NULL,
  -- A JSON array of 32-byte hashes.
  proof TEXT NOT NULL,
  PRIMARY KEY (list, wallet)
) STRICT, WITHOUT ROWID;

CREATE INDEX allowed_by_wallet ON allowed_wallets (wallet);

-- Who did what to which entry, and when. There is no column for anything private, and none for free text.
CREATE TABLE audit (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL CHECK (actor IN ('holder', 'issuer', 'retention')),
  action TEXT NOT NULL CHECK (action IN (
    'entered', 'edited', 'exported-own', 'deleted',
    'approved', 'declined', 'reopened', 'listed', 'exported', 'sealed-allow-list', 'rotated'
  )),
  -- An entry's id, when it is about one.
  entry TEXT,
  -- How many entries, when it is about many.
  entries INTEGER
) STRICT;

CREATE INDEX audit_by_entry ON audit (entry, number);
