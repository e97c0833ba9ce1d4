import { join } from 'node:path'
import { type Address, createPublicClient, type Hex, http, numberToHex, type PublicClient } from 'viem'
import { type Child, startChild, waitFor } from '../local/child.ts'
import { freePort } from '../local/ports.ts'
import { type Call, CENSUS_CODE, listOf } from './codes.ts'

// A chain on which anybody can be anybody: blocks are mined when asked for, and in a block the order of sending holds.

/** Where the census stands, on every such chain. */
const CENSUS: Hex = '0x00000000000000000000000000000000000ce505'
export const GENESIS_TIME = 1_767_225_600n // 2026-01-01T00:00:00Z

/** A transaction; to nobody: it deploys. */
export type Transaction = Omit<Call, 'to'> & { from: Address; to: Address | null }

/** A JSON-RPC request of a batch. */
type Asked = { method: string; params: readonly unknown[] }

export class Chain {
  readonly child: Child
  readonly rpcUrl: string
  readonly client: PublicClient
  /** The next nonce of everybody who has sent anything. */
  readonly #nonces = new Map<Hex, bigint>()
  #time = GENESIS_TIME
  #height = 0

  private constructor(child: Child, rpcUrl: string) {
    this.child = child
    this.rpcUrl = rpcUrl
    this.client = createPublicClient({ transport: http(rpcUrl, { retryCount: 0 }), cacheTime: 0 })
  }

  static async start(dir: string): Promise<Chain> {
    const port = await freePort()
    const child = startChild({
      name: 'anvil',
      command: 'anvil',
      args: [
        ...['--port', String(port), '--auto-impersonate', '--no-mining', '--quiet'],
        // Without a limit older states go to the disk, and every block then takes longer; a program has a few hundred.
        ...['--prune-history', '1500'],
        // A batch of requests is worked on in any order: the price says which transaction comes first.
        ...['--order', 'fees', '--gas-limit', '1000000000', '--base-fee', '0', '--gas-price', '0'],
        ...['--timestamp', String(GENESIS_TIME)],
      ],
      logFile: join(dir, 'anvil.log'),
    })
    const chain = new Chain(child, `http://127.0.0.1:${port}`)
    await waitFor('the chain', () => chain.client.getBlockNumber(), { child, interval: 20 })
    await chain.setCode(CENSUS, CENSUS_CODE)
    return chain
  }

  /** The last block and its time, in unix seconds. */
  get height(): number {
    return this.#height
  }
  get time(): bigint {
    return this.#time
  }

  /** @returns the results, in the order of the requests; @throws Error at the first that failed */
  async ask(requests: readonly Asked[]): Promise<unknown[]> {
    if (requests.length === 0) return []
    const body = requests.map((request, id) => ({ jsonrpc: '2.0', id, ...request }))
    const response = await fetch(this.rpcUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const answers = (await response.json()) as { id: number; result: unknown; error?: { message: string } }[]
    if (!Array.isArray(answers))
      throw new Error(`the chain refused ${body.length} requests: ${JSON.stringify(answers)}`)
    const results: unknown[] = []
    for (const { id, result, error } of answers) {
      if (error) throw new Error(`the chain refused ${JSON.stringify(requests[id])}: ${error.message}`)
      results[id] = result
    }
    return results
  }

  async request(method: string, ...params: unknown[]): Promise<unknown> {
    const [result] = await this.ask([{ method, params }])
    return result
  }

  async setCode(address: Hex, code: Hex): Promise<void> {
    await this.request('anvil_setCode', address, code)
  }

  /**
   * A block with these transactions in this order, some seconds after the last; any of them may fail, as on any chain.
   * @returns its number, and the transactions' hashes
   */
  async mine(
    transactions: readonly Transaction[],
    seconds: number,
  ): Promise<{ block: number; hashes: Hex[] }> {
    const strangers = [...new Set(transactions.map(({ from }) => from))].filter(
      (from) => !this.#nonces.has(from),
    )
    const counts = await this.ask(
      strangers.map((from) => ({ method: 'eth_getTransactionCount', params: [from, 'latest'] })),
    )
    for (const [at, from] of strangers.entries()) this.#nonces.set(from, BigInt(counts[at] as Hex))
    const hashes = await this.ask(
      transactions.map(({ from, to, data, value = 0n }, at) => {
        const nonce = this.#nonces.get(from) ?? 0n
        this.#nonces.set(from, nonce + 1n)
        const price = numberToHex(transactions.length - at)
        const call = { from, data, value: numberToHex(value), nonce: numberToHex(nonce) }
        const rest = { gas: '0xf42400', gasPrice: price }
        return {
          method: 'eth_sendTransaction',
          params: [{ ...call, ...rest, ...(to === null ? {} : { to }) }],
        }
      }),
    )
    this.#time += BigInt(seconds)
    await this.request('evm_mine', numberToHex(this.#time))
    return { block: ++this.#height, hashes: hashes as Hex[] }
  }

  /** Puts as many empty blocks in the place of the last ones; what was in them is gone. */
  async reorganize(depth: number): Promise<void> {
    await this.request('anvil_reorg', depth, [])
    this.#nonces.clear()
    const { timestamp } = (await this.request('eth_getBlockByNumber', 'latest', false)) as { timestamp: Hex }
    this.#time = BigInt(timestamp)
  }

  /** Answers to view calls at a block: two words each, zeros where there was no answer. */
  async census(calls: readonly Call[], block: number): Promise<[bigint, bigint][]> {
    const request = { to: CENSUS, data: listOf(calls), gas: '0x3b9aca00' }
    const answer = (await this.request('eth_call', request, numberToHex(block))) as Hex
    if (answer.length !== 2 + calls.length * 128)
      throw new Error(`the census of ${calls.length} answered ${(answer.length - 2) / 2} bytes`)
    return calls.map((_, at) => {
      const from = 2 + at * 128
      return [
        BigInt(`0x${answer.slice(from, from + 64)}`),
        BigInt(`0x${answer.slice(from + 64, from + 128)}`),
      ]
    })
  }

  stop(): Promise<void> {
    return this.child.stop()
  }
}
