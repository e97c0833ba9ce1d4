/** The entitlement's history joined with what caused it. Pure. */
import type { Address, CustodyChange, Hex, Holder } from './api.ts'

/** Why custody moved, as one thing a person did: staking is one reason, not a transfer and a credit. */
export interface Reason {
  readonly kind: string
  /** Program tokens that moved, without a sign. */
  readonly amount: bigint
  readonly wallet: Address
  readonly transaction: Hex
}

export interface TurningPoint {
  readonly block: number
  readonly timestamp: number
  readonly before: bigint
  readonly after: bigint
  /** What moved the holder's custody in this block, in the chain's order. */
  readonly reasons: readonly Reason[]
}

type Move = Pick<CustodyChange, 'kind' | 'wallet' | 'transaction' | 'delta'>

/** Kinds that explain the plain transfers of their transaction, with the kind of transfer whose amount they take. */
const EXPLAINS: Readonly<Record<string, 'TRANSFER_IN' | 'TRANSFER_OUT' | null>> = {
  STAKE: 'TRANSFER_OUT',
  UNSTAKE: 'TRANSFER_IN',
  LP_ADD: 'TRANSFER_OUT',
  LP_REMOVE: 'TRANSFER_IN',
  LP_STAKE: null,
}

/**
 * One entry a block in which the holder's custody moved, oldest first. Entitlement is settled at the end of a block, so
 * adding liquidity or staking within one shows its moves and an entitlement that stayed.
 */
export function turningPoints({ history, changes }: Pick<Holder, 'history' | 'changes'>): TurningPoint[] {
  const settled = new Map(history.map((entry) => [entry.block, entry]))
  const moves = Map.groupBy(
    changes.toSorted((a, b) => a.logIndex - b.logIndex),
    (change) => change.block,
  )
  const blocks = [...new Set([...settled.keys(), ...moves.keys()])].sort((a, b) => a - b)
  let before = 0n
  return blocks.map((block) => {
    const here = moves.get(block) ?? []
    const entry = settled.get(block)
    const point = {
      block,
      timestamp: entry?.timestamp ?? here[0]?.timestamp ?? 0,
      before,
      after: entry?.entitlement ?? before,
      reasons: [...Map.groupBy(here, (change) => change.transaction).values()].flatMap(reasonsOf),
    }
    before = point.after
    return point
  })
}

/** What the moves of one transaction mean, transfers folded into what explains them. */
export function reasonsOf(moves: readonly Move[]): Reason[] {
  const explained = moves.filter((move) => move.kind in EXPLAINS)
  if (explained.length === 0) return moves.map((move) => reason(move, size(move.delta)))
  const kinds = [...new Set(explained.map((move) => move.kind))]
  const explanations = kinds.map((kind) => {
    const own = explained.filter((move) => move.kind === kind)
    const transfers = moves.filter((move) => move.kind === EXPLAINS[kind])
    const [first] = own
    if (first === undefined) throw new RangeError('a kind of move without a move')
    // Pool shares that leave and bring no tokens back were given away.
    const told = kind === 'LP_REMOVE' && transfers.length === 0 ? { ...first, kind: 'LP_GIVEN' } : first
    return reason(told, sum(transfers.length > 0 ? transfers : own.slice(0, 1)))
  })
  const rest = moves.filter((move) => !(move.kind in EXPLAINS) && !move.kind.startsWith('TRANSFER_'))
  return [...rest.map((move) => reason(move, size(move.delta))), ...explanations]
}

function reason({ kind, wallet, transaction }: Move, amount: bigint): Reason {
  return { kind, wallet, transaction, amount }
}

function size(delta: bigint): bigint {
  return delta < 0n ? -delta : delta
}

function sum(moves: readonly Move[]): bigint {
  return moves.reduce((total, move) => total + size(move.delta), 0n)
}
