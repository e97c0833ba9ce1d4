import { writeShare } from '../amounts.ts'
import type { Position } from '../api.ts'
import { Amount } from '../parts/Amount.tsx'
import { ShareBar } from '../parts/ShareBar.tsx'
import { tokenOf, useProgram } from '../program.ts'
import { words } from '../words/index.ts'

/** How much of what was bought first-hand still carries the claim, and where the tokens are. */
export function EntitlementPanel({ position }: { position: Position }) {
  const token = tokenOf(useProgram())
  const { entitlement: text } = words
  const { entitlement, lots, balance, staked, basis, custody } = position
  const gone = lots - entitlement
  return (
    <section className="sheet" aria-labelledby="entitlement">
      <h2 id="entitlement">{text.title}</h2>
      <p className="figure-line">
        <span className="figure">
          <Amount value={entitlement} asset={token} bare />
        </span>{' '}
        <span className="figure-of">
          {text.of} <Amount value={lots} asset={token} />
        </span>
      </p>
      <ShareBar part={entitlement} whole={lots} />
      <p>
        {gone === 0n ? (
          text.whole
        ) : (
          <>
            <strong>{writeShare(entitlement, lots)}</strong> {text.kept};{' '}
            <span className="gone">
              <Amount value={gone} asset={token} />
            </span>{' '}
            {text.gone}.
          </>
        )}
      </p>
      <dl className="pairs" aria-label={text.where}>
        <Part name={text.wallet} value={balance} />
        <Part name={text.staked} value={staked} />
        <Part name={text.pool} value={basis} />
        <Part name={text.custody} value={custody} />
      </dl>
      <p className="muted small">{text.explain}</p>
    </section>
  )
}

function Part({ name, value }: { name: string; value: bigint }) {
  const token = tokenOf(useProgram())
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <Amount value={value} asset={token} />
      </dd>
    </div>
  )
}
