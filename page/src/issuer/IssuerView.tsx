import { writeShare } from '../amounts.ts'
import type { Hex } from '../api.ts'
import { useDistributions } from '../hooks/useDistributions.ts'
import { useFigures } from '../hooks/useFigures.ts'
import { useChainTime, useStatus } from '../hooks/useStatus.ts'
import { writeDay } from '../moments.ts'
import { Amount } from '../parts/Amount.tsx'
import { DataTable } from '../parts/DataTable.tsx'
import { HashLabel } from '../parts/HexLabel.tsx'
import { Moment } from '../parts/Moment.tsx'
import { FailureNotice, Notice, RetryButton } from '../parts/Notice.tsx'
import { ShareBar } from '../parts/ShareBar.tsx'
import { useProgram } from '../program.ts'
import { words } from '../words/index.ts'
import { issuerWords } from '../words/issuer.ts'
import { Command } from './Command.tsx'
import { useCommandFile } from './CommandFile.tsx'
import {
  type ClaimedById,
  commandsFor,
  isWaiting,
  type PeriodState,
  periodStates,
  periodsOf,
  stageWith,
} from './periods.ts'
import { RegisterDesk } from './RegisterDesk.tsx'
import { StatusDesk } from './StatusDesk.tsx'
import { keyOf, readTold } from './told.ts'

/** What the issuer has to do, and how far each period has come. Nothing here can be signed or sent. */
export default function IssuerView() {
  const { terms, deployment } = useProgram()
  const { distributions, failure, retry } = useDistributions()
  const now = useChainTime()
  const own = { program: terms.name, network: deployment.network }
  const told = useCommandFile((json) => readTold(json, own))
  const states = periodStates(periodsOf(terms.streams), distributions ?? [], now, told.found)
  return (
    <>
      <header className="view-heading">
        <h1 tabIndex={-1}>{issuerWords.title}</h1>
        <p className="lead">{issuerWords.lead}</p>
      </header>
      <Warnings />
      {failure !== null && <FailureNotice failure={failure} actions={<RetryButton retry={retry} />} />}
      {failure === null && distributions === undefined && (
        <p className="muted" role="status">
          {words.loading}
        </p>
      )}
      {distributions !== undefined && (
        <>
          <DueNow states={states} />
          {deployment.graphqlUrl === null ? (
            <PeriodTables states={states} claimed={new Map()} />
          ) : (
            <WithClaimed url={deployment.graphqlUrl} states={states} />
          )}
          <StatusDesk reading={told} />
        </>
      )}
      {deployment.registerUrl !== null && <RegisterDesk />}
    </>
  )
}

/** What chain and index have to complain about. */
function Warnings() {
  const { status, away } = useStatus()
  const text = issuerWords.warnings
  if (away) return <Notice tone="bad" title={text.away} />
  if (status === undefined) return null
  if (status.ok && status.problems.length === 0) return <p className="muted">{text.none}</p>
  return (
    <Notice tone="warn" title={text.title}>
      <ul>
        {status.problems.map((problem) => (
          <li key={problem}>{problem}</li>
        ))}
      </ul>
    </Notice>
  )
}

function DueNow({ states }: { states: readonly PeriodState[] }) {
  const text = issuerWords.due
  const waiting = states.flatMap(({ stage, period }) => (isWaiting(stage) ? [{ stage, period }] : []))
  return (
    <section className="sheet" aria-labelledby="due-now">
      <h2 id="due-now">{text.title}</h2>
      <p>{waiting.length === 0 ? text.none : text.some(waiting.length)}</p>
      {waiting.map(({ stage, period }) => (
        <div key={keyOf(period)} className="commands">
          <p>{text.waiting[stage](issuerWords.name[period.stream](period.name), writeDay(period.end))}</p>
          <Command
            text={commandsFor(stage, period)}
            name={text.copy(issuerWords.name[period.stream](period.name))}
          />
          {stage === 'due' && period.stream === 'income' && <p className="muted small">{text.income}</p>}
        </div>
      ))}
    </section>
  )
}

function WithClaimed({ url, states }: { url: string; states: readonly PeriodState[] }) {
  const { figures, failure } = useFigures(url)
  const claimed: ClaimedById = new Map(figures?.payouts.map((payout) => [payout.id, payout] as const))
  return (
    <>
      {failure !== null && <Notice tone="warn" title={issuerWords.warnings.figuresAway} />}
      <PeriodTables states={states} claimed={claimed} />
    </>
  )
}

interface Shown {
  readonly states: readonly PeriodState[]
  readonly claimed: ClaimedById
}

/** All periods of the income, and the months of the rewards that have begun: of those there are many. */
function PeriodTables({ states, claimed }: Shown) {
  const months = states.filter(({ period, stage }) => period.stream === 'liquidity' && stage !== 'ahead')
  return (
    <>
      <PeriodTable
        {...{ claimed, id: 'periods-issuer', text: issuerWords.periods }}
        states={states.filter(({ period }) => period.stream === 'income')}
      />
      {months.length > 0 && (
        <PeriodTable
          {...{ claimed, id: 'months-issuer', text: issuerWords.months }}
          states={months.toReversed()}
        />
      )}
    </>
  )
}

function PeriodTable({
  states,
  claimed,
  id,
  text: { title, caption },
}: Shown & { id: string; text: { readonly title: string; readonly caption: string } }) {
  const text = issuerWords.periods
  const paid = (id: Hex | undefined) => (id === undefined ? undefined : claimed.get(id))
  return (
    <section className="sheet" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <DataTable
        caption={caption}
        rows={states}
        keyOf={({ period }) => keyOf(period)}
        keep={({ stage }) => isWaiting(stage)}
        columns={[
          { name: text.period, cell: ({ period }) => period.name },
          { name: text.runs, cell: ({ period }) => `${writeDay(period.start)} – ${writeDay(period.end)}` },
          {
            name: text.stage,
            cell: (state) => {
              const stage = stageWith(state, claimed)
              return (
                <>
                  <span className={`pill pill-${stage}`}>{text.stages[stage]}</span>
                  {state.preparedHash !== null && (
                    <span className="sub">
                      <HashLabel hash={state.preparedHash} what={text.manifest} />
                    </span>
                  )}
                </>
              )
            },
          },
          {
            name: text.total,
            kind: 'number',
            cell: ({ distribution }) =>
              distribution !== null && <Amount value={distribution.total} asset={distribution.asset} />,
          },
          {
            name: text.opens,
            cell: ({ distribution }) => distribution !== null && <Moment seconds={distribution.opensAt} />,
          },
          {
            name: text.claimed,
            kind: 'wide',
            cell: ({ distribution }) => {
              const known = paid(distribution?.id)
              if (known === undefined || known.claimed === null) return null
              return (
                <>
                  <ShareBar part={known.claimed} whole={known.total} rest="open" />
                  <span className="sub">{writeShare(known.claimed, known.total)}</span>
                </>
              )
            },
          },
        ]}
      />
    </section>
  )
}
