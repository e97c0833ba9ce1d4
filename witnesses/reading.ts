import type { Address, Hex } from 'viem'
import type { AccountRow } from '../disbursement/index.ts'
import type { Query } from './graph.ts'

// What the subgraph says at the end of a block, read as any reader reads it: GraphQL at a block's number.

export type ProgramRow = {
  holders: number
  accounts: number
  totalSupply: string
  lotsSold: string
  entitled: string
  staked: string
  lpStaked: string
  transfers: number
  swaps: number
  claims: number
  lastBlock: number
  lastBlockHash: Hex
  lastTimestamp: string
}
export type PairRow = {
  reserveToken: string
  reserveOther: string
  closeReserveToken: string
  closeReserveOther: string
  lpSupply: string
  lastBlock: number
}
export type DistributionRow = {
  id: Hex
  total: string
  remaining: string
  status: string
  claims: number
  endedAt: string | null
}
export type ProviderRow = {
  id: Address
  lp: string
  lpStaked: string
  lpSeconds: string
  stakedSeconds: string
  since: string
}
/** Rows of accounts have the address's own wallet beside the holder's fields. */
export type Reading = {
  block: number
  accounts: (AccountRow & { id: Address })[]
  program: ProgramRow | null
  pair: PairRow | null
  distributions: DistributionRow[]
  /** Read at the last block of every request alone. */
  providers: ProviderRow[] | null
}

const ACCOUNT = 'id holder balance staked lp lpStaked lots custody basis units settled recipient'
const PROGRAM =
  'holders accounts totalSupply lotsSold entitled staked lpStaked transfers swaps claims lastBlock lastBlockHash lastTimestamp'
const PAIR = 'reserveToken reserveOther closeReserveToken closeReserveOther lpSupply lastBlock'
const DISTRIBUTION = 'id total remaining status claims endedAt'
const PROVIDER = 'id lp lpStaked lpSeconds stakedSeconds since'

/** Blocks read in one request, and rows of a page. */
const TOGETHER = 10
const PAGE = 1000

/** Reads every block, in the order given. */
export async function* readBlocks(query: Query, blocks: readonly number[]): AsyncGenerator<Reading> {
  const groups: number[][] = []
  for (let at = 0; at < blocks.length; at += TOGETHER) groups.push(blocks.slice(at, at + TOGETHER))
  const read = (group: number[] | undefined) => (group ? readTogether(query, group) : Promise.resolve([]))
  let next = read(groups[0])
  for (const [at] of groups.entries()) {
    const readings = await next
    // The next ones come while these are worked on.
    next = read(groups[at + 1])
    next.catch(() => {})
    yield* readings
  }
}

const readTogether = async (query: Query, blocks: readonly number[]): Promise<Reading[]> => {
  const parts = blocks.map((n) => {
    const at = `block: { number: ${n} }`
    return `a${n}: accounts(first: ${PAGE}, orderBy: id, ${at}) { ${ACCOUNT} }
      p${n}: program(id: "program", ${at}) { ${PROGRAM} }
      q${n}: pairs(${at}) { ${PAIR} }
      d${n}: distributions(first: ${PAGE}, orderBy: id, ${at}) { ${DISTRIBUTION} }`
  })
  const last = blocks.at(-1)
  const providers = `l: liquidityProviders(first: ${PAGE}, orderBy: id, block: { number: ${last} }) { ${PROVIDER} }`
  const answer = await query(`{ ${parts.join('\n')} ${providers} }`)
  const readings = blocks.map((block) => ({
    block,
    accounts: answer[`a${block}`] as Reading['accounts'],
    program: answer[`p${block}`] as ProgramRow | null,
    pair: (answer[`q${block}`] as PairRow[])[0] ?? null,
    distributions: answer[`d${block}`] as DistributionRow[],
    providers: block === last ? (answer.l as ProviderRow[]) : null,
  }))
  for (const reading of readings) {
    if (reading.accounts.length < PAGE) continue
    const after = reading.accounts.at(-1)?.id ?? '0x'
    const more = await allRows<Reading['accounts'][number]>(query, 'accounts', ACCOUNT, reading.block, after)
    reading.accounts.push(...more)
  }
  return readings
}

/** All of an entity's rows at a block, page by page. */
export const allRows = async <Row extends { id: string }>(
  query: Query,
  entity: string,
  fields: string,
  block: number,
  after = '0x',
): Promise<Row[]> => {
  const rows: Row[] = []
  for (let from = after; ; ) {
    const where = `where: { id_gt: "${from}" }, block: { number: ${block} }`
    const { page } = (await query(
      `{ page: ${entity}(first: ${PAGE}, orderBy: id, ${where}) { ${fields} } }`,
    )) as {
      page: Row[]
    }
    rows.push(...page)
    const last = page.at(-1)
    if (!last || page.length < PAGE) return rows
    from = last.id
  }
}
