import { useQuery } from '@tanstack/react-query'
import { writeAmount, writeShare } from '../amounts.ts'
import { csv } from '../csv.ts'
import { failureOf } from '../failures.ts'
import { useDistributions } from '../hooks/useDistributions.ts'
import { Amount } from '../parts/Amount.tsx'
import { DataTable } from '../parts/DataTable.tsx'
import { FailureNotice, RetryButton } from '../parts/Notice.tsx'
import { SaveCsv } from '../parts/SaveCsv.tsx'
import { ShareBar } from '../parts/ShareBar.tsx'
import { dashboardWords } from '../words/dashboard.ts'
import { words } from '../words/index.ts'
import { fetchIncome, type Income } from './income.ts'

const text = dashboardWords.income

/** What was earned quarter by quarter, the share of it that is owed, and what was paid out for that. */
export function IncomeTable() {
  const { data, error, refetch } = useQuery({
    queryKey: ['income'],
    queryFn: ({ signal }) => fetchIncome(signal),
  })
  return (
    <section className="sheet" aria-labelledby="income">
      <div className="sheet-head">
        <h2 id="income">{text.title}</h2>
        {data !== undefined && <SaveCsv name={text.title} file="income" make={() => csvOf(data)} />}
      </div>
      <p className="muted small">{text.note}</p>
      {data !== undefined ? (
        <Quarters rows={data} />
      ) : error === null ? (
        <p className="muted" role="status">
          {words.loading}
        </p>
      ) : (
        <FailureNotice failure={failureOf(error)} actions={<RetryButton retry={() => void refetch()} />} />
      )}
    </section>
  )
}

function Quarters({ rows }: { rows: readonly Income[] }) {
  if (rows.length === 0) return <p className="muted">{text.empty}</p>
  const most = rows.reduce((largest, { income }) => (income > largest ? income : largest), 0n)
  return (
    <DataTable
      caption={text.caption}
      rows={rows}
      keyOf={({ distribution }) => distribution}
      columns={[
        { name: text.period, cell: ({ period }) => period },
        {
          name: text.income,
          kind: 'number',
          cell: ({ income, currency }) => <Amount value={income} asset={currency} />,
        },
        {
          name: text.due,
          kind: 'number',
          cell: ({ due, currency }) => <Amount value={due} asset={currency} bare />,
        },
        { name: text.funded, kind: 'number', cell: (row) => <Funded row={row} /> },
        {
          name: text.share,
          kind: 'wide',
          cell: ({ income, due }) => (
            <>
              <ShareBar part={due} whole={income} scale={most} rest="open" />
              <span className="sub">{writeShare(due, income)}</span>
            </>
          ),
        },
      ]}
    />
  )
}

/** In the payout's own asset: in LP shares it is another one than the income's. */
function Funded({ row }: { row: Income }) {
  const paid = useDistributions().distributions?.find(({ id }) => id === row.distribution)
  return paid === undefined ? null : <Amount value={row.funded} asset={paid.asset} most={4} />
}

/** Money in the currency's units; what was paid in for it in base units of the payout's asset. */
function csvOf(rows: readonly Income[]): string {
  const head = [text.period, text.income, text.due, text.currency, text.fundedBase, text.statement]
  return csv([
    head,
    ...rows.map(({ period, income, due, currency, funded, statementHash }) => [
      period,
      writeAmount(income, currency.decimals).exact,
      writeAmount(due, currency.decimals).exact,
      currency.symbol,
      `${funded}`,
      statementHash ?? '',
    ]),
  ])
}
