import { useState } from 'react'
import type { Address } from '../api.ts'
import { ConnectWallet } from '../claim/ConnectWallet.tsx'
import { WrongChain } from '../claim/WrongChain.tsx'
import { useWallet } from '../hooks/useWallet.ts'
import { AddressLabel } from '../parts/HexLabel.tsx'
import { useProgram } from '../program.ts'
import { waysWords } from '../words/ways.ts'
import { LinkWallet } from './LinkWallet.tsx'
import { NameRecipient } from './NameRecipient.tsx'

/** Which wallets are one holder, and who is paid. */
export default function WalletsView() {
  const { deployment } = useProgram()
  const { address, wrongChain } = useWallet()
  // The wallet that came first stays the holder's, while the new one is chosen in the wallet for its signature.
  const [first, setFirst] = useState<Address | undefined>(address)
  if (first === undefined && address !== undefined) setFirst(address)
  const text = waysWords.wallets
  return (
    <>
      <header className="view-heading">
        <h1 tabIndex={-1}>{text.title}</h1>
        <p className="lead">{text.lead}</p>
        <p className="facts">
          {text.registry} <AddressLabel address={deployment.registry} to="explorer" />
        </p>
      </header>
      {address === undefined || first === undefined ? (
        <section className="sheet">
          <p>{text.connect}</p>
          <ConnectWallet />
        </section>
      ) : (
        <>
          {wrongChain && <WrongChain />}
          <LinkWallet existing={first} connected={address} />
          <NameRecipient key={address} sender={address} />
        </>
      )}
    </>
  )
}
