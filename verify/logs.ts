// All logs of some contracts, through whatever a provider allows: in ranges of blocks, again after failures, in order.
import { type Address, type Hex, numberToHex, type PublicClient } from 'viem'
import type { RawLog } from '../disbursement/index.ts'
import { MissingData } from './errors.ts'
import { reactionTo, suggestedEnd, wordsOf } from './reaction.ts'
import { BlockSpan } from './span.ts'

/** The part of a viem client that is needed: any public client has it. */
export type LogClient = Pick<PublicClient, 'request'>

/** A log; `timestamp` is its block's, in unix seconds, where the provider tells it along. */
export type FetchedLog = RawLog & { timestamp: bigint | null }

/** The logs of blocks `from` to `to`, both included, in the order of the chain. To resume, begin at `to` + 1. */
export type LogPage = { from: bigint; to: bigint; logs: FetchedLog[] }

export type LogProgress = { from: bigint; to: bigint; done: bigint; logs: number }

export type LogRequest = {
  addresses: readonly Address[]
  /** By position, as in `eth_getLogs`: one topic, any of several, or null for whatever. */
  topics: readonly (Hex | readonly Hex[] | null)[]
  /** First and last block, both included. */
  from: bigint
  to: bigint
  /** Blocks to ask for at first, and at most. */
  range?: bigint | undefined
  largestRange?: bigint | undefined
  /** How often the same request is tried again before giving up (6), and the first pause between (250 ms; it doubles). */
  retries?: number | undefined
  pause?: number | undefined
  signal?: AbortSignal | undefined
  onProgress?: ((progress: LogProgress) => void) | undefined
}

const FIRST_RANGE = 10_000n
const LARGEST_RANGE = 1_000_000n
/** Providers that cut an answer without a word cut it at a round number. */
const ROUND = 1_000

type JsonLog = {
  address: Hex
  topics: Hex[]
  data: Hex
  blockNumber: Hex | null
  transactionHash: Hex | null
  logIndex: Hex | null
  blockTimestamp?: Hex | null
  removed?: boolean
}

/**
 * Fetches logs page by page, the next page already on its way while one is worked on; nothing is kept.
 * A consumer that fails may begin again at the block after the last page it took.
 * @throws MissingData when the provider refuses even single blocks, or does not answer
 */
export async function* fetchLogs(client: LogClient, request: LogRequest): AsyncGenerator<LogPage> {
  if (request.to < request.from) return
  const reader = new LogReader(client, request)
  let next = reader.read(request.from)
  for (;;) {
    const page = await next
    const isLast = page.to >= request.to
    if (!isLast) {
      next = reader.read(page.to + 1n)
      // It is awaited later, or never when the consumer stops.
      next.catch(() => {})
    }
    yield page
    if (isLast) return
  }
}

class LogReader {
  readonly #client: LogClient
  readonly #request: LogRequest
  readonly #span: BlockSpan
  #onePerAddress = false
  #logs = 0

  constructor(client: LogClient, request: LogRequest) {
    this.#client = client
    this.#request = request
    this.#span = new BlockSpan(request.range ?? FIRST_RANGE, request.largestRange ?? LARGEST_RANGE)
  }

  /** Reads from a block as far as the provider lets one read at once. */
  async read(from: bigint): Promise<LogPage> {
    const { to: end, retries = 6, pause = 250, signal } = this.#request
    for (let failures = 0; ; ) {
      signal?.throwIfAborted()
      const last = from + this.#span.size - 1n
      const to = last < end ? last : end
      const asked = to - from + 1n
      try {
        const logs = await this.#ask(from, to)
        if (asked > 1n && logs.length > 0 && logs.length % ROUND === 0) {
          this.#span.refused(asked, null)
          continue
        }
        this.#span.answered(asked, logs.length)
        this.#logs += logs.length
        const { from: first } = this.#request
        this.#request.onProgress?.({ from: first, to: end, done: to, logs: this.#logs })
        return { from, to, logs }
      } catch (error) {
        if (error instanceof MissingData) throw error
        const reaction = reactionTo(error)
        if (reaction === 'split' && !this.#onePerAddress && this.#request.addresses.length > 1) {
          this.#onePerAddress = true
          continue
        }
        failures++
        if (reaction === 'fail' || failures > retries) throw refusal(error, from, to)
        const isTooMuch = reaction !== 'wait' || failures > retries / 2
        if (isTooMuch && asked > 1n) {
          const end = suggestedEnd(error, from)
          this.#span.refused(asked, end !== null && end < to ? end - from + 1n : null)
          if (reaction === 'shrink') {
            failures = 0
            continue
          }
        }
        await rest(pause * 2 ** (failures - 1), signal)
      }
    }
  }

  async #ask(from: bigint, to: bigint): Promise<FetchedLog[]> {
    const { addresses, topics } = this.#request
    const groups = this.#onePerAddress ? addresses.map((address) => [address]) : [addresses]
    const answers = await Promise.all(
      groups.map((group) =>
        this.#client.request(
          {
            method: 'eth_getLogs',
            params: [
              {
                address: group.length === 1 ? (group[0] as Address) : [...group],
                topics: topics.map((each) => (typeof each === 'string' || each === null ? each : [...each])),
                fromBlock: numberToHex(from),
                toBlock: numberToHex(to),
              },
            ],
          },
          // The pauses here know when to ask for less instead.
          { retryCount: 0 },
        ),
      ),
    )
    return inOrder(answers.flat().map((each) => logOf(each as JsonLog, from, to)))
  }
}

const logOf = (json: JsonLog, from: bigint, to: bigint): FetchedLog => {
  const { address, topics, data, transactionHash, logIndex, blockTimestamp } = json
  if (json.blockNumber === null || transactionHash === null || logIndex === null || json.removed === true) {
    throw new MissingData(`the RPC answered with a log of ${address} that is in no block: try another RPC`)
  }
  const blockNumber = BigInt(json.blockNumber)
  if (blockNumber < from || blockNumber > to) {
    throw new MissingData(
      `the RPC was asked for logs of blocks ${from} to ${to} and answered with one of ${blockNumber}: try another RPC`,
    )
  }
  const timestamp = blockTimestamp === undefined || blockTimestamp === null ? null : BigInt(blockTimestamp)
  return { address, topics, data, blockNumber, transactionHash, logIndex: Number(logIndex), timestamp }
}

const isAfter = (a: RawLog, b: RawLog): boolean =>
  a.blockNumber > b.blockNumber || (a.blockNumber === b.blockNumber && a.logIndex > b.logIndex)

/** Nodes answer in order; answers for several addresses have to be merged. */
const inOrder = (logs: FetchedLog[]): FetchedLog[] => {
  const isSorted = logs.every((log, at) => {
    const before = logs[at - 1]
    return before === undefined || isAfter(log, before)
  })
  return isSorted ? logs : logs.sort((a, b) => (isAfter(a, b) ? 1 : -1))
}

const refusal = (error: unknown, from: bigint, to: bigint): MissingData =>
  new MissingData(
    `the RPC does not give the logs of blocks ${from} to ${to} (${wordsOf(error).slice(0, 200)}): try later, or another RPC`,
    { cause: error },
  )

/** Waits, but not after the work was called off. */
const rest = (milliseconds: number, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop)
      resolve()
    }, milliseconds)
    signal?.addEventListener('abort', stop, { once: true })
  })
