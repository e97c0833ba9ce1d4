import {
  type Abi,
  type Address,
  encodeFunctionData,
  erc20Abi,
  type Hex,
  maxUint256,
  parseAbi,
  parseEther,
} from 'viem'
import {
  holderRegistryAbi,
  localCurrencyAbi,
  merkleDistributorAbi,
  offeringAbi,
  stakingVaultAbi,
} from '../../contracts/abi.ts'
import { type Deployment, linkConsent } from '../../disbursement/index.ts'
import { connectChain, type LocalChain } from '../chain.ts'
import type { Progress } from '../progress.ts'
import { ALEX, BUYERS, CLAIM_STEPS, MARKET_STEPS, PEOPLE } from './alex.ts'
import { LATER_MARKET, LATER_STEPS } from './later.ts'
import { marketTrades } from './market.ts'
import { person } from './people.ts'
import type { Fraction, Step } from './steps.ts'

const routerAbi = parseAbi([
  'function addLiquidityETH(address token, uint256 amountTokenDesired, uint256 amountTokenMin, uint256 amountETHMin, address to, uint256 deadline) payable returns (uint256, uint256, uint256)',
  'function removeLiquidityETH(address token, uint256 liquidity, uint256 amountTokenMin, uint256 amountETHMin, address to, uint256 deadline) returns (uint256, uint256)',
  'function swapETHForExactTokens(uint256 amountOut, address[] path, address to, uint256 deadline) payable returns (uint256[])',
  'function swapExactTokensForETH(uint256 amountIn, uint256 amountOutMin, address[] path, address to, uint256 deadline) returns (uint256[])',
])
const whole = (tokens: number) => BigInt(tokens) * 10n ** 18n
/** Story trades are never sandwiched: they take any price and any time. */
const ANY = 0n
const NEVER = maxUint256

/** A claim as the API hands it out. */
export interface StoryClaim {
  readonly period: string
  readonly distribution: { issuer: Address; token: Address; terms: Hex; root: Hex }
  readonly index: number | string
  readonly account: Address
  readonly amount: string
  readonly proof: readonly Hex[]
  readonly asset: { readonly address: Address }
  readonly status: string | null
  /** Pays it to the account. */
  readonly call: { readonly to: Address; readonly data: Hex }
}

interface Call {
  readonly from: Address
  readonly to: Address
  readonly data: Hex
  readonly value?: bigint
}

/** Plays the story on a chain, one block a step, its clock set by the steps' dates. */
export class Story {
  readonly #chain: LocalChain
  readonly #deployment: Deployment & { router: Address }
  readonly #claims: (account: Address) => Promise<readonly StoryClaim[]>
  readonly #approved = new Set<string>()
  readonly #steps: readonly Step[]
  #next = 0
  #now = 0

  constructor(options: {
    rpcUrl: string
    deployment: Deployment
    claims: (account: Address) => Promise<readonly StoryClaim[]>
  }) {
    this.#chain = connectChain(options.rpcUrl)
    this.#deployment = { ...options.deployment, router: required(options.deployment.router, 'router') }
    this.#claims = options.claims
    this.#steps = storySteps()
  }

  /** How many steps there are in all. */
  get length(): number {
    return this.#steps.length
  }

  /** The offering: thirty buyers, the dollars raised, and the pair opened by the issuer. */
  async sell(progress: Progress): Promise<void> {
    const { currency, offering } = this.#deployment
    const issuer = person('issuer')
    this.#now = Number((await this.#chain.getBlock()).timestamp)
    const opens = Date.parse(ALEX.offering.opens)
    const between = (Date.parse(ALEX.offering.closes) - opens) / (BUYERS.length + 2)
    for (const [i, { name, tokens }] of BUYERS.entries()) {
      progress.at(i, BUYERS.length, name)
      const buyer = person(name).address
      const cost = tokens.reduce((sum, lot) => sum + BigInt(lot) * ALEX.offering.price, 0n)
      this.#at(new Date(opens + between * (i + 1)).toISOString())
      await this.#send(call(issuer.address, currency, erc20Abi, 'transfer', [buyer, cost]))
      await this.#approve(buyer, currency, offering)
      for (const lot of tokens) await this.#send(call(buyer, offering, offeringAbi, 'buy', [whole(lot), []]))
    }
    this.#at(ALEX.pair.at)
    await this.#pool(issuer.address, whole(ALEX.pair.tokens), parseEther(String(ALEX.pair.ether)))
  }

