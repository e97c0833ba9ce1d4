// The ledger of a program fed from a chain, up to one block and then perhaps to a later one.
import type { PublicClient } from 'viem'
import {
  blocksOf,
  type Deployment,
  Ledger,
  type LedgerBlock,
  type LedgerEvent,
  type LedgerObserver,
  type LpTreatment,
  logDecoder,
  type Provider,
  providersOf,
  replayFilter,
  rewardFilter,
  type Span,
  UnitClock,
} from '../disbursement/index.ts'
import { type FetchedLog, fetchLogs, type LogClient, type LogProgress, type LogRequest } from './logs.ts'

export type ReplayOptions = Pick<LogRequest, 'range' | 'largestRange' | 'retries' | 'pause' | 'signal'> & {
  onProgress?: ((progress: LogProgress) => void) | undefined
}

export type ReplayClient = LogClient & Pick<PublicClient, 'getBlock'>

/** Blocks asked for at once. */
const AT_ONCE = 50

/**
 * A program's ledger on its way through the chain. Only whole pages of blocks are applied, so after a failure `advanceTo`
 * goes on where it stopped. What it holds grows with holders and primary lots, not with logs.
 */
export class ChainReplay {
  readonly ledger: Ledger
  readonly #client: ReplayClient
  readonly #deployment: Deployment
  readonly #options: ReplayOptions
  readonly #clock: UnitClock | null
  #next: bigint
  #logs = 0

  /** @param clock weighs LP units by time on the way (SPEC section 11) */
  constructor(
    client: ReplayClient,
    program: { deployment: Deployment; lpTreatment: LpTreatment },
    options: ReplayOptions = {},
    clock: UnitClock | null = null,
  ) {
    this.#client = client
    this.#deployment = program.deployment
    this.#options = options
    this.#clock = clock
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
    const filter = this.#clock === null ? replayFilter : rewardFilter
    const { addresses, topics } = filter(this.#deployment)
    const decode = logDecoder(this.#deployment)
    const request = { ...this.#options, addresses, topics: [topics], from: this.#next, to: block }
    for await (const page of fetchLogs(this.#client, request)) {
      const blocks = [...blocksOf(decoded(page.logs, decode))]
      if (this.#clock !== null) await this.#weigh(this.#clock, blocks, page.logs)
      for (const each of blocks) this.ledger.apply(each, observer)
      this.#next = page.to + 1n
      this.#logs += page.logs.length
    }
    return this.ledger
  }

  /**
   * Every holder with what its LP units gathered over a span that ends with the blocks applied; excluded ones left out.
   * @throws RangeError when there is no clock, or none for this span
   */
  providers(span: Span): Provider[] {
    if (this.#clock === null) throw new RangeError('This replay has no clock')
    return providersOf(this.ledger.positions(), this.#clock.between(span), this.ledger.neverWeighing())
  }

  /** Some providers tell the time along with a log; the others are asked for it, many blocks at once. */
  async #weigh(clock: UnitClock, blocks: readonly LedgerBlock[], logs: readonly FetchedLog[]): Promise<void> {
    const times = new Map<bigint, bigint>()
    for (const { blockNumber, timestamp } of logs) if (timestamp !== null) times.set(blockNumber, timestamp)
    const weighed = blocks.filter((block) => UnitClock.concerns(block))
    const unknown = weighed.filter(({ number }) => !times.has(number))
    for (let at = 0; at < unknown.length; at += AT_ONCE) {
      await Promise.all(
        unknown.slice(at, at + AT_ONCE).map(async ({ number }) => {
          times.set(number, (await this.#client.getBlock({ blockNumber: number })).timestamp)
        }),
      )
    }
    for (const block of weighed) clock.apply(block, times.get(block.number) ?? 0n)
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
