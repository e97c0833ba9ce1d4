import { writeAmount } from '../amounts.ts'
import type { Asset } from '../api.ts'
import { csv } from '../csv.ts'
import { isoMoment } from '../moments.ts'
import { Amount } from '../parts/Amount.tsx'
import { DataTable } from '../parts/DataTable.tsx'
import { AddressLabel, TransactionLabel } from '../parts/HexLabel.tsx'
import { Moment } from '../parts/Moment.tsx'
import { SaveCsv } from '../parts/SaveCsv.tsx'
import { tokenOf, useProgram } from '../program.ts'
import { dashboardWords } from '../words/dashboard.ts'
import { words } from '../words/index.ts'
import type { Drop } from './figures.ts'

const SHOWN = 20

/** Who gave up entitlement, when, and how. */
export function DropTable({ drops }: { drops: readonly Drop[] }) {
  const token = tokenOf(useProgram())
  const text = dashboardWords.drops
  return (
    <section className="sheet" aria-labelledby="drops">
      <div className="sheet-head">
        <h2 id="drops">{text.title}</h2>
        <SaveCsv name={text.title} file="entitlement-given-up" make={() => csvOf(drops, token)} />
      </div>
      {drops.length === 0 ? (
        <p className="muted">{text.empty}</p>
      ) : (
        <DataTable
          caption={text.caption}
          className="table-dense"
          rows={drops.slice(0, SHOWN)}
          keyOf={({ holder, block }) => `${holder}/${block}`}
          columns={[
            { name: text.holder, cell: ({ holder }) => <AddressLabel address={holder} /> },
            {
              name: text.when,
              cell: ({ timestamp, block }) => (
                <>
                  <Moment seconds={timestamp} day />
                  <span className="sub">{words.history.block(block.toLocaleString('en'))}</span>
                </>
              ),
            },
            { name: text.what, cell: ({ reasons }) => <Reasons reasons={reasons} /> },
            {
              name: text.lost,
              kind: 'number',
              className: 'gone',
              cell: ({ lost }) => (
                <>
                  −<Amount value={lost} asset={token} bare />
                </>
              ),
            },
            {
              name: text.after,
              kind: 'number',
              cell: ({ after }) => <Amount value={after} asset={token} bare />,
            },
          ]}
        />
      )}
    </section>
  )
}

function Reasons({ reasons }: Pick<Drop, 'reasons'>) {
  const token = tokenOf(useProgram())
  return reasons.map(({ kind, amount, transaction }) => {
    const { shown, cut } = writeAmount(amount, token.decimals)
    return (
      <span className="drop-reason" key={`${transaction}/${kind}`}>
        {words.history.reason(kind, `${shown}${cut && '…'}`, amount === 0n)}{' '}
        <TransactionLabel transaction={transaction} />
      </span>
    )
  })
}

/** Every drop, also those that the table leaves out. */
function csvOf(drops: readonly Drop[], { symbol, decimals }: Asset): string {
  const text = dashboardWords.drops
  const exact = (value: bigint) => writeAmount(value, decimals).exact
  return csv([
    [text.holder, text.when, text.lost, text.after, words.progress.transaction].map((name, at) =>
      at === 2 || at === 3 ? `${name} (${symbol})` : name,
    ),
    ...drops.map(({ holder, timestamp, lost, after, reasons }) => [
      holder,
      isoMoment(timestamp),
      exact(lost),
      exact(after),
      reasons.map(({ transaction }) => transaction).join(' '),
    ]),
  ])
}
