// Two witnesses of the same block: where they differ, and in what.
import type { Address } from 'viem'
import type { Position } from '../entitlement.ts'

/** One field of one holder on which two sides differ; a side without the holder has null. */
export type PositionDifference = {
  holder: Address
  field: Exclude<keyof Position, 'settled'> | 'position'
  ours: string | null
  theirs: string | null
}

/** Fields that both sides must agree on; how far an entitlement was already settled is each side's own affair. */
const FIELDS = [
  'wallets',
  'recipient',
  'lots',
  'balance',
  'staked',
  'lp',
  'lpStaked',
  'units',
  'basis',
  'custody',
  'entitlement',
] as const

const isEmpty = ({ lots, custody, units, recipient, wallets }: Position): boolean =>
  lots === 0n && custody === 0n && units === 0n && recipient === null && wallets.length === 1

const text = (value: Position[keyof Position]): string => (value === null ? 'none' : value.toString())

/**
 * Every difference between two lists of positions at one block, ascending by holder. A holder with nothing at all
 * counts as absent: whether an empty address was ever seen decides nothing.
 */
export const differencesBetween = (
  ours: readonly Position[],
  theirs: readonly Position[],
): PositionDifference[] => {
  const [one, other] = [ours, theirs].map(
    (list) => new Map(list.filter((each) => !isEmpty(each)).map((each) => [each.holder, each])),
  ) as [Map<Address, Position>, Map<Address, Position>]
  const holders = [...new Set([...one.keys(), ...other.keys()])].sort()
  return holders.flatMap((holder): PositionDifference[] => {
    const [mine, its] = [one.get(holder), other.get(holder)]
    if (mine === undefined || its === undefined) {
      return [
        {
          holder,
          field: 'position',
          ours: mine === undefined ? null : `custody ${mine.custody}, lots ${mine.lots}`,
          theirs: its === undefined ? null : `custody ${its.custody}, lots ${its.lots}`,
        },
      ]
    }
    return FIELDS.flatMap((field) =>
      text(mine[field]) === text(its[field])
        ? []
        : [{ holder, field, ours: text(mine[field]), theirs: text(its[field]) }],
    )
  })
}
