import { writeAmount, writeShare } from '../amounts.ts'
import type { Asset } from '../api.ts'
import { csv } from '../csv.ts'
import { Amount } from '../parts/Amount.tsx'
import { DataTable } from '../parts/DataTable.tsx'
import { AddressLabel } from '../parts/HexLabel.tsx'
import { SaveCsv } from '../parts/SaveCsv.tsx'
import { ShareBar } from '../parts/ShareBar.tsx'
import { tokenOf, useProgram } from '../program.ts'
import { dashboardWords } from '../words/dashboard.ts'
import type { Share } from './figures.ts'

const SHOWN = 100

/** Every holder of record: what was bought, and how much of it still carries the claim. */
export function HolderShares({ shares }: { shares: readonly Share[] }) {
  const token = tokenOf(useProgram())
  const text = dashboardWords.entitlement
  const most = shares.reduce((largest, { lots }) => (lots > largest ? lots : largest), 0n)
  return (
    <section className="sheet" aria-labelledby="shares">
      <div className="sheet-head">
        <h2 id="shares">{text.title}</h2>
        <SaveCsv name={text.title} file="entitlement-by-holder" make={() => csvOf(shares, token)} />
      </div>
      <p className="legend" aria-hidden="true">
        <span className="swatch swatch-kept" /> {text.kept}
        <span className="swatch swatch-gone" /> {text.gone}
      </p>
      {shares.length === 0 ? (
        <p className="muted">{text.empty}</p>
      ) : (
        <DataTable
          caption={text.caption}
          className="table-dense shares"
          rows={shares.slice(0, SHOWN)}
          keyOf={({ holder }) => holder}
          columns={[
            { name: text.holder, cell: ({ holder }) => <AddressLabel address={holder} /> },
            {
              name: text.entitlement,
              kind: 'number',
              cell: ({ entitlement }) => <Amount value={entitlement} asset={token} bare />,
            },
            {
              name: text.lots,
              kind: 'number',
              className: 'shares-lots',
              cell: ({ lots }) => <Amount value={lots} asset={token} bare />,
            },
            {
              name: text.share,
              kind: 'wide',
              className: 'bar-cell',
              cell: ({ lots, entitlement }) => (
                <>
                  <ShareBar part={entitlement} whole={lots} scale={most} />
                  <span className="bar-number">{writeShare(entitlement, lots)}</span>
                </>
              ),
            },
          ]}
        />
      )}
      {shares.length > SHOWN && <p className="muted small">{text.more(shares.length - SHOWN)}</p>}
    </section>
  )
}

/** Every holder, also those that the table leaves out. */
function csvOf(shares: readonly Share[], { symbol, decimals }: Asset): string {
  const text = dashboardWords.entitlement
  const exact = (value: bigint) => writeAmount(value, decimals).exact
  return csv([
    [text.holder, `${text.entitlement} (${symbol})`, `${text.lots} (${symbol})`],
    ...shares.map(({ holder, entitlement, lots }) => [holder, exact(entitlement), exact(lots)]),
  ])
}
