// What the distributor contract says of a claim and of a distribution: paid, still there, or nothing left to be had.

import { z } from '@hono/zod-openapi'
import {
  type Address,
  decodeFunctionResult,
  encodeFunctionData,
  getAbiItem,
  type Hex,
  isHex,
  type Log,
  parseEventLogs,
  toEventSelector,
  toHex,
} from 'viem'
import { merkleDistributorAbi } from '../../../contracts/abi.ts'
import { askChain, callTo, LATEST, timestampIn } from './chain.ts'
import { briefly, type Env } from './env.ts'
import { ProblemError } from './problem.ts'

/** A leaf as the contract knows it: `id` is the distribution's, or its shard's with the parent beside it. */
export type Leaf = { id: Hex; parent: Hex | null; index: number; account: Address; block: number }

/**
 * `claimed`: the leaf was paid. `ended`: cancelled by the issuer or swept after the deadline, so that nothing more is paid.
 * Null where the chain cannot be asked, or does not know the distribution.
 */
export type Paid = { claimed: boolean | null; ended: boolean | null }

/** What became of a distribution; one whose accounts were all paid stays `active`. */
export type Standing = 'active' | 'cancelled' | 'swept'

const UNKNOWN: Paid = { claimed: null, ended: null }
const FLAGS = (1n << 128n) - 1n

const wordCall = (distributor: Address, id: Hex) =>
  callTo(distributor, encodeFunctionData({ abi: merkleDistributorAbi, functionName: 'wordOf', args: [id] }))

const wordOf = (data: unknown): bigint => {
  try {
    return decodeFunctionResult({ abi: merkleDistributorAbi, functionName: 'wordOf', data: data as Hex })
  } catch {
    throw new ProblemError('chain-failed', 'The distributor contract did not answer; is it on this chain?')
  }
}

type Words = {
  /** The contract's word of each id: 0 where it knows none. */
  words: Map<Hex, bigint>
  chainTime: number
}

const wordsOf = async (env: Env, distributor: Address, ids: readonly Hex[]): Promise<Words> => {
  const unique = [...new Set(ids)]
  const [block, ...answers] = await askChain(env, [LATEST, ...unique.map((id) => wordCall(distributor, id))])
  const words = new Map(unique.map((id, at) => [id, wordOf(answers[at])]))
  return { words, chainTime: timestampIn(block) }
}

/** Every flag set and nothing left: either ended, or all of 128 leaves were paid. Only the events tell which. */
const seemsEnded = (word: bigint): boolean => word >> 128n === FLAGS && (word & FLAGS) === 0n

const PAYING = ['Claimed', 'ClaimedTo', 'Pushed'] as const
const ENDING = ['Cancelled', 'Swept'] as const

const selectorOf = (name: (typeof PAYING)[number] | (typeof ENDING)[number]): Hex =>
  toEventSelector(getAbiItem({ abi: merkleDistributorAbi, name }))

const hex = z.custom<Hex>((value) => isHex(value))
const logs = z.array(z.object({ topics: z.array(hex), data: hex }))

/** The distributor's events of one id since its block, of the kinds named. */
const eventsOf = async (
  env: Env,
  distributor: Address,
  { id, block }: { id: Hex; block: number },
  names: readonly ((typeof PAYING)[number] | (typeof ENDING)[number])[],
) => {
  const filter = { address: distributor, fromBlock: toHex(block), toBlock: 'latest' }
  const [answer] = await askChain(env, [
    { method: 'eth_getLogs', params: [{ ...filter, topics: [names.map(selectorOf), id] }] },
  ])
  const parsed = logs.safeParse(answer)
  if (!parsed.success)
    throw new ProblemError('chain-failed', 'The chain answered something that is no list of logs')
  const events = parseEventLogs({
    abi: merkleDistributorAbi,
    eventName: [...PAYING, ...ENDING],
    logs: parsed.data as unknown as Log[],
  })
  if (events.length < parsed.data.length)
    throw new ProblemError('chain-failed', 'The chain answered logs that are not the distributor’s')
  return events
}

type Event = Awaited<ReturnType<typeof eventsOf>>[number]

