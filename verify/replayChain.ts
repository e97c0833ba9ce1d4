// The ledger of a program fed from a chain, up to one block and then perhaps to a later one.
import type { PublicClient } from 'viem'
import {
  blocksOf,
  type Deployment,
  Ledger,
  type LedgerEvent,
  type LedgerObserver,
  type LpTreatment,
  logDecoder,
  type Payment,
  replayFilter,
  rewardFilter,
  type Span,
  UnitClock,
  type UnitSeconds,
} from '../disbursement/index.ts'
import { type FetchedLog, fetchLogs, type LogClient, type LogProgress, type LogRequest } from './logs.ts'

export type ReplayOptions = Pick<LogRequest, 'range' | 'largestRange' | 'retries' | 'pause' | 'signal'> & {
  onProgress?: ((progress: LogProgress) => void) | undefined
}

/**
 * A program's ledger on its way through the chain. Only whole pages of blocks are applied, so after a failure `advanceTo`
 * goes on where it stopped. What it holds grows with holders and primary lots, not with logs.
 */
export class ChainReplay {
  readonly ledger: Ledger
  readonly #client: LogClient
  readonly #deployment: Deployment
  readonly #options: ReplayOptions
  #next: bigint
  #logs = 0

  constructor(
    client: LogClient,
    program: { deployment: Deployment; lpTreatment: LpTreatment },
    options: ReplayOptions = {},
  ) {
    this.#client = client
    this.#deployment = program.deployment
    this.#options = options
    this.#next = BigInt(program.deployment.genesisBlock)
    this.ledger = new Ledger({ ...program.deployment, lpTreatment: program.lpTreatment })
  }

  /** The first block not applied yet. */
  get next(): bigint {
    return this.#next
  }
  /** How many logs were read. */
  get logs(): number {
    return this.#logs
  }

  /**
   * Applies every block up to this one; one before `next` changes nothing.
   * @param observer looks on, such as a HolderTrace
   * @throws MissingData when logs cannot be had; ReplayError when they cannot be what the contracts emitted
   */
  async advanceTo(block: bigint, observer?: LedgerObserver): Promise<Ledger> {
    const { addresses, topics } = replayFilter(this.#deployment)
    const decode = logDecoder(this.#deployment)
    const request = { ...this.#options, addresses, topics: [topics], from: this.#next, to: block }
    for await (const page of fetchLogs(this.#client, request)) {
      for (const each of blocksOf(decoded(page.logs, decode))) this.ledger.apply(each, observer)
      this.#next = page.to + 1n
      this.#logs += page.logs.length
    }
    return this.ledger
  }
}

function* decoded(
  logs: readonly FetchedLog[],
  decode: (log: FetchedLog) => LedgerEvent | null,
): Generator<LedgerEvent> {
  for (const log of logs) {
    const event = decode(log)
    if (event !== null) yield event
  }
}

/**
 * Units × seconds of every liquidity provider over a span (SPEC section 11), from the chain.
 * @param lastBlock the last block before the span's end
 * @param leavesOf all leaves, in order, of a distribution of LP units
 */
export async function weighUnits(
  client: LogClient & Pick<PublicClient, 'getBlock'>,
  deployment: Deployment,
  span: Span,
  lastBlock: bigint,
  leavesOf: (id: `0x${string}`) => readonly Payment[],
  options: ReplayOptions = {},
): Promise<UnitSeconds[]> {
  const clock = new UnitClock(deployment, span, leavesOf)
  const { addresses, topics } = rewardFilter(deployment)
  const decode = logDecoder(deployment)
  const from = BigInt(deployment.genesisBlock)
  for await (const page of fetchLogs(client, {
    ...options,
    addresses: addresses.filter(
      (address) => address !== deployment.token && address !== deployment.tokenVault,
    ),
    topics: [topics],
    from,
    to: lastBlock,
  })) {
    const told = new Map(page.logs.map(({ blockNumber, timestamp }) => [blockNumber, timestamp]))
    for (const block of blocksOf(decoded(page.logs, decode))) {
      const time = told.get(block.number) ?? (await client.getBlock({ blockNumber: block.number })).timestamp
      clock.apply(block, time)
    }
  }
  return clock.weights()
}
