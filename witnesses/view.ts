import type { Address, Hex } from 'viem'
import type { What } from './actions.ts'
import type { Call } from './codes.ts'
import { ABI, call, type Party, type Stage } from './stage.ts'

// What everybody has when a block begins, in one question: amounts of actions are parts of it.

type Means = { token: bigint; other: bigint; lp: bigint; staked: bigint; lpStaked: bigint }

export class View {
  readonly #means: Map<Party, Means>
  /** Nonces of permits; each permit made counts on. */
  readonly #nonces: Record<What, Map<Party, bigint>>
  readonly reserves: { token: bigint; other: bigint }

  private constructor(
    means: Map<Party, Means>,
    nonces: Record<What, Map<Party, bigint>>,
    reserves: { token: bigint; other: bigint },
  ) {
    this.#means = means
    this.#nonces = nonces
    this.reserves = reserves
  }

  static async take(stage: Stage, block: number): Promise<View> {
    const { token, counterAsset, pair, tokenVault, lpVault } = stage.deployment
    const calls: Call[] = [call(pair, ABI.pair, 'getReserves')]
    for (const [, address] of stage.parties) {
      calls.push(
        ...[token, counterAsset, pair].map((asset) => ask(asset, 'balanceOf', address)),
        ...[tokenVault, lpVault].map((vault) => ask(vault, 'staked', address)),
        ...[token, pair].map((asset) => ask(asset, 'nonces', address)),
      )
    }
    const [reserves, ...answers] = await stage.chain.census(calls, block)
    const [first, second] = reserves as [bigint, bigint]
    const means = new Map<Party, Means>()
    const nonces = { token: new Map<Party, bigint>(), lp: new Map<Party, bigint>() }
    for (const [at, [party]] of stage.parties.entries()) {
      const own = answers.slice(at * 7, at * 7 + 7).map(([word]) => word) as [
        bigint,
        bigint,
        bigint,
        bigint,
        bigint,
        bigint,
        bigint,
      ]
      means.set(party, { token: own[0], other: own[1], lp: own[2], staked: own[3], lpStaked: own[4] })
      nonces.token.set(party, own[5])
      nonces.lp.set(party, own[6])
    }
    const tokenFirst = token < counterAsset
    return new View(
      means,
      nonces,
      tokenFirst ? { token: first, other: second } : { token: second, other: first },
    )
  }

  of(party: Party): Means {
    return this.#means.get(party) ?? { token: 0n, other: 0n, lp: 0n, staked: 0n, lpStaked: 0n }
  }

  /** The same, with something lent to one of them. */
  lending(party: Party, what: 'token' | 'other', amount: bigint): View {
    const own = this.of(party)
    const means = new Map(this.#means).set(party, { ...own, [what]: own[what] + amount })
    return new View(means, this.#nonces, this.reserves)
  }

  /** The nonce for the next permit. */
  nextNonce(what: What, party: Party): bigint {
    const nonce = this.#nonces[what].get(party) ?? 0n
    this.#nonces[what].set(party, nonce + 1n)
    return nonce
  }
}

const SELECTORS: Record<'balanceOf' | 'staked' | 'nonces', Hex> = {
  balanceOf: '0x70a08231',
  staked: '0x98807d84',
  nonces: '0x7ecebe00',
}

/** A question about one account; made by hand, for there are many. */
export const ask = (to: Address, what: keyof typeof SELECTORS, account: Address): Call => ({
  to,
  data: `${SELECTORS[what]}${account.slice(2).padStart(64, '0')}`,
})
