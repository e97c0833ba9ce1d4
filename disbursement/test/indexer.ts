// What a subgraph would have of LP units by time: rows written at each change, as the mapping writes them.
import type { Address, Hex } from 'viem'
import type { IndexedLiquidity, LpClaimRow, LpDistributionRow, ProviderRow } from '../indexed.ts'
import type { LedgerBlock, LedgerEvent } from '../replay/events.ts'
import { distributionTree, type Payment } from '../shards.ts'
import { deployment, hash } from './fixtures.ts'

type Row = { lp: bigint; lpStaked: bigint; lpSeconds: bigint; stakedSeconds: bigint; since: bigint }

/** Feed it every block; `rows` then has what a reader of a span that begins at `from` would read. */
export class Indexer {
  readonly #from: bigint
  readonly #leavesOf: (id: Hex) => readonly Payment[]
  readonly #rows = new Map<Address, Row>()
  readonly #distributions: LpDistributionRow[] = []
  readonly #claims: LpClaimRow[] = []
  readonly #never = new Set<Address>(deployment().excluded)
  #before: ProviderRow[] | null = null
  #now = 0n

  constructor(from: bigint, leavesOf: (id: Hex) => readonly Payment[]) {
    this.#from = from
    this.#leavesOf = leavesOf
  }

  apply({ events }: LedgerBlock, time: bigint): void {
    if (time >= this.#from) this.#before ??= this.#providers()
    this.#now = time
    for (const event of events) this.#event(event)
  }

  rows(): IndexedLiquidity {
    return {
      before: this.#before ?? this.#providers(),
      after: this.#providers(),
      distributions: this.#distributions,
      claims: this.#claims,
    }
  }

  #providers(): ProviderRow[] {
    return [...this.#rows].map(([id, row]) => ({
      id,
      lp: `${row.lp}`,
      lpStaked: `${row.lpStaked}`,
      lpSeconds: `${row.lpSeconds}`,
      stakedSeconds: `${row.stakedSeconds}`,
      since: `${row.since}`,
    }))
  }

  #change(address: Address, lp: bigint, lpStaked: bigint): void {
    if (this.#never.has(address)) return
    const row = this.#rows.get(address) ?? {
      lp: 0n,
      lpStaked: 0n,
      lpSeconds: 0n,
      stakedSeconds: 0n,
      since: this.#now,
    }
    const seconds = this.#now - row.since
    this.#rows.set(address, {
      lp: row.lp + lp,
      lpStaked: row.lpStaked + lpStaked,
      lpSeconds: row.lpSeconds + row.lp * seconds,
      stakedSeconds: row.stakedSeconds + row.lpStaked * seconds,
      since: this.#now,
    })
  }

  #event(event: LedgerEvent): void {
    const now = `${this.#now}`
    if (event.kind === 'transfer' && event.of === 'lp') {
      this.#change(event.from, -event.amount, 0n)
      this.#change(event.to, event.amount, 0n)
    } else if (event.kind === 'stake' && event.of === 'lp') this.#change(event.account, 0n, event.amount)
    else if (event.kind === 'unstake' && event.of === 'lp') this.#change(event.account, 0n, -event.amount)
    else if (event.kind === 'published') {
      const { root } = distributionTree(this.#leavesOf(event.id))
      this.#distribute({ id: event.id, root, parent: null })
    } else if (event.kind === 'opened') {
      const root = distributionTree(this.#leavesOf(event.parent)).shards[event.shard]?.root
      this.#distribute({ id: event.id, root: root ?? hash(0), parent: event.parent })
    } else if (event.kind === 'ended') {
      for (const row of this.#distributions) if (row.id === event.id) row.endedAt = now
    } else if (event.kind === 'paid') {
      for (const { account } of event.payments)
        this.#claims.push({ distribution: event.id, account, timestamp: now })
    }
  }

  #distribute(row: Pick<LpDistributionRow, 'id' | 'root' | 'parent'>): void {
    this.#distributions.push({ ...row, manifestHash: hash(7), publishedAt: `${this.#now}`, endedAt: null })
  }
}
