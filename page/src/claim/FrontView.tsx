import { useProgram } from '../program.ts'
import { words } from '../words/index.ts'
import { AddressFinder } from './AddressFinder.tsx'
import { Agreement } from './Agreement.tsx'
import { ConnectWallet } from './ConnectWallet.tsx'
import { PublishedPayouts } from './PublishedPayouts.tsx'

/** Where everybody arrives: find an address or connect, and what was published so far. */
export function FrontView() {
  const { token } = useProgram().terms
  return (
    <>
      <div className="front">
        <section className="front-find">
          <h1 tabIndex={-1}>{words.finder.headline(token.symbol)}</h1>
          <p className="lead">{words.finder.lead(token.symbol)}</p>
          <AddressFinder />
          <p className="or">
            <span>{words.finder.or}</span>
          </p>
          <ConnectWallet />
        </section>
        <Agreement />
      </div>
      <PublishedPayouts />
    </>
  )
}
