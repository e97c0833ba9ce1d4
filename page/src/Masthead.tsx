import { useWallet } from './hooks/useWallet.ts'
import { HashLabel } from './parts/HexLabel.tsx'
import { useProgram } from './program.ts'
import { type Route, sameAddress, writeRoute } from './route.ts'
import { words } from './words/index.ts'

/** Whose program this is, the two views, and the wallet. */
export function Masthead({ route }: { route: Route }) {
  const { token } = useProgram().terms
  const text = words.masthead
  const claimHref = writeRoute({ view: 'claim', address: route.view === 'claim' ? route.address : null })
  return (
    <header className="masthead">
      <a className="mark" href={writeRoute({ view: 'claim', address: null })} title={text.home}>
        <svg viewBox="0 0 32 32" aria-hidden="true">
          <rect className="mark-ground" width="32" height="32" rx="7" />
          <rect className="mark-bar" x="7" y="7" width="5" height="18" rx="1" />
          <rect className="mark-bar" x="13.500" y="12" width="5" height="13" rx="1" opacity=".82" />
          <rect className="mark-bar" x="20" y="18" width="5" height="7" rx="1" opacity=".64" />
        </svg>
        <span>{text.program(token.symbol)}</span>
      </a>
      <nav aria-label={text.navigation}>
        {(
          [
            ['claim', claimHref],
            ['dashboard', writeRoute({ view: 'dashboard' })],
            ['check', writeRoute({ view: 'check', id: null })],
            ['polls', writeRoute({ view: 'polls', id: null })],
          ] as const
        ).map(([view, href]) => (
          <a key={view} href={href} aria-current={route.view === view ? 'page' : undefined}>
            {text[view]}
          </a>
        ))}
      </nav>
      <WalletState route={route} />
    </header>
  )
}

function WalletState({ route }: { route: Route }) {
  const { address, name, disconnect } = useWallet()
  if (address === undefined) return null
  const shown = route.view === 'claim' && route.address !== null && sameAddress(route.address, address)
  return (
    <div className="wallet-state">
      <span className={shown ? 'wallet-address-shown' : undefined} title={words.wallet.connected(name ?? '')}>
        <HashLabel
          hash={address}
          what="address"
          href={shown ? null : writeRoute({ view: 'claim', address })}
        />
      </span>
      <button type="button" className="button button-quiet" onClick={disconnect}>
        {words.wallet.disconnect}
      </button>
    </div>
  )
}
