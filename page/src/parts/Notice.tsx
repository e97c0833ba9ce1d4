import type { ReactNode } from 'react'
import type { Failure } from '../failures.ts'
import { useProgram } from '../program.ts'
import { words } from '../words/index.ts'

export type Tone = 'plain' | 'good' | 'warn' | 'bad'

/** A message with a title, read out when it appears where it is urgent. */
export function Notice({
  tone,
  title,
  children,
  actions,
  urgent = false,
}: {
  tone: Tone
  title: string
  children?: ReactNode
  actions?: ReactNode
  urgent?: boolean
}) {
  return (
    <div className={`notice notice-${tone}`} role={urgent ? 'alert' : undefined}>
      <p className="notice-title">{title}</p>
      {children !== undefined && <div className="notice-text">{children}</div>}
      {actions !== undefined && <div className="notice-actions">{actions}</div>}
    </div>
  )
}

/** The sentence for a failure, where the program is known. */
export function FailureNotice({ failure, actions }: { failure: Failure; actions?: ReactNode }) {
  const { network } = useProgram().deployment
  return <FailureSentence failure={failure} network={network} actions={actions} />
}

/** The same before the program is known. */
export function FailureSentence({
  failure,
  network,
  actions,
}: {
  failure: Failure
  network: string
  actions?: ReactNode
}) {
  const { title, text } = words.failures[failure.kind]({
    network,
    detail: 'detail' in failure ? failure.detail : '',
  })
  const mild = failure.kind === 'rejected' || failure.kind === 'notOpen' || failure.kind === 'alreadyClaimed'
  return (
    <Notice tone={mild ? 'warn' : 'bad'} title={title} actions={actions} urgent>
      <p>{text}</p>
    </Notice>
  )
}

/** A button that asks again. */
export function RetryButton({ retry }: { retry: () => void }) {
  return (
    <button type="button" className="button button-quiet" onClick={retry}>
      {words.retry}
    </button>
  )
}
