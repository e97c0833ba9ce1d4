import type { Hex } from 'viem'
import { type Ballot, ballotData } from '../../polls/index.ts'
import { StackError } from '../child.ts'
import type { Stack } from '../stack.ts'
import type { Person } from './people.ts'

/** What the issuer asks, as it is typed. */
export interface StoryPoll {
  readonly name: string
  readonly question: string
  readonly options: readonly string[]
  /** UTC, such as 2026-05-01T00:00:00Z. */
  readonly closes: string
}

/** The words after `prorata` that open it. */
export const openArgs = ({ name, question, options, closes }: StoryPoll): string[] => [
  ...['poll', 'open', '--name', name, '--question', question],
  ...options.flatMap((option) => ['--option', option]),
  ...['--closes', closes],
]

/** What a voter gets in return, and can recount with. */
export interface BallotReceipt {
  readonly ballot: Hex
  readonly voter: Hex
  readonly receivedAt: number
  readonly signer: Hex
  readonly signature: Hex
}

/** A ballot as the page sends it; of a contract wallet, signed by its owner. */
export async function signedBallot(
  { deployment }: Pick<Stack, 'deployment'>,
  poll: Hex,
  { account, address }: Pick<Person, 'account' | 'address'>,
  option: number,
  sequence: number,
  wallet: Hex = address,
) {
  const { chainId, noticeboard } = deployment
  if (noticeboard === null) throw new StackError('the deployment has no noticeboard')
  const voter = wallet.toLowerCase() as Hex
  const ballot: Ballot = { poll, voter, option, sequence: BigInt(sequence) }
  const signature = await account.signTypedData(ballotData({ chainId, noticeboard }, ballot))
  return { voter, option, sequence, signature }
}

export const sendBallot = (stack: Pick<Stack, 'urls'>, poll: Hex, ballot: unknown): Promise<Response> =>
  fetch(`${stack.urls.api}/v1/polls/${poll}/ballots`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(ballot),
  })

/**
 * Somebody of the story votes. The sequence must grow with every ballot of the same holder.
 * @throws StackError with the API's own words when the ballot is not taken
 */
export async function vote(
  stack: Stack,
  poll: Hex,
  voter: Pick<Person, 'account' | 'address'>,
  option: number,
  sequence = 1,
  wallet?: Hex,
): Promise<BallotReceipt> {
  const ballot = await signedBallot(stack, poll, voter, option, sequence, wallet)
  const response = await sendBallot(stack, poll, ballot)
  if (response.ok) return (await response.json()) as BallotReceipt
  throw new StackError(`the API did not take a ballot of ${voter.address}: ${await response.text()}`)
}

/** Opens a poll with everything final and indexed so far. @returns its id */
export async function openPoll(stack: Stack, poll: StoryPoll): Promise<Hex> {
  await stack.synced()
  const { stdout } = await stack.issue([...openArgs(poll), '--json'])
  return (JSON.parse(stdout) as { id: Hex }).id
}
