import { Component, type ReactNode } from 'react'
import { failureOf } from '../failures.ts'
import { words } from '../words/index.ts'
import { FailureNotice } from './Notice.tsx'

/** Shows what broke in place of what it holds: mostly a part of the page that a newer one has replaced on the server. */
export class FailureBoundary extends Component<{ children: ReactNode }, { error: unknown }> {
  override state: { error: unknown } = { error: null }

  static getDerivedStateFromError(error: unknown) {
    return { error }
  }

  override render() {
    const { error } = this.state
    if (error === null) return this.props.children
    return (
      <FailureNotice
        failure={failureOf(error)}
        actions={
          <button type="button" className="button" onClick={() => window.location.reload()}>
            {words.reload}
          </button>
        }
      />
    )
  }
}
