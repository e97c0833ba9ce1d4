import { StandardMerkleTree } from '@openzeppelin/merkle-tree'
import { type Address, keccak256, toHex } from 'viem'
import { merkleDistributorAbi } from '../../contracts/abi.ts'
import { encodeTerms } from '../../disbursement/index.ts'
import { type Action, type BenchChain, call } from './chain.ts'
import type { Dice } from './dice.ts'

/** Leaves of one distribution: one shard. */
const PAID = 128

type Payout = { key: object; tree: StandardMerkleTree<string[]>; left: number[] }

/** What the issuer pays out, and who has not claimed it yet. */
export class Payouts {
  readonly #chain: BenchChain
  readonly #dice: Dice
  readonly #someone: () => Address
  readonly #all: Payout[] = []

  constructor(chain: BenchChain, dice: Dice, someone: () => Address) {
    this.#chain = chain
    this.#dice = dice
    this.#someone = someone
  }

  get #d() {
    return this.#chain.deployment
  }

  /** The issuer pays as many as one shard holds, by turns in the currency and in LP units. */
  publish(): Action {
    const { distributor, issuer, pair, currency } = this.#d
    const accounts = [...new Set(Array.from({ length: PAID }, () => this.#someone()))].sort()
    const token = this.#all.length % 2 === 0 ? currency : pair
    const amounts = accounts.map(() => 1_000n + BigInt(this.#dice.below(1_000_000)))
    const values = accounts.map((account, at) => [String(at), account, String(amounts[at])])
    const tree = StandardMerkleTree.of(values, ['uint256', 'address', 'uint256'], { sortLeaves: false })
    const terms = encodeTerms(BigInt(1 + this.#all.length), 0n)
    const total = amounts.reduce((sum, each) => sum + each, 0n)
    const manifest = keccak256(toHex(`manifest ${this.#all.length}`))
    const publish = call(distributor, merkleDistributorAbi, 'publish', [
      ...[token, terms, tree.root, total, manifest],
    ])
    const key = { issuer, token, terms, root: tree.root }
    this.#all.push({ key, tree, left: accounts.map((_, at) => at) })
    return { reads: [], make: () => ({ from: issuer, ...publish }) }
  }

  /** Somebody claims what was published first and waits still. */
  claim(): Action {
    const payout = this.#all.find(({ left }) => left.length > 0)
    if (payout === undefined) return this.publish()
    const [index = 0] = payout.left.splice(this.#dice.below(payout.left.length), 1)
    const [, account = '', amount = ''] = [...payout.tree.entries()][index]?.[1] ?? []
    const args = [payout.key, BigInt(index), account, BigInt(amount), payout.tree.getProof(index)]
    const claim = call(this.#d.distributor, merkleDistributorAbi, 'claim', args)
    return { reads: [], make: () => ({ from: this.#chain.sender, ...claim }) }
  }
}
