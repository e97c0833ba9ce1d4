// The parts of a manifest that terms and deployment decide: written from them, and checked against them.
import type { Address } from 'viem'
import type { Deployment } from './deployment.ts'
import type { Manifest } from './manifest.ts'
import { hashTerms, type Period, type Terms } from './terms.ts'

/** The pair's LP token as Uniswap V2 makes it. */
const LP_TOKEN = { symbol: 'UNI-V2', decimals: 18 }

/** What the terms say about one period. */
export const statedByTerms = (
  terms: Terms,
  period: Period,
): Pick<Manifest, 'program' | 'termsHash' | 'stream' | 'period' | 'parameters'> => ({
  program: terms.name,
  termsHash: hashTerms(terms),
  stream: period.stream,
  period: { name: period.name, start: period.start, end: period.end },
  parameters: {
    incomeShareBps: period.incomeShareBps,
    forfeit: period.forfeit,
    denominator: period.denominator,
    lpTreatment: terms.custody.lpTreatment,
    minPayout: period.minPayout,
    last: period.last,
  },
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
export const assetOf = (terms: Terms, deployment: Deployment, period: Period): Asset =>
  period.asset === 'currency' ? currencyOf(terms, deployment) : { address: deployment.pair, ...LP_TOKEN }
