import { useDistributions } from '../hooks/useDistributions.ts'
import { Amount } from '../parts/Amount.tsx'
import { HashLabel, TransactionLabel } from '../parts/HexLabel.tsx'
import { Moment } from '../parts/Moment.tsx'
import { FailureNotice, RetryButton } from '../parts/Notice.tsx'
import { words } from '../words.ts'

/** What the issuer published, with the documents behind it. */
export function PublishedPayouts() {
  const { distributions, failure, retry } = useDistributions()
  const { published } = words
  return (
    <section className="sheet" aria-labelledby="published">
      <h2 id="published">{published.title}</h2>
      {failure !== null && <FailureNotice failure={failure} actions={<RetryButton retry={retry} />} />}
      {distributions?.length === 0 && <p className="muted">{published.empty}</p>}
      {distributions !== undefined && distributions.length > 0 && (
        <table className="table">
          <caption className="hidden">{published.title}</caption>
          <thead>
            <tr>
              <th scope="col">{published.period}</th>
              <th scope="col" className="number">
                {published.total}
              </th>
              <th scope="col">{published.opens}</th>
              <th scope="col">{published.manifest}</th>
              <th scope="col">{published.transaction}</th>
            </tr>
          </thead>
          <tbody>
            {distributions.map((distribution) => (
              <tr key={distribution.id}>
                <th scope="row">{distribution.period}</th>
                <td className="number" data-label={published.total}>
                  <Amount value={distribution.total} asset={distribution.asset} />
                </td>
                <td data-label={published.opens}>
                  <Moment seconds={distribution.opensAt} />
                </td>
                <td data-label={published.manifest}>
                  <HashLabel
                    hash={distribution.manifestHash}
                    what={published.manifest}
                    href={`/v1/manifests/${distribution.manifestHash}`}
                  />
                </td>
                <td data-label={published.transaction}>
                  {distribution.transaction !== null && (
                    <TransactionLabel transaction={distribution.transaction} />
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}
