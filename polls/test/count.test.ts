// SPEC section 13: what ballots come to, against a rule written down by itself.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type AskWallet,
  type BallotsFile,
  ballotHash,
  ballotOf,
  count,
  decodeDocument,
  documentBytes,
  documentHash,
  examineBallots,
  hashesIn,
  inOrder,
  type Poll,
  PollError,
  resultOf,
  type StoredBallot,
  sameResult,
  type Weight,
} from '../index.ts'
import { accountOf, hashOf, lower, made, type Plan, planArb, pollOf, weightsArb } from './voting.ts'

const NOBODY: AskWallet = async () => false

/** No two ballots of a poll have the same hash: the API keeps one of each. */
const distinct = (poll: Poll, ballots: readonly StoredBallot[]): StoredBallot[] => {
  const id = documentHash(poll)
  const all = new Map(ballots.map((each) => [ballotHash(poll, ballotOf(id, each)), each]))
  return inOrder(poll, [...all.values()])
}

/** The rule in plain words: of each holder the good ballot of the greatest sequence. */
const expected = async (poll: Poll, weights: readonly Weight[], plans: readonly [Plan, StoredBallot][]) => {
  const sums = poll.options.map(() => 0n)
  const id = documentHash(poll)
  for (const { wallets, weight } of weights) {
    const own = plans
      .filter(([{ flaw }, { voter }]) => flaw === 'none' && wallets.includes(voter))
      .map(([, ballot]) => ({ ...ballot, hash: ballotHash(poll, ballotOf(id, ballot)) }))
      .sort((a, b) =>
        a.sequence === b.sequence ? (a.hash < b.hash ? -1 : 1) : a.sequence < b.sequence ? -1 : 1,
      )
    const last = own.at(-1)
    if (last !== undefined) sums[last.option] = (sums[last.option] ?? 0n) + weight
  }
  return sums
}

const fileOf = async (poll: Poll, weights: Weight[], ballots: StoredBallot[], ask = NOBODY) => {
  const { casts, refused, faults } = await examineBallots(poll, weights, ballots, ask)
  const file: BallotsFile = {
    kind: 'ballots',
    version: 1,
    poll,
    weights,
    leaves: [],
    closingBlock: { number: 99n, hash: hashOf('close'), timestamp: 1_999n },
    ballots,
    refused,
    result: count(poll.options.length, weights, casts),
  }
  return { file, faults, casts }
}

