import { writeShare } from '../amounts.ts'
import { useAsset } from '../hooks/useAsset.ts'
import { useDistributions } from '../hooks/useDistributions.ts'
import { Amount } from '../parts/Amount.tsx'
import { HashLabel } from '../parts/HexLabel.tsx'
import { ShareBar } from '../parts/ShareBar.tsx'
import { words } from '../words.ts'
import type { Payout } from './figures.ts'

/** What was paid out in each period, and how much of it was claimed. */
export function PayoutTable({ payouts }: { payouts: readonly Payout[] }) {
  const text = words.dashboard.payouts
  return (
    <section className="sheet" aria-labelledby="payouts">
      <h2 id="payouts">{text.title}</h2>
      {payouts.length === 0 ? (
        <p className="muted">{text.empty}</p>
      ) : (
        <table className="table">
          <caption className="hidden">{text.caption}</caption>
          <thead>
            <tr>
              <th scope="col">{text.period}</th>
              <th scope="col" className="number">
                {text.total}
              </th>
              <th scope="col" className="number">
                {text.claimed}
              </th>
              <th scope="col" className="number">
                {text.open}
              </th>
              <th scope="col" className="wide">
                {text.share}
              </th>
              <th scope="col">{text.status}</th>
            </tr>
          </thead>
          <tbody>
            {payouts.map((payout) => (
              <PayoutRow key={payout.id} payout={payout} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}

function PayoutRow({ payout }: { payout: Payout }) {
  const { distributions } = useDistributions()
  const named = distributions?.find(({ id }) => id === payout.id)
  const read = useAsset(payout.token)
  const asset = named?.asset ?? read
  const text = words.dashboard.payouts
  if (asset === undefined) return null
  return (
    <tr>
      <th scope="row">
        {named?.period ?? text.unnamed}
        {named === undefined && (
          <span className="sub">
            <HashLabel hash={payout.id} what="id" />
          </span>
        )}
      </th>
      <td className="number" data-label={text.total}>
        <Amount value={payout.total} asset={asset} />
      </td>
      <td className="number" data-label={text.claimed}>
        <Amount value={payout.claimed} asset={asset} bare />
      </td>
      <td className="number" data-label={text.open}>
        <Amount value={payout.open} asset={asset} bare />
      </td>
      <td className="wide" data-label={text.share}>
        <ShareBar part={payout.claimed} whole={payout.total} rest="open" />
        <span className="sub">
          {writeShare(payout.claimed, payout.total)} · {payout.claims} {text.count.toLowerCase()}
        </span>
      </td>
      <td data-label={text.status}>
        <span className={`pill pill-${payout.status.toLowerCase()}`}>
          {text.states[payout.status] ?? payout.status}
        </span>
      </td>
    </tr>
  )
}
