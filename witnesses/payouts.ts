import { type Address, type Hex, keccak256, numberToHex, zeroHash } from 'viem'
import {
  claimConsent,
  claimOf,
  type DistributionKey,
  type DistributionTree,
  distributionId,
  distributionTree,
  encodeTerms,
  leaves,
  type Payment,
  SHARD_SIZE,
  shardKey,
} from '../disbursement/index.ts'
import type { Action, Opening } from './actions.ts'
import type { Call } from './codes.ts'
import { ABI, call, FAR, type Party, type Stage } from './stage.ts'
import type { View } from './view.ts'

// The distributions of one program on the stage, by their labels.

type Published = { key: DistributionKey; tree: DistributionTree; by: Party }
type Of<Kind extends Action['do']> = Extract<Action, { do: Kind }>

/** What has to be sent, by whom. */
export type Sending = Call & { by: Party }

export class Payouts {
  readonly #stage: Stage
  readonly #published = new Map<number, Published>()
  /** The leaves of every distribution tried, and of its shards, by id. */
  readonly leavesOf = new Map<Hex, readonly Payment[]>()

  constructor(stage: Stage) {
    this.#stage = stage
  }

  publish(view: View, action: Of<'publish'>): Sending[] {
    const { label, by, what, open, crowd } = action
    const tree = this.#tree(view, by, what, action.leaves, crowd, label)
    if (tree === null) return []
    const key = this.#keep(label, by, what, tree, this.#terms(open, label))
    // A third more than the leaves, so that something is left to sweep.
    const total = tree.total + tree.total / 3n
    const args = [key.token, key.terms, key.root, total, keccak256(numberToHex(label + 1))]
    return [this.#send(by, 'publish', args)]
  }

  distribute(view: View, { label, what, leaves, mask }: Of<'distribute'>): Sending[] {
    const tree = this.#tree(view, 'issuer', what, leaves, 0, label)
    if (tree === null) return []
    const key = this.#keep(label, 'issuer', what, tree, this.#terms('ever', label))
    return [this.#send('issuer', 'distribute', [key.token, key.terms, tree.payments, BigInt(mask), zeroHash])]
  }

  open({ label, shard }: Of<'open'>): Sending[] {
    const { key, tree } = this.#published.get(label) ?? {}
    const found = tree?.parent && tree.payments[shard * SHARD_SIZE]
    if (!key || !tree || !found) return []
    const { shard: way } = claimOf(tree, found.account) ?? {}
    if (way === undefined) return []
    return [this.#send('issuer', 'open', [key, BigInt(shard), way.root, way.total, way.proof])]
  }

  /** By signature and many at once fall back to what the account's key allows. */
  async claim(action: Of<'claim'>): Promise<Sending[]> {
    const { key, tree } = this.#published.get(action.label) ?? {}
    const leaf = tree?.payments[action.leaf % (tree.payments.length || 1)]
    if (!key || !tree || !leaf) return []
    const proven = claimOf(tree, leaf.account)
    if (proven === null) return []
    const { index, proof, shard } = proven
    const d = shard === undefined ? key : shardKey(key, shard.root)
    const { account, amount } = leaf
    const [owner] = this.#stage.parties.find(([, address]) => address === account) ?? []
    const to = this.#stage.address(action.to)
    switch (action.way) {
      case 'claimTo':
        return owner === undefined
          ? []
          : [this.#send(owner, 'claimTo', [d, BigInt(index), to, amount, proof])]
      case 'claimMany': {
        const item = { terms: d.terms, root: d.root, index: BigInt(index), amount, proof }
        return [this.#send('issuer', 'claimMany', [d.issuer, d.token, account, [item]])]
      }
      case 'claimBySig': {
        const signer = owner === undefined ? null : this.#stage.signer(owner)
        if (signer === null) return []
        const { distributor, chainId } = this.#stage.deployment
        const order = {
          id: distributionId(key),
          distribution: key,
          ...leaf,
          index,
          proof,
          shard: shard ?? null,
        }
        const signature = await signer.signTypedData(claimConsent({ distributor, chainId }, order, to, FAR))
        const args = [d, BigInt(index), account, amount, to, proof, FAR, signature]
        return [this.#send('issuer', 'claimBySig', args)]
      }
      case 'claim':
        return [this.#send('issuer', 'claim', [d, BigInt(index), account, amount, proof])]
    }
  }

  push({ label, shard }: Of<'push'>): Sending[] {
    const { key, tree } = this.#published.get(label) ?? {}
    if (!key || !tree) return []
    const root = tree.shards[shard]?.root
    if (root === undefined) return []
    const d = tree.parent === null ? key : shardKey(key, root)
    return [
      this.#send('feeTo', 'push', [d, tree.payments.slice(shard * SHARD_SIZE, (shard + 1) * SHARD_SIZE)]),
    ]
  }

  end({ do: way, label }: Of<'cancel'> | Of<'sweep'>): Sending[] {
    const { key, by } = this.#published.get(label) ?? {}
    return key && by !== undefined ? [this.#send(by, way, [key])] : []
  }

  #send(by: Party, name: string, args: unknown[]): Sending {
    return { by, ...call(this.#stage.deployment.distributor, ABI.distributor, name, args) }
  }

  #terms(open: Opening, label: number): Hex {
    const now = this.#stage.chain.time
    // The label makes every opening another, and so every id.
    if (open === 'never') return encodeTerms(FAR + BigInt(label), 0n)
    return open === 'minute' ? encodeTerms(BigInt(label), now + 60n) : encodeTerms(BigInt(label), 0n)
  }

  #tree(
    view: View,
    by: Party,
    what: 'token' | 'lp',
    parts: readonly [Party, number][],
    crowd: number,
    label: number,
  ): DistributionTree | null {
    const has = view.of(by)[what] / 1_000_000n
    const strangers = Array.from({ length: crowd }, (_, i): Payment => {
      const account = keccak256(numberToHex(label * 1000 + i)).slice(0, 42) as Address
      return { account, amount: BigInt(i + 1) }
    })
    const listed = parts.map(([party, part]) => ({
      account: this.#stage.address(party),
      amount: has * BigInt(part),
    }))
    const list = leaves([...listed, ...strangers])
    return list.length === 0 ? null : distributionTree(list)
  }

  #keep(label: number, by: Party, what: 'token' | 'lp', tree: DistributionTree, terms: Hex): DistributionKey {
    const { token, pair } = this.#stage.deployment
    const key = {
      issuer: this.#stage.address(by),
      token: what === 'token' ? token : pair,
      terms,
      root: tree.root,
    }
    this.#published.set(label, { key, tree, by })
    this.leavesOf.set(distributionId(key), tree.payments)
    return key
  }
}
