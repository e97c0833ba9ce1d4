import { useQuery } from '@tanstack/react-query'
import { writeAmount, writeShare } from '../amounts.ts'
import { csv } from '../csv.ts'
import { failureOf } from '../failures.ts'
import { Amount } from '../parts/Amount.tsx'
import { DataTable } from '../parts/DataTable.tsx'
import { FailureNotice, RetryButton } from '../parts/Notice.tsx'
import { SaveCsv } from '../parts/SaveCsv.tsx'
import { ShareBar } from '../parts/ShareBar.tsx'
import { dashboardWords } from '../words/dashboard.ts'
import { words } from '../words/index.ts'
import type { Payout } from './figures.ts'
import { fetchIncome, type Income } from './income.ts'

const text = dashboardWords.income

/** What was earned quarter by quarter, the latest first, the share of it that is owed, what was paid out for that, and what of it was claimed. */
export function IncomeTable({ payouts }: { payouts: readonly Payout[] }) {
  const { data, error, refetch } = useQuery({
    queryKey: ['income'],
    queryFn: ({ signal }) => fetchIncome(signal),
  })
  return (
    <section className="sheet" aria-labelledby="income">
      <div className="sheet-head">
        <h2 id="income">{text.title}</h2>
        {data !== undefined && <SaveCsv name={text.title} file="income" make={() => csvOf(data, payouts)} />}
      </div>
      <p className="muted small">{text.note}</p>
      {data !== undefined ? (
        <Quarters rows={data} payouts={payouts} />
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

function Quarters({ rows, payouts }: { rows: readonly Income[]; payouts: readonly Payout[] }) {
  if (rows.length === 0) return <p className="muted">{text.empty}</p>
  const most = rows.reduce((largest, { income }) => (income > largest ? income : largest), 0n)
  return (
    <DataTable
      caption={text.caption}
      rows={rows.toReversed()}
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
        {
          name: text.paid,
          kind: 'number',
          cell: ({ paid, asset }) => <Amount value={paid} asset={asset} most={4} />,
        },
        {
          name: text.claimed,
          kind: 'number',
          cell: (row) => {
            const claimed = claimedOf(row, payouts)
            return claimed !== null && <Amount value={claimed} asset={row.asset} most={4} bare />
          },
        },
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

/** Null until the index has the payout. */
const claimedOf = ({ distribution }: Income, payouts: readonly Payout[]): bigint | null =>
  payouts.find(({ id }) => id === distribution)?.claimed ?? null

/** Every amount with all its decimals; where it is not known what was claimed, the cell is empty. */
function csvOf(rows: readonly Income[], payouts: readonly Payout[]): string {
  return csv([
    [
      ...[text.period, text.income, text.due, text.currency],
      ...[text.funded, text.paid, text.claimed, text.asset, text.statement],
    ],
    ...rows.map((row) => {
      const { period, income, due, currency, funded, paid, asset, statementHash } = row
      const claimed = claimedOf(row, payouts)
      const inCurrency = (value: bigint) => writeAmount(value, currency.decimals).exact
      const inAsset = (value: bigint) => writeAmount(value, asset.decimals).exact
      return [
        ...[period, inCurrency(income), inCurrency(due), currency.symbol],
        ...[inAsset(funded), inAsset(paid), claimed === null ? '' : inAsset(claimed), asset.symbol],
        statementHash ?? '',
      ]
    }),
  ])
}
