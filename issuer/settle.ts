// What comes after a publication (SPEC section 9): taking it back before it opens, paying those who have not claimed, and
// fetching home what nobody claimed by the deadline. Each looks at the chain first, so that it can be run again.
import { type Address, encodeFunctionData, type Hex, isAddressEqual } from 'viem'
import { merkleDistributorAbi } from '../contracts/abi.ts'
import {
  type Asset,
  type DistributionTree,
  decodeManifest,
  decodeTerms,
  distributionId,
  distributionTree,
  type Payment,
  paymentsOf,
  shardPayments,
  shardProof,
} from '../disbursement/index.ts'
import { formatAmount } from './amounts.ts'
import { fetchManifest } from './api.ts'
import { type CancelOptions, cancelBySafe, notStanding, requireNotOpen } from './cancelBySafe.ts'
import { type Chain, latestBlock } from './chain.ts'
import { type Published, remainingOf, wordOf } from './events.ts'
import type { Outcome, Say } from './output.ts'
import { flagsOf, type Surroundings } from './program.ts'
import { differs, missing, refused } from './refusal.ts'
import { refusalOf } from './sending.ts'
import type { Secrets, Settings } from './settings.ts'
import { type Found, find, type Key, keyOf, type SettleOptions } from './settlement.ts'
import { addressOf, anySigner, keyIfSet, type Signer } from './signer.ts'
import { transact as send } from './transact.ts'

/** A distribution with what is needed to end it. */
export interface Settlement extends Pick<Surroundings, 'settings' | 'chain'> {
  signer: Signer
  chainId: number
  distributor: Address
  name: string
  asset: Pick<Asset, 'symbol' | 'decimals'>
  published: Key & Pick<Published, 'id'>
  say: Say
}

/** Takes a published period back: everything returns to the issuer, and another can be prepared. Only before it opens. */
export async function cancel(
  settings: Settings,
  secrets: Secrets,
  options: CancelOptions,
  say: Say,
): Promise<Outcome> {
  if (options.safe) return cancelBySafe(settings, options)
  const found = await open(settings, secrets, options, say)
  if (found.settlement === null) return notStanding(found)
  const { settlement } = found
  const { chain, published, signer, asset, name, distributor } = settlement
  const address = addressOf(signer)
  if (!isAddressEqual(address, published.issuer)) {
    throw refused(
      `only the issuer ${published.issuer} can cancel, and the key is that of ${address}; for a Safe give --safe`,
    )
  }
  await requireNotOpen(chain, name, published)
  const returned = remainingOf(await wordOf(chain, distributor, published.id))
  const transaction = await transact(settlement, 'cancelling', {
    functionName: 'cancel',
    args: [keyOf(published)],
  })
  const text = `${name} is cancelled: ${money(returned, asset)} went back to ${published.issuer}. Prepare it again with prepare ${flagsOf(found.period)}`
  return outcome('cancel', name, published.id, [transaction], { returned }, text)
}

/** Pays everybody who has not claimed, shard by shard; shards nobody opened are opened first. Anybody may. */
export async function push(
  settings: Settings,
  secrets: Secrets,
  options: SettleOptions,
  say: Say,
): Promise<Outcome> {
  const { settlement, name } = await open(settings, secrets, options, say)
  if (settlement === null) throw refused(`${name} is not published, so there is nobody to pay`)
  const { chain, published } = settlement
  const { opensAt } = decodeTerms(published.terms)
  const { timestamp } = await latestBlock(chain)
  if (timestamp < opensAt) throw refused(`${name} opens at ${time(opensAt)}: nobody can be paid before`)
  return pushAll(settlement, await leavesOf(settings, found(settlement), name))
}

/** @param payments the distribution's leaves; they must lead to its root */
export async function pushAll(settlement: Settlement, payments: readonly Payment[]): Promise<Outcome> {
  const { published, asset, name, say } = settlement
  const tree = distributionTree(payments)
  if (tree.root !== published.root) {
    throw differs(`the manifest's leaves of ${name} lead to ${tree.root}, and ${published.root} is on chain`)
  }
  const transactions: Hex[] = []
  const unpaid: Payment[] = []
  let paid = 0n
  for (const { shard } of tree.shards) {
    const { key, id, opened } = await openShard(settlement, tree, shard)
    transactions.push(...opened)
    const own = shardPayments(payments, shard)
    const before = await waiting(settlement, id, own)
    if (before.length === 0) continue
    say(`shard ${shard + 1} of ${tree.shards.length}: ${before.length} of ${own.length} have not claimed`)
    const call = { functionName: 'push', args: [key, own] } as const
    transactions.push(await transact(settlement, 'paying', call))
    const after = await waiting(settlement, id, own)
    unpaid.push(...after)
    paid += sum(before) - sum(after)
  }
  const left = unpaid.map(({ account }) => `\n  ${account} could not be paid, and keeps its claim`).join('')
  const text = `${name}: ${paid === 0n ? 'nobody was waiting to be paid' : `${money(paid, asset)} paid`}${left}`
  return outcome('push', name, published.id, transactions, { paid, unpaid }, text)
}

/** Fetches home what nobody claimed by the deadline; a period without one is never swept. Anybody may. */
export async function sweep(
  settings: Settings,
  secrets: Secrets,
  options: SettleOptions,
  say: Say,
): Promise<Outcome> {
  const { settlement, name } = await open(settings, secrets, options, say)
  if (settlement === null) throw refused(`${name} is not published, so there is nothing to sweep`)
  const { deadline } = decodeTerms(settlement.published.terms)
  if (deadline === 0n) throw refused(`${name} has no deadline: what is not claimed waits for ever`)
  return sweepAll(settlement, () => leavesOf(settings, found(settlement), name))
}

