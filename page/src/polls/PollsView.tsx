import { useQuery } from '@tanstack/react-query'
import type { Hex } from '../api.ts'
import { failureOf } from '../failures.ts'
import { DataTable } from '../parts/DataTable.tsx'
import { Moment } from '../parts/Moment.tsx'
import { FailureNotice, RetryButton } from '../parts/Notice.tsx'
import { useProgram } from '../program.ts'
import { writeRoute } from '../route.ts'
import '../styles/polls.css'
import { words } from '../words/index.ts'
import { pollsWords as text } from '../words/polls.ts'
import { PollView } from './PollView.tsx'
import { fetchPolls } from './pollApi.ts'

/** What the issuer asked: all of it, or one poll. */
export default function PollsView({ id }: { id: Hex | null }) {
  return id === null ? <AllPolls /> : <PollView id={id} />
}

function AllPolls() {
  const { token } = useProgram().terms
  const { data, error, refetch } = useQuery({
    queryKey: ['polls'],
    queryFn: ({ signal }) => fetchPolls(signal),
  })
  return (
    <>
      <header className="view-heading">
        <h1 tabIndex={-1}>{text.title}</h1>
        <p className="lead">{text.lead(token.symbol)}</p>
      </header>
      {data === undefined &&
        (error === null ? (
          <p className="muted" role="status">
            {words.loading}
          </p>
        ) : (
          <FailureNotice failure={failureOf(error)} actions={<RetryButton retry={() => void refetch()} />} />
        ))}
      {data?.length === 0 && <p>{text.none}</p>}
      {data !== undefined && data.length > 0 && (
        <section className="sheet" aria-labelledby="all-polls">
          <h2 id="all-polls">{text.all}</h2>
          <DataTable
            caption={text.caption}
            rows={data}
            keyOf={({ id }) => id}
            columns={[
              {
                name: text.question,
                cell: ({ id, question }) => <a href={writeRoute({ view: 'polls', id })}>{question}</a>,
              },
              { name: text.state, cell: ({ status }) => text.states[status ?? 'unknown'] },
              { name: text.closes, cell: ({ closesAt }) => <Moment seconds={closesAt} /> },
            ]}
          />
        </section>
      )}
    </>
  )
}
