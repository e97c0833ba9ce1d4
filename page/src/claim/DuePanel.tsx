import type { Address, Claim } from '../api.ts'
import { standingOf, totalsByAsset } from '../claims.ts'
import { type Claiming, isUnderWay } from '../hooks/useClaiming.ts'
import { useChainTime } from '../hooks/useStatus.ts'
import { useWallet } from '../hooks/useWallet.ts'
import { writeDistance, writeMoment } from '../moments.ts'
import { Amount } from '../parts/Amount.tsx'
import { AddressLabel } from '../parts/HexLabel.tsx'
import { useProgram } from '../program.ts'
import { sameAddress } from '../route.ts'
import { words } from '../words/index.ts'
import { ClaimProgress } from './ClaimProgress.tsx'
import { ConnectWallet } from './ConnectWallet.tsx'
import { WrongChain } from './WrongChain.tsx'

/** What can be claimed at this moment, in one transaction, and how that goes. */
export function DuePanel({
  claims,
  claiming,
  claim,
  dismiss,
}: {
  claims: readonly Claim[] | undefined
  claiming: Claiming
  claim: (sender: Address, claims: readonly Claim[]) => void
  dismiss: () => void
}) {
  const now = useChainTime()
  const due = claims?.filter((each) => standingOf(each, now) === 'open') ?? []
  return (
    <section className="sheet due" aria-labelledby="due" aria-busy={claims === undefined}>
      <h2 id="due">{words.due.title}</h2>
      <ClaimProgress claiming={claiming} dismiss={dismiss} />
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
              </li>
            ))}
          </ul>
          <Destinations due={due} />
          <ClaimAll due={due} claiming={claiming} claim={claim} />
        </>
      )}
      {claims !== undefined && due.length === 0 && <NothingDue claims={claims} now={now} />}
    </section>
  )
}

function ClaimAll({
  due,
  claiming,
  claim,
}: {
  due: readonly Claim[]
  claiming: Claiming
  claim: (sender: Address, claims: readonly Claim[]) => void
}) {
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
      <p className="muted small">
        {words.due.oneTransaction}{' '}
        {due.some((each) => !sameAddress(each.account, address)) && words.due.forAnother}
      </p>
    </>
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
