// What people do in the made-up life: transfers and swaps above all, as on a token with a lively pool.

import type { Address } from 'viem'
import { holderRegistryAbi, offeringAbi, personalTokenAbi, stakingVaultAbi } from '../../contracts/abi.ts'
import { linkConsent } from '../../disbursement/index.ts'
import { type Action, type BenchChain, by, type Call, call, FAR, ONE, routerAbi, walletAt } from './chain.ts'
import type { Dice } from './dice.ts'
import { Payouts } from './payouts.ts'

/** Draws what somebody does next; purchases bring people in one after the other. */
export class Actions {
  readonly #chain: BenchChain
  readonly #dice: Dice
  readonly #people: readonly Address[]
  readonly #payouts: Payouts
  readonly #links: { wallet: Address; owner: Address }[] = []
  #bought = 0

  constructor(chain: BenchChain, dice: Dice, people: readonly Address[]) {
    this.#chain = chain
    this.#dice = dice
    this.#people = people
    this.#payouts = new Payouts(chain, dice, () => this.someone())
  }

  get #d() {
    return this.#chain.deployment
  }

  /** A few do much, most do little; only who has bought is there. */
  someone(): Address {
    const known = Math.min(this.#people.length, Math.max(this.#bought, 1))
    return this.#people[Math.floor(this.#dice.chance() ** 2 * known)] as Address
  }

  /** What happens next. */
  async next(): Promise<Action> {
    // First the sale, between whose purchases the market already lives; then a buyer now and then.
    const isNew = this.#bought < this.#people.length
    if (this.#dice.chance() < (isNew ? 0.5 : 0.01)) return this.#purchase()
    const roll = this.#dice.chance()
    if (roll < 0.38) return this.#transfer()
    if (roll < 0.55) return this.#swap(this.#d.counterAsset)
    if (roll < 0.71) return this.#swap(this.#d.token)
    if (roll < 0.77) return this.#stake('token')
    if (roll < 0.82) return this.#withdraw('token')
    if (roll < 0.86) return this.#add()
    if (roll < 0.885) return this.#remove()
    if (roll < 0.905) return this.#sendUnits()
    if (roll < 0.925) return this.#stake('lp')
    if (roll < 0.94) return this.#withdraw('lp')
    if (roll < 0.95) return this.#link()
    if (roll < 0.952) return this.#nameRecipient()
    if (roll < 0.953) return this.#payouts.publish()
    return this.#payouts.claim()
  }

  #balance(asset: Address, of: Address): Call {
    return call(asset, personalTokenAbi, 'balanceOf', [of])
  }

  #purchase(): Action {
    const isNew = this.#bought < this.#people.length
    const person = isNew ? (this.#people[this.#bought++] as Address) : this.someone()
    const amount = BigInt(1 + this.#dice.below(20_000)) * ONE + BigInt(this.#dice.below(1_000))
    const buy = call(this.#d.offering, offeringAbi, 'buy', [amount, []])
    return { reads: [], make: () => by(this.#chain, person, [buy]) }
  }

  #transfer(): Action {
    const link = this.#links[this.#dice.below(this.#links.length)]
    // Mostly between people; now and then to one's own linked wallet, or from it.
    const way = this.#dice.chance()
    const own = link !== undefined && way < 0.1 ? link : null
    const fromWallet = own !== null && way < 0.05
    const from = own === null ? this.someone() : fromWallet ? own.wallet : own.owner
    const to = own === null || fromWallet ? this.someone() : own.wallet
    const { token } = this.#d
    return {
      reads: [this.#balance(token, from)],
      make: ([balance = 0n]) => {
        const send = call(token, personalTokenAbi, 'transfer', [to, this.#dice.part(balance)])
        return fromWallet ? { from, ...send } : by(this.#chain, from, [send])
      },
    }
  }

  #swap(sold: Address): Action {
    const { token, counterAsset, router } = this.#d
    const who = this.someone()
    const path = sold === token ? [token, counterAsset] : [counterAsset, token]
    return {
      reads: [this.#balance(sold, who)],
      make: ([balance = 0n]) => {
        const amount = this.#dice.part(sold === token ? balance / 3n : balance / 500n)
        return by(this.#chain, who, [
          call(router, routerAbi, 'swapExactTokensForTokens', [amount, 0n, path, who, FAR]),
        ])
      },
    }
  }

  #stake(of: 'token' | 'lp'): Action {
    const { token, pair, tokenVault, lpVault } = this.#d
    const who = this.someone()
    const [asset, vault] = of === 'token' ? [token, tokenVault] : [pair, lpVault]
    return {
      reads: [this.#balance(asset, who)],
      make: ([has = 0n]) =>
        has < 1_000n
          ? null
          : by(this.#chain, who, [call(vault, stakingVaultAbi, 'stake', [this.#dice.part(has)])]),
    }
  }

  #withdraw(of: 'token' | 'lp'): Action {
    const { tokenVault, lpVault } = this.#d
    const who = this.someone()
    const vault = of === 'token' ? tokenVault : lpVault
    return {
      reads: [call(vault, stakingVaultAbi, 'staked', [who])],
      make: ([has = 0n]) =>
        has < 1_000n
          ? null
          : by(this.#chain, who, [call(vault, stakingVaultAbi, 'withdraw', [this.#dice.part(has)])]),
    }
  }

  #add(): Action {
    const { token, counterAsset, router } = this.#d
    const who = this.someone()
    return {
      reads: [this.#balance(token, who)],
      make: ([balance = 0n]) => {
        const args = [token, counterAsset, this.#dice.part(balance), 10n * ONE, 0n, 0n, who, FAR]
        return by(this.#chain, who, [call(router, routerAbi, 'addLiquidity', args)])
      },
    }
  }

  #remove(): Action {
    const { token, counterAsset, router, pair } = this.#d
    const who = this.someone()
    return {
      reads: [this.#balance(pair, who)],
      make: ([units = 0n]) => {
        if (units < 1_000n) return null
        const args = [token, counterAsset, this.#dice.part(units), 0n, 0n, who, FAR]
        return by(this.#chain, who, [call(router, routerAbi, 'removeLiquidity', args)])
      },
    }
  }

  #sendUnits(): Action {
    const { pair } = this.#d
    const [who, to] = [this.someone(), this.someone()]
    return {
      reads: [this.#balance(pair, who)],
      make: ([units = 0n]) =>
        units < 1_000n
          ? null
          : by(this.#chain, who, [call(pair, personalTokenAbi, 'transfer', [to, this.#dice.part(units)])]),
    }
  }

  /** A person links a spare wallet, which signs. */
  async #link(): Promise<Action> {
    const wallet = walletAt(this.#links.length)
    const existing = this.someone()
    const signature = await wallet.signTypedData(linkConsent(this.#d, existing, wallet.address))
    const address = wallet.address.toLowerCase() as Address
    this.#links.push({ wallet: address, owner: existing })
    const link = call(this.#d.registry, holderRegistryAbi, 'link', [existing, address, '0x', signature])
    return { reads: [], make: () => by(this.#chain, existing, [link]) }
  }

  #nameRecipient(): Action {
    const [who, recipient] = [this.someone(), this.someone()]
    const name = call(this.#d.registry, holderRegistryAbi, 'nameRecipient', [recipient])
    return { reads: [], make: () => by(this.#chain, who, [name]) }
  }
}
