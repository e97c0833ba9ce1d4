import { useState } from 'react'
import { useConfig } from 'wagmi'
import type { Asset } from '../api.ts'
import { type Failure, failureOf } from '../failures.ts'
import { useWallet } from '../hooks/useWallet.ts'
import { words } from '../words/index.ts'
import { FailureNotice } from './Notice.tsx'

/** Asks the connected wallet to list an asset (EIP-747). */
export function AddToWallet({ asset }: { asset: Asset }) {
  const config = useConfig()
  const { address, wrongChain } = useWallet()
  const [added, setAdded] = useState(false)
  const [failure, setFailure] = useState<Failure | null>(null)
  if (address === undefined || wrongChain) return null

  async function add() {
    setFailure(null)
    try {
      const { listAsset } = await import('../claim/asset.ts')
      setAdded(await listAsset(config, asset))
    } catch (error) {
      setFailure(failureOf(error))
    }
  }

  return (
    <>
      <button
        type="button"
        className="button button-quiet button-small"
        disabled={added}
        onClick={() => void add()}
      >
        {added ? words.wallet.listed(asset.symbol) : words.wallet.list(asset.symbol)}
      </button>
      {failure !== null && <FailureNotice failure={failure} />}
    </>
  )
}
