import type { Address } from 'viem'
import {
  type Deployment,
  type HolderAction,
  type HolderStep,
  periodOf,
  type Terms,
  ZERO_ADDRESS,
} from '../disbursement/index.ts'
import { type HolderHistory, holderHistory } from '../verify/index.ts'
import { formatShort } from './amounts.ts'
import { type Chain, connect, latestBlock, recordBlock } from './chain.ts'
import { explainRewards } from './explainRewards.ts'
import type { Outcome } from './output.ts'
import { loadProgram, type Program, periodNamed } from './program.ts'
import { refused } from './refusal.ts'
import type { Settings } from './settings.ts'

export interface ExplainOptions {
  /** Up to this period's record block; else up to the latest block. */
  period?: string
  /** The income stream where none is named. */
  stream?: string
}

/** Tells a holder's whole history. It asks the chain alone. */
export async function explain(
  settings: Pick<Settings, 'program' | 'deployment' | 'rpcUrl'> & Partial<Pick<Settings, 'apiUrl'>>,
  holder: string,
  options: ExplainOptions,
): Promise<Outcome> {
  const program = loadProgram(settings)
  const { deployment } = program
  const wallet = holderAddress(holder)
  const chain = await connect(settings.rpcUrl, deployment.chainId)
  if (options.stream === 'liquidity') {
    if (options.period === undefined) throw refused('name the month: --period, such as 2026-01')
    const month = periodOf(program.terms, 'liquidity', options.period)
    return explainRewards(chain, program, month, wallet, settings.apiUrl)
  }
  const block = await blockOf(chain, program, options)
  const history = await historyOf(chain, program, wallet, block)
  return { json: history, text: historyText(history, program, block, isTerminal()) }
}

/** Whether standard output is read by a person who wants colours. */
export const isTerminal = () => process.stdout.isTTY === true && !process.env.NO_COLOR

/** @throws Refusal when it is no address */
export function holderAddress(text: string): Address {
  if (/^0x[0-9a-fA-F]{40}$/.test(text)) return text.toLowerCase() as Address
  throw refused(`${text} is no address: name a holder by any of its wallets, 0x and 40 hexadecimal digits`)
}

/** A holder's history up to a block. */
export function historyOf(
  chain: Chain,
  { terms, deployment }: Program,
  wallet: Address,
  block: bigint,
): Promise<HolderHistory> {
  return holderHistory(chain, { deployment, lpTreatment: terms.custody.lpTreatment }, wallet, block)
}

async function blockOf(
  chain: Chain,
  { terms, deployment }: Program,
  { period, stream }: ExplainOptions,
): Promise<bigint> {
  if (period === undefined) return (await latestBlock(chain)).number
  const { name, endsAt } = periodNamed(terms, stream, period)
  return (await recordBlock(chain, BigInt(deployment.genesisBlock), { name, end: endsAt })).number
}

/** The history as people read it: each transaction, what it did, and what it cost. */
export function historyText(
  { holder, position, steps }: HolderHistory,
  { terms, deployment }: { terms: Terms; deployment: Deployment },
  block: bigint,
  inColour: boolean,
): string {
  const tokens = (amount: bigint) => formatShort(amount, terms.token.decimals)
  const red = (text: string) => (inColour ? `\u001b[31m${text}\u001b[0m` : text)
  const head =
    position === null
      ? [`holder ${holder} was never seen up to block ${block}, or never weighs`]
      : [
          `holder ${holder}${position.wallets.length > 1 ? `, with ${position.wallets.filter((each) => each !== holder).join(', ')}` : ''}`,
          `at block ${block}: primary lots ${tokens(position.lots)}, custody ${tokens(position.custody)}, entitlement ${tokens(position.entitlement)}, lost ${tokens(position.lots - position.entitlement)}`,
        ]
  const lines = steps.flatMap((step) => [
    '',
    `${new Date(Number(step.timestamp) * 1000).toISOString().replace('.000', '')}  block ${step.block}  ${step.transaction}`,
    ...step.actions.map((action) => `    ${actionText(action, deployment, tokens)}`),
    `    custody ${tokens(step.custody)}, entitlement ${tokens(step.entitlement)}${lossOf(step)}`,
  ])
  return [...head, ...lines].join('\n')

  function lossOf({ forfeited }: HolderStep): string {
    return forfeited === 0n ? '' : `, ${red(`forfeited ${tokens(forfeited)}`)}`
  }
}

/** What happened, as a person reads it. */
export function actionText(
  { kind, amount, other, basis }: HolderAction,
  deployment: Deployment,
  tokens: (amount: bigint) => string,
): string {
  const whom = other === null ? '' : nameOf(other, deployment)
  const basisText =
    basis === 0n ? '' : `, basis ${basis > 0n ? '+' : '−'}${tokens(basis < 0n ? -basis : basis)}`
  const sentences: Record<HolderAction['kind'], string> = {
    bought: `bought ${tokens(amount)} from ${whom}: a primary lot`,
    received: `received ${tokens(amount)} from ${whom}`,
    sent: `sent ${tokens(amount)} to ${whom}`,
    moved: `moved ${tokens(amount)} to the own wallet ${whom}`,
    staked: `staked ${tokens(amount)}`,
    unstaked: `took ${tokens(amount)} out of staking`,
    lpReceived: `received ${amount} LP units from ${whom}`,
    lpSent: `sent ${amount} LP units to ${whom}`,
    lpMoved: `moved ${amount} LP units to the own wallet ${whom}`,
    lpStaked: `staked ${amount} LP units`,
    lpUnstaked: `took ${amount} LP units out of staking`,
    pooled: `pooled ${tokens(amount)}`,
    linked: `linked ${whom}, which held ${tokens(amount)}`,
    recipient: `named ${whom} to be paid`,
  }
  return sentences[kind] + basisText
}

function nameOf(address: Address, deployment: Deployment): string {
  const names: [Address, string][] = [
    [deployment.pair, 'the pair'],
    [deployment.tokenVault, 'the token vault'],
    [deployment.lpVault, 'the LP vault'],
    [deployment.distributor, 'the distributor'],
    [deployment.offering, 'the offering'],
    [deployment.issuer, 'the issuer'],
    [deployment.treasury, 'the treasury'],
    [ZERO_ADDRESS, 'nobody'],
  ]
  return names.find(([known]) => known === address)?.[1] ?? address
}
