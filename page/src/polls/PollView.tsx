import { useQuery } from '@tanstack/react-query'
import type { Hex } from '../api.ts'
import { ApiError } from '../asking.ts'
import { failureOf } from '../failures.ts'
import { HashLabel, TransactionLabel } from '../parts/HexLabel.tsx'
import { Moment } from '../parts/Moment.tsx'
import { FailureNotice, Notice, RetryButton } from '../parts/Notice.tsx'
import { writeRoute } from '../route.ts'
import { words } from '../words/index.ts'
import { pollsWords as text } from '../words/polls.ts'
import { PollResult } from './PollResult.tsx'
import { fetchPoll, type Poll } from './pollApi.ts'
import { VotePanel } from './VotePanel.tsx'

/** One poll: what is asked, the visitor's vote, what it came to, and what the issuer says. */
export function PollView({ id }: { id: Hex }) {
  const { data, error, refetch } = useQuery({
    queryKey: ['poll', id],
    queryFn: ({ signal }) => fetchPoll(id, signal),
    refetchInterval: 15_000,
  })
  if (data === undefined) {
    if (error instanceof ApiError && error.status === 404) return <Unknown />
    return (
      <>
        <h1 tabIndex={-1}>{text.title}</h1>
        {error === null ? (
          <p role="status">{words.loading}</p>
        ) : (
          <FailureNotice failure={failureOf(error)} actions={<RetryButton retry={() => void refetch()} />} />
        )}
      </>
    )
  }
  const { poll, status } = data
  return (
    <>
      <header className="view-heading">
        <p className="eyebrow">
          <a href={writeRoute({ view: 'polls', id: null })}>{text.all}</a>
          <span>{text.states[status ?? 'unknown']}</span>
        </p>
        <h1 tabIndex={-1}>{poll.question}</h1>
        <p className="facts">
          {text.facts.from} <Moment seconds={poll.opensAt} /> {text.facts.to}{' '}
          <Moment seconds={poll.closesAt} />,{' '}
          {text.facts.record(poll.recordBlock.number.toLocaleString('en'))} · {text.facts.id}{' '}
          <HashLabel hash={data.id} what={text.facts.id} />
        </p>
      </header>
      {(status === 'open' || status === 'announced' || status === null) && <VotePanel told={data} />}
      <PollResult told={data} />
      {status === 'counted' && <Answered told={data} />}
    </>
  )
}

function Unknown() {
  return (
    <>
      <h1 tabIndex={-1}>{text.title}</h1>
      <Notice
        tone="warn"
        title={text.unknown.title}
        actions={<a href={writeRoute({ view: 'polls', id: null })}>{text.all}</a>}
      >
        <p>{text.unknown.text}</p>
      </Notice>
    </>
  )
}

function Answered({ told: { answer, evidence } }: { told: Poll }) {
  return (
    <section className="sheet" aria-labelledby="poll-answer">
      <h2 id="poll-answer">{text.answer.title}</h2>
      {answer === null ? (
        <p className="muted">{text.answer.none}</p>
      ) : (
        <>
          <p className="facts">
            <strong>{answer.accepted ? text.answer.accepted : text.answer.declined}</strong>
            <TransactionLabel transaction={answer.transaction} />
          </p>
          <p className="poll-words">{answer.reason}</p>
        </>
      )}
      {evidence.length > 0 && (
        <>
          <h3>{text.answer.evidence}</h3>
          <ul className="poll-evidence">
            {evidence.map((each) => (
              <li key={each.hash}>
                <p className="poll-words">{each.text}</p>
                <p className="facts">
                  {each.link?.startsWith('https://') && (
                    <a href={each.link} target="_blank" rel="noreferrer">
                      {text.answer.where}
                    </a>
                  )}
                  <TransactionLabel transaction={each.transaction} />
                </p>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  )
}
