import { useCallback, useState } from 'react'
import { type Failure, failureOf } from '../failures.ts'

/** One thing at a time that a press of a button does, and why it failed. */
export function useAct(): {
  busy: boolean
  failure: Failure | null
  act: (work: () => Promise<void>) => void
} {
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<Failure | null>(null)
  const run = useCallback(async (work: () => Promise<void>) => {
    setBusy(true)
    setFailure(null)
    try {
      await work()
    } catch (error) {
      setFailure(failureOf(error))
    } finally {
      setBusy(false)
    }
  }, [])
  return { busy, failure, act: (work) => void run(work) }
}
