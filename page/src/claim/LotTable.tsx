import type { PrimaryLot } from '../api.ts'
import { Amount } from '../parts/Amount.tsx'
import { AddressLabel, TransactionLabel } from '../parts/HexLabel.tsx'
import { Moment } from '../parts/Moment.tsx'
import { tokenOf, useProgram } from '../program.ts'
import { words } from '../words.ts'

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
        <table className="table">
          <caption className="hidden">{text.caption}</caption>
          <thead>
            <tr>
              <th scope="col">{text.when}</th>
              <th scope="col">{text.buyer}</th>
              <th scope="col" className="number">
                {text.amount}
              </th>
              <th scope="col">{text.transaction}</th>
            </tr>
          </thead>
          <tbody>
            {lots.map((lot) => (
              <tr key={`${lot.transaction}/${lot.logIndex}`}>
                <th scope="row">
                  <Moment seconds={lot.timestamp} />
                </th>
                <td data-label={text.buyer}>
                  <AddressLabel address={lot.buyer} />
                </td>
                <td className="number" data-label={text.amount}>
                  <Amount value={lot.amount} asset={token} />
                </td>
                <td data-label={text.transaction}>
                  <TransactionLabel transaction={lot.transaction} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}
