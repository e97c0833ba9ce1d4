import { useEffect, useState } from 'react'
import type { Address, Holder } from '../api.ts'
import { useClaiming } from '../hooks/useClaiming.ts'
import { accountsOf, useClaims } from '../hooks/useClaims.ts'
import { useEstimate } from '../hooks/useEstimate.ts'
import { useHolder } from '../hooks/useHolder.ts'
import { useWallet } from '../hooks/useWallet.ts'
import { AddressLabel } from '../parts/HexLabel.tsx'
import { InTurn } from '../parts/InTurn.tsx'
import { FailureNotice, Notice, RetryButton } from '../parts/Notice.tsx'
import { sameAddress, writeRoute } from '../route.ts'
import { words } from '../words/index.ts'
import { DuePanel } from './DuePanel.tsx'
import { EntitlementHistory } from './EntitlementHistory.tsx'
import { EntitlementPanel } from './EntitlementPanel.tsx'
import { LotTable } from './LotTable.tsx'
import { NextPeriod } from './NextPeriod.tsx'
import { PeriodTable } from './PeriodTable.tsx'
import { RewardSoFar } from './RewardSoFar.tsx'
import { WhatIf } from './WhatIf.tsx'

/** How long holder and claims are waited for together, in milliseconds: what has come by then is shown. */
const TOGETHER_MS = 3_000

/** Everything about the holder that `address` belongs to. */
export function HolderView({ address }: { address: Address }) {
  const { holder, failure: holderFailure, retry: retryHolder } = useHolder(address)
  const { claims, failure: claimsFailure, retry: retryClaims } = useClaims(accountsOf(address, holder))
  const estimate = useEstimate(address)
  const desk = useClaiming()
  const known = holder !== undefined || holderFailure !== null
  const isHolder = holder?.position != null && holder.position.lots > 0n
  const hasClaims = claims !== undefined && claims.length > 0
  const waitedEnough = useDelay(TOGETHER_MS)

  // Shown as a whole, so that nothing moves under the reader's finger while its parts arrive.
  const isWhole = known && estimate !== undefined && (claims !== undefined || claimsFailure !== null)
  if (!isWhole && !waitedEnough) {
    return (
      <>
        <HolderHeading address={address} holder={null} />
        <p className="muted" role="status">
          {words.loading}
        </p>
      </>
    )
  }
  return (
    <InTurn
      first={
        <>
          <HolderHeading address={address} holder={holder ?? null} />
          {isHolder && <NextPeriod />}
          <RewardSoFar address={address} />
          {known && claims !== undefined && holderFailure === null && !isHolder && !hasClaims ? (
            <Notice tone="plain" title={words.holder.neverHeld.title}>
              <p>{words.holder.neverHeld.text}</p>
            </Notice>
          ) : (
            <div className="holder-top">
              <DuePanel claims={claims} desk={desk} />
              {holder?.position != null && isHolder && <EntitlementPanel position={holder.position} />}
            </div>
          )}
          {claimsFailure !== null && (
            <FailureNotice failure={claimsFailure} actions={<RetryButton retry={retryClaims} />} />
          )}
          {holderFailure !== null && (
            <Notice
              tone="warn"
              title={words.holder.historyAway.title}
              actions={<RetryButton retry={retryHolder} />}
              urgent
            >
              <p>{words.holder.historyAway.text}</p>
            </Notice>
          )}
        </>
      }
    >
      {(isHolder || hasClaims) && claims !== undefined && (
        <PeriodTable address={address} claims={claims} desk={desk} />
      )}
      {holder?.position != null && isHolder && <WhatIf position={holder.position} />}
      {holder != null && isHolder && <EntitlementHistory holder={holder} />}
      {holder != null && isHolder && <LotTable lots={holder.lots} />}
    </InTurn>
  )
}

/** Whether so many milliseconds have passed since the component came. */
function useDelay(milliseconds: number): boolean {
  const [isOver, setOver] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setOver(true), milliseconds)
    return () => clearTimeout(timer)
  }, [milliseconds])
  return isOver
}

function HolderHeading({ address, holder }: { address: Address; holder: Holder | null }) {
  const wallet = useWallet()
  const position = holder?.position ?? null
  const others = position?.wallets.filter((other) => !sameAddress(other, address)) ?? []
  const mine = wallet.address !== undefined && sameAddress(wallet.address, address)
  return (
    <header className="holder-heading">
      <p className="eyebrow">
        {mine ? words.holder.yours : words.holder.title}
        {mine && <a href={writeRoute({ view: 'wallets' })}>{words.holder.manage}</a>}
        <a href={writeRoute({ view: 'claim', address: null })}>{words.holder.another}</a>
      </p>
      <h1 tabIndex={-1} className="holder-address">
        <AddressLabel address={address} to="explorer" />
      </h1>
      {others.length > 0 && (
        <p className="facts">
          {words.holder.linked}:{' '}
          {others.map((other) => (
            <AddressLabel key={other} address={other} />
          ))}
        </p>
      )}
      {position?.recipient != null && (
        <p className="facts">
          {words.holder.recipient}: <AddressLabel address={position.recipient} />{' '}
          {words.holder.recipientShared}
        </p>
      )}
    </header>
  )
}
