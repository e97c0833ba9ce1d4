import { useWallet } from '../hooks/useWallet.ts'
import { FailureNotice } from '../parts/Notice.tsx'
import { useProgram } from '../program.ts'
import { words } from '../words/index.ts'

/** The wallet is on another network; a button asks it to switch. */
export function WrongChain() {
  const wallet = useWallet()
  const { network } = useProgram().deployment
  return (
    <>
      <FailureNotice
        failure={{ kind: 'wrongChain' }}
        actions={
          <button type="button" className="button" onClick={wallet.switchChain} disabled={wallet.busy}>
            {words.wallet.switchTo(network)}
          </button>
        }
      />
      {wallet.failure !== null && <FailureNotice failure={wallet.failure} />}
    </>
  )
}
