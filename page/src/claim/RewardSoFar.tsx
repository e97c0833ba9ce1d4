import type { Address } from '../api.ts'
import { useEstimate } from '../hooks/useEstimate.ts'
import { isoMoment, writeMoment } from '../moments.ts'
import { Amount } from '../parts/Amount.tsx'
import { words } from '../words/index.ts'

/** A provider's part of the running reward month as it stands; nothing for those without LP units. */
export function RewardSoFar({ address }: { address: Address }) {
  const estimate = useEstimate(address)
  if (estimate == null || estimate.weight === 0n) return null
  const { asset, amount, month, block, timestamp } = estimate
  return (
    <p className="next-period">
      <strong>{words.soFar.month(month)}</strong> {words.soFar.about}{' '}
      <Amount value={amount} asset={asset} most={2} /> {words.soFar.notFinal}{' '}
      <time className="muted" dateTime={isoMoment(timestamp)}>
        {words.soFar.at(String(block), writeMoment(timestamp))}
      </time>
    </p>
  )
}
