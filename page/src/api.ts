/** What the API answers, read with guards: see `/openapi.json` for the same shapes in its own words. */
import { ApiError, ask, askOrCopy } from './asking.ts'
import { readCopiedJson } from './mirror/copy.ts'
import {
  address,
  bytes,
  count,
  list,
  maybe,
  type ReadBy,
  type Reader,
  record,
  ShapeError,
  text,
  truth,
  units,
} from './shape.ts'

export type Address = `0x${string}`
export type Hex = `0x${string}`

const instant: Reader<number> = (value, path) => {
  const milliseconds = typeof value === 'string' ? Date.parse(value) : Number.NaN
  if (Number.isNaN(milliseconds)) throw new ShapeError(path, 'a time like 2026-01-01T00:00:00Z')
  return milliseconds / 1000
}

const deployment = record({
  network: text,
  chainId: count,
  issuer: address,
  token: address,
  currency: address,
  pair: address,
  counterAsset: address,
  tokenVault: address,
  lpVault: address,
  distributor: address,
  offering: address,
  registry: address,
  router: address,
  factory: address,
  excluded: list(address),
  rpcUrl: maybe(text),
  explorer: maybe(text),
  graphqlUrl: maybe(text),
  registerUrl: maybe(text),
  walletConnectId: maybe(text),
  walletConnectRelay: maybe(text),
})

const period = record({
  name: text,
  start: instant,
  end: instant,
  incomeShareBps: count,
  asset: text,
})

const asset = record({ address, symbol: text, decimals: count })

const program = record({
  termsHash: bytes,
  chainTime: maybe(count),
  /** What the chain calls the pool's assets; a static copy of an earlier API does not have it. */
  assets: maybe(list(asset)),
  deployment,
  terms: record({
    name: text,
    token: record({ name: text, symbol: text, decimals: count }),
    currency: record({ symbol: text, decimals: count }),
    expiryDays: maybe(count),
    challengeWindowSeconds: count,
    streams: record({
      income: record({ forfeit: text, denominator: text, periods: list(period) }),
      liquidity: maybe(record({ firstMonth: text, lastMonth: text })),
    }),
  }),
})

const anything: Reader<unknown> = (value) => value
const stated = record({ terms: anything, deployment: anything })

const status = record({
  ok: truth,
  chain: maybe(record({ number: count, timestamp: count })),
  subgraph: maybe(record({ block: count, lag: maybe(count), hasIndexingErrors: truth })),
  problems: list(text),
})

const position = record({
  holder: address,
  wallets: list(address),
  recipient: maybe(address),
  lots: units,
  balance: units,
  staked: units,
  units,
  basis: units,
  custody: units,
  entitlement: units,
})

const lot = record({
  transaction: bytes,
  logIndex: count,
  buyer: address,
  amount: units,
  block: count,
  timestamp: count,
})

const change = record({
  kind: text,
  wallet: address,
  delta: units,
  block: count,
  timestamp: count,
  transaction: bytes,
  logIndex: count,
})

const forfeit = record({ block: count, transaction: bytes, amount: units })

const holder = record({
  position: maybe(position),
  /** False: there are too many events, and the lists are empty. */
  complete: truth,
  forfeits: list(forfeit),
  lots: list(lot),
  changes: list(change),
  history: list(record({ block: count, timestamp: count, entitlement: units })),
})

const distribution = record({
  id: bytes,
  stream: text,
  period: text,
  asset,
  total: units,
  opensAt: count,
  deadline: count,
  root: bytes,
  manifestHash: bytes,
  transaction: maybe(bytes),
  status: maybe(text),
})

const claim = record({
  id: bytes,
  distribution: record({ issuer: address, token: address, terms: bytes, root: bytes }),
  stream: text,
  period: text,
  asset,
  index: count,
  account: address,
  amount: units,
  proof: list(bytes),
  shard: maybe(record({ shard: count, root: bytes, total: units, proof: list(bytes) })),
  opensAt: count,
  deadline: count,
  claimed: maybe(truth),
  ended: maybe(truth),
})

const claims = record({ account: address, claims: list(claim) })

const estimate = record({
  block: count,
  timestamp: count,
  running: maybe(record({ month: record({ name: text }), asset, weight: units, estimate: units })),
})

/** What the running reward month would pay if it ended at this block. Never final. */
export interface Estimate {
  readonly month: string
  readonly asset: Asset
  readonly weight: bigint
  readonly amount: bigint
  readonly block: number
  readonly timestamp: number
}

export type Deployment = ReadBy<typeof deployment>
/** `stated` is what the server said, whole: what is hashed, and what a check reads for itself. */
export type Program = ReadBy<typeof program> & { readonly stated: ReadBy<typeof stated> }
export type Period = ReadBy<typeof period>
export type Status = ReadBy<typeof status>
export type Position = ReadBy<typeof position>
export type PrimaryLot = ReadBy<typeof lot>
export type CustodyChange = ReadBy<typeof change>
export type Holder = ReadBy<typeof holder>
export type Asset = ReadBy<typeof asset>
export type Distribution = ReadBy<typeof distribution>
export type Claim = ReadBy<typeof claim>

export function fetchProgram(signal: AbortSignal): Promise<Program> {
  const read: Reader<Program> = (value, path) => ({ ...program(value, path), stated: stated(value, path) })
  return askOrCopy('v1/program', read, signal, () => readCopiedJson('program.json', signal))
}

export function fetchStatus(signal: AbortSignal): Promise<Status> {
  return ask('v1/status', status, signal)
}

/** What was published and stands: a cancelled distribution pays nothing, and its period may be published again. */
export async function fetchDistributions(signal: AbortSignal): Promise<Distribution[]> {
  const all = await askOrCopy('v1/distributions', list(distribution), signal, () =>
    readCopiedJson('distributions.json', signal),
  )
  return all.filter(({ status }) => status !== 'cancelled')
}

/** Null when the address never held the token. */
export async function fetchHolder(account: Address, signal: AbortSignal): Promise<Holder | null> {
  try {
    return await ask(`v1/holders/${account}`, holder, signal)
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null
    throw error
  }
}

/** What was paid, or can or may still be: not what was cancelled or swept before it was claimed. */
export async function fetchClaims(account: Address, signal: AbortSignal): Promise<Claim[]> {
  const copied = async () => (await import('./mirror/claims.ts')).claimsFromCopy(account, signal)
  const all = (await askOrCopy(`v1/accounts/${account}/claims`, claims, signal, copied)).claims
  return all.filter(({ claimed, ended }) => claimed === true || ended !== true)
}

/** Null while no reward month runs. */
export async function fetchEstimate(account: Address, signal: AbortSignal): Promise<Estimate | null> {
  const { running, block, timestamp } = await ask(`v1/accounts/${account}/estimate`, estimate, signal)
  if (running === null) return null
  const { month, asset, weight, estimate: amount } = running
  return { month: month.name, asset, weight, amount, block, timestamp }
}
