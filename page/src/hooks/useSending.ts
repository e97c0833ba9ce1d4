import { useCallback, useState } from 'react'
import type { Hex } from '../api.ts'
import type { SendingReport } from '../claim/transact.ts'
import { type Failure, failureOf } from '../failures.ts'

/** How one transaction goes, from the press of the button to what came of it or the reason why not. */
export type Sending<Result> =
  | { readonly stage: 'idle' | 'checking' | 'asking' }
  | { readonly stage: 'waiting'; readonly transaction: Hex }
  | { readonly stage: 'done'; readonly result: Result }
  | { readonly stage: 'failed'; readonly failure: Failure; readonly transaction: Hex | null }

export function isUnderWay({ stage }: Sending<unknown>): boolean {
  return stage === 'checking' || stage === 'asking' || stage === 'waiting'
}

/** One transaction at a time. `send` resolves once it is over, however it ended. */
export function useSending<Result>(): {
  sending: Sending<Result>
  send: (work: (report: (step: SendingReport) => void) => Promise<Result>) => Promise<void>
  dismiss: () => void
} {
  const [sending, setSending] = useState<Sending<Result>>({ stage: 'idle' })
  const send = useCallback(async (work: (report: (step: SendingReport) => void) => Promise<Result>) => {
    let transaction: Hex | null = null
    setSending({ stage: 'checking' })
    try {
      const result = await work((step) => {
        if (step.stage === 'waiting') transaction = step.transaction
        setSending(step)
      })
      setSending({ stage: 'done', result })
    } catch (error) {
      setSending({ stage: 'failed', failure: failureOf(error), transaction })
    }
  }, [])
  const dismiss = useCallback(() => setSending({ stage: 'idle' }), [])
  return { sending, send, dismiss }
}
