import type { Address, Claim } from '../api.ts'
import { useFee } from '../hooks/useFee.ts'
import { Amount } from '../parts/Amount.tsx'
import { currencyOf, useProgram } from '../program.ts'
import { COIN } from '../wallet.ts'
import { words } from '../words/index.ts'

/** About what the network will charge for the claim: in its own coin, and in the program's currency where the chain has a price. */
export function FeeLine({ sender, claims }: { sender: Address; claims: readonly Claim[] }) {
  const currency = currencyOf(useProgram())
  const fee = useFee(sender, claims)
  return (
    <p className="muted small fee">
      {words.due.oneTransaction}{' '}
      {fee !== undefined && (
        <>
          {words.due.fee} <Amount value={fee.wei} asset={COIN} most={3} />
          {fee.inCurrency !== null && (
            <>
              {' '}
              (<Amount value={fee.inCurrency} asset={currency} most={2} />)
            </>
          )}
          .
        </>
      )}
    </p>
  )
}
