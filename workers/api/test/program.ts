// A small program with real terms, a real disbursement and its real records, as the issuer's command would store them.
import { type Address, type Hex, keccak256, pad, toHex } from 'viem'
import {
  BURN_ADDRESS,
  type Disbursement,
  distributionId,
  encodeTerms,
  type Hasher,
  type IncomeManifest,
  type Position,
  parseDeployment,
  parseTerms,
  prepareDisbursement,
  ZERO_ADDRESS,
} from '../../../disbursement/index.ts'

export const addressOf = (number: number | bigint): Address => pad(toHex(number), { size: 20 })
export const hashOf = (text: string): Hex => keccak256(toHex(text))

const period = (name: string, start: string, end: string) => ({
  name,
  start: `${start}T00:00:00Z`,
  end: `${end}T00:00:00Z`,
  incomeShareBps: 1500,
  asset: 'currency',
  minPayout: '0',
})

export const PROGRAM = JSON.stringify({
  spec: 1,
  name: 'alex',
  token: { name: 'Alex', symbol: 'ALEX', decimals: 18 },
  currency: { symbol: 'USDC', decimals: 6 },
  custody: { lpTreatment: 'deposit-basis' },
  expiryDays: 365,
  challengeWindowSeconds: 172_800,
  streams: {
    income: {
      forfeit: 'proportional',
      denominator: 'eligible',
      periods: [period('2026-Q1', '2026-01-01', '2026-04-01'), period('2026-Q2', '2026-04-01', '2026-07-01')],
    },
  },
})

const at = (digit: string) => `0x${digit.repeat(40)}`
const [issuer, treasury, token, currency, pair, counterAsset, offering, registry] = [...'12345678'].map(at)
const [tokenVault, lpVault, distributor, router, factory, noticeboard] = [...'9abcde'].map(at)

export const DEPLOYMENT = JSON.stringify({
  network: 'local',
  chainId: 31337,
  genesisBlock: 0,
  ...{ issuer, treasury, token, currency, pair, counterAsset, offering, registry },
  ...{ tokenVault, lpVault, distributor, router, factory, noticeboard },
  saleAddresses: [offering],
  excluded: [issuer, treasury, pair, tokenVault, lpVault, distributor, offering, ZERO_ADDRESS, BURN_ADDRESS],
  rpcUrl: null,
  explorer: null,
  graphqlUrl: null,
  registerUrl: null,
})

export const terms = parseTerms(JSON.parse(PROGRAM))
export const deployment = parseDeployment(JSON.parse(DEPLOYMENT))

const heldBy = (holder: Address, lots: bigint): Position => ({
  holder,
  wallets: [holder],
  recipient: null,
  lots,
  balance: lots,
  staked: 0n,
  lp: 0n,
  lpStaked: 0n,
  units: 0n,
  basis: 0n,
  custody: lots,
  settled: lots,
  entitlement: lots,
})

/** The first account that {@link disbursement} pays. */
export const FIRST = 0x1000

/** A quarter's payout to `count` holders of 1,000, 1,001, … tokens from {@link FIRST} up. */
export const disbursement = (
  count: number,
  name = '2026-Q1',
  previous: IncomeManifest | null = null,
  hasher?: Hasher,
  statementHash: Hex | null = null,
): Disbursement<IncomeManifest> => {
  const holders = Array.from({ length: count }, (_, place) => ({
    holder: addressOf(FIRST + place),
    lots: 1000n + BigInt(place),
  }))
  return prepareDisbursement(
    {
      terms,
      deployment,
      stream: 'income',
      period: name,
      positions: holders.map(({ holder, lots }) => heldBy(holder, lots)),
      lots: holders.map(({ holder, lots }) => ({
        transaction: hashOf(`lot of ${holder}`),
        logIndex: 0,
        buyer: holder,
        amount: lots,
      })),
      recordBlock: { number: 90n, hash: hashOf(`record ${name}`), timestamp: 1_770_000_000n },
      income: 12_000_000_000n,
      statementHash,
      funded: 1_800_000_000n,
      lp: null,
      previous,
    },
    hasher,
  )
}

export const OPENS_AT = 1_775_200_000n
export const DEADLINE = OPENS_AT + 365n * 86_400n

/** A disbursement's name on chain. */
export const idOf = ({ root, manifest }: Disbursement, opensAt = OPENS_AT): Hex => {
  if (root === null) throw new Error('a disbursement that pays nobody has no id')
  return distributionId({
    issuer: deployment.issuer,
    token: manifest.payout.asset,
    terms: encodeTerms(opensAt, DEADLINE),
    root,
  })
}
