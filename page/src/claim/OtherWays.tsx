import { useState } from 'react'
import type { Address, Claim } from '../api.ts'
import type { ClaimDesk } from '../hooks/useClaiming.ts'
import { isUnderWay } from '../hooks/useSending.ts'
import { useWallet } from '../hooks/useWallet.ts'
import { AddressField, type ChosenAddress } from '../parts/AddressField.tsx'
import { AddressLabel } from '../parts/HexLabel.tsx'
import { sameAddress } from '../route.ts'
import { waysWords } from '../words/ways.ts'
import { SignForRelay } from './SignForRelay.tsx'

/** For who wants the money at another address, or has no coin for the fee. Only the account itself can say so. */
export default function OtherWays({ due, desk }: { due: readonly Claim[]; desk: ClaimDesk }) {
  const wallet = useWallet()
  const { address } = wallet
  const [chosen, setChosen] = useState<ChosenAddress>({ address: null, isReady: false })
  const text = waysWords.other
  const own = address === undefined ? [] : due.filter(({ account }) => sameAddress(account, address))
  if (address === undefined || own.length === 0) {
    return <OnlyTheAccount accounts={due.map(({ account }) => account)} />
  }
  return (
    <div className="other-ways-body">
      <AddressField
        label={text.to}
        warnings={[waysWords.warnings.forGood]}
        self={address}
        choose={setChosen}
      />
      <div>
        <button
          type="button"
          className="button"
          disabled={!chosen.isReady || wallet.wrongChain || isUnderWay(desk.claiming)}
          onClick={() => chosen.address !== null && desk.claim(address, own, chosen.address)}
        >
          {text.claim(own.length)}
        </button>
      </div>
      <SignForRelay
        key={address}
        account={address}
        claims={own}
        to={chosen.address === null ? address : chosen.isReady ? chosen.address : null}
      />
    </div>
  )
}

function OnlyTheAccount({ accounts }: { accounts: readonly Address[] }) {
  const unique = [...new Map(accounts.map((account) => [account.toLowerCase(), account])).values()]
  return (
    <p className="muted">
      {waysWords.other.onlyAccount}{' '}
      {unique.map((account) => (
        <AddressLabel key={account} address={account} />
      ))}
    </p>
  )
}
