import { type Address, zeroAddress } from 'viem'
import type { Deployment, Ledger, LedgerBlock, LedgerEvent, LedgerObserver } from '../disbursement/index.ts'

// How often a history met what it is meant to meet: a property that never meets a case proves nothing about it.

export class Cases implements LedgerObserver {
  readonly met = new Map<string, number>()
  readonly #deployment: Deployment
  readonly #ledger: Ledger
  readonly #basis = new Map<Address, bigint>()
  #block: readonly LedgerEvent[] = []
  #at = 0
  #lots = 0
  /** Who was minted LP units last in which transaction, and how many had been before in it. */
  #minted = { transaction: '', to: zeroAddress as Address, before: 0n, mints: 0 }
  #syncs = { transaction: '', count: 0 }

  constructor(deployment: Deployment, ledger: Ledger) {
    this.#deployment = deployment
    this.#ledger = ledger
  }

  meet(what: string, times = 1): void {
    this.met.set(what, (this.met.get(what) ?? 0) + times)
  }

  opening({ events }: LedgerBlock): void {
    this.#block = events
    this.#at = 0
    if (new Set(events.map(({ transaction }) => transaction)).size > 1) this.meet('transactions in one block')
    for (const event of events) if (event.kind === 'link') this.#linking(event)
  }

  event(event: LedgerEvent): void {
    const next = this.#block[++this.#at]
    switch (event.kind) {
      case 'transfer':
        if (event.amount === 0n) this.meet(`${event.of} transfer of zero`)
        if (event.from === event.to) this.meet(`${event.of} to oneself`)
        if (event.of === 'lp') this.#units(event, next)
        else if (this.#isOwn(event.from, event.to)) this.meet('token between linked wallets')
        break
      case 'sync': {
        const count = this.#syncs.transaction === event.transaction ? this.#syncs.count + 1 : 1
        this.#syncs = { transaction: event.transaction, count }
        if (count === 2) this.meet('pool operations in one transaction')
        break
      }
      case 'mint':
        this.#mint(event)
        break
      case 'stake':
      case 'unstake':
        this.meet(`${event.of} ${event.kind}d`)
        break
      case 'recipient':
        this.meet('recipient')
        break
      case 'published':
        this.meet(event.asset === this.#deployment.pair ? 'published LP units' : 'published tokens')
        break
      case 'opened':
        this.meet('shard opened')
        break
      case 'paid':
        this.meet('paid', event.payments.length)
        break
      case 'ended':
        this.meet('cancelled or swept')
        break
      default:
    }
    if (this.#ledger.lots.length > this.#lots) this.meet('lot', this.#ledger.lots.length - this.#lots)
    this.#lots = this.#ledger.lots.length
  }

  closing(): void {
    for (const { holder, custody, entitlement, lots } of this.#ledger.positions()) {
      if (custody < entitlement) this.meet('forfeit')
      if (lots > 0n && custody > lots && entitlement < lots) this.meet('bought back after a forfeit')
      this.#basis.set(holder, this.#ledger.standing([holder]).basis)
    }
  }

  #linking({ holder, wallet }: LedgerEvent & { kind: 'link' }): void {
    this.meet('link')
    const joining = this.#ledger.standing([wallet])
    if (joining.lots > 0n) this.meet('link of a wallet with lots')
    if (joining.basis > 0n) this.meet('link of a wallet with basis')
    if ([holder, wallet].some((each) => this.#deployment.excluded.includes(each)))
      this.meet('link of an excluded wallet')
  }

  #units(
    { from, to, amount, transaction }: LedgerEvent & { kind: 'transfer' },
    next: LedgerEvent | undefined,
  ): void {
    const { pair, lpVault, distributor } = this.#deployment
    if (from === zeroAddress) {
      const mints = this.#minted.transaction === transaction ? this.#minted.mints + 1 : 1
      this.#minted = { transaction, to, before: this.#ledger.standing([to]).basis, mints }
      return
    }
    if (from === pair && to === zeroAddress) this.meet('burn')
    else if (amount > 0n && from === distributor) this.meet('LP units paid out')
    else if (amount > 0n && from !== to && to !== pair && from !== lpVault) {
      const isStake = to === lpVault && next?.kind === 'stake' && next.transaction === transaction
      if (to === lpVault && !isStake) this.meet('LP units to the vault without a stake')
      else if (this.#isOwn(from, to)) this.meet('LP units between linked wallets')
      else if (!isStake) this.meet('LP units to others')
    }
    const [had, has] = [this.#basis.get(this.#root(from)), this.#ledger.standing([from]).basis]
    if (had !== undefined && has < had) this.meet(to === pair ? 'basis removed' : 'basis sent away')
    this.#basis.set(this.#root(from), has)
  }

  #mint(event: LedgerEvent & { kind: 'mint' }): void {
    const { to, before, mints } = this.#minted
    const gained = this.#ledger.standing([to]).basis - before
    if (mints > 1 && this.#ledger.supply.lp > 0n) this.meet('mint after another in one transaction')
    if (gained === event.token && event.token > 0n) this.meet('basis of what was put in')
    else this.meet(gained > 0n ? 'basis of the reference' : 'mint without a basis')
    this.#basis.set(this.#root(to), this.#ledger.standing([to]).basis)
  }

  #root(wallet: Address): Address {
    return this.#ledger.walletsOf(wallet)[0] ?? wallet
  }

  #isOwn(from: Address, to: Address): boolean {
    return from !== to && this.#ledger.walletsOf(from).includes(to)
  }
}

/** What every history of a thousand actions is meant to meet, most of them often. */
export const MUST_MEET = [
  ...[
    'lot',
    'forfeit',
    'bought back after a forfeit',
    'transactions in one block',
    'pool operations in one transaction',
  ],
  ...['token to oneself', 'token transfer of zero', 'token between linked wallets', 'lp transfer of zero'],
  ...['basis of what was put in', 'basis of the reference', 'basis removed', 'basis sent away'],
  ...[
    'mint after another in one transaction',
    'burn',
    'LP units to others',
    'LP units to the vault without a stake',
  ],
  ...[
    'LP units between linked wallets',
    'LP units paid out',
    'link',
    'link of a wallet with lots',
    'recipient',
  ],
  ...[
    'token staked',
    'token unstaked',
    'lp staked',
    'lp unstaked',
    'published tokens',
    'published LP units',
    'paid',
  ],
  ...['cancelled or swept'],
]