/** @param leaves asked for only where shards may have been opened, which are swept one by one */
export async function sweepAll(
  settlement: Settlement,
  leaves: () => Promise<readonly Payment[]>,
): Promise<Outcome> {
  const { chain, distributor, published, asset, name } = settlement
  const { deadline } = decodeTerms(published.terms)
  const { timestamp } = await latestBlock(chain)
  if (timestamp <= deadline)
    throw refused(`${name} can be claimed until ${time(deadline)}: sweep it after that`)
  const transactions: Hex[] = []
  let swept = 0n
  const end = async (id: Hex, call: Call) => {
    const left = remainingOf(await wordOf(chain, distributor, id))
    if (left === 0n) return
    transactions.push(await transact(settlement, 'sweeping', call))
    swept += left
  }
  await end(published.id, { functionName: 'sweep', args: [keyOf(published)] })
  const tree = distributionTree(await leaves())
  if (tree.parent !== null) {
    for (const { root } of tree.shards) {
      const id = distributionId(shardKey(published, root))
      await end(id, { functionName: 'sweepShard', args: [keyOf(published), root] })
    }
  }
  const text =
    swept === 0n
      ? `${name}: nothing is left to sweep`
      : `${name}: ${money(swept, asset)} went back to the issuer`
  return outcome('sweep', name, published.id, transactions, { swept }, text)
}

/** The same with whoever signs. */
async function open(
  settings: Settings,
  secrets: Secrets,
  options: SettleOptions,
  say: Say,
): Promise<Pick<Found, 'name' | 'period' | 'taken'> & { settlement: Standing | null }> {
  const key = keyIfSet(secrets, settings)
  const { name, period, taken, surroundings, asset, published } = await find(settings, options)
  const { chain, deployment } = surroundings
  const signer = await anySigner(key, settings, deployment)
  if (published === null) return { name, period, taken, settlement: null }
  const { chainId, distributor } = deployment
  const settlement = { settings, chain, signer, chainId, distributor, name, asset, published, say }
  return { name, period, taken, settlement }
}

type Standing = Settlement & { published: Published }

const found = ({ published }: { published: Published }): Published => published

async function leavesOf(
  { apiUrl }: Settings,
  { manifestHash }: Published,
  name: string,
): Promise<readonly Payment[]> {
  const bytes = await fetchManifest(apiUrl, manifestHash)
  if (bytes === null) throw missing(`the API has no manifest ${manifestHash} of ${name}: run publish again`)
  return paymentsOf(decodeManifest(bytes))
}

/** A shard is a distribution whose terms are its parent's id. */
const shardKey = (parent: Settlement['published'], root: Hex): Key => ({
  ...keyOf(parent),
  terms: parent.id,
  root,
})

async function openShard(
  settlement: Settlement,
  tree: DistributionTree,
  shard: number,
): Promise<{ key: Key; id: Hex; opened: Hex[] }> {
  const { published, chain, distributor } = settlement
  const way = shardProof(tree.shards, tree.parent, shard)
  if (way === null) return { key: keyOf(published), id: published.id, opened: [] }
  const { root, total, proof } = way
  const key = shardKey(published, root)
  const id = distributionId(key)
  if ((await wordOf(chain, distributor, id)) !== 0n) return { key, id, opened: [] }
  const call = { functionName: 'open', args: [keyOf(published), BigInt(shard), root, total, proof] } as const
  return { key, id, opened: [await transact(settlement, `opening shard ${shard + 1}`, call)] }
}

/** Those of a shard's leaves whose flag is not set. */
async function waiting(
  { chain, distributor }: { chain: Chain; distributor: Address },
  id: Hex,
  own: readonly Payment[],
): Promise<Payment[]> {
  const flags = (await wordOf(chain, distributor, id)) >> 128n
  return own.filter((_, index) => ((flags >> BigInt(index)) & 1n) === 0n)
}

type Call =
  | { readonly functionName: 'cancel' | 'sweep'; readonly args: readonly [Key] }
  | { readonly functionName: 'sweepShard'; readonly args: readonly [Key, Hex] }
  | { readonly functionName: 'push'; readonly args: readonly [Key, readonly Payment[]] }
  | {
      readonly functionName: 'open'
      readonly args: readonly [Key, bigint, Hex, bigint, readonly Hex[]]
    }

/** Simulates, signs, sends, and waits. @returns the transaction's hash */
async function transact(settlement: Settlement, doing: string, call: Call): Promise<Hex> {
  const { settings, chain, signer, chainId, distributor, say } = settlement
  const account = addressOf(signer)
  const data = encodeFunctionData({ abi: merkleDistributorAbi, ...call } as Parameters<
    typeof encodeFunctionData
  >[0])
  try {
    await chain.call({ account, to: distributor, data })
  } catch (error) {
    throw refusalOf(error, account)
  }
  say(doing)
  const by = { rpcUrl: settings.rpcUrl, chain, chainId, signer }
  const { transactionHash } = await send(by, { to: distributor, data }, 'this')
  return transactionHash
}

const sum = (payments: readonly Payment[]) => payments.reduce((all, { amount }) => all + amount, 0n)
const time = (seconds: bigint) => new Date(Number(seconds) * 1000).toISOString().replace('.000Z', 'Z')
const money = (amount: bigint, { symbol, decimals }: Pick<Asset, 'symbol' | 'decimals'>) =>
  `${formatAmount(amount, decimals)} ${symbol}`

function outcome(
  did: 'cancel' | 'push' | 'sweep',
  period: string,
  id: Hex,
  transactions: readonly Hex[],
  figures: object,
  text: string,
): Outcome {
  return { json: { did, period, id, transactions, ...figures }, text: [text, ...transactions].join('\n') }
}
