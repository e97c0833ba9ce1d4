import { useStatus } from './hooks/useStatus.ts'
import { programLink, useCopy } from './mirror/copy.ts'
import { AddressLabel, HashLabel } from './parts/HexLabel.tsx'
import { useProgram } from './program.ts'
import { writeRoute } from './route.ts'
import { words } from './words/index.ts'

/** How fresh everything above is, and the contracts it rests on. */
export function Footer() {
  const { deployment, termsHash } = useProgram()
  const text = words.footer
  return (
    <footer className="footer">
      <Freshness />
      <dl className="contracts" aria-label={text.contracts}>
        <div>
          <dt>{text.token}</dt>
          <dd>
            <AddressLabel address={deployment.token} to="explorer" />
          </dd>
        </div>
        <div>
          <dt>{text.distributor}</dt>
          <dd>
            <AddressLabel address={deployment.distributor} to="explorer" />
          </dd>
        </div>
        <div>
          <dt>{text.pair}</dt>
          <dd>
            <AddressLabel address={deployment.pair} to="explorer" />
          </dd>
        </div>
        <div>
          <dt>{text.terms}</dt>
          <dd>
            <HashLabel hash={termsHash} what={text.terms} href={programLink(useCopy())} />
          </dd>
        </div>
      </dl>
      {deployment.registerUrl !== null && (
        <a href={writeRoute({ view: 'register' })}>{words.masthead.register}</a>
      )}
      <a href={writeRoute({ view: 'issuer' })}>{words.masthead.issuer}</a>
    </footer>
  )
}

function Freshness() {
  const { status, away } = useStatus()
  const text = words.footer
  if (away) return <p className="freshness freshness-bad">{text.away}</p>
  if (status === undefined) return <p className="freshness">{words.loading}</p>
  const { chain, subgraph } = status
  const facts = [
    chain === null ? null : text.chain(chain.number.toLocaleString('en')),
    subgraph === null ? text.indexAway : text.index(subgraph.block.toLocaleString('en')),
    subgraph?.lag ? text.lag(subgraph.lag.toLocaleString('en')) : null,
    subgraph?.hasIndexingErrors ? text.indexErrors : null,
  ].filter((fact) => fact !== null)
  return (
    <p className={status.ok ? 'freshness' : 'freshness freshness-bad'} title={status.problems.join('\n')}>
      {facts.join(' · ')}
    </p>
  )
}
