import type { Asset } from '../api.ts'
import { useAsset } from '../hooks/useAsset.ts'
import { usePool } from '../hooks/usePool.ts'
import { Amount } from '../parts/Amount.tsx'
import { tokenOf, useProgram } from '../program.ts'
import { sameAddress } from '../route.ts'
import { words } from '../words/index.ts'
import { standsFor } from './poolShare.ts'

/** Beside an amount of pool shares: both sides of the pool that it stands for now. Nothing for other assets. */
export function PoolShareWorth({ amount, asset }: { amount: bigint; asset: Asset }) {
  const { deployment } = useProgram()
  return sameAddress(asset.address, deployment.pair) ? <BothSides units={amount} /> : null
}

function BothSides({ units }: { units: bigint }) {
  const program = useProgram()
  const pool = usePool(true)
  const other = useAsset(program.deployment.counterAsset)
  // Its line is kept from the start, so that nothing moves when the chain has answered.
  if (pool === undefined || other === undefined)
    return <span className="sub">{words.periods.standsFor} …</span>
  const share = standsFor(units, pool)
  return (
    <span className="sub">
      {words.periods.standsFor} <Amount value={share.token} asset={tokenOf(program)} most={2} /> +{' '}
      <Amount value={share.other} asset={other} most={4} />
    </span>
  )
}
