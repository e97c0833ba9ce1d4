import { lazy } from 'react'
import { useFigures } from '../hooks/useFigures.ts'
import { writeMoment } from '../moments.ts'
import { InTurn } from '../parts/InTurn.tsx'
import { Later } from '../parts/Later.tsx'
import { FailureNotice, Notice, RetryButton } from '../parts/Notice.tsx'
import { useProgram } from '../program.ts'
import { dashboardWords } from '../words/dashboard.ts'
import { words } from '../words/index.ts'
import { DropTable } from './DropTable.tsx'
import { HolderShares } from './HolderShares.tsx'
import { IncomeTable } from './IncomeTable.tsx'
import { KeyFigures } from './KeyFigures.tsx'
import { PayoutTable } from './PayoutTable.tsx'
import { PoolFigures } from './PoolFigures.tsx'

/** Charts bring the drawing along, which nobody waits for. */
const Charts = lazy(() => import('../charts/Charts.tsx'))

/** The program in figures, for anybody. */
export default function Dashboard() {
  const { deployment, terms } = useProgram()
  const text = dashboardWords
  return (
    <>
      <header className="dashboard-heading">
        <h1 tabIndex={-1}>{text.title}</h1>
        <p className="lead">{text.lead(terms.token.symbol)}</p>
      </header>
      {deployment.graphqlUrl === null ? (
        <Notice tone="plain" title={text.noGraph} />
      ) : (
        <FiguresFrom url={deployment.graphqlUrl} />
      )}
    </>
  )
}

function FiguresFrom({ url }: { url: string }) {
  const { figures, failure, retry } = useFigures(url)
  const text = dashboardWords
  if (failure !== null) return <FailureNotice failure={failure} actions={<RetryButton retry={retry} />} />
  if (figures === undefined) {
    return (
      <p className="muted" role="status">
        {words.loading}
      </p>
    )
  }
  const { number, timestamp } = figures.block
  return (
    <InTurn
      first={
        <>
          <p className="muted small as-of">
            {text.asOf(number.toLocaleString('en'), timestamp === null ? '' : writeMoment(timestamp))}
          </p>
          <KeyFigures figures={figures} />
        </>
      }
    >
      <Later>
        <Charts url={url} figures={figures} />
      </Later>
      <IncomeTable payouts={figures.payouts} />
      <PayoutTable payouts={figures.payouts} />
      <HolderShares shares={figures.shares} />
      <PoolFigures figures={figures} />
      <DropTable drops={figures.drops} />
    </InTurn>
  )
}
