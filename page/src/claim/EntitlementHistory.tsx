import { writeAmount } from '../amounts.ts'
import type { Holder } from '../api.ts'
import { type TurningPoint, turningPoints } from '../history.ts'
import { Amount } from '../parts/Amount.tsx'
import { Excerpt } from '../parts/Excerpt.tsx'
import { TransactionLabel } from '../parts/HexLabel.tsx'
import { Moment } from '../parts/Moment.tsx'
import { tokenOf, useProgram } from '../program.ts'
import { words } from '../words/index.ts'
import { EntitlementChart } from './EntitlementChart.tsx'

/** Every block that moved the holder's custody, newest first: what happened, where, and what it did to the entitlement. */
export function EntitlementHistory({ holder }: { holder: Holder }) {
  const points = turningPoints(holder).toReversed()
  return (
    <section className="sheet" aria-labelledby="history">
      <h2 id="history">{words.history.title}</h2>
      {points.length === 0 ? (
        <p className="muted">{holder.complete ? words.history.empty : words.history.incomplete}</p>
      ) : (
        <>
          <EntitlementChart holder={holder} />
          <Excerpt items={points}>
            {(shown) => (
              <ol className="timeline" reversed>
                {shown.map((point) => (
                  <TimelineEntry key={point.block} point={point} forfeits={holder.forfeits} />
                ))}
              </ol>
            )}
          </Excerpt>
        </>
      )}
    </section>
  )
}

function TimelineEntry({ point, forfeits }: { point: TurningPoint; forfeits: Holder['forfeits'] }) {
  const token = tokenOf(useProgram())
  const text = words.history
  const costs = forfeits.filter(({ block }) => block === point.block)
  const effect = point.after < point.before ? 'falls' : point.after > point.before ? 'rises' : 'stays'
  return (
    <li className={`timeline-entry timeline-${effect}`}>
      <p className="timeline-when">
        <Moment seconds={point.timestamp} />
        <span>{text.block(point.block.toLocaleString('en'))}</span>
      </p>
      <div>
        {point.reasons.map(({ kind, amount, transaction }) => {
          const { shown, cut } = writeAmount(amount, token.decimals)
          return (
            <p key={`${transaction}/${kind}`} className="timeline-reason">
              {text.reason(kind, `${shown}${cut && '…'} ${token.symbol}`, amount === 0n)}{' '}
              <TransactionLabel transaction={transaction} />
            </p>
          )
        })}
        {costs.map(({ transaction, amount }) => (
          <p key={transaction} className="timeline-cost gone">
            {text.cost(`${writeAmount(amount, token.decimals).shown} ${token.symbol}`)}{' '}
            {point.reasons.length === 1 || <TransactionLabel transaction={transaction} />}
          </p>
        ))}
      </div>
      <p className="timeline-effect">
        {text[effect]} <Amount value={point.after} asset={token} />
        {effect === 'falls' && (
          <span className="gone">
            <Amount value={point.before - point.after} asset={token} /> {text.lost}
          </span>
        )}
      </p>
    </li>
  )
}
