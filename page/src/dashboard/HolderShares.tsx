import { writeShare } from '../amounts.ts'
import { Amount } from '../parts/Amount.tsx'
import { AddressLabel } from '../parts/HexLabel.tsx'
import { ShareBar } from '../parts/ShareBar.tsx'
import { tokenOf, useProgram } from '../program.ts'
import { words } from '../words.ts'
import type { Share } from './figures.ts'

const SHOWN = 100

/** Every holder of record: what was bought, and how much of it still carries the claim. */
export function HolderShares({ shares }: { shares: readonly Share[] }) {
  const token = tokenOf(useProgram())
  const text = words.dashboard.entitlement
  const most = shares.reduce((largest, { lots }) => (lots > largest ? lots : largest), 0n)
  return (
    <section className="sheet" aria-labelledby="shares">
      <h2 id="shares">{text.title}</h2>
      <p className="legend" aria-hidden="true">
        <span className="swatch swatch-kept" /> {text.kept}
        <span className="swatch swatch-gone" /> {text.gone}
      </p>
      {shares.length === 0 ? (
        <p className="muted">{text.empty}</p>
      ) : (
        <table className="table table-dense shares">
          <caption className="hidden">{text.caption}</caption>
          <thead>
            <tr>
              <th scope="col">{text.holder}</th>
              <th scope="col" className="number">
                {text.entitlement}
              </th>
              <th scope="col" className="number">
                {text.lots}
              </th>
              <th scope="col" className="wide">
                {text.share}
              </th>
            </tr>
          </thead>
          <tbody>
            {shares.slice(0, SHOWN).map(({ holder, lots, entitlement }) => (
              <tr key={holder}>
                <th scope="row">
                  <AddressLabel address={holder} />
                </th>
                <td className="number" data-label={text.entitlement}>
                  <Amount value={entitlement} asset={token} bare />
                </td>
                <td className="number shares-lots" data-label={text.lots}>
                  <Amount value={lots} asset={token} bare />
                </td>
                <td className="wide bar-cell" data-label={text.share}>
                  <ShareBar part={entitlement} whole={lots} scale={most} />
                  <span className="bar-number">{writeShare(entitlement, lots)}</span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {shares.length > SHOWN && <p className="muted small">{text.more(shares.length - SHOWN)}</p>}
    </section>
  )
}
