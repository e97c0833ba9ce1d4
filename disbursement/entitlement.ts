import type { Address } from 'viem'
import { InconsistentDataError } from './errors.ts'
import type { Forfeit } from './terms.ts'

/**
 * One row of the subgraph's `Account` as GraphQL returns it: addresses in lower case, amounts as decimal strings.
 * `balance`, `staked`, `lp`, `lpStaked` are the wallet's own; `lots`, `custody`, `basis`, `settled`, `units` and
 * `recipient` are the holder's and stand on its root wallet's row, zero (null) on the rows of linked wallets.
 */
export type AccountRow = {
  id: string
  holder: string
  balance: string
  staked: string
  lp: string
  lpStaked: string
  lots: string
  custody: string
  basis: string
  settled: string
  units: string
  recipient: string | null
}

/** What one holder has at a block, over all linked wallets. Amounts in base units of the token, LP in LP units. */
export type Position = {
  /** The root wallet, which names the holder. */
  holder: Address
  /** Every wallet of the holder, the root among them, ascending. */
  wallets: Address[]
  /** Where payouts go when the holder named an address, else null. */
  recipient: Address | null
  /** Primary lots, P of SPEC section 3. */
  lots: bigint
  balance: bigint
  staked: bigint
  /** LP units in the wallets and in the program's LP vault; `units` is their sum, U of SPEC section 4. */
  lp: bigint
  lpStaked: bigint
  units: bigint
  /** LP deposit basis, B of SPEC section 4. */
  basis: bigint
  /** Custody C: balance + staked + basis. */
  custody: bigint
  /** The running minimum as last settled, before the record block's own changes. */
  settled: bigint
  /** E of SPEC section 5: min(settled, custody). */
  entitlement: bigint
}

const broken: (message: string) => never = (message) => {
  throw new InconsistentDataError('POSITIONS_INCONSISTENT', message)
}

const amountOf = (row: AccountRow, field: keyof AccountRow): bigint => {
  const text = row[field]
  // A negative amount signals a bug in the index and must never be clamped into something payable.
  if (text === null || !/^(0|[1-9][0-9]*)$/.test(text)) {
    return broken(`account ${row.id}: ${field} is ${text}, which is not an amount; index the chain again`)
  }
  return BigInt(text)
}

const lowerCase = (text: string): Address => text.toLowerCase() as Address

const HOLDERS_FIELDS = ['lots', 'custody', 'basis', 'settled', 'units'] as const

/** One holder's position from its rows, with the sums the subgraph keeps checked against their parts. */
const positionOf = (holder: Address, rows: readonly AccountRow[]): Position => {
  const root = rows.find((row) => lowerCase(row.id) === holder)
  if (root === undefined) broken(`holder ${holder} has linked wallets but no row of its own`)
  for (const row of rows) {
    if (row === root) continue
    for (const field of HOLDERS_FIELDS) {
      if (amountOf(row, field) !== 0n) broken(`linked wallet ${row.id} still carries ${field} of its own`)
    }
  }
  const sum = (field: 'balance' | 'staked' | 'lp' | 'lpStaked') =>
    rows.reduce((total, row) => total + amountOf(row, field), 0n)
  const [balance, staked, lp, lpStaked] = [sum('balance'), sum('staked'), sum('lp'), sum('lpStaked')]
  const [lots, custody, basis, settled, units] = HOLDERS_FIELDS.map((field) => amountOf(root, field)) as [
    bigint,
    bigint,
    bigint,
    bigint,
    bigint,
  ]
  if (custody !== balance + staked + basis) {
    broken(
      `holder ${holder}: custody is ${custody}, but balance ${balance}, staked ${staked} and basis ${basis} make ${balance + staked + basis}`,
    )
  }
  if (units !== lp + lpStaked) {
    broken(`holder ${holder}: LP units are ${units}, but its wallets hold ${lp} and staked ${lpStaked}`)
  }
  if (settled > lots) broken(`holder ${holder}: entitlement ${settled} is more than its primary lots ${lots}`)
  return {
    holder,
    wallets: rows.map((row) => lowerCase(row.id)).sort(),
    recipient: root.recipient === null ? null : lowerCase(root.recipient),
    lots,
    balance,
    staked,
    lp,
    lpStaked,
    units,
    basis,
    custody,
    settled,
    entitlement: settled < custody ? settled : custody,
  }
}

/**
 * Holders' positions from the subgraph's rows at one block, ascending by root wallet.
 * A holder with an excluded wallet among its wallets is left out as a whole: linking proves it is the same person.
 * @param rows every `Account` row of that block, in any order
 * @param excluded the deployment's addresses that never weigh
 * @throws InconsistentDataError when rows contradict each other (missing root, doubled row, sums that do not add up)
 */
export const positions = (rows: readonly AccountRow[], excluded: readonly Address[]): Position[] => {
  const never = new Set<string>(excluded.map(lowerCase))
  const seen = new Set<string>()
  const byHolder = new Map<Address, AccountRow[]>()
  for (const row of rows) {
    const id = lowerCase(row.id)
    if (seen.has(id)) broken(`account ${row.id} came twice; read every page at the same block`)
    seen.add(id)
    const holder = lowerCase(row.holder)
    const group = byHolder.get(holder)
    if (group === undefined) byHolder.set(holder, [row])
    else group.push(row)
  }
  return [...byHolder]
    .filter(([, group]) => !group.some((row) => never.has(lowerCase(row.id))))
    .map(([holder, group]) => positionOf(holder, group))
    .sort((a, b) => (a.holder < b.holder ? -1 : 1))
}

/** The weight e of SPEC section 5: the entitlement, or under `all-or-nothing` the lots if none was forfeited, else 0. */
export const weightOf = (forfeit: Forfeit, lots: bigint, entitlement: bigint): bigint =>
  forfeit === 'proportional' ? entitlement : entitlement === lots ? lots : 0n
