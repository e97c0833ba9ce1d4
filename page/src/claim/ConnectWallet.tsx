import { useWallet } from '../hooks/useWallet.ts'
import { FailureNotice } from '../parts/Notice.tsx'
import { words } from '../words/index.ts'

/** The wallets this browser offers, a button each. */
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
      <p className="muted" role="status">
        {wallet.busy ? words.wallet.connecting : ''}
      </p>
      {wallet.failure !== null && <FailureNotice failure={wallet.failure} />}
    </div>
  )
}
