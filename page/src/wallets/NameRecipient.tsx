import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useConfig } from 'wagmi'
import type { Address } from '../api.ts'
import { transact } from '../claim/transact.ts'
import { isUnderWay, useSending } from '../hooks/useSending.ts'
import { useWallet } from '../hooks/useWallet.ts'
import { AddressField, type ChosenAddress } from '../parts/AddressField.tsx'
import { AddressLabel } from '../parts/HexLabel.tsx'
import { SendingProgress } from '../parts/SendingProgress.tsx'
import { useProgram } from '../program.ts'
import { waysWords } from '../words/ways.ts'
import { recipientCall } from './registry.ts'
import { useRegistry } from './useRegistry.ts'

const NOBODY: Address = `0x${'0'.repeat(40)}`
const text = waysWords.recipient

/** Says who is paid from the next payout on, or takes that back. */
export function NameRecipient({ sender }: { sender: Address }) {
  const { deployment } = useProgram()
  const config = useConfig()
  const queries = useQueryClient()
  const { wrongChain } = useWallet()
  const registered = useRegistry(sender)
  const [chosen, setChosen] = useState<ChosenAddress>({ address: null, isReady: false })
  const { sending, send, dismiss } = useSending<null>()
  const isBusy = wrongChain || isUnderWay(sending)

  async function name(recipient: Address) {
    await send(async (report) => {
      const order = { chainId: deployment.chainId, sender, call: recipientCall(deployment, recipient) }
      await transact(config, order, report)
      return null
    })
    for (const key of ['registry', 'holder']) void queries.invalidateQueries({ queryKey: [key] })
  }

  return (
    <section className="sheet" aria-labelledby="recipient">
      <h2 id="recipient">{text.title}</h2>
      <p>{text.text}</p>
      {registered !== undefined && (
        <p className="facts">
          {text.now}:{' '}
          {registered.recipient === null ? text.none : <AddressLabel address={registered.recipient} />}
        </p>
      )}
      <AddressField
        label={text.label}
        warnings={text.warnings}
        self={registered?.root ?? sender}
        choose={setChosen}
      />
      <SendingProgress sending={sending} dismiss={dismiss} done={text.done}>
        {() => <p>{text.doneText}</p>}
      </SendingProgress>
      <div className="notice-actions">
        <button
          type="button"
          className="button"
          disabled={isBusy || !chosen.isReady}
          onClick={() => chosen.address !== null && void name(chosen.address)}
        >
          {text.name}
        </button>
        {registered?.recipient != null && (
          <button
            type="button"
            className="button button-quiet"
            disabled={isBusy}
            onClick={() => void name(NOBODY)}
          >
            {text.reset}
          </button>
        )}
      </div>
    </section>
  )
}
