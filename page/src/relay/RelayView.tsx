import { useState } from 'react'
import { useConfig } from 'wagmi'
import { ConnectWallet } from '../claim/ConnectWallet.tsx'
import { type RelayedClaim, readSigned } from '../claim/signed.ts'
import { transact } from '../claim/transact.ts'
import { WrongChain } from '../claim/WrongChain.tsx'
import { useAsset } from '../hooks/useAsset.ts'
import { isUnderWay, useSending } from '../hooks/useSending.ts'
import { useWallet } from '../hooks/useWallet.ts'
import { Amount } from '../parts/Amount.tsx'
import { AddressLabel, TransactionLabel } from '../parts/HexLabel.tsx'
import { Moment } from '../parts/Moment.tsx'
import { SendingProgress } from '../parts/SendingProgress.tsx'
import { useProgram } from '../program.ts'
import { words } from '../words/index.ts'
import { waysWords } from '../words/ways.ts'

const text = waysWords.relay

/** Sends what somebody else signed, and says before what it does. */
export default function RelayView() {
  const { deployment } = useProgram()
  const config = useConfig()
  const { address, wrongChain } = useWallet()
  const [pasted, setPasted] = useState('')
  const { sending, send, dismiss } = useSending<`0x${string}`>()
  const read = pasted.trim() === '' ? null : readSigned(pasted, deployment)
  const relayable = read !== null && 'call' in read ? read : null
  return (
    <>
      <header className="view-heading">
        <h1 tabIndex={-1}>{text.title}</h1>
        <p className="lead">{text.lead}</p>
      </header>
      <section className="sheet">
        <div className="field">
          <label htmlFor="signed">{text.paste}</label>
          <textarea
            id="signed"
            rows={8}
            value={pasted}
            spellCheck={false}
            aria-describedby="signed-said"
            onInput={(event) => setPasted(event.currentTarget.value)}
          />
          <p id="signed-said" role="status" className="field-error">
            {read !== null && 'problem' in read && problemOf(read)}
          </p>
        </div>
        {relayable !== null && (
          <>
            <h2>{text.what}</h2>
            <ul className="arrivals">
              {relayable.claims.map((claim) => (
                <RelayedLine key={`${claim.asset}/${claim.account}/${claim.amount}`} claim={claim} />
              ))}
            </ul>
            <SendingProgress sending={sending} dismiss={dismiss} done={text.done}>
              {(transaction) => (
                <p>
                  {words.progress.transaction} <TransactionLabel transaction={transaction} />
                </p>
              )}
            </SendingProgress>
            {address === undefined ? (
              <>
                <p className="muted">{text.connect}</p>
                <ConnectWallet />
              </>
            ) : (
              <>
                {wrongChain && <WrongChain />}
                <div>
                  <button
                    type="button"
                    className="button"
                    disabled={wrongChain || isUnderWay(sending)}
                    onClick={() =>
                      void send(async (report) => {
                        const order = { chainId: deployment.chainId, sender: address, call: relayable.call }
                        return (await transact(config, order, report)).transactionHash
                      })
                    }
                  >
                    {text.send(relayable.claims.length)}
                  </button>
                </div>
              </>
            )}
          </>
        )}
      </section>
    </>
  )
}

function problemOf(read: Extract<ReturnType<typeof readSigned>, { problem: string }>): string {
  return read.problem === 'otherChain' ? text.otherChain(read.chainId) : text[read.problem]
}

function RelayedLine({ claim: { asset: address, account, to, amount, deadline } }: { claim: RelayedClaim }) {
  const asset = useAsset(address)
  return (
    <li>
      {text.pays} {asset !== undefined && <Amount value={amount} asset={asset} />} {text.of}{' '}
      <AddressLabel address={account} /> {text.to} <AddressLabel address={to} />{' '}
      <span className="muted small">
        {text.until} <Moment seconds={Number(deadline)} />
      </span>
    </li>
  )
}
