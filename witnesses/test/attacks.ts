import assert from 'node:assert/strict'
import type { Position } from '../../disbursement/index.ts'
import { type Action, WHOLE } from '../actions.ts'
import type { ReplayState } from '../history.ts'
import { ONE, type Party } from '../stage.ts'

// The attacks of SPEC section 4 and others, played on the real pair: what somebody tries, and that it gains nothing. Actor 0
// attacks, or the batch contract where all must happen in one transaction; the issuer has opened the pool at 1,000 tokens an ether.

export type Seen = {
  /** A party's holder at the end of the n-th block of the attack, counted from 1; the last by default. */
  at: (party: Party, block?: number) => Position
  /** The whole state there. */
  state: (block?: number) => ReplayState
}
export type Attack = { name: string; gain: string; actions: Action[]; check: (seen: Seen) => void }

const mine: Action = { do: 'mine', seconds: 12 }
/** 20,000 tokens, bought first-hand. */
const lot = (by: Party): Action => ({ do: 'buy', tokens: 20_000, odd: 0, by })
/** About 85,000 tokens that are nobody's lot, from the issuer. */
const market = (to: Party): Action => ({ do: 'transfer', what: 'token', to, part: 10_000, by: 'issuer' })
/** About 85,000 tokens against 85 ether. */
const pool: Action = { do: 'add', part: 10_000, other: 85_000, to: 'me', by: 'issuer' }
const send = (by: Party, to: Party, part: number): Action => ({ do: 'transfer', what: 'token', to, part, by })
const P = 20_000n * ONE
const HALF = WHOLE / 2

/** What LP units stand for in tokens at a price, whichever way the pool was pushed since: SPEC section 4's ref. */
const worth = (units: bigint, now: ReplayState, price: ReplayState): bigint => {
  const k = now.reserves.token * now.reserves.other
  let root = k
  const square = (k * price.reserves.token) / price.reserves.other
  for (root = square; root * root > square; ) root = (root + square / root) / 2n
  return (root * units) / now.supply.lp
}

