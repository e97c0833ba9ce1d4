import { type Action, type Move, type Opening, type Part, type To, WHOLE, type What } from './actions.ts'
import { ACTORS, type Party } from './stage.ts'

// A seeded random program: what people, traders and attackers do, several transactions a block. Pure: one seed, one program.

/** Numbers from a seed: mulberry32. */
export const dice = (seed: number): (() => number) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** @returns `count` actions and, between them, the ends of blocks of one to fourteen */
export const generate = (seed: number, count: number): Action[] => new Generator(seed).program(count)

class Generator {
  readonly #roll: () => number
  /** How the labels so far may end. */
  readonly #published: { label: number; leaves: number; shards: number; open: Opening }[] = []
  readonly #linked: [Party, Party][] = []
  readonly #stakers: [Party, What][] = []
  readonly #allowed: { by: Party; what: What; spender: Party }[] = []

  constructor(seed: number) {
    this.#roll = dice(seed)
  }

  program(count: number): Action[] {
    const actions: Action[] = []
    for (let done = 0; done < count; ) {
      const here = Math.min(1 + this.#below(this.#roll() < 0.3 ? 3 : 14), count - done)
      for (let i = 0; i < here; i++) actions.push(this.#action(done + i < 30))
      done += here
      actions.push({ do: 'mine', seconds: this.#roll() < 0.9 ? 12 : 1 + this.#below(100_000) })
    }
    return actions
  }

  #action(early: boolean): Action {
    const weighted: [number, () => Action][] = [
      [early ? 40 : 9, () => ({ ...this.#buy(), by: this.#person() })],
      [
        early ? 15 : 2,
        () => ({ do: 'transfer', what: 'token', to: this.#actor(), part: this.#below(2000), by: 'issuer' }),
      ],
      [
        2,
        () => ({
          do: 'transfer',
          what: 'token',
          to: this.#actor(),
          part: this.#below(20_000),
          by: 'treasury',
        }),
      ],
      [11, () => ({ ...this.#transfer(), by: this.#person() })],
      [13, () => ({ ...this.#swap(), by: this.#person() })],
      [10, () => ({ ...this.#add(), by: this.#person() })],
      [8, () => ({ ...this.#remove(), by: this.#person() })],
      [6, () => ({ ...this.#byHand(), by: this.#person() })],
      [9, () => this.#sendUnits()],
      [10, () => this.#staking()],
      [4, () => this.#link()],
      [
        2,
        () => ({
          do: 'recipient',
          by: this.#person(),
          recipient: this.#roll() < 0.3 ? 'zero' : this.#actor(),
        }),
      ],
      [2, () => ({ do: 'fee', on: this.#roll() < 0.7 })],
      [5, () => this.#allowance()],
      [4, () => this.#publish()],
      [8, () => this.#settle()],
      [2, () => this.#distribute()],
      [7, () => this.#together()],
      // Before there is a pool, things may lie in the pair already.
      [early ? 4 : 0, () => ({ ...this.#early(), by: this.#person() })],
    ]
    let left = this.#roll() * weighted.reduce((sum, [weight]) => sum + weight, 0)
    for (const [weight, action] of weighted) {
      left -= weight
      if (left < 0) return action()
    }
    throw new Error('the dice rolled too high')
  }

  #below(n: number): number {
    return Math.floor(this.#roll() * n)
  }

  #pick<T>(list: readonly T[]): T {
    return list[this.#below(list.length)] as T
  }

  /** All of it, nothing, or something odd between. */
  #part(most: Part = WHOLE): Part {
    const kind = this.#roll()
    if (kind < 0.12) return most
    return kind < 0.15 ? 0 : this.#below(most)
  }

  #actor(): number {
    return this.#below(ACTORS)
  }

  /** Whoever acts: mostly one of the actors. */
  #person(): Party {
    return this.#roll() < 0.92
      ? this.#actor()
      : this.#pick<Party>(['batch', 'batch', 'issuer', 'treasury', 'feeTo'])
  }

  #anybody(): Party {
    return this.#roll() < 0.7
      ? this.#actor()
      : this.#pick<Party>([
          'batch',
          'pair',
          'tokenVault',
          'lpVault',
          'distributor',
          'issuer',
          'treasury',
          'feeTo',
          'burn',
          'zero',
        ])
  }

  #what(): What {
    return this.#roll() < 0.5 ? 'token' : 'lp'
  }

  #buy(): Move {
    return { do: 'buy', tokens: 1 + this.#below(15_000), odd: this.#below(1000) }
  }

  #transfer(): Move {
    return { do: 'transfer', what: 'token', to: this.#anybody(), part: this.#part() }
  }

  #swap(): Move {
    if (this.#roll() < 0.15) {
      return {
        do: 'nudge',
        sell: this.#roll() < 0.7 ? 'token' : 'other',
        part: this.#nearTheGuard(),
        to: this.#actor(),
      }
    }
    return this.#roll() < 0.5
      ? { do: 'swap', sell: 'token', part: this.#part(500_000), to: this.#actor() }
      : { do: 'swap', sell: 'other', part: this.#part(10_000), to: this.#actor() }
  }

  /** About as far as the guard of the basis lets a deposit be from the price of the block before: mostly 1.5% to 3.5%. */
  #nearTheGuard(): Part {
    return this.#roll() < 0.7 ? 15_000 + this.#below(20_000) : this.#below(40_000)
  }

  #add(): Move {
    const move: Move = { do: 'add', part: this.#part(), other: this.#part(50_000), to: this.#receiver() }
    return this.#roll() < 0.5 ? move : { ...move, eth: true }
  }

  #remove(): Move {
    const move: Move = { do: 'remove', part: this.#part(), to: this.#receiver() }
    return this.#roll() < 0.5 ? move : { ...move, eth: true }
  }

  #receiver(): To {
    return this.#roll() < 0.8 ? 'me' : this.#anybody()
  }

  /** What routers do, by hand, so that others come between. */
  #byHand(): Move {
    const way = this.#roll()
    if (way < 0.35)
      return { do: 'mint', part: this.#part(250_000), other: this.#part(1000), to: this.#receiver() }
    if (way < 0.65) return { do: 'burn', part: this.#part(), to: this.#receiver() }
    if (way < 0.8) return { do: 'skim', to: this.#anybody() }
    return way < 0.9 ? { do: 'sync' } : { do: 'donate', other: this.#part(1000) }
  }

  #early(): Move {
    const way = this.#roll()
    if (way < 0.35) return { do: 'donate', other: 1 + this.#below(100) }
    if (way < 0.7) return { do: 'transfer', what: 'token', to: 'pair', part: this.#part(10_000) }
    return { do: 'sync' }
  }

  #sendUnits(): Action {
    const between = this.#linked.length > 0 && this.#roll() < 0.4 ? this.#pick(this.#linked) : null
    const [by, to] = between ?? [this.#person(), this.#anybody()]
    return { do: 'transfer', what: 'lp', to, part: this.#part(), by }
  }

  #staking(): Action {
    if (this.#stakers.length === 0 || this.#roll() < 0.55) {
      const [by, what] = [this.#person(), this.#what()]
      this.#stakers.push([by, what])
      return { do: 'stake', what, part: this.#part(), by }
    }
    const [by, what] = this.#pick(this.#stakers)
    return { do: 'withdraw', what, part: this.#part(), by }
  }

  #link(): Action {
    // Contracts are linked too, and now and then somebody who never weighs.
    const anyone = (): Party =>
      this.#roll() < 0.9 ? this.#actor() : this.#pick<Party>(['batch', 'batch', 'feeTo', 'treasury'])
    const [existing, wallet] = [anyone(), anyone()]
    this.#linked.push([existing, wallet], [wallet, existing])
    return { do: 'link', existing, wallet, by: this.#roll() < 0.5 ? 'existing' : 'wallet' }
  }

  #allowance(): Action {
    if (this.#allowed.length === 0 || this.#roll() < 0.45) {
      const [by, what, spender] = [
        this.#person(),
        this.#what(),
        this.#roll() < 0.4 ? 'batch' : this.#actor(),
      ] as const
      this.#allowed.push({ by, what, spender })
      return { do: this.#roll() < 0.5 ? 'approve' : 'permit', by, what, spender, part: this.#part() }
    }
    const { by: from, what, spender } = this.#pick(this.#allowed)
    return { do: 'pull', what, from, to: this.#anybody(), part: this.#part(), by: spender }
  }

  #leaves(): [Party, number][] {
    const count = 1 + this.#below(5)
    return Array.from({ length: count }, () => [
      this.#roll() < 0.9 ? this.#actor() : 'batch',
      this.#below(1000),
    ])
  }

  #publish(): Action {
    const label = this.#published.length
    const leaves = this.#leaves()
    // Now and then more than one shard.
    const crowd = this.#roll() < 0.03 ? 125 + this.#below(20) : 0
    const open = this.#pick<Opening>(['ever', 'ever', 'minute', 'never'])
    this.#published.push({ label, leaves: leaves.length + crowd, shards: crowd === 0 ? 1 : 2, open })
    const by = this.#roll() < 0.85 ? 'issuer' : this.#actor()
    return { do: 'publish', label, by, what: this.#what(), leaves, crowd, open }
  }

  #distribute(): Action {
    const label = this.#published.length
    const leaves = this.#leaves()
    this.#published.push({ label, leaves: leaves.length, shards: 1, open: 'ever' })
    return { do: 'distribute', label, what: this.#what(), leaves, mask: this.#below(8) }
  }

  /** What is likely to come of a distribution; anything may be tried. */
  #settle(): Action {
    if (this.#published.length === 0) return this.#publish()
    const recent = this.#published.slice(-8)
    const { label, leaves, shards, open } = this.#pick(this.#roll() < 0.7 ? recent : this.#published)
    const likely = this.#roll() < 0.85
    const kind = this.#roll()
    if (shards > 1 && kind < 0.3) return { do: 'open', label, shard: this.#below(shards) }
    if (kind < (likely && open === 'never' ? 0.6 : 0.1)) return { do: 'cancel', label }
    if (kind < (likely && open === 'minute' ? 0.5 : 0.2)) return { do: 'sweep', label }
    if (kind > 0.85) return { do: 'push', label, shard: this.#below(shards) }
    const way = this.#pick(['claim', 'claim', 'claimTo', 'claimBySig', 'claimMany'] as const)
    return { do: 'claim', label, leaf: this.#below(leaves), way, to: this.#anybody() }
  }

  /** The batch contract, a holder like others, does several things in one transaction. */
  #together(): Action {
    const small = (): Part => this.#part(300_000)
    const add = (): Move => ({ do: 'add', part: small(), other: 100_000, to: 'batch' })
    const remove = (): Move => ({ do: 'remove', part: small(), to: 'batch' })
    const sell = (): Move => ({ do: 'swap', sell: 'token', part: small(), to: 'batch' })
    const buyBack = (): Move => ({ do: 'swap', sell: 'other', part: this.#part(1000), to: 'batch' })
    const nudge = (): Move => ({ do: 'nudge', sell: 'token', part: this.#nearTheGuard(), to: 'batch' })
    const stake = (what: What): Move => ({ do: 'stake', what, part: small() })
    const withdraw = (what: What): Move => ({ do: 'withdraw', what, part: small() })
    const give = (what: What): Move => ({ do: 'transfer', what, to: this.#anybody(), part: small() })
    const any = (): Move =>
      this.#pick([
        ...[add, remove, sell, buyBack, () => this.#buy(), () => ({ do: 'sync' }) as Move],
        ...(['token', 'lp'] as const).flatMap((what) => [
          () => stake(what),
          () => withdraw(what),
          () => give(what),
        ]),
        () => ({ do: 'mint', part: small(), other: 10, to: 'batch' }) as Move,
        () => ({ do: 'burn', part: small(), to: this.#actor() }) as Move,
        () => ({ do: 'skim', to: 'batch' }) as Move,
      ])()
    const scripts: (() => Action)[] = [
      // Push the token's price down, add liquidity at that price, and buy back; and up, to remove it there.
      () => ({ do: 'together', moves: [sell(), add(), buyBack()] }),
      () => ({ do: 'together', moves: [buyBack(), remove(), sell()] }),
      ...Array.from({ length: 3 }, () => (): Action => ({ do: 'together', moves: [nudge(), add()] })),
      () => ({ do: 'together', moves: [add(), remove(), add()] }),
      () => ({
        do: 'together',
        moves: [stake('lp'), { do: 'transfer', what: 'lp', to: 'lpVault', part: small() }, stake('lp')],
      }),
      () => ({ do: 'together', moves: Array.from({ length: 1 + this.#below(4) }, any) }),
      () => ({ do: 'together', moves: Array.from({ length: 1 + this.#below(4) }, any) }),
      // With borrowed tokens: staked and taken back, or sent around.
      () => ({
        do: 'together',
        moves: this.#roll() < 0.5 ? [stake('token'), withdraw('token')] : [this.#buy(), give('token')],
        flash: { what: this.#roll() < 0.7 ? 'token' : 'other', part: this.#part(900_000) },
      }),
    ]
    return this.#pick(scripts)()
  }
}
