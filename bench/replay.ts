// How fast the replay is once logs are fetched: raw logs in, positions out, by CPU time, and whether memory stays flat.
//   node bench/replay.ts [logs]
import { availableParallelism, cpus } from 'node:os'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type Address, type Hex, toEventSelector } from 'viem'
import { parseDeployment } from '../disbursement/deployment.ts'
import { blocksOf, type LedgerEvent, logDecoder, type RawLog } from '../disbursement/replay/events.ts'
import { Ledger } from '../disbursement/replay/ledger.ts'

const LOGS = Number(process.argv[2] ?? 1_000_000)
const PAGE = 10_000
const PEOPLE = 20_000
const SAMPLES = 10

const address = (number: number): Address => `0x${number.toString(16).padStart(40, '0')}`
const [issuer, treasury, token, currency, pair] = [0xf1, 0xf2, 0xf3, 0xf4, 0xf5].map(address)
const [counterAsset, offering, registry, tokenVault, lpVault] = [0xf6, 0xf7, 0xf8, 0xf9, 0xfa].map(address)
const [distributor, router, factory] = [0xfb, 0xfc, 0xfd].map(address)
const [zero, burn] = [address(0), address(0xdead)]
const deployment = parseDeployment({
  ...{ network: 'bench', chainId: 1, genesisBlock: 0, issuer, treasury, token, currency, pair, counterAsset },
  ...{ offering, saleAddresses: [offering], registry, tokenVault, lpVault, distributor, router, factory },
  excluded: [issuer, treasury, pair, tokenVault, lpVault, distributor, offering, zero, burn],
  ...{ rpcUrl: null, explorer: null, graphqlUrl: null, registerUrl: null },
})

const TRANSFER = toEventSelector('Transfer(address,address,uint256)')
const SYNC = toEventSelector('Sync(uint112,uint112)')
const MINT = toEventSelector('Mint(address,uint256,uint256)')
const STAKED = toEventSelector('Staked(address,uint256)')
const WITHDRAWN = toEventSelector('Withdrawn(address,uint256)')
const LINKED = toEventSelector('Linked(address,address)')

/** The same numbers in every run (mulberry32). */
const random = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
}

const word = (value: bigint): string => value.toString(16).padStart(64, '0')
const topic = (of: string): Hex => `0x${of.slice(2).padStart(64, '0')}`

/** A program's life as its contracts would log it: nobody sends what is not there. */
class Life {
  readonly #chance = random(7)
  readonly #balance = new Map<Address, bigint>()
  readonly #lp = new Map<Address, bigint>()
  readonly #staked = new Map<Address, bigint>()
  #reserves = { token: 10n ** 24n, other: 10n ** 21n }
  #lpSupply = 10n ** 22n
  #block = 0
  #index = 0
  #transactions = 0
  #page: object[] = []
  #linked = 0

  constructor() {
    this.#transaction()
    this.#transfer(token, zero, offering, 10n ** 27n)
    this.#transfer(token, offering, issuer, 10n ** 26n)
    this.#transfer(token, issuer, pair, this.#reserves.token)
    this.#transfer(pair, zero, issuer, this.#lpSupply)
    this.#sync()
    this.#log(pair, [MINT, topic(router ?? zero)], [this.#reserves.token, this.#reserves.other])
  }