export const ATTACKS: Attack[] = [
  {
    name: 'minting at a price pushed down in the same transaction',
    gain: 'no basis beyond what the units were worth a block ago: the tokens sold for it count as sold',
    actions: [
      ...[pool, lot('batch'), market('batch'), mine],
      {
        do: 'together',
        moves: [
          // Four times the pool's tokens go in: an ether is worth twenty times the tokens for a moment.
          { do: 'swap', sell: 'token', part: 700_000, to: 'batch' },
          { do: 'add', part: 250_000, other: 100_000, to: 'batch' },
          { do: 'swap', sell: 'other', part: 5_000, to: 'batch' },
        ],
      },
      mine,
      // Now everything but the units is sold for good.
      ...[send('batch', 10, WHOLE), mine],
    ],
    check: ({ at, state }) => {
      const [pushed, after] = [at('batch', 2), at('batch')]
      assert.ok(pushed.basis > 0n && pushed.basis < 26_000n * ONE, `basis ${pushed.basis}`)
      assert.ok(
        pushed.basis * 100n <= 102n * worth(pushed.units, state(2), state(1)),
        'basis is within 2% of worth',
      )
      assert.equal(after.custody, pushed.basis)
      assert.equal(after.entitlement, pushed.basis < P ? pushed.basis : P)
    },
  },
  {
    name: 'burning at a price pushed up in the same transaction',
    gain: 'fewer tokens come back, and the shortfall counts as sold',
    actions: [
      ...[pool, lot('batch'), mine],
      { do: 'together', moves: [{ do: 'add', part: WHOLE, other: 20_000, to: 'batch' }] },
      mine,
      {
        do: 'together',
        moves: [
          { do: 'swap', sell: 'other', part: 10_000, to: 10 },
          { do: 'remove', part: WHOLE, to: 'batch' },
        ],
      },
      mine,
    ],
    check: ({ at }) => {
      assert.deepEqual([at('batch', 2).entitlement, at('batch').basis], [P, 0n])
      assert.ok(at('batch').balance > 0n)
      assert.equal(at('batch').entitlement, at('batch').balance)
      assert.ok(at('batch').entitlement < P)
    },
  },
  {
    name: 'tokens borrowed in a flash swap during the record block',
    gain: 'a loan that is paid back in its transaction leaves no trace: what was sold before stays sold',
    actions: [
      ...[pool, lot('batch'), mine, send('batch', 10, 250_000), mine],
      {
        do: 'together',
        flash: { what: 'token', part: HALF },
        moves: [
          { do: 'stake', what: 'token', part: WHOLE },
          { do: 'transfer', what: 'token', to: 'batch', part: HALF },
        ],
      },
      // The stake took all, so the loan could not be paid back: that one failed. This one stands.
      {
        do: 'together',
        flash: { what: 'token', part: HALF },
        moves: [{ do: 'transfer', what: 'token', to: 'me', part: WHOLE }],
      },
      mine,
    ],
    check: ({ at, state }) => {
      assert.equal(at('batch', 2).entitlement, 15_000n * ONE)
      assert.ok(state().counts.swaps > 0, 'the flash swap happened')
      // The fee of the loan counts as sold too.
      assert.ok(at('batch').entitlement < 15_000n * ONE)
      assert.equal(at('batch').entitlement, at('batch').balance)
    },
  },
  {
    name: 'tokens borrowed from a friend across the end of the record block',
    gain: 'entitlement never rises but by a lot, however much is held at the record block',
    actions: [
      ...[lot(0), market(1), mine, send(0, 10, 250_000), mine],
      ...[send(1, 0, WHOLE), mine, send(0, 1, 800_000), mine],
    ],
    check: ({ at }) => {
      assert.ok(at(0, 3).custody > P)
      for (const block of [2, 3, 4]) assert.equal(at(0, block).entitlement, 15_000n * ONE)
    },
  },
  {
    name: 'tokens borrowed before the sale, to be spent first',
    gain: 'the sale is put off until the loan is paid back, and not a block longer',
    actions: [
      ...[lot(0), market(1), mine, send(1, 0, 100_000), mine],
      // Sold as much as was borrowed; then, from what is left, paid back.
      ...[send(0, 10, 298_000), mine, send(0, 1, 400_000), mine],
    ],
    check: ({ at }) => {
      assert.equal(at(0, 2).entitlement, P)
      assert.ok(at(0, 3).entitlement > 19_000n * ONE)
      assert.equal(at(0).entitlement, at(0).balance)
      assert.ok(at(0).entitlement < 13_000n * ONE)
    },
  },
  {
    name: 'round trips: within a block, and over two',
    gain: 'out and back within a block is no sale; a block later it is one',
    actions: [
      ...[lot(0), lot(1), market(10), mine],
      // All out; as much and more comes back, from who has had tokens of their own.
      ...[send(0, 10, WHOLE), send(10, 0, 300_000), mine],
      ...[send(1, 10, 250_000), mine, send(10, 1, 100_000), mine],
    ],
    check: ({ at, state }) => {
      assert.equal(state(2).counts.transfers - state(1).counts.transfers, 2)
      assert.equal(at(0, 2).entitlement, P)
      assert.equal(at(1).entitlement, 15_000n * ONE)
      assert.ok(at(1).custody >= P, 'bought back')
    },
  },
  {
    name: 'LP units bought, or paid out, to fake a basis',
    gain: 'units that come without a mint carry none',
    actions: [
      ...[pool, lot(0), mine],
      ...[
        send(0, 10, WHOLE),
        { do: 'transfer', what: 'lp', to: 0, part: 200_000, by: 'issuer' } as const,
        mine,
      ],
      { do: 'publish', label: 1, by: 'issuer', what: 'lp', leaves: [[0, 900]], crowd: 0, open: 'ever' },
      ...[mine, { do: 'claim', label: 1, leaf: 0, way: 'claim', to: 0 } as const, mine],
      ...[{ do: 'stake', what: 'lp', part: HALF, by: 0 } as const, mine],
    ],
    check: ({ at }) => {
      assert.ok(at(0).units > at(0, 2).units && at(0).lpStaked > 0n, 'units were given, paid out and staked')
      assert.deepEqual([at(0).basis, at(0).custody, at(0).entitlement], [0n, 0n, 0n])
    },
  },
  {
    name: 'a transfer between own wallets that are not linked',
    gain: 'it is a sale, and linking afterwards brings nothing back; linked first it is none',
    actions: [
      ...[lot(0), lot(2), { do: 'link', existing: 2, wallet: 3, by: 'existing' } as const, mine],
      ...[send(0, 1, WHOLE), send(2, 3, WHOLE), mine],
      ...[{ do: 'link', existing: 0, wallet: 1, by: 'wallet' } as const, mine, send(1, 0, WHOLE), mine],
    ],
    check: ({ at }) => {
      assert.equal(at(0, 2).entitlement, 0n)
      assert.equal(at(0).custody, P)
      assert.equal(at(0).entitlement, 0n)
      assert.deepEqual([at(2).wallets.length, at(2).custody, at(2).entitlement], [2, P, P])
    },
  },
  {
    name: 'dust for more than a thousand addresses',
    gain: 'the list grows over the page of a reader, and nobody in it has lots: who is owed what stays',
    actions: [
      ...[lot(0), market(1), mine],
      { do: 'publish', label: 1, by: 1, what: 'token', leaves: [[1, 1]], crowd: 1100, open: 'ever' },
      mine,
      ...Array.from({ length: 9 }, (_, shard): Action => ({ do: 'open', label: 1, shard })),
      mine,
      ...Array.from({ length: 9 }, (_, shard): Action => ({ do: 'push', label: 1, shard })),
      mine,
    ],
    check: ({ at, state }) => {
      assert.ok(state().positions.length > 1100, `${state().positions.length} holders`)
      const owed = state().positions.filter(({ lots }) => lots > 0n)
      assert.deepEqual(
        owed.map(({ holder, entitlement }) => [holder, entitlement]),
        [[at(0).holder, P]],
      )
    },
  },
  {
    name: 'a contract that holds',
    gain: 'it is a holder like others: what it stakes, pools and links stays its own, what it sends away does not',
    actions: [
      ...[pool, lot('batch'), mine],
      {
        do: 'together',
        moves: [
          { do: 'stake', what: 'token', part: 250_000 },
          { do: 'add', part: 250_000, other: 5_000, to: 'batch' },
          { do: 'swap', sell: 'other', part: 1_000, to: 'batch' },
        ],
      },
      ...[mine, { do: 'link', existing: 'batch', wallet: 4, by: 'existing' } as const, mine],
      ...[send('batch', 4, HALF), mine, { do: 'stake', what: 'lp', part: WHOLE, by: 'batch' } as const, mine],
      ...[send(4, 10, WHOLE), mine],
    ],
    check: ({ at }) => {
      assert.equal(at('batch', 5).entitlement, P)
      assert.equal(at('batch').wallets.length, 2)
      assert.ok(at('batch').lpStaked > 0n && at('batch').basis > 0n && at('batch').staked === 5_000n * ONE)
      assert.equal(at('batch').entitlement, at('batch').custody)
      assert.ok(at('batch').entitlement < P)
    },
  },
  {
    name: 'a linked wallet that sells',
    gain: 'what any wallet of a holder sells, the holder has sold; buying back with another mends nothing',
    actions: [
      ...[lot(0), market(10), { do: 'link', existing: 0, wallet: 1, by: 'existing' } as const],
      ...[{ do: 'link', existing: 1, wallet: 2, by: 'wallet' } as const, mine],
      ...[send(0, 1, WHOLE), mine, send(1, 10, 400_000), mine, send(10, 2, 200_000), mine],
    ],
    check: ({ at }) => {
      assert.equal(at(0, 2).entitlement, P)
      assert.equal(at(0).wallets.length, 3)
      assert.ok(at(0).custody > P)
      assert.equal(at(0).entitlement, 12_000n * ONE)
    },
  },
  {
    name: 'a transfer of nothing from a sale address, which anybody can make',
    gain: 'it is no lot',
    actions: [
      ...[market(0), mine],
      { do: 'pull', what: 'token', from: 'offering', to: 0, part: 0, by: 0 },
      mine,
    ],
    check: ({ at }) => assert.deepEqual([at(0).lots, at(0).entitlement], [0n, 0n]),
  },
  {
    name: 'one side given to the pair before it opens, so that there seems to be a price',
    gain: 'there is none until both sides are there: the opening deposit counts as what was put in',
    actions: [
      ...[lot(0), mine, { do: 'donate', other: 1, by: 1 } as const, { do: 'sync', by: 1 } as const, mine],
      ...[{ do: 'add', part: HALF, other: 10_000, to: 'me', by: 0 } as const, mine],
      ...[{ do: 'mint', part: HALF, other: 10_000, to: 'me', by: 0 } as const, mine],
    ],
    check: ({ at }) => assert.ok(at(0, 3).entitlement === P && at(0).entitlement > (P * 99n) / 100n),
  },
  {
    name: 'a recipient named by an address that has nothing',
    gain: 'both witnesses know it, and nobody keeps a payout from being published',
    actions: [{ do: 'recipient', by: 5, recipient: 6 }, mine],
    check: ({ at }) => assert.deepEqual([at(5).custody, at(5).recipient], [0n, at(6).holder]),
  },
]
