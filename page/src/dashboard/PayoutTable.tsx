import { writeAmount, writeShare } from '../amounts.ts'
import type { Asset, Distribution } from '../api.ts'
import { csv } from '../csv.ts'
import { useAsset } from '../hooks/useAsset.ts'
import { useDistributions } from '../hooks/useDistributions.ts'
import { Amount } from '../parts/Amount.tsx'
import { DataTable } from '../parts/DataTable.tsx'
import { HashLabel } from '../parts/HexLabel.tsx'
import { SaveCsv } from '../parts/SaveCsv.tsx'
import { ShareBar } from '../parts/ShareBar.tsx'
import { dashboardWords } from '../words/dashboard.ts'
import type { Payout } from './figures.ts'

/** What was paid out in each period, and how much of it was claimed. */
export function PayoutTable({ payouts }: { payouts: readonly Payout[] }) {
  const text = dashboardWords.payouts
  const { distributions } = useDistributions()
  return (
    <section className="sheet" aria-labelledby="payouts">
      <div className="sheet-head">
        <h2 id="payouts">{text.title}</h2>
        <SaveCsv name={text.title} file="payouts" make={() => csvOf(payouts, distributions ?? [])} />
      </div>
      {payouts.length === 0 ? (
        <p className="muted">{text.empty}</p>
      ) : (
        <DataTable
          caption={text.caption}
          rows={payouts}
          keyOf={({ id }) => id}
          columns={[
            { name: text.period, cell: (payout) => <PayoutName payout={payout} /> },
            { name: text.total, kind: 'number', cell: (payout) => <Sum of={payout} amount={payout.total} /> },
            {
              name: text.claimed,
              kind: 'number',
              cell: (payout) => <Sum of={payout} amount={payout.claimed} bare />,
            },
            {
              name: text.open,
              kind: 'number',
              cell: (payout) => <Sum of={payout} amount={payout.open} bare />,
            },
            {
              name: text.share,
              kind: 'wide',
              cell: ({ claimed, total, claims }) => (
                <>
                  <ShareBar part={claimed} whole={total} rest="open" />
                  <span className="sub">
                    {writeShare(claimed, total)} · {claims} {text.count.toLowerCase()}
                  </span>
                </>
              ),
            },
            {
              name: text.status,
              cell: ({ status }) => (
                <span className={`pill pill-${status.toLowerCase()}`}>{text.states[status] ?? status}</span>
              ),
            },
          ]}
        />
      )}
    </section>
  )
}

/** The period's name, which only the issuer's own list of payouts knows. */
function PayoutName({ payout: { id } }: { payout: Payout }) {
  const named = useDistributions().distributions?.find((each) => each.id === id)
  if (named !== undefined) return named.period
  return (
    <>
      {dashboardWords.payouts.unnamed}
      <span className="sub">
        <HashLabel hash={id} what="id" />
      </span>
    </>
  )
}

function Sum({ of, amount, bare = false }: { of: Payout; amount: bigint; bare?: boolean }) {
  const named = useDistributions().distributions?.find(({ id }) => id === of.id)
  const read = useAsset(of.token)
  const asset = named?.asset ?? read
  return asset === undefined ? null : <Amount value={amount} asset={asset} bare={bare} />
}

/** In units of the asset where its name is known, else in base units of its address. */
function csvOf(payouts: readonly Payout[], named: readonly Distribution[]): string {
  const text = dashboardWords.payouts
  return csv([
    ['id', text.period, text.asset, text.total, text.claimed, text.open, text.count, text.status],
    ...payouts.map(({ id, token, total, claimed, open, claims, status }) => {
      const known = named.find((each) => each.id === id)
      const asset: Pick<Asset, 'symbol' | 'decimals'> = known?.asset ?? { symbol: token, decimals: 0 }
      const exact = (value: bigint) => writeAmount(value, asset.decimals).exact
      const sums = [exact(total), exact(claimed), exact(open)]
      return [
        id,
        known?.period ?? text.unnamed,
        asset.symbol,
        ...sums,
        `${claims}`,
        text.states[status] ?? status,
      ]
    }),
  ])
}
