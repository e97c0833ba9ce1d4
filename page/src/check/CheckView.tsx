import type { Distribution, Hex } from '../api.ts'
import { useDistributions } from '../hooks/useDistributions.ts'
import { Amount } from '../parts/Amount.tsx'
import { DataTable } from '../parts/DataTable.tsx'
import { Moment } from '../parts/Moment.tsx'
import { Notice, RetryButton } from '../parts/Notice.tsx'
import { writeRoute } from '../route.ts'
import { checkWords as text } from '../words/check.ts'
import { words } from '../words/index.ts'
import { CheckDesk } from './CheckDesk.tsx'

/** Any payout made again in this tab, and held against the chain. */
export default function CheckView({ id }: { id: Hex | null }) {
  const { distributions, failure, retry } = useDistributions()
  const chosen = distributions?.find((each) => each.id === id) ?? null
  const isListed = distributions !== undefined && distributions.length > 0
  return (
    <>
      <header className="view-heading">
        {id !== null && (
          <p className="eyebrow">
            <a href={writeRoute({ view: 'check', id: null })}>{text.all}</a>
          </p>
        )}
        <h1 tabIndex={-1}>{chosen === null ? text.title : text.titleOf(chosen.period)}</h1>
        <p className="lead">{text.lead}</p>
      </header>
      {failure !== null && (
        <Notice tone="warn" title={text.listAway.title} actions={<RetryButton retry={retry} />} urgent>
          <p>{text.listAway.text}</p>
        </Notice>
      )}
      {id !== null && isListed && chosen === null && (
        <Notice tone="warn" title={text.unknown.title}>
          <p>{text.unknown.text}</p>
        </Notice>
      )}
      {id === null && isListed && <PayoutChoice distributions={distributions} />}
      {(distributions !== undefined || failure !== null) && <CheckDesk id={id} chosen={chosen} />}
    </>
  )
}

function PayoutChoice({ distributions }: { distributions: readonly Distribution[] }) {
  const { published } = words
  return (
    <section className="sheet" aria-labelledby="choose">
      <h2 id="choose">{text.choose}</h2>
      <p className="muted">{text.chooseText}</p>
      <DataTable
        caption={text.choose}
        rows={distributions.toReversed()}
        keyOf={({ id }) => id}
        columns={[
          { name: published.period, cell: ({ period }) => period },
          {
            name: published.total,
            kind: 'number',
            cell: ({ total, asset }) => <Amount value={total} asset={asset} />,
          },
          { name: published.opens, cell: ({ opensAt }) => <Moment seconds={opensAt} /> },
          {
            name: published.check,
            kind: 'action',
            cell: ({ id, period }) => (
              <a className="button button-quiet" href={writeRoute({ view: 'check', id })}>
                {text.checkOne(period)}
              </a>
            ),
          },
        ]}
      />
    </section>
  )
}
