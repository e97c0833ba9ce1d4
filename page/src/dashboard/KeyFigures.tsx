import { priceOf, writeShare } from '../amounts.ts'
import { useAsset } from '../hooks/useAsset.ts'
import { Amount } from '../parts/Amount.tsx'
import { tokenOf, useProgram } from '../program.ts'
import { dashboardWords } from '../words/dashboard.ts'
import { Figure } from './Figure.tsx'
import type { Figures } from './figures.ts'

const whole = (number: number) => number.toLocaleString('en')

/** Supply, holders, what was sold and is still entitled, and the price. */
export function KeyFigures({ figures }: { figures: Figures }) {
  const program = useProgram()
  const token = tokenOf(program)
  const other = useAsset(program.deployment.counterAsset)
  const text = dashboardWords
  const { program: counts, pair, entitled } = figures
  if (counts === null) return <p className="muted">{text.away}</p>
  return (
    <section aria-labelledby="key-figures">
      <h2 id="key-figures" className="hidden">
        {text.figures}
      </h2>
      <dl className="figure-grid">
        <Figure name={text.supply}>
          <Amount value={counts.totalSupply} asset={token} />
        </Figure>
        <Figure name={text.holders} note={text.accounts(whole(counts.accounts))}>
          {whole(counts.holders)}
        </Figure>
        <Figure name={text.sold} note={text.soldNote(writeShare(counts.lotsSold, counts.totalSupply))}>
          <Amount value={counts.lotsSold} asset={token} />
        </Figure>
        {entitled !== null && (
          <Figure name={text.entitled} note={text.entitledNote(writeShare(entitled, counts.lotsSold))}>
            <Amount value={entitled} asset={token} />
          </Figure>
        )}
        {pair !== null && other !== undefined && (
          <Figure name={text.price} note={text.priceNote(token.symbol)}>
            <Amount
              value={priceOf(pair.reserveToken, token.decimals, pair.reserveOther)}
              asset={{ symbol: other.symbol, decimals: other.decimals + 18 }}
              most={4}
            />
          </Figure>
        )}
      </dl>
    </section>
  )
}
