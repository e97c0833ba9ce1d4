import { useEffect, useRef } from 'react'
import { useWallet } from '../hooks/useWallet.ts'
import { FailureNotice } from '../parts/Notice.tsx'
import { words } from '../words/index.ts'

/** The wallets that can be connected, a button each. */
export function ConnectWallet() {
  const wallet = useWallet()
  const { busy } = wallet
  const pressed = useRef<HTMLButtonElement | null>(null)
  // A button that cannot be pressed loses the focus; whoever chose it finds it there again.
  useEffect(() => {
    if (busy) return
    if (document.activeElement === document.body) pressed.current?.focus()
    pressed.current = null
  }, [busy])
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
            onClick={({ currentTarget }) => {
              pressed.current = currentTarget
              offered.connect()
            }}
            disabled={busy}
          >
            {offered.icon !== undefined && <img src={offered.icon} alt="" width="18" height="18" />}
            {words.wallet.connectTo(offered.name)}
          </button>
        ))}
      </fieldset>
      <p className="muted" role="status">
        {busy ? words.wallet.connecting : ''}
      </p>
      {wallet.failure !== null && <FailureNotice failure={wallet.failure} />}
    </div>
  )
}
