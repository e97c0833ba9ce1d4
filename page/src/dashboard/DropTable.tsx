import { writeAmount } from '../amounts.ts'
import { Amount } from '../parts/Amount.tsx'
import { AddressLabel, TransactionLabel } from '../parts/HexLabel.tsx'
import { Moment } from '../parts/Moment.tsx'
import { tokenOf, useProgram } from '../program.ts'
import { words } from '../words.ts'
import type { Drop } from './figures.ts'

const SHOWN = 20

/** Who gave up entitlement, when, and how. */
export function DropTable({ drops }: { drops: readonly Drop[] }) {
  const token = tokenOf(useProgram())
  const text = words.dashboard.drops
  return (
    <section className="sheet" aria-labelledby="drops">
      <h2 id="drops">{text.title}</h2>
      {drops.length === 0 ? (
        <p className="muted">{text.empty}</p>
      ) : (
        <table className="table table-dense">
          <caption className="hidden">{text.caption}</caption>
          <thead>
            <tr>
              <th scope="col">{text.holder}</th>
              <th scope="col">{text.when}</th>
              <th scope="col">{text.what}</th>
              <th scope="col" className="number">
                {text.lost}
              </th>
              <th scope="col" className="number">
                {text.after}
              </th>
            </tr>
          </thead>
          <tbody>
            {drops.slice(0, SHOWN).map(({ holder, block, timestamp, lost, after, reasons }) => (
              <tr key={`${holder}/${block}`}>
                <th scope="row">
                  <AddressLabel address={holder} />
                </th>
                <td data-label={text.when}>
                  <Moment seconds={timestamp} day />
                  <span className="sub">{words.history.block(block.toLocaleString('en'))}</span>
                </td>
                <td data-label={text.what}>
                  {reasons.map(({ kind, amount, transaction }) => {
                    const { shown, cut } = writeAmount(amount, token.decimals)
                    return (
                      <span className="drop-reason" key={`${transaction}/${kind}`}>
                        {words.history.reason(kind, `${shown}${cut && '…'}`, amount === 0n)}{' '}
                        <TransactionLabel transaction={transaction} />
                      </span>
                    )
                  })}
                </td>
                <td className="number gone" data-label={text.lost}>
                  −<Amount value={lost} asset={token} bare />
                </td>
                <td className="number" data-label={text.after}>
                  <Amount value={after} asset={token} bare />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}
