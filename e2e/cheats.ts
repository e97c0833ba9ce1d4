// Every kind of cheat: what is changed in a manifest, and the step that must name it.
import assert from 'node:assert/strict'
import type { Address, Hex } from 'viem'
import { person } from '../local/scenario/people.ts'
import type { StepName } from '../verify/index.ts'
import { type Editable, edit, editList } from './forgery.ts'

export const address = (name: string) => person(name).address.toLowerCase() as Address
export const hugo = () => address('hugo')
export const holderIn = (json: Editable, holder: Address): Editable => {
  const found = (json.holders as Editable[]).find((each) => each.holder === holder)
  assert.ok(found)
  return found
}
export const plus = (text: string, more = 1n) => (BigInt(text) + more).toString()
export const set =
  (path: string, change: (text: string) => unknown) =>
  (json: Editable): void =>
    edit(json, path, change)
const list =
  <Item = Editable>(path: string, change: (items: Item[]) => Item[]) =>
  (json: Editable): void =>
    editList(json, path, change)

const word = (fill: string) => `0x${fill.repeat(32)}` as Hex
const BALANCED: [string, '2026-Q1' | '2026-Q2', (json: Editable) => void, StepName, (() => Address)?][] = [
  [
    'a larger share of the income',
    '2026-Q1',
    (j) => {
      edit(j, 'parameters.incomeShareBps', () => '1600')
      edit(j, 'payout.funded', () => '1920000000')
    },
    'terms',
  ],
  ['another forfeit rule', '2026-Q1', set('parameters.forfeit', () => 'all-or-nothing'), 'terms'],
  ['another denominator', '2026-Q1', set('parameters.denominator', () => 'sold'), 'terms'],
  ['another minimum payout', '2026-Q1', set('parameters.minPayout', () => '60000000'), 'terms'],
  ['a period called the last', '2026-Q1', set('parameters.last', () => true), 'terms'],
  ['a pool that does not count', '2026-Q1', set('parameters.lpTreatment', () => 'none'), 'terms'],
  ['other terms', '2026-Q1', set('termsHash', () => word('ab')), 'terms'],
  ['another program', '2026-Q1', set('program', () => 'alix'), 'terms'],
  ['a longer period', '2026-Q1', set('period.end', () => '2026-04-02T00:00:00Z'), 'terms'],
  ['another chain', '2026-Q1', set('chainId', () => '1'), 'deployment'],
  ['a later genesis', '2026-Q1', set('genesisBlock', (x) => plus(x)), 'deployment'],
  ['another registry', '2026-Q1', set('contracts.registry', () => address('nell')), 'deployment'],
  [
    'another sale address',
    '2026-Q1',
    list<string>('contracts.saleAddresses', (x) => [...x, address('nell')].sort()),
    'deployment',
  ],
  [
    'one more excluded',
    '2026-Q1',
    list<string>('excluded', (x) => [...x, address('nell')].sort()),
    'deployment',
  ],
  ['an earlier record block', '2026-Q1', set('recordBlock.number', (x) => plus(x, -1n)), 'record block'],
  ['a record block that is not there', '2026-Q1', set('recordBlock.hash', () => word('cd')), 'record block'],
  [
    'a record block of another time',
    '2026-Q1',
    set('recordBlock.timestamp', (x) => plus(x, -1n)),
    'record block',
  ],
  ['other lots', '2026-Q1', set('lotsHash', () => word('ef')), 'lots'],
  [
    'more lots for a friend',
    '2026-Q1',
    (j) => edit(holderIn(j, hugo()), 'lots', (x) => plus(x, 10n ** 21n)),
    'lots',
    hugo,
  ],
  [
    'a holder left out',
    '2026-Q1',
    list('holders', (x) => x.filter((each) => each.holder !== hugo())),
    'holders',
    hugo,
  ],
  [
    'a holder added',
    '2026-Q1',
    (j) => {
      const friend = {
        ...holderIn(j, hugo()),
        holder: address('whale'),
        account: address('whale'),
        wallets: [address('whale')],
      }
      editList(j, 'holders', (x) =>
        [...x, friend].sort((a, b) => (String(a.holder) < String(b.holder) ? -1 : 1)),
      )
    },
    'holders',
    () => address('whale'),
  ],
  [
    'a payment turned aside',
    '2026-Q1',
    (j) => edit(holderIn(j, hugo()), 'account', () => address('nell')),
    'wallets',
    hugo,
  ],
  [
    'a wallet that is not linked',
    '2026-Q1',
    (j) => editList<string>(holderIn(j, hugo()), 'wallets', (x) => [...x, address('nell')].sort()),
    'wallets',
    hugo,
  ],
  [
    'a balance made larger',
    '2026-Q1',
    (j) => edit(holderIn(j, hugo()), 'custody.balance', (x) => plus(x)),
    'custody',
    hugo,
  ],
  [
    'a basis out of nothing',
    '2026-Q1',
    (j) => edit(holderIn(j, hugo()), 'custody.basis', (x) => plus(x)),
    'custody',
    hugo,
  ],
  [
    'a stake forgotten',
    '2026-Q1',
    (j) => edit(holderIn(j, address('mina')), 'custody.staked', () => '0'),
    'custody',
    () => address('mina'),
  ],
  [
    'LP units that are not there',
    '2026-Q1',
    (j) => edit(holderIn(j, hugo()), 'custody.lpStaked', (x) => plus(x)),
    'custody',
    hugo,
  ],
  [
    'a forfeit undone',
    '2026-Q1',
    (j) => {
      const own = holderIn(j, hugo())
      edit(own, 'settled', () => own.lots)
    },
    'entitlement',
    hugo,
  ],
  [
    'a forfeit made up',
    '2026-Q1',
    (j) => edit(holderIn(j, address('clara')), 'settled', (x) => plus(x, -1n)),
    'entitlement',
    () => address('clara'),
  ],
  [
    'an income not told in full',
    '2026-Q1',
    (j) => {
      edit(j, 'income.amount', () => '11000000000')
      edit(j, 'payout.funded', () => '1800000000')
    },
    'funding',
  ],
  ['more paid in than is due', '2026-Q1', set('payout.funded', (x) => plus(x)), 'funding'],
  ['something carried in from nowhere', '2026-Q1', set('payout.carryIn', (x) => plus(x)), 'carry-over'],
  [
    'an accrual from nowhere',
    '2026-Q1',
    (j) => edit(holderIn(j, hugo()), 'accruedBefore', (x) => plus(x)),
    'carry-over',
    hugo,
  ],
  [
    'a carry-over lost',
    '2026-Q2',
    (j) => {
      const { asset } = j.payout as { asset: string }
      editList(j, 'carried', (x) =>
        x.map((each) => (each.asset === asset ? each : { ...each, carryOut: '0' })),
      )
    },
    'carry-over',
  ],
  ['no manifest before', '2026-Q2', set('previous', () => null), 'previous'],
  [
    'more LP units than were bought',
    '2026-Q2',
    (j) => {
      edit(j, 'payout.funded', (x) => plus(x))
      edit(j, 'lp.received', (x) => plus(x))
    },
    'funding',
  ],
  ['own tokens not told', '2026-Q2', set('lp.ownTokens', () => '0'), 'funding'],
  ['costs not told', '2026-Q2', set('lp.spent', () => []), 'funding'],
  ['another method', '2026-Q2', set('lp.method', () => 'swap'), 'funding'],
  ['units held elsewhere', '2026-Q2', set('lp.heldAt', () => address('nell')), 'funding'],
  ['a purchase counted twice', '2026-Q2', list('lp.transactions', (x) => [...x, ...x]), 'funding'],
  ['a purchase that never was', '2026-Q2', set('lp.transactions', () => [word('12')]), 'funding'],
  ['another name of the asset', '2026-Q2', set('payout.symbol', () => 'UNI-V3'), 'funding'],
]

