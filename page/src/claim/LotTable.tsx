import type { PrimaryLot } from '../api.ts'
import { Amount } from '../parts/Amount.tsx'
import { DataTable } from '../parts/DataTable.tsx'
import { AddressLabel, TransactionLabel } from '../parts/HexLabel.tsx'
import { Moment } from '../parts/Moment.tsx'
import { tokenOf, useProgram } from '../program.ts'
import { words } from '../words/index.ts'

/** What was bought first-hand: each lot with its transaction. */
export function LotTable({ lots }: { lots: readonly PrimaryLot[] }) {
  const token = tokenOf(useProgram())
  const text = words.lots
  return (
    <section className="sheet" aria-labelledby="lots">
      <h2 id="lots">{text.title}</h2>
      {lots.length === 0 ? (
        <p className="muted">{text.empty}</p>
      ) : (
        <DataTable
          caption={text.caption}
          rows={lots}
          keyOf={(lot) => `${lot.transaction}/${lot.logIndex}`}
          columns={[
            { name: text.when, cell: (lot) => <Moment seconds={lot.timestamp} /> },
            { name: text.buyer, cell: (lot) => <AddressLabel address={lot.buyer} /> },
            {
              name: text.amount,
              kind: 'number',
              cell: (lot) => <Amount value={lot.amount} asset={token} />,
            },
            { name: text.transaction, cell: (lot) => <TransactionLabel transaction={lot.transaction} /> },
          ]}
        />
      )}
    </section>
  )
}