  /** Everything that happens up to a date. */
  async playUntil(date: string, progress: Progress): Promise<void> {
    const until = Date.parse(date)
    while (this.#next < this.#steps.length) {
      const step = this.#steps[this.#next] as Step
      if (Date.parse(step.at) > until) break
      progress.at(this.#next, this.#steps.length, `${step.at.slice(0, 10)} ${step.who}`)
      const together = this.#steps
        .slice(this.#next)
        .filter(({ block }) => block !== undefined && block === step.block)
      if (together.length > 1) await this.#together(together)
      else await this.#play(step)
      this.#next += Math.max(1, together.length)
    }
    // An empty block carries the clock to the date, and two more make the one before it final.
    this.#at(date)
    for (let i = 0; i < 3; i++) await this.#mine()
  }

  async #play(step: Step): Promise<void> {
    this.#at(step.at)
    for (const one of await this.#calls(step)) await this.#send(one)
  }

  /** Steps that must share a block: what they need is approved in blocks before it. */
  async #together(steps: readonly Step[]): Promise<void> {
    this.#at((steps[0] as Step).at)
    const calls = (await Promise.all(steps.map((step) => this.#calls(step)))).flat()
    await this.#chain.setAutomine(false)
    const hashes: Hex[] = []
    for (const one of calls)
      hashes.push(
        await this.#chain.sendTransaction({ account: one.from, to: one.to, data: one.data, gas: GAS }),
      )
    await this.#mine()
    await this.#chain.setAutomine(true)
    for (const hash of hashes) await this.#receipt(hash)
  }

  async #calls(step: Step): Promise<Call[]> {
    const d = this.#deployment
    const me = person(step.who).address
    const path = [required(d.counterAsset, 'counterAsset'), d.token]
    switch (step.do) {
      case 'buy': {
        const ether = parseEther('500')
        const args = [whole(step.tokens), path, me, NEVER]
        return [{ ...call(me, d.router, routerAbi, 'swapETHForExactTokens', args), value: ether }]
      }
      case 'sell':
        await this.#approve(me, d.token, d.router)
        return [
          call(me, d.router, routerAbi, 'swapExactTokensForETH', [
            whole(step.tokens),
            ANY,
            path.toReversed(),
            me,
            NEVER,
          ]),
        ]
      case 'pool':
        await this.#pool(me, whole(step.tokens), parseEther('500'))
        return []
      case 'unpool': {
        await this.#approve(me, d.pair, d.router)
        const units = await this.#share(d.pair, me, step.part)
        return [call(me, d.router, routerAbi, 'removeLiquidityETH', [d.token, units, ANY, ANY, me, NEVER])]
      }
      case 'stake':
        await this.#approve(me, d.token, d.tokenVault)
        return [call(me, d.tokenVault, stakingVaultAbi, 'stake', [whole(step.tokens)])]
      case 'unstake':
        return [call(me, d.tokenVault, stakingVaultAbi, 'withdraw', [whole(step.tokens)])]
      case 'stakeLp':
        await this.#approve(me, d.pair, d.lpVault)
        return [call(me, d.lpVault, stakingVaultAbi, 'stake', [await this.#share(d.pair, me, step.part)])]
      case 'unstakeLp': {
        const staked = await this.#chain.readContract({
          address: d.lpVault,
          abi: stakingVaultAbi,
          functionName: 'staked',
          args: [me],
        })
        return [call(me, d.lpVault, stakingVaultAbi, 'withdraw', [part(staked, step.part)])]
      }
      case 'send': {
        const amount = step.tokens === 'all' ? await this.#balance(d.token, me) : whole(step.tokens)
        return [call(me, d.token, erc20Abi, 'transfer', [person(step.to).address, amount])]
      }
      case 'sendLp':
        return [
          call(me, d.pair, erc20Abi, 'transfer', [
            person(step.to).address,
            await this.#share(d.pair, me, step.part),
          ]),
        ]
      case 'link': {
        const wallet = person(step.wallet)
        const signature = await wallet.account.signTypedData(linkConsent(d, me, wallet.address))
        // The sender's own consent is the transaction itself, so only the new wallet signs.
        return [call(me, d.registry, holderRegistryAbi, 'link', [me, wallet.address, '0x', signature])]
      }
      case 'nameRecipient':
        return [call(me, d.registry, holderRegistryAbi, 'nameRecipient', [person(step.recipient).address])]
      case 'claim': {
        const claims = await this.#claims(me)
        const claim = claims.find(({ period }) => period === step.period)
        if (!claim) throw new Error(`${step.who} has nothing to claim for ${step.period}`)
        const args = [
          claim.distribution,
          BigInt(claim.index),
          claim.account,
          BigInt(claim.amount),
          claim.proof,
        ]
        return [call(me, d.distributor, merkleDistributorAbi, 'claim', args)]
      }
      case 'claimOpen': {
        const data = (await this.#open(me)).map((claim) => claim.call.data)
        return data.length === 0 ? [] : [call(me, d.distributor, merkleDistributorAbi, 'multicall', [data])]
      }
      case 'claimElsewhere':
        return this.#elsewhere(me, person(step.to).address)
      case 'block':
        return [call(me, d.currency, localCurrencyAbi, 'setBlocked', [person(step.whom).address, true])]
    }
  }

  async #open(account: Address): Promise<StoryClaim[]> {
    return (await this.#claims(account)).filter(({ status }) => status === 'open')
  }

  /** A blocked account's claims: what it cannot receive it sends elsewhere; what is of another asset is paid as ever. */
  async #elsewhere(me: Address, to: Address): Promise<Call[]> {
    const { currency, distributor } = this.#deployment
    const calls: Call[] = []
    for (const { asset, call: own, distribution, index, amount, proof } of await this.#open(me)) {
      if (asset.address !== currency) {
        calls.push({ from: me, ...own })
        continue
      }
      const refused = await this.#chain.call({ account: me, ...own }).then(
        () => false,
        () => true,
      )
      if (!refused) throw new Error('a blocked account was paid, but the story says it cannot be')
      const args = [distribution, BigInt(index), to, BigInt(amount), proof]
      calls.push(call(me, distributor, merkleDistributorAbi, 'claimTo', args))
    }
    return calls
  }

  async #pool(from: Address, tokens: bigint, ether: bigint): Promise<Hex> {
    const { token, router } = this.#deployment
    await this.#approve(from, token, router)
    const add = call(from, router, routerAbi, 'addLiquidityETH', [token, tokens, ANY, ANY, from, NEVER])
    return this.#send({ ...add, value: ether })
  }

  async #approve(owner: Address, token: Address, spender: Address): Promise<void> {
    const key = `${owner} ${token} ${spender}`
    if (this.#approved.has(key)) return
    await this.#send(call(owner, token, erc20Abi, 'approve', [spender, maxUint256]))
    this.#approved.add(key)
  }

  async #send({ from, to, data, value = 0n }: Call): Promise<Hex> {
    await this.#tick()
    const hash = await this.#chain.sendTransaction({ account: from, to, data, value, gas: GAS })
    await this.#receipt(hash)
    return hash
  }

  async #receipt(hash: Hex): Promise<void> {
    const receipt = await this.#chain.waitForTransactionReceipt({ hash })
    if (receipt.status !== 'success') throw new Error(`a step of the story reverted: transaction ${hash}`)
  }

