import assert from 'node:assert/strict'
import type { Address, Hex } from 'viem'
import type { World } from './chain.ts'
import type { State } from './model.ts'

// The subgraph against the model and against the chain itself.

export type Query = (query: string) => Promise<Record<string, unknown>>

export const querying =
  (url: string): Query =>
  async (query) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    })
    const { data, errors } = (await response.json()) as { data?: Record<string, unknown>; errors?: unknown }
    if (!data || errors) throw new Error(`the subgraph answered ${JSON.stringify(errors)} to ${query}`)
    return data
  }

/** Waits until the subgraph has indexed `block` without an error. */
export const indexed = async (query: Query, block: number, lastWords: () => string): Promise<void> => {
  const deadline = Date.now() + 60_000
  while (Date.now() < deadline) {
    try {
      const { _meta } = (await query('{ _meta { block { number } hasIndexingErrors } }')) as {
        _meta: { block: { number: number }; hasIndexingErrors: boolean }
      }
      assert.equal(_meta.hasIndexingErrors, false, lastWords())
      if (_meta.block.number >= block) return
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error
      // It answers with an error until it has begun.
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`the subgraph did not reach block ${block}: ${lastWords()}`)
}

type Row = Record<string, string> & { id: Address; recipient: Address | null; endedAt: string | null }

/** All of an entity's rows, a thousand at a time. */
const all = async (query: Query, entity: string, fields: string, block: number): Promise<Row[]> => {
  const rows: Row[] = []
  for (let after = '0x'; ; ) {
    const page = (
      (await query(
        `{ rows: ${entity}(first: 1000, orderBy: id, where: { id_gt: "${after}" }, block: { number: ${block} }) { id ${fields} } }`,
      )) as { rows: Row[] }
    ).rows
    rows.push(...page)
    const last = page.at(-1)
    if (!last || page.length < 1000) return rows
    after = last.id
  }
}

/** Before the first event of the pair. */
const NO_POOL = { reserveToken: '0', reserveOther: '0', lpSupply: '0' }

const WALLET = ['balance', 'staked', 'lp', 'lpStaked'] as const

/** Every field of every account, the pair and the program at one block. */
export const compareWithModel = async (
  query: Query,
  state: State,
  excluded: readonly Address[],
): Promise<void> => {
  const { block } = state
  const rows = await all(
    query,
    'accounts',
    'holder balance staked lp lpStaked lots custody basis units settled recipient',
    block,
  )
  const subgraph = new Map(
    rows.map((row) => [
      row.id,
      {
        holder: row.holder,
        balance: row.balance,
        staked: row.staked,
        lp: row.lp,
        lpStaked: row.lpStaked,
        lots: row.lots,
        custody: row.custody,
        basis: row.basis,
        units: row.units,
        entitlement: String(smaller(BigInt(row.settled ?? 0), BigInt(row.custody ?? 0))),
        recipient: row.recipient,
      },
    ]),
  )
  const model = new Map<Address, unknown>()
  for (const [root, holder] of state.holders) {
    for (const wallet of holder.wallets) {
      const own = state.wallets.get(wallet) ?? { balance: 0n, staked: 0n, lp: 0n, lpStaked: 0n }
      const isRoot = wallet === root
      const group = isRoot ? holder : { lots: 0n, custody: 0n, basis: 0n, units: 0n, entitlement: 0n }
      // Nothing moved, nothing named: the subgraph need not know the address.
      if (
        !subgraph.has(wallet) &&
        isRoot &&
        holder.wallets.length === 1 &&
        holder.lots === 0n &&
        WALLET.every((field) => own[field] === 0n)
      )
        continue
      model.set(wallet, {
        holder: root,
        ...Object.fromEntries(WALLET.map((field) => [field, String(own[field])])),
        lots: String(group.lots),
        custody: String(group.custody),
        basis: String(group.basis),
        units: String(group.units),
        entitlement: String(group.entitlement),
        recipient: isRoot ? holder.recipient : null,
      })
    }
  }
  assert.deepEqual(sorted(subgraph), sorted(model), `accounts at block ${block}`)

  const { program, pairs } = (await query(
    `{ program(id: "program", block: { number: ${block} }) { holders accounts totalSupply lotsSold transfers swaps claims }
       pairs(block: { number: ${block} }) { reserveToken reserveOther lpSupply } }`,
  )) as { program: unknown; pairs: unknown[] }
  const holders = [...state.holders].filter(
    ([root, holder]) => !excluded.includes(root) && holder.custody > 0n,
  )
  assert.deepEqual(
    program,
    {
      holders: holders.length,
      accounts: rows.length,
      totalSupply: String(state.totalSupply),
      lotsSold: String(state.lotsSold),
      transfers: state.counts.transfers,
      swaps: state.counts.swaps,
      claims: state.counts.claims,
    },
    `the program at block ${block}`,
  )
  assert.deepEqual(
    pairs[0] ?? NO_POOL,
    {
      reserveToken: String(state.reserves.token),
      reserveOther: String(state.reserves.other),
      lpSupply: String(state.lpSupply),
    },
    `the pair at block ${block}`,
  )
}

/** Units × seconds of every liquidity provider, against the states of all blocks summed up one by one. */
export const compareProviders = async (
  query: Query,
  states: readonly State[],
  timeOf: (block: number) => bigint,
  excluded: readonly Address[],
): Promise<number> => {
  const last = states.at(-1)
  if (!last) throw new Error('no states')
  const sums = new Map<Address, { lp: bigint; staked: bigint }>()
  for (const [at, { block, wallets }] of states.entries()) {
    const next = states[at + 1]
    const seconds = next ? timeOf(next.block) - timeOf(block) : 0n
    for (const [address, { lp, lpStaked }] of wallets) {
      const sum = sums.get(address) ?? { lp: 0n, staked: 0n }
      sums.set(address, { lp: sum.lp + lp * seconds, staked: sum.staked + lpStaked * seconds })
    }
  }
  for (const address of excluded) sums.delete(address)
  const rows = await all(query, 'liquidityProviders', 'lp lpStaked lpSeconds stakedSeconds since', last.block)
  const sumOf = (units: string | undefined, gathered: string | undefined, since: string | undefined) =>
    BigInt(gathered ?? 0) + BigInt(units ?? 0) * (timeOf(last.block) - BigInt(since ?? 0))
  for (const { id, lp, lpStaked, lpSeconds, stakedSeconds, since } of rows) {
    assert.deepEqual(
      { lp: sumOf(lp, lpSeconds, since), staked: sumOf(lpStaked, stakedSeconds, since) },
      sums.get(id),
      `units × seconds of ${id} up to block ${last.block}`,
    )
    sums.delete(id)
  }
  for (const [address, { lp, staked }] of sums) assert.equal(lp + staked, 0n, `${address} has no row`)
  return rows.length
}

/** The history of every entitlement, folded from the custody changes, at the end of every block. */
export const compareHistory = async (query: Query, states: readonly State[]): Promise<number> => {
  const last = states.at(-1)
  if (!last) throw new Error('no states')
  const changes = await all(query, 'custodyChanges', 'holder custody settled lots block', last.block)
  const folded = new Map<Address, { entitlement: bigint; lots: bigint }>()
  let at = 0
  for (const state of states) {
    for (let row = changes[at]; row && Number(row.block) <= state.block; row = changes[++at]) {
      folded.set(row.holder as Address, {
        entitlement: smaller(BigInt(row.settled ?? 0), BigInt(row.custody ?? 0)),
        lots: BigInt(row.lots ?? 0),
      })
    }
    for (const [root, { lots, entitlement }] of state.holders) {
      if (lots === 0n) continue
      assert.deepEqual(folded.get(root), { entitlement, lots }, `history of ${root} at block ${state.block}`)
    }
  }
  return changes.length
}

/** What the chain itself says of every wallet, the supplies, the reserves, the links and the distributions. */
export const compareWithChain = async (
  query: Query,
  { client, deployment: d, abis }: World,
  block: number,
): Promise<void> => {
  const blockNumber = BigInt(block)
  const read = (address: Address, abi: World['abis']['token'], functionName: string, args: unknown[] = []) =>
    client.readContract({ address, abi, functionName, args, blockNumber })
  const rows = await all(query, 'accounts', 'holder balance staked lp lpStaked recipient', block)
  await Promise.all(
    rows.map(async (row) => {
      const chain = await Promise.all([
        read(d.token, abis.token, 'balanceOf', [row.id]),
        read(d.tokenVault, abis.vault, 'staked', [row.id]),
        read(d.pair, abis.pair, 'balanceOf', [row.id]),
        read(d.lpVault, abis.vault, 'staked', [row.id]),
        read(d.registry, abis.registry, 'holderOf', [row.id]),
      ])
      assert.deepEqual(
        [row.balance, row.staked, row.lp, row.lpStaked, row.holder],
        chain.map((value) => String(value).toLowerCase()),
        `${row.id} at block ${block}`,
      )
    }),
  )
  const { program, pairs } = (await query(
    `{ program(id: "program", block: { number: ${block} }) { totalSupply lastBlock lastBlockHash lastTimestamp }
       pairs(block: { number: ${block} }) { reserveToken reserveOther lpSupply } }`,
  )) as {
    program: { totalSupply: string; lastBlock: number; lastBlockHash: Hex; lastTimestamp: string }
    pairs: { reserveToken: string; reserveOther: string; lpSupply: string }[]
  }
  assert.equal(program.totalSupply, String(await read(d.token, abis.token, 'totalSupply')))
  const pool = pairs[0] ?? NO_POOL
  assert.equal(pool.lpSupply, String(await read(d.pair, abis.pair, 'totalSupply')))
  const reserves = (await read(d.pair, abis.pair, 'getReserves')) as bigint[]
  const ordered = [pool.reserveToken, pool.reserveOther]
  if (BigInt(d.token) > BigInt(d.counterAsset)) ordered.reverse()
  assert.deepEqual(ordered, reserves.slice(0, 2).map(String))
  const stood = await client.getBlock({ blockNumber: BigInt(program.lastBlock) })
  assert.deepEqual([program.lastBlockHash, program.lastTimestamp], [stood.hash, String(stood.timestamp)])
  // Whole: what all accounts have is what there is.
  const sum = (field: string): string =>
    String(rows.reduce((total, row) => total + BigInt(row[field] ?? 0), 0n))
  assert.deepEqual([sum('balance'), sum('lp')], [program.totalSupply, pool.lpSupply])

  for (const row of await all(query, 'distributions', 'remaining status endedAt', block)) {
    assert.equal(row.endedAt === null, row.status === 'ACTIVE', `the end of ${row.id}`)
    const remaining = await read(d.distributor, abis.distributor, 'remaining', [row.id])
    assert.equal(row.remaining, String(remaining), `what remains of ${row.id} at block ${block}`)
  }
}

/** Between two blocks an entitlement rises by lots, or not at all. */
export const checkMonotone = (states: readonly State[]): void => {
  for (const [at, state] of states.entries()) {
    const before = states[at - 1]
    if (!before) continue
    for (const [root, holder] of state.holders) {
      const parts = holder.wallets.flatMap((wallet) => before.holders.get(wallet) ?? [])
      const had = parts.reduce((sum, part) => sum + part.entitlement, 0n)
      const lots = holder.lots - parts.reduce((sum, part) => sum + part.lots, 0n)
      assert.ok(holder.entitlement <= had + lots, `${root} gained entitlement in block ${state.block}`)
      assert.ok(holder.entitlement >= 0n && holder.entitlement <= holder.lots, `${root} at ${state.block}`)
    }
  }
}

const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b)

const sorted = <T>(map: Map<string, T>): Record<string, T> =>
  Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : 1)))
