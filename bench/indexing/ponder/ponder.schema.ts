import { onchainTable } from 'ponder'

// Who has what: as in the subgraph's Account, Pair and Transit.

export const account = onchainTable('account', (t) => ({
  id: t.hex().primaryKey(),
  holder: t.hex().notNull(),
  balance: t.bigint().notNull(),
  staked: t.bigint().notNull(),
  lp: t.bigint().notNull(),
  lpStaked: t.bigint().notNull(),
  lots: t.bigint().notNull(),
  custody: t.bigint().notNull(),
  basis: t.bigint().notNull(),
  units: t.bigint().notNull(),
  settled: t.bigint().notNull(),
  lastBlock: t.bigint().notNull(),
  recipient: t.hex(),
}))

export const pair = onchainTable('pair', (t) => ({
  id: t.hex().primaryKey(),
  reserveToken: t.bigint().notNull(),
  reserveOther: t.bigint().notNull(),
  closeReserveToken: t.bigint().notNull(),
  closeReserveOther: t.bigint().notNull(),
  lpSupply: t.bigint().notNull(),
  lastBlock: t.bigint().notNull(),
}))

export const transit = onchainTable('transit', (t) => ({
  id: t.text().primaryKey(),
  transaction: t.hex().notNull(),
  account: t.hex().notNull(),
  units: t.bigint().notNull(),
  basis: t.bigint().notNull(),
  open: t.boolean().notNull(),
}))

// What happened: a row an event, as the subgraph's immutable entities, and its row of totals.

export const program = onchainTable('program', (t) => ({
  id: t.text().primaryKey(),
  holders: t.integer().notNull(),
  accounts: t.integer().notNull(),
  totalSupply: t.bigint().notNull(),
  lotsSold: t.bigint().notNull(),
  transfers: t.integer().notNull(),
  swaps: t.integer().notNull(),
  claims: t.integer().notNull(),
  lastBlock: t.bigint().notNull(),
  lastBlockHash: t.hex().notNull(),
  lastTimestamp: t.bigint().notNull(),
}))

export const primaryLot = onchainTable('primary_lot', (t) => ({
  id: t.text().primaryKey(),
  holder: t.hex().notNull(),
  buyer: t.hex().notNull(),
  seller: t.hex().notNull(),
  amount: t.bigint().notNull(),
  block: t.bigint().notNull(),
  timestamp: t.bigint().notNull(),
  transaction: t.hex().notNull(),
}))

export const purchase = onchainTable('purchase', (t) => ({
  id: t.text().primaryKey(),
  buyer: t.hex().notNull(),
  amount: t.bigint().notNull(),
  cost: t.bigint().notNull(),
  block: t.bigint().notNull(),
  timestamp: t.bigint().notNull(),
  transaction: t.hex().notNull(),
}))

export const custodyChange = onchainTable('custody_change', (t) => ({
  id: t.text().primaryKey(),
  holder: t.hex().notNull(),
  wallet: t.hex().notNull(),
  kind: t.text().notNull(),
  delta: t.bigint().notNull(),
  custody: t.bigint().notNull(),
  lots: t.bigint().notNull(),
  settled: t.bigint().notNull(),
  block: t.bigint().notNull(),
  timestamp: t.bigint().notNull(),
  transaction: t.hex().notNull(),
}))

export const link = onchainTable('link', (t) => ({
  id: t.text().primaryKey(),
  holder: t.hex().notNull(),
  wallet: t.hex().notNull(),
  block: t.bigint().notNull(),
  timestamp: t.bigint().notNull(),
  transaction: t.hex().notNull(),
}))

export const recipientChange = onchainTable('recipient_change', (t) => ({
  id: t.text().primaryKey(),
  holder: t.hex().notNull(),
  recipient: t.hex(),
  block: t.bigint().notNull(),
  timestamp: t.bigint().notNull(),
  transaction: t.hex().notNull(),
}))

export const stakeChange = onchainTable('stake_change', (t) => ({
  id: t.text().primaryKey(),
  account: t.hex().notNull(),
  vault: t.hex().notNull(),
  delta: t.bigint().notNull(),
  block: t.bigint().notNull(),
  timestamp: t.bigint().notNull(),
  transaction: t.hex().notNull(),
}))

export const swap = onchainTable('swap', (t) => ({
  id: t.text().primaryKey(),
  sender: t.hex().notNull(),
  to: t.hex().notNull(),
  origin: t.hex().notNull(),
  tokenIn: t.bigint().notNull(),
  otherIn: t.bigint().notNull(),
  tokenOut: t.bigint().notNull(),
  otherOut: t.bigint().notNull(),
  block: t.bigint().notNull(),
  timestamp: t.bigint().notNull(),
  transaction: t.hex().notNull(),
}))

export const liquidityChange = onchainTable('liquidity_change', (t) => ({
  id: t.text().primaryKey(),
  kind: t.text().notNull(),
  provider: t.hex().notNull(),
  units: t.bigint().notNull(),
  amountToken: t.bigint().notNull(),
  amountOther: t.bigint().notNull(),
  basis: t.bigint().notNull(),
  block: t.bigint().notNull(),
  timestamp: t.bigint().notNull(),
  transaction: t.hex().notNull(),
}))

export const distribution = onchainTable('distribution', (t) => ({
  id: t.hex().primaryKey(),
  token: t.hex().notNull(),
  terms: t.hex().notNull(),
  root: t.hex().notNull(),
  total: t.bigint().notNull(),
  remaining: t.bigint().notNull(),
  manifestHash: t.hex().notNull(),
  claims: t.integer().notNull(),
  block: t.bigint().notNull(),
  timestamp: t.bigint().notNull(),
  transaction: t.hex().notNull(),
}))

export const claim = onchainTable('claim', (t) => ({
  id: t.text().primaryKey(),
  distribution: t.hex().notNull(),
  account: t.hex().notNull(),
  index: t.bigint().notNull(),
  amount: t.bigint().notNull(),
  block: t.bigint().notNull(),
  timestamp: t.bigint().notNull(),
  transaction: t.hex().notNull(),
}))
