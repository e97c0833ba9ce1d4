import type { ReactNode } from 'react'
import type { Sending } from '../hooks/useSending.ts'
import { words } from '../words/index.ts'
import { TransactionLabel } from './HexLabel.tsx'
import { FailureNotice, Notice } from './Notice.tsx'

/** How a transaction goes: read out as it changes, and kept until it is dismissed. */
export function SendingProgress<Result>({
  sending,
  dismiss,
  done,
  children,
}: {
  sending: Sending<Result>
  dismiss: () => void
  /** The title once it is confirmed. */
  done: string
  children?: (result: Result) => ReactNode
}) {
  const { progress } = words
  const close = (
    <button type="button" className="button button-quiet" onClick={dismiss}>
      {words.dismiss}
    </button>
  )
  return (
    <>
      <div className="progress" role="status">
        {(sending.stage === 'checking' || sending.stage === 'asking') && (
          <Notice tone="plain" title={progress[sending.stage]} />
        )}
        {sending.stage === 'waiting' && (
          <Notice tone="plain" title={progress.waiting}>
            <p>
              {progress.transaction} <TransactionLabel transaction={sending.transaction} />
            </p>
          </Notice>
        )}
        {sending.stage === 'done' && (
          <Notice tone="good" title={done} actions={close}>
            {children?.(sending.result)}
          </Notice>
        )}
      </div>
      {sending.stage === 'failed' && (
        <>
          <FailureNotice failure={sending.failure} actions={close} />
          {sending.transaction !== null && (
            <p className="facts">
              {progress.transaction} <TransactionLabel transaction={sending.transaction} />
            </p>
          )}
        </>
      )}
    </>
  )
}
