import { type Hex, toEventSelector } from 'viem'
import type { Deployment, RawLog } from '../disbursement/index.ts'

// What can be counted in the logs without any ledger: events, and what became of the issuer's distributions.

export type Distribution = {
  claims: number
  status: 'ACTIVE' | 'CANCELLED' | 'SWEPT'
  /** Unix seconds of its cancellation or sweep. */
  endedAt: bigint | null
}

const TRANSFER = toEventSelector('Transfer(address,address,uint256)')
const APPROVAL = toEventSelector('Approval(address,address,uint256)')
const SWAP = toEventSelector('Swap(address,uint256,uint256,uint256,uint256,address)')
const PUBLISHED = toEventSelector('Published(bytes32,address,address,bytes32,bytes32,uint256,bytes32)')
const OPENED = toEventSelector('Opened(bytes32,bytes32,uint256,bytes32,uint256)')
const CLAIMED = toEventSelector('Claimed(bytes32,address,uint256,uint256)')
const CLAIMED_TO = toEventSelector('ClaimedTo(bytes32,address,uint256,address,uint256)')
const PUSHED = toEventSelector('Pushed(bytes32,uint256,(address,uint256)[])')
const CANCELLED = toEventSelector('Cancelled(bytes32,uint256)')
const SWEPT = toEventSelector('Swept(bytes32,uint256)')

export class Counter {
  readonly #deployment: Deployment
  readonly #counts = { transfers: 0, swaps: 0, claims: 0 }
  #distributions = new Map<Hex, Distribution>()
  #lastEvent = 0

  constructor(deployment: Deployment) {
    this.#deployment = deployment
  }

  /** What there is by now; later logs do not change it. */
  snapshot(): {
    counts: { transfers: number; swaps: number; claims: number }
    distributions: Map<Hex, Distribution>
    lastEvent: number
  } {
    return { counts: { ...this.#counts }, distributions: this.#distributions, lastEvent: this.#lastEvent }
  }

  /** @param time the log's block's, in unix seconds */
  count({ address, topics, data, blockNumber }: RawLog, time: bigint): void {
    const { token, pair, distributor, issuer } = this.#deployment
    const [topic, id, second] = topics
    if (address === token && topic === TRANSFER) this.#counts.transfers++
    else if (address === pair && topic === SWAP) this.#counts.swaps++
    else if (address === distributor && id !== undefined) {
      const isOurs = topic === PUBLISHED && second?.endsWith(issuer.slice(2))
      const isShard = topic === OPENED && second !== undefined && this.#distributions.has(second)
      if (isOurs || isShard) this.#set(id, { claims: 0, status: 'ACTIVE', endedAt: null })
      const known = this.#distributions.get(id)
      if (known === undefined) return
      const paid =
        topic === PUSHED ? bits(BigInt(data.slice(0, 66))) : Number(topic === CLAIMED || topic === CLAIMED_TO)
      this.#counts.claims += paid
      if (paid > 0) this.#set(id, { ...known, claims: known.claims + paid })
      if (topic === CANCELLED) this.#set(id, { ...known, status: 'CANCELLED', endedAt: time })
      if (topic === SWEPT) this.#set(id, { ...known, status: 'SWEPT', endedAt: time })
    }
    // Whoever may spend what is no event of the program, and neither is what others publish.
    if (topic !== APPROVAL) this.#lastEvent = Number(blockNumber)
  }

  #set(id: Hex, distribution: Distribution): void {
    this.#distributions = new Map(this.#distributions).set(id, distribution)
  }
}

/** How many bits are set. */
const bits = (n: bigint): number => n.toString(2).replaceAll('0', '').length
