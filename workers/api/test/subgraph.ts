// What a subgraph would answer about one holder and a few others.
import { upstream } from '../../test/upstream.ts'
import { addressOf, deployment, hashOf } from './program.ts'

export const BLOCK = 90

export const META = {
  data: {
    _meta: {
      block: { number: BLOCK, hash: hashOf('block 90'), timestamp: 1_775_299_900 },
      hasIndexingErrors: false,
    },
  },
}

const NOTHING = {
  balance: '0',
  staked: '0',
  lp: '0',
  lpStaked: '0',
  lots: '0',
  custody: '0',
  basis: '0',
  settled: '0',
  units: '0',
  recipient: null as string | null,
}

/** A row of `Account`; the root of its own holder unless said otherwise. */
export const row = (id: string, fields: Partial<typeof NOTHING> & { holder?: string } = {}) => ({
  id,
  holder: id,
  ...NOTHING,
  ...fields,
})

/** Alice bought 20,000, linked a second wallet that had bought 1,000, and sold down to 15,000 in all. */
export const ALICE = addressOf(0xa11ce)
export const SECOND = addressOf(0x5ec0d)
/** Bought on the market alone. */
export const BOB = addressOf(0xb0b)

export const WALLETS = [
  row(BOB, { balance: '7', custody: '7' }),
  row(SECOND, { holder: ALICE, balance: '4000' }),
  row(ALICE, {
    balance: '9000',
    staked: '1500',
    lp: '10',
    lpStaked: '5',
    units: '15',
    basis: '500',
    lots: '21000',
    custody: '15000',
    settled: '15500',
    recipient: addressOf(0xcafe),
  }),
]

const event = (block: number, logIndex: number) => ({
  block,
  timestamp: String(1_770_000_000 + block),
  transaction: hashOf(`transaction ${block}`),
  logIndex,
})

const lot = (buyer: string, amount: string, block: number, logIndex: number) => ({
  id: `${hashOf(`transaction ${block}`)}0${logIndex}000000`,
  holder: buyer,
  buyer,
  seller: deployment.offering,
  amount,
  ...event(block, logIndex),
})

let serial = 0
const change = (
  holder: string,
  wallet: string,
  kind: string,
  [delta, custody, lots, settled]: [string, string, string, string],
  [block, logIndex]: [number, number],
) => ({
  id: `0x${(++serial).toString(16).padStart(18, '0')}`,
  holder,
  wallet,
  kind,
  delta,
  custody,
  lots,
  settled,
  ...event(block, logIndex),
})

// Out of order, as ids of lots are.
export const LOTS = [lot(SECOND, '1000', 20, 1), lot(ALICE, '20000', 10, 2)]

export const CHANGES = [
  change(ALICE, ALICE, 'LOT', ['20000', '20000', '20000', '20000'], [10, 2]),
  change(SECOND, SECOND, 'LOT', ['1000', '1000', '1000', '1000'], [20, 1]),
  // All out and back within one block: nothing lost.
  change(ALICE, ALICE, 'TRANSFER_OUT', ['-20000', '0', '20000', '20000'], [30, 0]),
  change(ALICE, ALICE, 'TRANSFER_IN', ['20000', '20000', '20000', '20000'], [30, 4]),
  // Half of the second wallet is sold before it is linked.
  change(SECOND, SECOND, 'TRANSFER_OUT', ['-500', '500', '1000', '1000'], [35, 0]),
  change(ALICE, SECOND, 'LINK', ['500', '20500', '21000', '20500'], [40, 3]),
  // Market tokens are spent first.
  change(ALICE, ALICE, 'TRANSFER_IN', ['5000', '25500', '21000', '20500'], [50, 0]),
  change(ALICE, ALICE, 'TRANSFER_OUT', ['-10000', '15500', '21000', '20500'], [60, 0]),
  change(ALICE, ALICE, 'TRANSFER_OUT', ['-500', '15000', '21000', '15500'], [70, 0]),
]

/** A subgraph with all that, in which a test may change answers. */
export const subgraph = (answers: Record<string, unknown> = {}) =>
  upstream({
    answers: {
      Head: META,
      Roots: { data: { accounts: [{ id: BOB }, { id: ALICE }] } },
      Wallets: { data: { accounts: WALLETS } },
      Holder: { data: { account: { holder: ALICE } } },
      Lots: { data: { primaryLots: LOTS } },
      Changes: { data: { custodyChanges: CHANGES } },
      Payment: { data: { claims: [] } },
      Payments: { data: { claims: [] } },
      ...answers,
    },
  })
