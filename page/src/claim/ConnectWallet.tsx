import { lazy } from 'react'
import { useWallet } from '../hooks/useWallet.ts'
import { Later } from '../parts/Later.tsx'
import { FailureNotice } from '../parts/Notice.tsx'
import { words } from '../words/index.ts'

const ScanCode = lazy(() => import('../walletConnect/ScanCode.tsx'))

/** The wallets that can be connected, a button each, and WalletConnect's code once it is asked for. */
export function ConnectWallet() {
  const wallet = useWallet()
  if (wallet.offered.length === 0) return <p className="muted">{words.wallet.none}</p>
  return (
    <div className="wallets">
      <fieldset className="wallet-list">
        <legend className="hidden">{words.wallet.choose}</legend>
        {wallet.offered.map((offered) => (
          <button
            key={offered.id}
            type="button"
            className="button button-quiet"
            onClick={offered.connect}
            disabled={wallet.busy}
          >
            {offered.icon !== undefined && <img src={offered.icon} alt="" width="18" height="18" />}
            {words.wallet.connectTo(offered.name)}
          </button>
        ))}
      </fieldset>
      {wallet.code !== null && (
        <Later>
          <ScanCode code={wallet.code} />
        </Later>
      )}
      <p className="muted" role="status">
        {wallet.busy ? words.wallet.connecting : ''}
      </p>
      {wallet.failure !== null && <FailureNotice failure={wallet.failure} />}
    </div>
  )
}
