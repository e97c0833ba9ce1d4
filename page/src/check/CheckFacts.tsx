import type { ReactNode } from 'react'
import type { Distribution } from '../api.ts'
import { manifestLink, programLink, useCopy } from '../mirror/copy.ts'
import { Amount } from '../parts/Amount.tsx'
import { AddressLabel, HashLabel, TransactionLabel } from '../parts/HexLabel.tsx'
import { Moment } from '../parts/Moment.tsx'
import { useProgram } from '../program.ts'
import { checkWords } from '../words/check.ts'
import type { ManifestFacts } from './messages.ts'

/** Terms, manifest, contracts, root and record block: each a click away. */
export function CheckFacts({
  chosen,
  manifest,
}: {
  chosen: Distribution | null
  manifest: ManifestFacts | null
}) {
  const { deployment, termsHash } = useProgram()
  const text = checkWords.facts
  const copy = useCopy()
  const root = chosen?.root ?? manifest?.root ?? null
  return (
    <section className="sheet" aria-labelledby="facts">
      <h2 id="facts">{text.title}</h2>
      <dl className="fact-grid">
        {chosen !== null && (
          <>
            <Fact name={text.total}>
              <Amount value={chosen.total} asset={chosen.asset} />
            </Fact>
            <Fact name={text.opens}>
              <Moment seconds={chosen.opensAt} />
            </Fact>
          </>
        )}
        {manifest !== null && (
          <Fact name={text.recordBlock}>
            <span>{text.block(manifest.recordBlock.number.toLocaleString('en'))}</span>{' '}
            <HashLabel hash={manifest.recordBlock.hash} what={text.recordBlock} />
          </Fact>
        )}
        {root !== null && (
          <Fact name={text.root}>
            <HashLabel hash={root} what={text.root} />
          </Fact>
        )}
        {chosen !== null && (
          <>
            <Fact name={text.manifest}>
              <HashLabel
                hash={chosen.manifestHash}
                what={text.manifest}
                href={manifestLink(chosen.manifestHash, copy)}
              />
            </Fact>
            {copy === null && (
              <Fact name={text.records}>
                <a href={`v1/records/${chosen.manifestHash}`} download={`${chosen.period}.bin`}>
                  {text.recordsFile}
                </a>
              </Fact>
            )}
            {chosen.transaction !== null && (
              <Fact name={text.transaction}>
                <TransactionLabel transaction={chosen.transaction} />
              </Fact>
            )}
            <Fact name={text.id}>
              <HashLabel hash={chosen.id} what={text.id} />
            </Fact>
          </>
        )}
        <Fact name={text.terms}>
          <HashLabel hash={termsHash} what={text.terms} href={programLink(copy)} />
        </Fact>
        <Fact name={text.distributor}>
          <AddressLabel address={deployment.distributor} to="explorer" />
        </Fact>
        <Fact name={text.token}>
          <AddressLabel address={deployment.token} to="explorer" />
        </Fact>
        <Fact name={text.issuer}>
          <AddressLabel address={deployment.issuer} to="explorer" />
        </Fact>
      </dl>
    </section>
  )
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
