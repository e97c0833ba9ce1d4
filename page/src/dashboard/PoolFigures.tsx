import { writeAmount, writeShare } from '../amounts.ts'
import type { Asset } from '../api.ts'
import { csv } from '../csv.ts'
import { useAsset } from '../hooks/useAsset.ts'
import { Amount } from '../parts/Amount.tsx'
import { SaveCsv } from '../parts/SaveCsv.tsx'
import { tokenOf, useProgram } from '../program.ts'
import { dashboardWords } from '../words/dashboard.ts'
import { Figure } from './Figure.tsx'
import type { Figures } from './figures.ts'

/** What lies in the pool and in staking. */
export function PoolFigures({ figures }: { figures: Figures }) {
  const program = useProgram()
  const token = tokenOf(program)
  const other = useAsset(program.deployment.counterAsset)
  const lp = useAsset(program.deployment.pair)
  const text = dashboardWords
  const { pair, program: counts, staked, lpStaked } = figures
  if (pair === null || counts === null) return null
  const all: Named[] = [
    [text.poolToken(token.symbol), pair.reserveToken, token],
    ...(other === undefined ? [] : [[text.poolOther(other.symbol), pair.reserveOther, other] as const]),
    [text.staked, staked, token],
    ...(lp === undefined
      ? []
      : [[text.lpSupply, pair.lpSupply, lp] as const, [text.lpStaked, lpStaked, lp] as const]),
  ]
  return (
    <section className="sheet" aria-labelledby="pool">
      <div className="sheet-head">
        <h2 id="pool">{text.pool.title}</h2>
        <SaveCsv name={text.pool.title} file="pool" make={() => csvOf(all)} />
      </div>
      <dl className="figure-grid figure-grid-plain">
        <Figure
          name={text.poolToken(token.symbol)}
          note={text.ofAll(writeShare(pair.reserveToken, counts.totalSupply))}
        >
          <Amount value={pair.reserveToken} asset={token} most={4} />
        </Figure>
        {other !== undefined && (
          <Figure name={text.poolOther(other.symbol)} note={text.swaps(counts.swaps.toLocaleString('en'))}>
            <Amount value={pair.reserveOther} asset={other} most={4} />
          </Figure>
        )}
        <Figure name={text.staked} note={text.ofAll(writeShare(staked, counts.totalSupply))}>
          <Amount value={staked} asset={token} most={4} />
        </Figure>
        {lp !== undefined && (
          <>
            <Figure name={text.lpSupply}>
              <Amount value={pair.lpSupply} asset={lp} most={4} />
            </Figure>
            <Figure name={text.lpStaked} note={text.ofAll(writeShare(lpStaked, pair.lpSupply))}>
              <Amount value={lpStaked} asset={lp} most={4} />
            </Figure>
          </>
        )}
      </dl>
    </section>
  )
}

type Named = readonly [name: string, amount: bigint, asset: Pick<Asset, 'symbol' | 'decimals'>]

function csvOf(all: readonly Named[]): string {
  const { figure, amount, unit } = dashboardWords.pool
  return csv([
    [figure, amount, unit],
    ...all.map(([name, value, { symbol, decimals }]) => [name, writeAmount(value, decimals).exact, symbol]),
  ])
}
