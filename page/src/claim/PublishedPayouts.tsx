import { useDistributions } from '../hooks/useDistributions.ts'
import { manifestLink, useCopy } from '../mirror/copy.ts'
import { Amount } from '../parts/Amount.tsx'
import { DataTable } from '../parts/DataTable.tsx'
import { HashLabel, TransactionLabel } from '../parts/HexLabel.tsx'
import { Moment } from '../parts/Moment.tsx'
import { FailureNotice, RetryButton } from '../parts/Notice.tsx'
import { writeRoute } from '../route.ts'
import { words } from '../words/index.ts'

/** What the issuer published, the latest first, with the documents behind it, and the way to check each. */
export function PublishedPayouts() {
  const { distributions, failure, retry } = useDistributions()
  const copy = useCopy()
  const { published } = words
  return (
    <section className="sheet" aria-labelledby="published">
      <h2 id="published">{published.title}</h2>
      {failure !== null && <FailureNotice failure={failure} actions={<RetryButton retry={retry} />} />}
      {distributions?.length === 0 && <p className="muted">{published.empty}</p>}
      {distributions !== undefined && distributions.length > 0 && (
        <DataTable
          caption={published.title}
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
              name: published.manifest,
              cell: ({ manifestHash }) => (
                <HashLabel
                  hash={manifestHash}
                  what={published.manifest}
                  href={manifestLink(manifestHash, copy)}
                />
              ),
            },
            {
              name: published.transaction,
              cell: ({ transaction }) =>
                transaction !== null && <TransactionLabel transaction={transaction} />,
            },
            {
              name: published.check,
              kind: 'action',
              cell: ({ id, period }) => (
                <a className="button button-quiet" href={writeRoute({ view: 'check', id })}>
                  {published.checkOne(period)}
                </a>
              ),
            },
          ]}
        />
      )}
    </section>
  )
}