const swap = (json: Editable, field: string) => {
  const [one, other] = [holderIn(json, address('clara')), holderIn(json, address('dmitri'))]
  const own = one[field]
  one[field] = other[field]
  other[field] = own
}
const PLAIN: [string, (json: Editable) => void, StepName, (() => Address)?][] = [
  ['what is due, changed', set('income.due', (x) => plus(x)), 'income'],
  ['a weight', (j) => edit(holderIn(j, hugo()), 'weight', (x) => plus(x)), 'entitlement', hugo],
  ['an entitlement', (j) => edit(holderIn(j, hugo()), 'entitlement', (x) => plus(x)), 'entitlement', hugo],
  ['a share', (j) => edit(holderIn(j, hugo()), 'share', (x) => plus(x)), 'allocations', hugo],
  ['an accrual kept', (j) => edit(holderIn(j, hugo()), 'accruedAfter', (x) => plus(x)), 'allocations', hugo],
  ['a status', (j) => edit(holderIn(j, hugo()), 'status', () => 'forfeited'), 'allocations', hugo],
  ['a remainder kept', set('payout.carryOut', (x) => plus(x)), 'allocations'],
  ['something returned', set('payout.returned', (x) => plus(x)), 'allocations'],
  ['what accrued', set('payout.accruedAfter', (x) => plus(x)), 'allocations'],
  ['what accrued before', set('payout.accruedBefore', (x) => plus(x)), 'carry-over'],
  ['two places swapped', (j) => swap(j, 'index'), 'leaves'],
  ['a shard', (j) => edit(holderIn(j, hugo()), 'shard', () => '1'), 'leaves', hugo],
  ['the number of leaves', set('totals.leaves', (x) => plus(x)), 'leaves'],
  ['the sum of the lots', set('totals.lots', (x) => plus(x)), 'leaves'],
  ['the order of the holders', list('holders', (x) => x.toReversed()), 'holders'],
  ['the version of the specification', set('spec', () => '2'), 'terms'],
  ['the payout’s kind', set('payout.kind', () => 'lp'), 'funding'],
  ['the rate beside the income', set('income.bps', () => '1600'), 'income'],
  ['the currency’s decimals', set('income.currency.decimals', () => '8'), 'income'],
]

export interface Cheat {
  readonly name: string
  readonly period: '2026-Q1' | '2026-Q2'
  readonly change: (json: Editable) => void
  /** The first step that must differ, and the holder it must name. */
  readonly step: StepName
  readonly holder: Address | undefined
}

/** One thing changed, and everything that follows from it computed anew. */
export const BALANCED_CHEATS: readonly Cheat[] = BALANCED.map(([name, period, change, step, holder]) => ({
  ...{ name, period, change, step },
  holder: holder?.(),
}))

/** One thing changed, and nothing else. */
export const PLAIN_CHEATS: readonly Cheat[] = PLAIN.map(([name, change, step, holder]) => ({
  ...{ name, period: '2026-Q1', change, step },
  holder: holder?.(),
}))
