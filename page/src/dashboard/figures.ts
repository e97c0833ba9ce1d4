/** The dashboard's figures: one question to the subgraph's GraphQL, and what follows from its answer. */
import type { Address, Hex } from '../api.ts'
import { fetchGraph } from '../asking.ts'
import { type Reason, reasonsOf } from '../history.ts'
import { address, bytes, count, list, maybe, type ReadBy, record, text, truth, units } from '../shape.ts'

const account = record({ id: address, lots: units, settled: units, custody: units })

const distribution = record({
  id: bytes,
  token: address,
  total: units,
  remaining: units,
  status: text,
  claims: count,
  publishedAt: count,
  parent: maybe(bytes),
})

const custodyChange = record({
  holder: address,
  wallet: address,
  kind: text,
  delta: units,
  custody: units,
  settled: units,
  block: count,
  timestamp: count,
  transaction: bytes,
  logIndex: count,
})

const answer = record({
  _meta: record({ block: record({ number: count, timestamp: maybe(count) }), hasIndexingErrors: truth }),
  program: maybe(
    record({
      holders: count,
      accounts: count,
      totalSupply: units,
      lotsSold: units,
      swaps: count,
      claims: count,
    }),
  ),
  pair: maybe(record({ reserveToken: units, reserveOther: units, lpSupply: units })),
  tokenVault: maybe(record({ balance: units })),
  lpVault: maybe(record({ lp: units })),
  accounts: list(account),
  distributions: list(distribution),
  custodyChanges: list(custodyChange),
})

type Answer = ReadBy<typeof answer>
export type IndexedDistribution = ReadBy<typeof distribution>

/** Rows a list brings at most: graph-node's own limit. */
const MOST = 1_000

interface Places {
  readonly pair: Address
  readonly tokenVault: Address
  readonly lpVault: Address
}

const question = ({ pair, tokenVault, lpVault }: Places) => `{
  _meta { block { number timestamp } hasIndexingErrors }
  program(id: "program") { holders accounts totalSupply lotsSold swaps claims }
  pair(id: "${pair.toLowerCase()}") { reserveToken reserveOther lpSupply }
  tokenVault: account(id: "${tokenVault.toLowerCase()}") { balance }
  lpVault: account(id: "${lpVault.toLowerCase()}") { lp }
  accounts(first: ${MOST}, orderBy: lots, orderDirection: desc, where: { lots_gt: "0" }) { id lots settled custody }
  distributions(first: ${MOST}, orderBy: publishedAt, orderDirection: asc) {
    id token total remaining status claims publishedAt parent
  }
  custodyChanges(first: ${MOST}, orderBy: id, orderDirection: desc) {
    holder wallet kind delta custody settled block timestamp transaction logIndex
  }
}`

/** A holder of record with what is left of the lots. */
export interface Share {
  readonly holder: Address
  readonly lots: bigint
  readonly entitlement: bigint
}

/** A published payout with what its shards moved and paid counted in. */
export interface Payout {
  readonly id: Hex
  readonly token: Address
  readonly total: bigint
  readonly open: bigint
  /** Null where the rest was swept: what remains does not tell any more what was claimed. */
  readonly claimed: bigint | null
  readonly claims: number
  readonly status: string
}

/** A block in which a holder gave up entitlement. */
export interface Drop {
  readonly holder: Address
  readonly block: number
  readonly timestamp: number
  readonly lost: bigint
  readonly after: bigint
  readonly reasons: readonly Reason[]
}

export interface Figures extends Pick<Answer, 'program' | 'pair'> {
  readonly block: { readonly number: number; readonly timestamp: number | null }
  readonly staked: bigint
  readonly lpStaked: bigint
  readonly shares: readonly Share[]
  /** Null where there are more holders than one answer brings: half a sum would be a wrong one. */
  readonly entitled: bigint | null
  readonly payouts: readonly Payout[]
  readonly drops: readonly Drop[]
}

export async function fetchFigures(url: string, places: Places, signal: AbortSignal): Promise<Figures> {
  return figuresOf(await fetchGraph(url, question(places), answer, signal))
}

export function figuresOf(given: Answer): Figures {
  const shares = given.accounts
    .map(({ id, lots, settled, custody }) => ({
      holder: id,
      lots,
      entitlement: settled < custody ? settled : custody,
    }))
    .sort((one, other) => descending(one.entitlement, other.entitlement) || descending(one.lots, other.lots))
  return {
    block: given._meta.block,
    program: given.program,
    pair: given.pair,
    staked: given.tokenVault?.balance ?? 0n,
    lpStaked: given.lpVault?.lp ?? 0n,
    shares,
    entitled:
      shares.length < MOST ? shares.reduce((total, { entitlement }) => total + entitlement, 0n) : null,
    payouts: payoutsOf(given.distributions),
    drops: dropsOf(given.custodyChanges),
  }
}

function descending(one: bigint, other: bigint): number {
  return one === other ? 0 : one < other ? 1 : -1
}

/** Published distributions; what went into a shard is open or claimed there. */
function payoutsOf(rows: Answer['distributions']): Payout[] {
  return rows
    .filter(({ parent }) => parent === null)
    .map((row) => {
      const shards = rows.filter(({ parent }) => parent === row.id)
      const parts = [row, ...shards]
      const open = parts.reduce((sum, { remaining }) => sum + remaining, 0n)
      return {
        id: row.id,
        token: row.token,
        total: row.total,
        open,
        claimed: claimedOf(row, parts, open),
        claims: parts.reduce((sum, { claims }) => sum + claims, 0),
        status: row.status,
      }
    })
}

/** What was cancelled had not opened yet, so nobody had claimed of it. */
function claimedOf({ status, total }: IndexedDistribution, parts: Answer['distributions'], open: bigint) {
  if (status === 'CANCELLED') return 0n
  return parts.some((part) => part.status === 'SWEPT') ? null : total - open
}

/** Blocks that ended with less entitlement than the holder had, newest first. */
function dropsOf(rows: Answer['custodyChanges']): Drop[] {
  const groups = [...Map.groupBy(rows, ({ holder, block }) => `${holder}/${block}`).values()]
  // The oldest group of a full answer may have been cut in two.
  if (rows.length === MOST) groups.pop()
  return groups.flatMap((group) => {
    // Rows come newest first: the first is how the block ended.
    const [last] = group
    if (last === undefined || last.settled <= last.custody) return []
    return [
      {
        holder: last.holder,
        block: last.block,
        timestamp: last.timestamp,
        lost: last.settled - last.custody,
        after: last.custody,
        reasons: [...Map.groupBy(group.toReversed(), (move) => move.transaction).values()].flatMap(reasonsOf),
      },
    ]
  })
}
