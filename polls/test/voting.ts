// Random polls for the tests of SPEC section 13: holders with linked wallets, and ballots of every kind.
import fc from 'fast-check'
import type { Address, Hex } from 'viem'
import { keccak256, toHex } from 'viem'
import { type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import {
  type Ballot,
  ballotData,
  ballotHash,
  documentHash,
  eligibleOf,
  type Poll,
  receiptData,
  type StoredBallot,
  type Weight,
} from '../index.ts'

export const OPENS = 1_000n
export const CLOSES = 2_000n

export const hashOf = (text: string): Hex => keccak256(toHex(text))
const accounts = Array.from({ length: 12 }, (_, at) => privateKeyToAccount(hashOf(`key ${at}`)))
export const SIGNER = privateKeyToAccount(hashOf('signer'))
export const lower = ({ address }: { address: string }): Address => address.toLowerCase() as Address
export const accountOf = (at: number): PrivateKeyAccount =>
  accounts[at % accounts.length] ?? privateKeyToAccount(hashOf('none'))

const address = (name: string): Address => `0x${hashOf(name).slice(26)}`

/** A poll with these weights. */
export const pollOf = (weights: readonly Weight[], changed: Partial<Poll> = {}): Poll => ({
  kind: 'poll',
  version: 1,
  chainId: 31_337,
  noticeboard: address('board'),
  program: 'alex',
  terms: hashOf('terms'),
  issuer: address('issuer'),
  token: address('token'),
  name: 'moving',
  question: 'Shall I move?',
  options: ['Yes', 'No', 'Later'],
  recordBlock: { number: 90n, hash: hashOf('block'), timestamp: 900n },
  opensAt: OPENS,
  closesAt: CLOSES,
  weights: documentHash(weights),
  holders: weights.length,
  eligible: eligibleOf(weights),
  receiptSigner: lower(SIGNER),
  ...changed,
})

/** Holders of one to three wallets; the last two accounts hold nothing. */
export const weightsArb: fc.Arbitrary<Weight[]> = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.bigInt({ min: 1n, max: 2n ** 100n })), {
    minLength: 1,
    maxLength: 6,
  })
  .map((sizes) => {
    let next = 0
    return sizes
      .flatMap(([size, weight]) => {
        const own = accounts.slice(next, Math.min(next + size, 10)).map(lower)
        next += size
        const [holder] = own
        return holder === undefined ? [] : [{ holder, wallets: own.sort(), weight }]
      })
      .sort((a, b) => (a.holder < b.holder ? -1 : 1))
  })

/** What may be wrong with a ballot; `none` of them is counted. */
export const FLAWS = [
  'none',
  'early',
  'late',
  'another poll',
  'another chain',
  'another board',
  'forged',
  'changed',
  'no such option',
  'no receipt',
] as const
export type Flaw = (typeof FLAWS)[number]
export type Plan = { voter: number; option: number; sequence: number; flaw: Flaw }

export const planArb: fc.Arbitrary<Plan> = fc.record({
  voter: fc.nat(11),
  option: fc.nat(2),
  sequence: fc.nat(5),
  flaw: fc.oneof(
    { weight: 3, arbitrary: fc.constant<Flaw>('none') },
    { weight: 1, arbitrary: fc.constantFrom(...FLAWS) },
  ),
})

/** A ballot as the file has it, made by the plan. */
export const made = async (poll: Poll, plan: Plan): Promise<StoredBallot> => {
  const id = documentHash(poll)
  const { flaw } = plan
  const voter = lower(accountOf(plan.voter))
  const option = flaw === 'no such option' ? poll.options.length : plan.option
  const own: Ballot = { poll: id, voter, option, sequence: BigInt(plan.sequence) }
  const place = {
    chainId: flaw === 'another chain' ? 1 : poll.chainId,
    noticeboard: flaw === 'another board' ? poll.token : poll.noticeboard,
  }
  const signed = { ...own, poll: flaw === 'another poll' ? hashOf('another') : id }
  const key = accountOf(flaw === 'forged' ? plan.voter + 1 : plan.voter)
  const signature = await key.signTypedData(ballotData(place, signed))
  const receivedAt = flaw === 'early' ? OPENS - 1n : flaw === 'late' ? CLOSES : OPENS
  const ballot = flaw === 'changed' ? { ...own, option: (own.option + 1) % poll.options.length } : own
  const signer = flaw === 'no receipt' ? accountOf(0) : SIGNER
  const receipt = await signer.signTypedData(
    receiptData(poll, { poll: id, ballot: ballotHash(poll, ballot), receivedAt }),
  )
  return {
    voter,
    option: ballot.option,
    sequence: ballot.sequence,
    signature,
    receivedAt,
    receipt,
  }
}