const pays = (event: Event, { account, index }: Leaf): boolean => {
  if (event.eventName === 'Pushed') return (event.args.paid & (1n << BigInt(index))) !== 0n
  if (event.eventName !== 'Claimed' && event.eventName !== 'ClaimedTo') return false
  return event.args.account.toLowerCase() === account
}

const ends = ({ eventName }: Event): boolean => eventName === 'Cancelled' || eventName === 'Swept'

/** Who was paid before the end is in the events alone. */
const fromEvents = async (env: Env, distributor: Address, leaf: Leaf): Promise<Paid> => {
  const events = await eventsOf(env, distributor, leaf, [...PAYING, ...ENDING])
  return { claimed: events.some((event) => pays(event, leaf)), ended: events.some(ends) }
}

const paidOf = async (
  env: Env,
  distributor: Address,
  leaf: Leaf,
  word: bigint,
  parentWord: bigint | null,
): Promise<Paid> => {
  if (word === 0n) {
    if (parentWord === null || parentWord === 0n) return UNKNOWN
    // A shard that was never opened has its budget in the parent, unless the parent ended.
    return { claimed: false, ended: seemsEnded(parentWord) }
  }
  if (seemsEnded(word)) return fromEvents(env, distributor, leaf)
  return { claimed: ((word >> 128n) & (1n << BigInt(leaf.index))) !== 0n, ended: false }
}

const orElse = async <Value>(asking: Promise<Value>, otherwise: Value): Promise<Value> => {
  try {
    return await asking
  } catch (error) {
    if (error instanceof ProblemError) return otherwise
    throw error
  }
}

/**
 * The state of each leaf, in order, and the chain's clock, by which openings count. Never fails: what the chain does not
 * tell is null.
 */
export const paidStates = async (
  env: Env,
  distributor: Address,
  leaves: readonly Leaf[],
): Promise<{ states: Paid[]; chainTime: number | null }> => {
  if (leaves.length === 0) return { states: [], chainTime: null }
  const patient = briefly(env)
  const ids = leaves.flatMap(({ id, parent }) => (parent === null ? [id] : [id, parent]))
  const told = await orElse(wordsOf(patient, distributor, ids), null)
  if (told === null) return { states: leaves.map(() => UNKNOWN), chainTime: null }
  const { words, chainTime } = told
  const states = await Promise.all(
    leaves.map((leaf) => {
      const parentWord = leaf.parent === null ? null : (words.get(leaf.parent) ?? 0n)
      return orElse(paidOf(patient, distributor, leaf, words.get(leaf.id) ?? 0n, parentWord), UNKNOWN)
    }),
  )
  return { states, chainTime }
}

const standingOf = async (
  env: Env,
  distributor: Address,
  distribution: { id: Hex; block: number },
  word: bigint,
): Promise<Standing | null> => {
  if (word === 0n) return null
  if (!seemsEnded(word)) return 'active'
  const [end] = await eventsOf(env, distributor, distribution, ENDING)
  if (end === undefined) return 'active'
  return end.eventName === 'Cancelled' ? 'cancelled' : 'swept'
}

/**
 * What became of each published distribution (no shards), in order.
 * @throws ProblemError chain-* where the chain cannot be asked at all; one it does not know, or will not tell of, is null
 */
export const chainStandings = async (
  env: Env,
  distributor: Address,
  distributions: readonly { id: Hex; block: number }[],
): Promise<(Standing | null)[]> => {
  if (distributions.length === 0) return []
  const { words } = await wordsOf(
    env,
    distributor,
    distributions.map(({ id }) => id),
  )
  return Promise.all(
    distributions.map((each) => orElse(standingOf(env, distributor, each, words.get(each.id) ?? 0n), null)),
  )
}

/**
 * What each published distribution still holds, in base units; shards that were opened hold their own. Ids it does not know
 * are left out.
 * @throws ProblemError chain-*
 */
export const remainders = async (
  env: Env,
  distributor: Address,
  ids: readonly Hex[],
): Promise<{ byId: Map<Hex, bigint>; chainTime: number }> => {
  const { words, chainTime } = await wordsOf(env, distributor, ids)
  const known = [...words].filter(([, word]) => word !== 0n)
  return { byId: new Map(known.map(([id, word]) => [id, word & FLAGS])), chainTime }
}
