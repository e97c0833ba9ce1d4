import { writeAmount } from '../amounts.ts'
import type { Asset } from '../api.ts'

/**
 * An amount, never rounded: decimals that do not fit are marked by an ellipsis, stay in the text for whoever copies or
 * listens, and the title has them all.
 */
export function Amount({
  value,
  asset,
  most = 6,
  bare = false,
}: {
  value: bigint
  asset: Pick<Asset, 'symbol' | 'decimals'>
  most?: number
  bare?: boolean
}) {
  const { shown, cut, exact } = writeAmount(value, asset.decimals, asset.decimals <= 6 ? 2 : 0, most)
  return (
    <data className="amount" value={exact} title={`${exact} ${asset.symbol}`}>
      {shown}
      {cut !== '' && (
        <>
          <span className="amount-more" aria-hidden="true" />
          <span className="amount-cut">{cut}</span>
        </>
      )}
      {!bare && <span className="amount-symbol"> {asset.symbol}</span>}
    </data>
  )
}