describe('random ballots', () => {
  test('come to the sum of the holders’ last good ones; linked wallets count once, and order does not matter', async () => {
    await fc.assert(
      fc.asyncProperty(weightsArb, fc.array(planArb, { maxLength: 14 }), async (weights, plans) => {
        const poll = pollOf(weights)
        const ballots = await Promise.all(plans.map((plan) => made(poll, plan)))
        // Of ballots with one hash the file has one: a good one stays.
        const seen = new Map<string, [Plan, StoredBallot]>()
        plans.forEach((plan, at) => {
          const ballot = ballots[at] as StoredBallot
          const hash = ballotHash(poll, ballotOf(documentHash(poll), ballot))
          if (!seen.has(hash) || plan.flaw === 'none') seen.set(hash, [plan, ballot])
        })
        const kept = [...seen.values()]
        const own = kept.map(([, ballot]) => ballot)
        const { casts, refused, faults } = await examineBallots(poll, weights, own, NOBODY)
        const result = count(poll.options.length, weights, casts)
        expect(result.options).toEqual(await expected(poll, weights, kept))
        expect(result.options.reduce((sum, each) => sum + each, 0n)).toBe(result.voted)
        expect(result.voted <= result.eligible).toBe(true)
        expect(casts.length + refused.length + faults.length).toBe(own.length)
        const turned = await examineBallots(poll, weights, own.toReversed(), NOBODY)
        expect(count(poll.options.length, weights, turned.casts)).toEqual(result)
        expect(turned.refused).toEqual(refused)
        // Every flaw is found, and nothing else is.
        const voters = new Set(weights.flatMap(({ wallets }) => wallets))
        const good = kept.filter(([{ flaw }, { voter }]) => flaw === 'none' && voters.has(voter))
        expect(casts.length).toBe(good.length)
      }),
      { numRuns: 25, seed: 13 },
    )
  })

  test('make a file that says the same when it is read; any change of it shows', async () => {
    await fc.assert(
      fc.asyncProperty(
        weightsArb,
        fc.array(
          planArb.map((plan) => ({ ...plan, flaw: 'none' as const, voter: plan.voter % 3 })),
          {
            minLength: 1,
            maxLength: 5,
          },
        ),
        fc.nat(),
        async (weights, plans, at) => {
          const poll = pollOf(weights)
          const all = distinct(poll, await Promise.all(plans.map((plan) => made(poll, plan))))
          const voters = new Set(weights.flatMap(({ wallets }) => wallets))
          const { file, faults } = await fileOf(
            poll,
            weights,
            all.filter(({ voter }) => voters.has(voter)),
          )
          expect(faults).toEqual([])
          const bytes = documentBytes(file)
          const read = decodeDocument(bytes)
          expect(read).toEqual(file)
          expect(sameResult(resultOf(file), file.result)).toBe(true)
          expect(hashesIn(file)).toEqual([...hashesIn(file)].sort())
          // One byte flipped: refused, or another document under another hash.
          const changed = new Uint8Array(bytes)
          changed[at % bytes.length] = (changed[at % bytes.length] ?? 0) ^ 1
          try {
            expect(documentHash(decodeDocument(changed))).not.toBe(documentHash(file))
          } catch (error) {
            expect(error).toBeInstanceOf(PollError)
          }
        },
      ),
      { numRuns: 15, seed: 13 },
    )
  })
})

describe('a contract wallet', () => {
  const wallet = lower({ address: `0x${'c'.repeat(40)}` })
  const linked = lower(accountOf(1))
  const weights: Weight[] = [{ holder: linked, wallets: [linked, wallet].sort(), weight: 7n }]
  const poll = pollOf(weights)

  const byWallet = async (sequence: number, option: number): Promise<StoredBallot> => {
    // Its ballot has some owner's signature; whether that is good only the wallet knows.
    const { SIGNER, OPENS } = await import('./voting.ts')
    const { receiptData } = await import('../index.ts')
    const ballot = { poll: documentHash(poll), voter: wallet, option, sequence: BigInt(sequence) }
    const of = { poll: ballot.poll, ballot: ballotHash(poll, ballot), receivedAt: OPENS }
    const receipt = await SIGNER.signTypedData(receiptData(poll, of))
    return {
      voter: wallet,
      option,
      sequence: BigInt(sequence),
      signature: '0x01',
      receivedAt: OPENS,
      receipt,
    }
  }

  test('that stands by its ballot at the close counts', async () => {
    const { file } = await fileOf(poll, weights, [await byWallet(1, 1)], async () => true)
    expect(file.result).toEqual({ options: [0n, 7n, 0n], holders: 1, voted: 7n, eligible: 7n })
  })

  test('that changed its mind leaves the word to the holder’s ballot before', async () => {
    const key = await made(poll, { voter: 1, option: 2, sequence: 1, flaw: 'none' })
    const { file } = await fileOf(poll, weights, inOrder(poll, [key, await byWallet(5, 0)]))
    expect(file.refused.length).toBe(1)
    expect(file.result.options).toEqual([0n, 0n, 7n])
    expect(resultOf(file)).toEqual(file.result)
  })
})

test('a ballot twice in a file is a fault', async () => {
  const voter = lower(accountOf(0))
  const weights = [{ holder: voter, wallets: [voter], weight: 1n }]
  const poll = pollOf(weights)
  const ballot = await made(poll, { voter: 0, option: 0, sequence: 1, flaw: 'none' })
  const { faults } = await examineBallots(poll, weights, [ballot, ballot], NOBODY)
  expect(faults).toMatchObject([{ voter, fault: 'it stands there twice' }])
})
