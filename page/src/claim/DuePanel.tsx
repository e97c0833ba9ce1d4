import { lazy, useState } from 'react'
import type { Claim } from '../api.ts'
import { standingOf, totalsByAsset } from '../claims.ts'
import type { ClaimDesk } from '../hooks/useClaiming.ts'
import { isUnderWay } from '../hooks/useSending.ts'
import { useChainTime } from '../hooks/useStatus.ts'
import { useWallet } from '../hooks/useWallet.ts'
import { writeDistance, writeMoment } from '../moments.ts'
import { Amount } from '../parts/Amount.tsx'
import { AddressLabel } from '../parts/HexLabel.tsx'
import { Later } from '../parts/Later.tsx'
import { SendingProgress } from '../parts/SendingProgress.tsx'
import { useProgram } from '../program.ts'
import { sameAddress } from '../route.ts'
import { words } from '../words/index.ts'
import { ConnectWallet } from './ConnectWallet.tsx'
import { FeeLine } from './FeeLine.tsx'
import { PoolShareWorth } from './PoolShareWorth.tsx'
import { ReceiptLines } from './ReceiptLines.tsx'
import { WrongChain } from './WrongChain.tsx'

const OtherWays = lazy(() => import('./OtherWays.tsx'))

/** What can be claimed at this moment, in one transaction, and how that goes. */
export function DuePanel({ claims, desk }: { claims: readonly Claim[] | undefined; desk: ClaimDesk }) {
  const now = useChainTime()
  const due = claims?.filter((each) => standingOf(each, now) === 'open') ?? []
  return (
    <section className="sheet due" aria-labelledby="due" aria-busy={claims === undefined}>
      <h2 id="due">{words.due.title}</h2>
      <SendingProgress sending={desk.claiming} dismiss={desk.dismiss} done={words.progress.done}>
        {(receipt) => <ReceiptLines receipt={receipt} />}
      </SendingProgress>
      {claims === undefined && <p className="muted">{words.loading}</p>}
      {due.length > 0 && (
        <>
          <ul className="due-totals">
            {totalsByAsset(due).map(({ asset, total, count }) => (
              <li key={asset.address}>
                <span className="figure">
                  <Amount value={total} asset={asset} />
                </span>
                <span className="muted">{words.due.from(count)}</span>
                <PoolShareWorth amount={total} asset={asset} />
              </li>
            ))}
          </ul>
          <Destinations due={due} />
          <ClaimAll due={due} desk={desk} />
          <OtherWaysToClaim due={due} desk={desk} />
        </>
      )}
      {claims !== undefined && due.length === 0 && <NothingDue claims={claims} now={now} />}
    </section>
  )
}

function ClaimAll({ due, desk: { claiming, claim } }: { due: readonly Claim[]; desk: ClaimDesk }) {
  const wallet = useWallet()
  const { address } = wallet
  if (address === undefined) {
    return (
      <>
        <p className="muted">{words.due.connectFirst}</p>
        <ConnectWallet />
      </>
    )
  }
  return (
    <>
      {wallet.wrongChain && <WrongChain />}
      <button
        type="button"
        className="button button-wide"
        disabled={wallet.wrongChain || isUnderWay(claiming)}
        onClick={() => claim(address, due)}
      >
        {words.due.claimAll(due.length)}
      </button>
      <FeeLine sender={address} claims={due} />
      {due.some((each) => !sameAddress(each.account, address)) && (
        <p className="muted small">{words.due.forAnother}</p>
      )}
    </>
  )
}

/** Loaded when it is opened. */
function OtherWaysToClaim({ due, desk }: { due: readonly Claim[]; desk: ClaimDesk }) {
  const [wasOpened, setOpened] = useState(false)
  return (
    <details className="other-ways" onToggle={() => setOpened(true)}>
      <summary>{words.due.otherWays}</summary>
      {wasOpened && (
        <Later>
          <OtherWays due={due} desk={desk} />
        </Later>
      )}
    </details>
  )
}

function Destinations({ due }: { due: readonly Claim[] }) {
  const accounts = [...new Map(due.map(({ account }) => [account.toLowerCase(), account])).values()]
  return (
    <p className="facts">
      {words.due.paidTo}{' '}
      {accounts.map((account) => (
        <AddressLabel key={account} address={account} />
      ))}
    </p>
  )
}

function NothingDue({ claims, now }: { claims: readonly Claim[]; now: number }) {
  const { deployment } = useProgram()
  const waiting = claims.find((each) => standingOf(each, now) === 'waiting')
  const unknown = claims.some((each) => standingOf(each, now) === 'unknown')
  if (unknown) {
    const { title, text } = words.failures.rpcAway({ network: deployment.network, detail: '' })
    return (
      <p className="nothing">
        {title}. {text}
      </p>
    )
  }
  return (
    <div className="nothing">
      <p className="nothing-title">{words.due.nothing}</p>
      <p className="muted">
        {waiting !== undefined
          ? words.due.waiting(
              waiting.period,
              writeMoment(waiting.opensAt),
              writeDistance(waiting.opensAt, now),
            )
          : claims.length > 0
            ? words.due.allClaimed
            : words.due.neverDue}
      </p>
    </div>
  )
}
