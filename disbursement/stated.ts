// The parts of a manifest that terms and deployment decide: written from them, and checked against them.
import type { Address } from 'viem'
import type { Deployment } from './deployment.ts'
import type { IncomeManifest, Manifest, RewardManifest } from './manifest.ts'
import type { IncomePeriod, Period, RewardMonth } from './periods.ts'
import { type AssetKind, hashTerms, type Terms } from './terms.ts'

/** The pair's LP token as Uniswap V2 makes it. */
const LP_TOKEN = { symbol: 'UNI-V2', decimals: 18 }

type ByTerms = 'program' | 'termsHash' | 'period'

const named = (terms: Terms, { name, start, end }: Period): Pick<Manifest, ByTerms> => ({
  program: terms.name,
  termsHash: hashTerms(terms),
  period: { name, start, end },
})

/** What the terms say about one period of the income stream. */
export const statedByTerms = (
  terms: Terms,
  period: IncomePeriod,
): Pick<IncomeManifest, ByTerms | 'stream' | 'parameters'> => ({
  ...named(terms, period),
  stream: period.stream,
  parameters: {
    incomeShareBps: period.incomeShareBps,
    ...(period.cap === null ? {} : { cap: period.cap }),
    forfeit: period.forfeit,
    denominator: period.denominator,
    lpTreatment: terms.custody.lpTreatment,
    minPayout: period.minPayout,
    last: period.last,
  },
})

/** What they say about one reward month. */
export const rewardStatedByTerms = (
  terms: Terms,
  month: RewardMonth,
): Pick<RewardManifest, ByTerms | 'stream' | 'parameters'> => ({
  ...named(terms, month),
  stream: month.stream,
  parameters: { reward: month.reward, minPayout: month.minPayout, last: month.last },
})

/** What the deployment says; lists ascend, so that the order in the file does not matter. */
export const statedByDeployment = (
  deployment: Deployment,
): Pick<Manifest, 'chainId' | 'genesisBlock' | 'contracts' | 'excluded'> => ({
  chainId: deployment.chainId,
  genesisBlock: BigInt(deployment.genesisBlock),
  contracts: {
    issuer: deployment.issuer,
    token: deployment.token,
    pair: deployment.pair,
    tokenVault: deployment.tokenVault,
    lpVault: deployment.lpVault,
    registry: deployment.registry,
    distributor: deployment.distributor,
    saleAddresses: [...deployment.saleAddresses].sort(),
  },
  excluded: [...deployment.excluded].sort(),
})

/** An asset as a payout names it. */
export type Asset = { address: Address; symbol: string; decimals: number }

/** The currency in which income is told. */
export const currencyOf = (terms: Terms, deployment: Deployment): Asset => ({
  address: deployment.currency,
  ...terms.currency,
})

/** The asset in which a period is paid. */
export const assetOf = (terms: Terms, deployment: Deployment, kind: AssetKind): Asset => {
  const { symbol, decimals } = terms.token
  const assets: Record<AssetKind, () => Asset> = {
    currency: () => currencyOf(terms, deployment),
    lp: () => ({ address: deployment.pair, ...LP_TOKEN }),
    token: () => ({ address: deployment.token, symbol, decimals }),
  }
  return assets[kind]()
}
