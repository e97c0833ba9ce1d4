import type { Address } from 'viem'
import {
  type HolderStep,
  HolderTrace,
  type LedgerObserver,
  type Period,
  type Position,
  periodsOf,
} from '../disbursement/index.ts'
import { ChainReplay } from '../verify/index.ts'
import { formatShort } from './amounts.ts'
import { type Chain, connect, recordBlock } from './chain.ts'
import { actionText } from './explain.ts'
import type { Outcome } from './output.ts'
import { loadProgram, type Program, periodNamed } from './program.ts'
import type { Settings } from './settings.ts'

/** Holders whose transactions are named; of the others only what they lost. */
const MOST_TRACED = 500

interface Drop {
  holder: Address
  wallets: readonly Address[]
  lots: bigint
  entitlement: bigint
  /** What was lost of the entitlement since the record block before. */
  lost: bigint
  /** The transactions that did it; empty beyond the first 500 holders. */
  steps: HolderStep[]
}

/** Who lost part of an entitlement over a period, and by which transaction. It asks the chain alone. */
export async function drops(
  settings: Pick<Settings, 'program' | 'deployment' | 'rpcUrl'>,
  options: { period: string; stream?: string },
): Promise<Outcome> {
  const program = loadProgram(settings)
  const chain = await connect(settings.rpcUrl, program.deployment.chainId)
  return dropsIn(chain, program, periodNamed(program.terms, options.stream, options.period))
}

/** The same for a program that is open. */
export async function dropsIn(chain: Chain, program: Program, period: Period): Promise<Outcome> {
  const { terms, deployment } = program
  const genesis = BigInt(deployment.genesisBlock)
  const blockOf = async ({ name, endsAt }: Period) =>
    (await recordBlock(chain, genesis, { name, end: endsAt })).number
  const to = await blockOf(period)
  const before = periodsOf(terms, period.stream)[period.position - 1]
  const from = before === undefined ? genesis - 1n : await blockOf(before)
  const found = await dropsBetween(chain, program, from, to)
  return {
    json: { stream: period.stream, period: period.name, from: from + 1n, to, holders: found },
    text: textOf(found, program, from + 1n, to),
  }
}

async function dropsBetween(chain: Chain, program: Program, from: bigint, to: bigint): Promise<Drop[]> {
  const { terms, deployment } = program
  const replay = () => new ChainReplay(chain, { deployment, lpTreatment: terms.custody.lpTreatment })
  const first = replay()
  const earlier = new Map<Address, bigint>()
  if (from >= BigInt(deployment.genesisBlock)) {
    for (const each of (await first.advanceTo(from)).positions()) earlier.set(each.holder, lostBy(each))
  }
  const dropped = (await first.advanceTo(to)).positions().flatMap((each): Drop[] => {
    // A link joins two holders: what the linked wallet had lost before is its root's.
    const known = each.wallets.reduce((sum, wallet) => sum + (earlier.get(wallet) ?? 0n), 0n)
    const lost = lostBy(each) - known
    if (lost <= 0n) return []
    const { holder, wallets, lots, entitlement } = each
    return [{ holder, wallets, lots, entitlement, lost, steps: [] }]
  })
  if (dropped.length === 0) return dropped
  const second = replay()
  const traces = dropped.slice(0, MOST_TRACED).map((drop) => {
    const trace = new HolderTrace(second.ledger, drop.holder)
    return { drop, trace }
  })
  await second.advanceTo(to, together(traces.map(({ trace }) => trace)))
  for (const { drop, trace } of traces) {
    drop.steps = trace.steps.filter(({ block, forfeited }) => block > from && forfeited > 0n)
  }
  return dropped
}

const lostBy = ({ lots, entitlement }: Position): bigint => lots - entitlement

function together(observers: readonly LedgerObserver[]): LedgerObserver {
  return {
    opening: (block) => {
      for (const each of observers) each.opening(block)
    },
    event: (event) => {
      for (const each of observers) each.event(event)
    },
    closing: () => {
      for (const each of observers) each.closing()
    },
  }
}

function textOf(dropped: readonly Drop[], { terms, deployment }: Program, from: bigint, to: bigint): string {
  const tokens = (amount: bigint) => formatShort(amount, terms.token.decimals)
  if (dropped.length === 0) return `Nobody lost anything in blocks ${from} to ${to}.`
  return [
    `${dropped.length} ${dropped.length === 1 ? 'holder' : 'holders'} lost part of what they had in blocks ${from} to ${to}:`,
    ...dropped.flatMap(({ holder, lots, entitlement, lost, steps }) => [
      '',
      `${holder} lost ${tokens(lost)}: ${tokens(entitlement)} of ${tokens(lots)} are left`,
      ...steps.flatMap((step) => [
        `    block ${step.block}  ${step.transaction}  forfeited ${tokens(step.forfeited)}`,
        ...step.actions.map((action) => `        ${actionText(action, deployment, tokens)}`),
      ]),
    ]),
  ].join('\n')
}
