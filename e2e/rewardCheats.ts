// Every kind of cheat with a reward month: what is changed in its manifest, and the step that must name it.
import type { Address, Hex } from 'viem'
import type { StepName } from '../verify/index.ts'
import { address, holderIn, plus, set } from './cheats.ts'
import { type Editable, edit, editList } from './forgery.ts'

export interface RewardCheat {
  readonly name: string
  readonly change: (json: Editable) => void
  /** The first step that must differ, and the holder it must name. */
  readonly step: StepName
  readonly holder?: (() => Address) | undefined
}

const cheat = (
  name: string,
  change: RewardCheat['change'],
  step: StepName,
  holder?: () => Address,
): RewardCheat => ({ name, change, step, holder })

const clara = () => address('clara')
const liam = () => address('liam')
const kira = () => address('kira')
const of = (holder: () => Address, path: string, change: (text: string) => unknown) => (json: Editable) =>
  edit(holderIn(json, holder()), path, change)
const word = (fill: string) => `0x${fill.repeat(32)}` as Hex

/** One thing changed, and everything that follows from it computed anew. */
export const BALANCED_REWARD_CHEATS: readonly RewardCheat[] = [
  cheat(
    'a larger reward',
    (j) => {
      edit(j, 'parameters.reward', (x) => plus(x))
      edit(j, 'payout.funded', (x) => plus(x))
    },
    'terms',
  ),
  cheat(
    'a longer month',
    set('period.end', () => '2026-08-02T00:00:00Z'),
    'terms',
  ),
  cheat(
    'a month called the last',
    set('parameters.last', () => true),
    'terms',
  ),
  cheat(
    'another minimum payout',
    set('parameters.minPayout', () => plus('0')),
    'terms',
  ),
  cheat(
    'an earlier record block',
    set('recordBlock.number', (x) => plus(x, -1n)),
    'record block',
  ),
  cheat(
    'a provider left out',
    (j) => editList(j, 'holders', (all) => all.filter(({ holder }) => holder !== kira())),
    'holders',
    kira,
  ),
  cheat(
    'a provider added',
    (j) => {
      const friend = {
        ...holderIn(j, kira()),
        holder: address('sami'),
        account: address('sami'),
        wallets: [address('sami')],
      }
      editList(j, 'holders', (all) =>
        [...all, friend].sort((a, b) => (String(a.holder) < String(b.holder) ? -1 : 1)),
      )
    },
    'holders',
    () => address('sami'),
  ),
  cheat('a reward turned aside', of(kira, 'account', clara), 'wallets', kira),
  cheat(
    'units × seconds made larger',
    of(kira, 'unitSeconds.lp', (x) => plus(x)),
    'units',
    kira,
  ),
  cheat(
    'a stake forgotten',
    of(liam, 'unitSeconds.lpStaked', () => '0'),
    'units',
    liam,
  ),
  cheat(
    'unclaimed LP shares made less',
    of(clara, 'unitSeconds.unclaimed', (x) => plus(x, -1n)),
    'units',
    clara,
  ),
  cheat('a distribution of LP units not told', (j) => editList(j, 'lpDistributions', () => []), 'units'),
  cheat(
    'a manifest before the first',
    set('previous', () => word('ab')),
    'previous',
  ),
  cheat(
    'more paid in than the reward',
    set('payout.funded', (x) => plus(x)),
    'funding',
  ),
  cheat(
    'something carried in from nowhere',
    set('payout.carryIn', (x) => plus(x)),
    'carry-over',
  ),
  cheat(
    'an accrual from nowhere',
    of(kira, 'accruedBefore', (x) => plus(x)),
    'carry-over',
    kira,
  ),
]

/** One thing changed, and nothing else. */
export const PLAIN_REWARD_CHEATS: readonly RewardCheat[] = [
  cheat(
    'a weight',
    of(kira, 'weight', (x) => plus(x)),
    'units',
    kira,
  ),
  cheat(
    'a share',
    of(kira, 'share', (x) => plus(x)),
    'allocations',
    kira,
  ),
  cheat(
    'a remainder kept',
    set('payout.carryOut', (x) => plus(x)),
    'allocations',
  ),
  cheat(
    'a status',
    of(kira, 'status', () => 'nothing'),
    'allocations',
    kira,
  ),
  cheat(
    'another asset’s name',
    set('payout.symbol', () => 'ALIX'),
    'funding',
  ),
  cheat(
    'the number of leaves',
    set('totals.leaves', (x) => plus(x)),
    'leaves',
  ),
  cheat('the order of the providers', (j) => editList(j, 'holders', (all) => all.toReversed()), 'holders'),
]
