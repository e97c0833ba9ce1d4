// One holder's whole history up to a block, from the chain.
import { type Address, type Hex, type PublicClient, pad, toEventSelector } from 'viem'
import {
  type Deployment,
  type HolderStep,
  HolderTrace,
  type LpTreatment,
  type Position,
} from '../disbursement/index.ts'
import { fetchLogs, type LogClient } from './logs.ts'
import { ChainReplay, type ReplayOptions } from './replayChain.ts'

const LINKED = toEventSelector('Linked(address,address)')

/** A holder as of a block, and what happened to it until then; each step with its block's time, in unix seconds. */
export type HolderHistory = {
  holder: Address
  position: Position | null
  steps: (HolderStep & { timestamp: bigint })[]
}

/**
 * Replays the chain with an eye on one holder.
 * @param wallet any of the holder's wallets
 */
export async function holderHistory(
  client: LogClient & Pick<PublicClient, 'getBlock'>,
  program: { deployment: Deployment; lpTreatment: LpTreatment },
  wallet: Address,
  block: bigint,
  options: ReplayOptions = {},
): Promise<HolderHistory> {
  const holder = await rootOf(client, program.deployment, wallet.toLowerCase() as Address, block, options)
  const replay = new ChainReplay(client, program, options)
  const trace = new HolderTrace(replay.ledger, holder)
  const ledger = await replay.advanceTo(block, trace)
  const times = new Map<bigint, bigint>()
  for (const { block: number } of trace.steps) {
    if (!times.has(number)) times.set(number, (await client.getBlock({ blockNumber: number })).timestamp)
  }
  return {
    holder,
    position: ledger.positions().find((each) => each.holder === holder) ?? null,
    steps: trace.steps.map((step) => ({ ...step, timestamp: times.get(step.block) ?? 0n })),
  }
}

/** The root wallet by which a wallet's holder is known at a block. */
async function rootOf(
  client: LogClient,
  { registry, genesisBlock }: Deployment,
  wallet: Address,
  to: bigint,
  options: ReplayOptions,
): Promise<Address> {
  const topics: (Hex | null)[] = [LINKED, null, pad(wallet, { size: 32 })]
  const request = { ...options, addresses: [registry], topics, from: BigInt(genesisBlock), to }
  for await (const { logs } of fetchLogs(client, request)) {
    const topic = logs[0]?.topics[1]
    if (topic !== undefined) return `0x${topic.slice(26).toLowerCase()}`
  }
  return wallet
}
