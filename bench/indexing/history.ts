// A made-up but possible life of a program, mined block by block.
import { type Address, type Hex, numberToHex, type PublicClient, parseAbi } from 'viem'
import { localCurrencyAbi, personalTokenAbi } from '../../contracts/abi.ts'
import { connectChain } from '../../local/chain.ts'
import { Actions } from './actions.ts'
import {
  type Action,
  type BenchChain,
  by,
  type Call,
  call,
  FAR,
  historyFilter,
  makeAccounts,
  mineBlock,
  ONE,
  personAt,
  readNumbers,
  routerAbi,
} from './chain.ts'
import { Dice } from './dice.ts'

const wethAbi = parseAbi(['function transfer(address to, uint256 amount)', 'function deposit() payable'])
const MAX = 2n ** 256n - 1n
/** Accounts made ready in one block. */
const SETTING_UP = 25

/** How a history came out: its logs, the blocks they are in, and the last of them. */
export type Made = { logs: number; blocks: number; people: number; last: bigint; head: bigint }

/** Fills a chain; everything follows from the seed. */
export class History {
  readonly #chain: BenchChain
  readonly #client: PublicClient
  readonly #dice: Dice
  readonly #people: Address[]
  readonly #actions: Actions

  constructor(chain: BenchChain, people: number, seed = 11) {
    this.#chain = chain
    this.#client = connectChain(chain.rpcUrl) as unknown as PublicClient
    this.#dice = new Dice(seed)
    this.#people = Array.from({ length: people }, (_, at) => personAt(at))
    this.#actions = new Actions(chain, this.#dice, this.#people)
  }

  /**
   * Plays until there are so many logs, and a few hundred empty blocks more, so that every indexer takes them for final.
   * @param perBlock transactions in a block, on the average
   */
  async play(logs: number, perBlock: number, onProgress: (logs: number) => void = () => {}): Promise<Made> {
    await this.#prepare()
    const filter = historyFilter(this.#chain.deployment)
    const blocks = new Set<Hex>()
    let [counted, from, last] = [0, 0n, 0n]
    while (counted < logs) {
      for (let block = 0; block < 100; block++) await this.#block(perBlock)
      const to = await this.#client.getBlockNumber()
      const found = await this.#client.request({
        method: 'eth_getLogs',
        params: [{ ...filter, fromBlock: numberToHex(from), toBlock: numberToHex(to) }],
      })
      for (const { blockNumber } of found) blocks.add(blockNumber as Hex)
      counted += found.length
      last = BigInt(found.at(-1)?.blockNumber ?? last)
      from = to + 1n
      onProgress(counted)
    }
    await this.#chain.request([{ method: 'anvil_mine', params: ['0x12c', '0xc'] }])
    const head = await this.#client.getBlockNumber()
    return { logs: counted, blocks: blocks.size, people: this.#people.length, last, head }
  }

  get #d() {
    return this.#chain.deployment
  }

  /** Accounts with means and allowances, the opened pool, and what is for sale. */
  async #prepare(): Promise<void> {
    const {
      token,
      counterAsset,
      offering,
      router,
      pair,
      currency,
      tokenVault,
      lpVault,
      issuer,
      distributor,
    } = this.#d
    const chain = this.#chain
    const allow = (asset: Address, spender: Address): Call =>
      call(asset, personalTokenAbi, 'approve', [spender, MAX])
    const allowances = [
      ...[allow(token, router), allow(token, tokenVault), allow(counterAsset, router)],
      ...[allow(pair, router), allow(pair, lpVault), allow(currency, offering)],
    ]
    const whole = 1_000_000_000n * ONE
    await chain.request([{ method: 'anvil_setBalance', params: [issuer, numberToHex(2n * whole)] }])
    const deposit = call(counterAsset, wethAbi, 'deposit')
    await chain.request([
      {
        method: 'eth_sendTransaction',
        params: [{ from: issuer, ...deposit, value: numberToHex(whole), gasPrice: '0x0' }],
      },
    ])
    const opening = [2_000_000n * ONE, 1_000n * ONE, 0n, 0n, issuer, FAR]
    await mineBlock(chain, [
      { from: issuer, ...call(token, personalTokenAbi, 'transfer', [offering, 500_000_000n * ONE]) },
      ...[allow(token, router), allow(counterAsset, router), allow(pair, distributor)].map((each) => ({
        from: issuer,
        ...each,
      })),
      { from: issuer, ...allow(currency, distributor) },
      { from: issuer, ...call(currency, localCurrencyAbi, 'mint', [issuer, 10n ** 15n]) },
      { from: issuer, ...call(router, routerAbi, 'addLiquidity', [token, counterAsset, ...opening]) },
    ])
    for (let at = 0; at < this.#people.length; at += SETTING_UP) {
      const some = this.#people.slice(at, at + SETTING_UP)
      await makeAccounts(chain, some)
      await mineBlock(
        chain,
        some.flatMap((person) => [
          by(chain, person, allowances),
          by(chain, person, [call(currency, localCurrencyAbi, 'mint', [person, 10n ** 12n])]),
          { from: issuer, ...call(counterAsset, wethAbi, 'transfer', [person, 1_000n * ONE]) },
        ]),
      )
    }
  }

  async #block(perBlock: number): Promise<void> {
    // From one to twice the average less one, each as likely.
    const count = 1 + this.#dice.below(2 * perBlock - 1)
    const actions: Action[] = []
    for (let at = 0; at < count; at++) actions.push(await this.#actions.next())
    const values = await readNumbers(
      this.#chain,
      actions.flatMap(({ reads }) => reads),
    )
    let next = 0
    const transactions = actions.flatMap(({ reads, make }) => {
      const made = make(values.slice(next, next + reads.length))
      next += reads.length
      return made === null ? [] : [made]
    })
    await mineBlock(this.#chain, transactions)
  }
}
