// One holder's whole history: every transaction that touched what it holds, and what each of them forfeited.
import type { Address, Hex } from 'viem'
import type { Standing } from './accounts.ts'
import type { LedgerBlock, LedgerEvent } from './events.ts'
import type { Ledger, LedgerObserver } from './ledger.ts'

/** What can happen to a holder's wallets. Those that begin with `lp` are about LP units, the others about tokens. */
export type HolderActionKind =
  | 'bought'
  | 'received'
  | 'sent'
  | 'moved'
  | 'staked'
  | 'unstaked'
  | 'lpReceived'
  | 'lpSent'
  | 'lpMoved'
  | 'lpStaked'
  | 'lpUnstaked'
  | 'pooled'
  | 'linked'
  | 'recipient'

/** One event as the holder sees it. Amounts in base units of the token, or LP units. */
export type HolderAction = {
  kind: HolderActionKind
  logIndex: number
  /** For `linked`, the custody that the wallet brought along; for `recipient`, 0. */
  amount: bigint
  /** The other side of a transfer, the linked wallet, or the recipient. */
  other: Address | null
  /** By how much the LP basis changed. */
  basis: bigint
}

/** What one transaction did to a holder. */
export type HolderStep = {
  block: bigint
  transaction: Hex
  actions: HolderAction[]
  /** After the transaction. */
  custody: bigint
  basis: bigint
  lots: bigint
  /** The part of the entitlement that was lost at the end of the block because of this transaction. */
  forfeited: bigint
  /** At the end of the block. */
  entitlement: bigint
}

type Pending = HolderStep & { spareBefore: bigint; spareAfter: bigint }

const spareOf = ({ custody, entitlement }: Standing): bigint => custody - entitlement

/**
 * Follows one holder; give it to `Ledger.apply` with every block.
 *
 * A block forfeits its shortfall, entitlement − custody, once all its events have happened. Within the block the spare,
 * custody − entitlement, may fall and rise again: each unit of the shortfall is charged to the transaction that was the
 * last to take the spare below it.
 */
export class HolderTrace implements LedgerObserver {
  readonly steps: HolderStep[] = []
  readonly #ledger: Ledger
  readonly #root: Address
  /** The holder's wallets at the end of the block, for a link counts for the whole of it. */
  #wallets: Address[]
  #own: Set<Address>
  #last: Standing
  #pending: Pending[] = []

  /** @param root the holder's root wallet, in lower case */
  constructor(ledger: Ledger, root: Address) {
    this.#ledger = ledger
    this.#root = root
    this.#wallets = ledger.walletsOf(root)
    this.#own = new Set(this.#wallets)
    this.#last = ledger.standing(this.#wallets)
  }

  opening({ events }: LedgerBlock): void {
    for (const event of events) {
      if (event.kind !== 'link' || event.holder !== this.#root) continue
      this.#wallets.push(event.wallet)
      this.#own.add(event.wallet)
      this.#last = this.#ledger.standing(this.#wallets)
    }
  }

  event(event: LedgerEvent): void {
    if (!this.#concerns(event)) return
    const before = this.#last
    const now = this.#ledger.standing(this.#wallets)
    const action = actionOf(event, this.#own, before, now, this.#ledger)
    if (action === null) return
    const step = this.#stepOf(event)
    this.#last = now
    step.actions.push(action)
    step.custody = now.custody
    step.basis = now.basis
    step.lots = now.lots
    step.spareAfter = spareOf(now)
  }

  closing(): void {
    const standing = this.#ledger.standing(this.#wallets)
    const entitlement = standing.custody < standing.entitlement ? standing.custody : standing.entitlement
    let highest = spareOf(standing)
    for (const step of this.#pending.toReversed()) {
      if (highest >= 0n) break
      const reached = step.spareBefore < 0n ? step.spareBefore : 0n
      if (reached <= highest) continue
      step.forfeited = reached - highest
      highest = reached
    }
    for (const { spareBefore: _, spareAfter: __, ...step } of this.#pending) {
      this.steps.push({ ...step, entitlement })
    }
    this.#pending = []
    this.#last = { ...standing, entitlement }
  }

  /** Leaves most events out before anything is summed. A mint says nothing of who made it. */
  #concerns(event: LedgerEvent): boolean {
    switch (event.kind) {
      case 'transfer':
        return event.amount > 0n && (this.#own.has(event.from) || this.#own.has(event.to))
      case 'stake':
      case 'unstake':
        return event.amount > 0n && this.#own.has(event.account)
      case 'link':
      case 'recipient':
        return event.holder === this.#root
      case 'mint':
        return true
      default:
        return false
    }
  }

  #stepOf({ block, transaction }: LedgerEvent): Pending {
    const current = this.#pending.at(-1)
    if (current?.transaction === transaction) return current
    const { custody, basis, lots } = this.#last
    const spare = current?.spareAfter ?? spareOf(this.#last)
    const step = { block, transaction, actions: [], custody, basis, lots, forfeited: 0n, entitlement: 0n }
    const pending = { ...step, spareBefore: spare, spareAfter: spare }
    this.#pending.push(pending)
    return pending
  }
}

const kindOfTransfer = (
  event: LedgerEvent & { kind: 'transfer' },
  own: ReadonlySet<Address>,
  isLot: boolean,
): HolderActionKind => {
  const [out, into] = [own.has(event.from), own.has(event.to)]
  if (event.of === 'token') return out && into ? 'moved' : out ? 'sent' : isLot ? 'bought' : 'received'
  return out && into ? 'lpMoved' : out ? 'lpSent' : 'lpReceived'
}

const actionOf = (
  event: LedgerEvent,
  own: ReadonlySet<Address>,
  before: Standing,
  now: Standing,
  ledger: Ledger,
): HolderAction | null => {
  const { logIndex } = event
  const basis = now.basis - before.basis
  switch (event.kind) {
    case 'transfer': {
      const kind = kindOfTransfer(event, own, now.lots > before.lots)
      return {
        kind,
        logIndex,
        amount: event.amount,
        other: own.has(event.from) ? event.to : event.from,
        basis,
      }
    }
    case 'stake':
      return {
        kind: event.of === 'token' ? 'staked' : 'lpStaked',
        logIndex,
        amount: event.amount,
        other: null,
        basis,
      }
    case 'unstake':
      return {
        kind: event.of === 'token' ? 'unstaked' : 'lpUnstaked',
        logIndex,
        amount: event.amount,
        other: null,
        basis,
      }
    case 'mint':
      // Somebody else's deposit leaves the basis as it was.
      return basis === 0n ? null : { kind: 'pooled', logIndex, amount: event.token, other: null, basis }
    case 'link': {
      const { balance, staked } = ledger.wallet(event.wallet)
      return { kind: 'linked', logIndex, amount: balance + staked, other: event.wallet, basis }
    }
    case 'recipient':
      return { kind: 'recipient', logIndex, amount: 0n, other: event.recipient, basis }
    default:
      return null
  }
}
