import { type ReactNode, Suspense } from 'react'
import { words } from '../words/index.ts'
import { FailureBoundary } from './FailureBoundary.tsx'

/** Room for a part that is loaded when it is shown: until then, and when it cannot be had, it says so. */
export function Later({ children, quiet = false }: { children: ReactNode; quiet?: boolean }) {
  return (
    <FailureBoundary>
      <Suspense fallback={quiet ? null : <p role="status">{words.loading}</p>}>{children}</Suspense>
    </FailureBoundary>
  )
}