  async #mine(): Promise<void> {
    await this.#tick()
    await this.#chain.mine({ blocks: 1 })
  }

  /** The next block's time: never earlier than the story's date, and a slot after the block before it. */
  #at(date: string): void {
    this.#now = Math.max(this.#now, Date.parse(date) / 1000 - SLOT)
  }

  async #tick(): Promise<void> {
    this.#now += SLOT
    await this.#chain.setNextBlockTimestamp({ timestamp: BigInt(this.#now) })
  }

  async #balance(token: Address, owner: Address): Promise<bigint> {
    return this.#chain.readContract({
      address: token,
      abi: erc20Abi,
      functionName: 'balanceOf',
      args: [owner],
    })
  }

  async #share(token: Address, owner: Address, share: Fraction): Promise<bigint> {
    return part(await this.#balance(token, owner), share)
  }
}

/** Seconds between two blocks that belong together. */
const SLOT = 12
/** Enough for any step, given so that the chain need not estimate. */
const GAS = 6_000_000n

function storySteps(): Step[] {
  const buyers = BUYERS.flatMap(({ name, steps }) =>
    steps.map(({ by, ...step }) => ({ ...step, who: by ?? name }) as Step),
  )
  const known = new Set(PEOPLE)
  const later = [...LATER_STEPS, ...marketTrades(LATER_MARKET)]
  const steps = [...buyers, ...MARKET_STEPS, ...CLAIM_STEPS, ...marketTrades(), ...later]
  for (const { who } of steps)
    if (!known.has(who)) throw new Error(`${who} acts in the story but is not in PEOPLE`)
  // Sorting is stable: what happens at one time keeps the order in which it is told.
  return steps.sort((a, b) => Date.parse(a.at) - Date.parse(b.at))
}

function part(of: bigint, [numerator, denominator]: Fraction): bigint {
  return (of * BigInt(numerator)) / BigInt(denominator)
}

function call(
  from: Address,
  to: Address,
  abi: Abi | readonly unknown[],
  functionName: string,
  args: readonly unknown[],
): Call {
  return { from, to, data: encodeFunctionData({ abi: abi as Abi, functionName, args }) }
}

function required<T>(value: T | null | undefined, name: string): T {
  if (value === null || value === undefined)
    throw new Error(`the deployment names no ${name}, and the story needs one`)
  return value
}
