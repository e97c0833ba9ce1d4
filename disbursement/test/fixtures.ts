// A small program for the tests of this room: its deployment, its terms, and holders made of a few numbers.
import type { Address, Hex } from 'viem'
import { type Deployment, parseDeployment } from '../deployment.ts'
import type { Position } from '../entitlement.ts'
import type { PrimaryLot } from '../lots.ts'
import { parseTerms, type Terms } from '../terms.ts'

/** The address that is this number. */
export const address = (number: number): Address => `0x${number.toString(16).padStart(40, '0')}`

/** The hash that is this number. */
export const hash = (number: number): Hex => `0x${number.toString(16).padStart(64, '0')}`

const [issuer, treasury, token, currency, pair] = [0xf1, 0xf2, 0xf3, 0xf4, 0xf5].map(address)
const [counterAsset, offering, registry, tokenVault, lpVault] = [0xf6, 0xf7, 0xf8, 0xf9, 0xfa].map(address)
const [distributor, router, factory] = [0xfb, 0xfc, 0xfd].map(address)

/** The deployment file of the tests, as JSON. */
export const deploymentJson = () => ({
  network: 'test',
  chainId: 31337,
  genesisBlock: 0,
  issuer,
  treasury,
  token,
  currency,
  pair,
  counterAsset,
  offering,
  saleAddresses: [offering],
  registry,
  tokenVault,
  lpVault,
  distributor,
  router,
  factory,
  excluded: [issuer, treasury, pair, tokenVault, lpVault, distributor, offering, address(0), address(0xdead)],
  rpcUrl: null as string | null,
  explorer: null,
  graphqlUrl: null,
  registerUrl: null,
  walletConnectId: null as string | null,
  walletConnectRelay: null as string | null,
  lpPurchase: null,
  noticeboard: null,
})

export const deployment = (): Deployment => parseDeployment(deploymentJson())

type PeriodJson = Terms['streams']['income']['periods'][number]
type Choice = Partial<Pick<PeriodJson, 'asset' | 'minPayout' | 'incomeShareBps'>>

/** One month a period, from January 2026. */
export const periodsJson = (choices: readonly Choice[]): PeriodJson[] =>
  choices.map((choice, at) => {
    const month = (index: number) => new Date(Date.UTC(2026, index, 1)).toISOString().replace('.000Z', 'Z')
    return {
      name: `P${at + 1}`,
      start: month(at),
      end: month(at + 1),
      incomeShareBps: 1500,
      asset: 'currency',
      minPayout: '0',
      ...choice,
    }
  })

/** Terms as JSON with these periods. */
export const termsJson = (
  choices: readonly Choice[] = [{}, {}],
  rules: Partial<Omit<Terms['streams']['income'], 'periods'>> = {},
) => ({
  spec: 1,
  name: 'sample',
  token: { name: 'Sample', symbol: 'SMPL', decimals: 18 },
  currency: { symbol: 'USDC', decimals: 6 },
  custody: { lpTreatment: 'deposit-basis' as Terms['custody']['lpTreatment'] },
  expiryDays: null as number | null,
  challengeWindowSeconds: 172_800,
  streams: {
    income: {
      forfeit: 'proportional' as const,
      denominator: 'eligible' as const,
      ...rules,
      periods: periodsJson(choices),
    },
  },
})

/** The same with a liquidity stream from January to March 2026: a reward of 1,000 a month in the program's token. */
export const rewardTermsJson = (rules: Partial<NonNullable<Terms['streams']['liquidity']>> = {}) => {
  const json = termsJson()
  const liquidity = {
    asset: 'token' as const,
    reward: '1000',
    minPayout: '0',
    firstMonth: '2026-01',
    lastMonth: '2026-03',
    ...rules,
  }
  return { ...json, streams: { ...json.streams, liquidity } }
}

export const terms = (...of: Parameters<typeof termsJson>): Terms => parseTerms(termsJson(...of))

/** A record block shortly before the end of the period at that place. */
export const recordBlock = (position: number) => ({
  number: BigInt(1000 * (position + 1)),
  hash: hash(0xb10c + position),
  timestamp: BigInt(Date.UTC(2026, position + 1, 1) / 1000 - 12),
})

/** A holder who bought `lots` and has `entitlement` of them left, all of it in the root wallet. */
export const position = (
  holder: Address,
  lots: bigint,
  entitlement: bigint = lots,
  more: Partial<Position> = {},
): Position => ({
  holder,
  wallets: [holder],
  recipient: null,
  lots,
  balance: entitlement,
  staked: 0n,
  lp: 0n,
  lpStaked: 0n,
  units: 0n,
  basis: 0n,
  custody: entitlement,
  settled: lots,
  entitlement,
  ...more,
})

/** One lot a position, delivered to its first wallet. */
export const lotsOf = (positions: readonly Position[]): PrimaryLot[] =>
  positions
    .filter(({ lots }) => lots > 0n)
    .map(({ wallets, holder, lots }, at) => ({
      transaction: hash(0x10_000 + at),
      logIndex: at % 3,
      buyer: wallets[0] ?? holder,
      amount: lots,
    }))
