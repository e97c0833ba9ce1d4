// The two polls of the later years: who is asked what, how each votes, and what the issuer says to it.
import { StackError } from '../child.ts'
import type { Progress } from '../progress.ts'
import type { Stack } from '../stack.ts'
import type { Counted, Issuing } from './issuing.ts'
import { LOST } from './later.ts'
import { person } from './people.ts'
import type { Story } from './play.ts'
import { type BallotReceipt, type StoryPoll, vote } from './polls.ts'

interface Asked extends StoryPoll {
  /** The quarter after whose payout the holders are asked. */
  readonly after: string
  /** Who votes for which option, in the order in which their ballots come in: of a holder's the last one counts. */
  readonly votes: readonly (readonly [who: string, option: number])[]
  /** A day after the close: by then the count on chain is final, and everybody can count again. */
  readonly answeredAt: string
  readonly answer: { readonly accept: boolean; readonly reason: string }
  /** What is logged of an answer that was kept. */
  readonly evidence?: string
}

/** Zoe, whose key is lost, weighs in both and votes in none; Xena moved to a linked wallet, and is one holder with it. */
export const STORY_POLLS: readonly Asked[] = [
  {
    name: '2027-coast',
    question: 'Shall I move to the coast?',
    options: ['Yes', 'No'],
    after: '2027-Q1',
    closes: '2027-04-16T00:00:00Z',
    answeredAt: '2027-04-17T00:00:00Z',
    votes: [
      ['ada', 0],
      ['bruno', 1],
      ['gita', 0],
      ['hugo', 0],
      ['xena', 1],
      ['dmitri', 1],
      ['vera', 0],
      ['xena2', 0],
    ],
    answer: { accept: true, reason: 'You chose it, and I have found a flat with a view.' },
    evidence: 'I moved on the first of June.',
  },
  {
    name: '2028-next',
    question: 'What shall I make next?',
    options: ['A book', 'An album', 'A garden'],
    after: '2028-Q1',
    closes: '2028-04-30T00:00:00Z',
    answeredAt: '2028-05-01T00:00:00Z',
    votes: [
      ['ada', 2],
      ['elena', 1],
      ['ines', 2],
      ['jonas', 0],
      ['kira', 2],
      ['noor', 1],
      ['office', 2],
      ['elena', 2],
    ],
    answer: { accept: false, reason: 'Nothing grows on this balcony; the album comes first.' },
  },
]

/** What came of a poll. */
export interface Told extends Counted {
  readonly poll: Asked
}

/**
 * Asks the holders after a quarter's payout, where the story has a poll there: opened, voted in, counted, counted again from
 * the chain alone with every receipt, and answered.
 * @returns what came of it; null where nothing is asked after that quarter
 * @throws StackError when a count does not hold, or a lost wallet is missing among those who weigh
 */
export async function askAfter(
  quarter: string,
  stack: Stack,
  story: Story,
  issuing: Issuing,
  progress: Progress,
): Promise<Told | null> {
  const poll = STORY_POLLS.find(({ after }) => after === quarter)
  if (poll === undefined) return null
  progress.step(`${poll.name}: ${poll.question}`)
  await stack.synced()
  const id = await issuing.ask(poll)
  const weighs = await fetch(`${stack.urls.api}/v1/polls/${id}/voters/${person(LOST).address}`)
  if (!weighs.ok) throw new StackError(`${LOST} holds tokens, but weighs nothing: ${await weighs.text()}`)
  const receipts: BallotReceipt[] = []
  for (const [at, [who, option]] of poll.votes.entries()) {
    progress.at(at, poll.votes.length, who)
    receipts.push(await vote(stack, id, person(who), option, at + 1))
  }
  await story.playUntil(poll.closes, progress)
  const counted = await issuing.count(poll.name)
  await story.playUntil(poll.answeredAt, progress)
  await issuing.recount(poll.name, receipts)
  await issuing.answer(poll.name, poll.answer)
  if (poll.evidence !== undefined) await issuing.log(poll.name, poll.evidence)
  return { poll, ...counted }
}
