import { writeShare } from '../amounts.ts'
import { useAsset } from '../hooks/useAsset.ts'
import { Amount } from '../parts/Amount.tsx'
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
  return (
    <section className="sheet" aria-labelledby="pool">
      <h2 id="pool">{text.pool.title}</h2>
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
