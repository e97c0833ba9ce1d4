-- What answers need of the manifests, so that none has to be read whole, and how distributions ended, so that it is known
-- while the chain is away. Everything here can be made again from R2 and the chain.

CREATE TABLE stated (
  manifest_hash TEXT PRIMARY KEY,
  record_block INTEGER NOT NULL,
  record_hash TEXT NOT NULL,
  -- Unix seconds.
  record_timestamp INTEGER NOT NULL,
  -- The income's currency, and the share of the income that was owed in it. Base units are decimal strings.
  currency TEXT NOT NULL,
  currency_symbol TEXT NOT NULL,
  currency_decimals INTEGER NOT NULL,
  due TEXT NOT NULL,
  -- What of the payout's asset was funded with it.
  asset TEXT NOT NULL,
  funded TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Written once the block of the ending is final.
CREATE TABLE endings (
  id TEXT PRIMARY KEY,
  status TEXT NOT NULL CHECK (status IN ('cancelled', 'swept'))
) STRICT, WITHOUT ROWID;
