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

/** What was paid out in each period, the latest first, and how much of it was claimed. */
export function PayoutTable({ payouts }: { payouts: readonly Payout[] }) {
  const text = dashboardWords.payouts
  const { distributions } = useDistributions()
  const nameOf = ({ id }: Payout) => distributions?.find((each) => each.id === id)
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
          rows={payouts.toReversed()}
          keyOf={({ id }) => id}
          columns={[
            { name: text.period, cell: (payout) => <PayoutName payout={payout} named={nameOf(payout)} /> },
            {
              name: text.total,
              kind: 'number',
              cell: (payout) => <Sum of={payout} named={nameOf(payout)} amount={payout.total} />,
            },
            {
              name: text.claimed,
              kind: 'number',
              cell: (payout) =>
                payout.claimed === null ? (
                  text.swept
                ) : (
                  <Sum of={payout} named={nameOf(payout)} amount={payout.claimed} bare />
                ),
            },
            {
              name: text.open,
              kind: 'number',
              cell: (payout) => <Sum of={payout} named={nameOf(payout)} amount={payout.open} bare />,
            },
            {
              name: text.share,
              kind: 'wide',
              cell: ({ claimed, total, claims }) => (
                <>
                  {claimed !== null && <ShareBar part={claimed} whole={total} rest="open" />}
                  <span className="sub">
                    {claimed !== null && `${writeShare(claimed, total)} · `}
                    {text.counted(claims)}
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

/** What the issuer's own list of payouts says of one; undefined where it does not, or is not known. */
type Named = Distribution | undefined

function PayoutName({ payout: { id }, named }: { payout: Payout; named: Named }) {
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

interface SumProps {
  readonly of: Payout
  readonly named: Named
  readonly amount: bigint
  readonly bare?: boolean
}

function Sum({ of, named, amount, bare = false }: SumProps) {
  if (named === undefined) return <ForeignSum of={of} amount={amount} bare={bare} />
  return <Amount value={amount} asset={named.asset} bare={bare} />
}

/** Of a payout that the issuer does not list: only the chain knows what it is in. */
function ForeignSum({ of: { token }, amount, bare }: Pick<Required<SumProps>, 'of' | 'amount' | 'bare'>) {
  const asset = useAsset(token)
  return asset === undefined ? null : <Amount value={amount} asset={asset} bare={bare} />
}

/** In units of the asset where its name is known, else in base units of its address; empty where it is not known. */
function csvOf(payouts: readonly Payout[], named: readonly Distribution[]): string {
  const text = dashboardWords.payouts
  return csv([
    ['id', text.period, text.asset, text.total, text.claimed, text.open, text.count, text.status],
    ...payouts.map(({ id, token, total, claimed, open, claims, status }) => {
      const known = named.find((each) => each.id === id)
      const asset: Pick<Asset, 'symbol' | 'decimals'> = known?.asset ?? { symbol: token, decimals: 0 }
      const exact = (value: bigint) => writeAmount(value, asset.decimals).exact
      const sums = [exact(total), claimed === null ? '' : exact(claimed), exact(open)]
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