  /** The next logs as a node's JSON, whole blocks. */
  page(size: number): string {
    while (this.#page.length < size) {
      // Two transactions a block on the average, some blocks empty of ours.
      if (this.#chance() < 0.5) {
        this.#block += 1 + Math.floor(this.#chance() * 3)
        this.#index = 0
      }
      this.#act()
    }
    const text = JSON.stringify(this.#page)
    this.#page = []
    this.#block++
    this.#index = 0
    return text
  }

  #log(contract: Address | undefined, topics: Hex[], words: bigint[]): void {
    this.#page.push({
      address: contract,
      topics,
      data: `0x${words.map(word).join('')}`,
      blockNumber: `0x${this.#block.toString(16)}`,
      transactionHash: `0x${word(BigInt(this.#transactions))}`,
      logIndex: `0x${(this.#index++).toString(16)}`,
    })
  }

  #transaction(): void {
    this.#transactions++
  }

  #transfer(
    of: Address | undefined,
    from: Address | undefined,
    to: Address | undefined,
    amount: bigint,
  ): void {
    const [source, target] = [from ?? zero, to ?? zero] as [Address, Address]
    this.#log(of, [TRANSFER, topic(source), topic(target)], [amount])
    const book = of === token ? this.#balance : this.#lp
    if (source !== zero) book.set(source, (book.get(source) ?? 0n) - amount)
    book.set(target, (book.get(target) ?? 0n) + amount)
  }

  #sync(): void {
    this.#log(pair, [SYNC], [this.#reserves.token, this.#reserves.other])
  }

  #someone(): Address {
    return address(0x10_0000 + Math.floor(this.#chance() ** 2 * PEOPLE))
  }

  #part(of: bigint): bigint {
    return (of * BigInt(1 + Math.floor(this.#chance() * 90))) / 100n
  }

  /** One transaction, mixed as on a token with a lively pool: transfers and swaps above all. */
  #act(): void {
    this.#transaction()
    const [who, other, kind] = [this.#someone(), this.#someone(), this.#chance()]
    const balance = this.#balance.get(who) ?? 0n
    const lp = this.#lp.get(who) ?? 0n
    if (kind < 0.02 || balance < 1000n) {
      if (this.#transactions < 40_000)
        this.#transfer(token, offering, who, 10n ** 21n + BigInt(this.#transactions))
      else this.#buy(who)
    } else if (kind < 0.45) this.#transfer(token, who, other, this.#part(balance))
    else if (kind < 0.63) this.#buy(who)
    else if (kind < 0.8) this.#sell(who, this.#part(balance))
    else if (kind < 0.86) this.#stake(who, this.#part(balance))
    else if (kind < 0.92) this.#unstake(who)
    else if (kind < 0.955 || lp < 1000n) this.#add(who, this.#part(balance / 4n))
    else if (kind < 0.98) this.#remove(who, this.#part(lp))
    else if (kind < 0.999) this.#transfer(pair, who, other, this.#part(lp))
    else this.#link()
  }

  #buy(who: Address): void {
    const amount = this.#part(this.#reserves.token / 1000n) + 1n
    this.#transfer(token, pair, who, amount)
    this.#reserves.token -= amount
    this.#reserves.other += amount / 1000n
    this.#sync()
  }

  #sell(who: Address, amount: bigint): void {
    this.#transfer(token, who, pair, amount)
    this.#reserves.token += amount
    this.#reserves.other = (this.#reserves.other * 999n) / 1000n + 10n ** 12n
    this.#sync()
  }

  #stake(who: Address, amount: bigint): void {
    this.#transfer(token, who, tokenVault, amount)
    this.#log(tokenVault, [STAKED, topic(who)], [amount])
    this.#staked.set(who, (this.#staked.get(who) ?? 0n) + amount)
  }

  #unstake(who: Address): void {
    const amount = this.#part(this.#staked.get(who) ?? 0n)
    this.#transfer(token, tokenVault, who, amount)
    this.#log(tokenVault, [WITHDRAWN, topic(who)], [amount])
    this.#staked.set(who, (this.#staked.get(who) ?? 0n) - amount)
  }

  #add(who: Address, amount: bigint): void {
    const units = (amount * this.#lpSupply) / this.#reserves.token + 1n
    this.#transfer(token, who, pair, amount)
    this.#transfer(pair, zero, who, units)
    this.#lpSupply += units
    this.#reserves.token += amount
    this.#reserves.other += amount / 1000n
    this.#sync()
    this.#log(pair, [MINT, topic(router ?? zero)], [amount, amount / 1000n])
  }

  #remove(who: Address, units: bigint): void {
    const amount = (units * this.#reserves.token) / (this.#lpSupply + 1n)
    this.#transfer(pair, who, pair, units)
    this.#transfer(pair, pair, zero, units)
    this.#lpSupply -= units
    this.#transfer(token, pair, who, amount)
    this.#reserves.token -= amount
    this.#sync()
  }

  /** Wallets beyond the people, so that nobody is linked twice. */
  #link(): void {
    if (this.#linked >= PEOPLE) return
    const at = this.#linked++
    this.#log(registry, [LINKED, topic(address(0x10_0000 + at)), topic(address(0x20_0000 + at))], [])
  }
}

type JsonLog = Omit<RawLog, 'blockNumber' | 'logIndex'> & { blockNumber: Hex; logIndex: Hex }

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void
const heap = (): number => {
  collect()
  return process.memoryUsage().heapUsed / 2 ** 20
}

const life = new Life()
const ledger = new Ledger({ ...deployment, lpTreatment: 'deposit-basis' })
const decode = logDecoder(deployment)

/** What replaying a page costs from the parsed answer of a node on, in microseconds of CPU. */
function replay(logs: readonly JsonLog[]): number {
  const began = process.cpuUsage()
  const events = function* (): Generator<LedgerEvent> {
    for (const log of logs) {
      const event = decode({ ...log, blockNumber: BigInt(log.blockNumber), logIndex: Number(log.logIndex) })
      if (event !== null) yield event
    }
  }
  for (const block of blocksOf(events())) ledger.apply(block)
  const { user, system } = process.cpuUsage(began)
  return user + system
}

let [done, spent, parsing] = [0, 0, 0]
const own: number[] = []
const heaps: number[] = []
while (done < LOGS) {
  const text = life.page(Math.min(PAGE, LOGS - done))
  const began = process.cpuUsage()
  const logs = JSON.parse(text) as JsonLog[]
  const parsed = process.cpuUsage(began)
  parsing += parsed.user + parsed.system
  const cost = replay(logs)
  spent += cost
  own.push((logs.length / cost) * 1e6)
  const before = Math.floor((done * SAMPLES) / LOGS)
  done += logs.length
  if (Math.floor((done * SAMPLES) / LOGS) > before) heaps.push(heap())
}
const sums = ledger.positions()
const middle = own.toSorted((a, b) => a - b)[own.length >> 1] ?? 0
const thousands = (value: number) => Math.round(value).toLocaleString('en-US')
const [model] = cpus()
process.stdout.write(
  `${[
    `${model?.model.trim() ?? 'unknown CPU'} (${availableParallelism()} cores), Node ${process.version}`,
    `${thousands(done)} logs, ${sums.length} holders, ${ledger.lots.length} primary lots, ${ledger.block} blocks`,
    `replay:  ${thousands((done / spent) * 1e6)} logs/s of CPU (median page ${thousands(middle)}); target 50,000`,
    `parsing: ${thousands((done / parsing) * 1e6)} logs/s of CPU, from a node's JSON, not counted above`,
    `heap after collection at each ${100 / SAMPLES}% of the logs, MiB: ${heaps.map((each) => each.toFixed(1)).join(' ')}`,
  ].join('\n')}\n`,
)
