import type { Address, Claim, Period } from '../api.ts'
import { type Standing, standingOf } from '../claims.ts'
import type { ClaimDesk } from '../hooks/useClaiming.ts'
import { useDistributions } from '../hooks/useDistributions.ts'
import { isUnderWay } from '../hooks/useSending.ts'
import { useChainTime } from '../hooks/useStatus.ts'
import { useWallet } from '../hooks/useWallet.ts'
import { useCopy } from '../mirror/copy.ts'
import { writeDistance, writeMoment } from '../moments.ts'
import { Amount } from '../parts/Amount.tsx'
import { DataTable } from '../parts/DataTable.tsx'
import { AddressLabel } from '../parts/HexLabel.tsx'
import { Moment } from '../parts/Moment.tsx'
import { useProgram } from '../program.ts'
import { sameAddress } from '../route.ts'
import { words } from '../words/index.ts'
import { PoolShareWorth } from './PoolShareWorth.tsx'

type RowStanding = Standing | 'nothing' | 'unpublished'

interface Row {
  readonly key: string
  readonly period: string
  readonly span: Period | undefined
  readonly claim: Claim | null
  readonly standing: RowStanding
  /** Seconds: when it opened or opens, or its period ends. */
  readonly time: number
}

/** What somebody may still do something about, or waits for. */
const isPending = ({ standing }: Row): boolean => standing !== 'claimed' && standing !== 'nothing'

/** Every period so far, the latest first, with what it paid, and a button where it can be claimed by itself. */
export function PeriodTable({
  address,
  claims,
  desk,
}: {
  /** Who is being looked at: other accounts are named beside their amounts. */
  address: Address
  claims: readonly Claim[]
  desk: ClaimDesk
}) {
  const now = useChainTime()
  const { terms } = useProgram()
  const { distributions } = useDistributions()
  const copy = useCopy()
  const published = new Set(distributions?.map(({ period }) => period))
  const { periods } = terms.streams.income
  const { rows, later } = rowsOf(periods, claims, published, now)
  const text = words.periods
  return (
    <section className="sheet" aria-labelledby="periods">
      <h2 id="periods">{text.title}</h2>
      <DataTable
        caption={text.caption}
        rows={rows}
        keyOf={({ key }) => key}
        keep={isPending}
        columns={[
          {
            name: text.period,
            cell: ({ period, span }) => (
              <>
                {period}
                {span !== undefined && (
                  <span className="sub">
                    <Moment seconds={span.start} day /> – <Moment seconds={span.end} day />
                  </span>
                )}
              </>
            ),
          },
          {
            name: text.amount,
            kind: 'number',
            cell: ({ claim: own }) => (own === null ? '—' : <OwnAmount claim={own} asked={address} />),
          },
          {
            name: text.status,
            cell: (row) => (
              <>
                <span className={`pill pill-${row.standing}`}>{words.standings[row.standing]}</span>
                <span className="sub">{remark(row, now)}</span>
              </>
            ),
          },
          {
            name: text.action,
            kind: 'action',
            cell: ({ claim: own, standing }) =>
              own !== null &&
              (standing === 'open' || standing === 'unknown') && <ClaimButton each={own} desk={desk} />,
          },
        ]}
      />
      <p className="muted small">
        {later > 0 && `${text.upcoming(later)} `}
        {copy === null && (
          <>
            <a href={`v1/accounts/${address}/statement?format=csv`} download>
              {text.statement}
            </a>
            {' · '}
            <a href="v1/calendar" download>
              {text.calendar}
            </a>
          </>
        )}
      </p>
    </section>
  )
}

function OwnAmount({ claim: { amount, asset, account }, asked }: { claim: Claim; asked: Address }) {
  return (
    <>
      <Amount value={amount} asset={asset} />
      <PoolShareWorth amount={amount} asset={asset} />
      {!sameAddress(account, asked) && (
        <span className="sub">
          {words.periods.to} <AddressLabel address={account} />
        </span>
      )}
    </>
  )
}

function ClaimButton({ each, desk: { claiming, claim } }: { each: Claim; desk: ClaimDesk }) {
  const { address, wrongChain } = useWallet()
  if (address === undefined) return null
  return (
    <button
      type="button"
      className="button button-quiet"
      disabled={wrongChain || isUnderWay(claiming)}
      onClick={() => claim(address, [each])}
    >
      {words.due.claimOne(each.period)}
    </button>
  )
}

function remark({ claim, span, standing }: Row, now: number): string | null {
  if (standing === 'unpublished') return span === undefined ? null : words.periods.ends(writeMoment(span.end))
  if (claim === null) return null
  if (standing === 'waiting')
    return words.periods.opens(writeMoment(claim.opensAt), writeDistance(claim.opensAt, now))
  if (standing !== 'claimed' && claim.deadline > 0)
    return words.periods.sweepable(writeMoment(claim.deadline))
  return null
}

/** Published periods, claims of other streams, and the next period to come; later ones are only counted. */
function rowsOf(
  periods: readonly Period[],
  claims: readonly Claim[],
  published: ReadonlySet<string>,
  now: number,
): { rows: Row[]; later: number } {
  const rowOf = (claim: Claim, span: Period | undefined): Row => ({
    key: `${claim.id}/${claim.account}`,
    period: claim.period,
    span,
    claim,
    standing: standingOf(claim, now),
    time: claim.opensAt,
  })
  const rowWithout = (span: Period, standing: 'nothing' | 'unpublished'): Row => ({
    key: span.name,
    period: span.name,
    span,
    claim: null,
    standing,
    time: span.end,
  })
  const rows: Row[] = []
  let pending = 0
  for (const span of periods) {
    const own = claims.filter((claim) => claim.stream === 'income' && claim.period === span.name)
    if (own.length > 0) rows.push(...own.map((claim) => rowOf(claim, span)))
    else if (published.has(span.name)) rows.push(rowWithout(span, 'nothing'))
    else if (pending++ === 0) rows.push(rowWithout(span, 'unpublished'))
  }
  const known = new Set(periods.map(({ name }) => name))
  const others = claims.filter((claim) => claim.stream !== 'income' || !known.has(claim.period))
  rows.push(...others.map((claim) => rowOf(claim, undefined)))
  rows.sort((one, other) => other.time - one.time)
  return { rows, later: Math.max(0, pending - 1) }
}
