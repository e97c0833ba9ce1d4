import { useCallback, useEffect, useRef, useState } from 'react'
import type { Step, StepName, Verdict } from '../../../verify/index.ts'
import type { CheckReport, CheckRequest, Depth, ManifestFacts, ReplayProgress } from '../check/messages.ts'

export interface CheckState {
  readonly stage: 'idle' | 'running' | 'done' | 'cancelled' | 'failed'
  readonly depth: Depth
  /** What will be looked at, in order. */
  readonly names: readonly StepName[]
  /** What has come out so far. */
  readonly steps: ReadonlyMap<StepName, Step>
  readonly manifest: ManifestFacts | null
  readonly progress: ReplayProgress | null
  /** When the present phase began, by `performance.now()`. */
  readonly began: number
  readonly verdict: Verdict | null
  /** Why there is no verdict; empty when the worker itself could not be had. */
  readonly problem: string
}

const idle = (depth: Depth): CheckState => ({
  stage: 'idle',
  depth,
  names: [],
  steps: new Map(),
  manifest: null,
  progress: null,
  began: 0,
  verdict: null,
  problem: '',
})

/** One check at a time in a Web Worker of its own, which ends with it. */
export function useCheck(depth: Depth): {
  check: CheckState
  start: (request: Omit<CheckRequest, 'depth'>) => void
  cancel: () => void
} {
  const [check, setCheck] = useState(() => idle(depth))
  const worker = useRef<Worker | null>(null)

  const end = useCallback(() => {
    worker.current?.terminate()
    worker.current = null
  }, [])
  useEffect(() => end, [end])

  const start = useCallback(
    (request: Omit<CheckRequest, 'depth'>) => {
      end()
      setCheck({ ...idle(depth), stage: 'running' })
      const own = new Worker(new URL('../check/worker.ts', import.meta.url), { type: 'module' })
      worker.current = own
      own.addEventListener('message', ({ data }: MessageEvent<CheckReport>) => {
        if (worker.current !== own) return
        setCheck((state) => after(state, data))
        if (data.kind === 'verdict' || data.kind === 'failed') end()
      })
      own.addEventListener('error', () => {
        if (worker.current !== own) return
        setCheck((state) => ({ ...state, stage: 'failed' }))
        end()
      })
      own.postMessage({ ...request, depth } satisfies CheckRequest)
    },
    [depth, end],
  )

  const cancel = useCallback(() => {
    end()
    setCheck({ ...idle(depth), stage: 'cancelled' })
  }, [depth, end])

  return { check, start, cancel }
}

function after(state: CheckState, report: CheckReport): CheckState {
  switch (report.kind) {
    case 'steps':
      return { ...state, names: report.names }
    case 'step':
      return { ...state, steps: new Map(state.steps).set(report.step.name, report.step) }
    case 'manifest':
      return { ...state, manifest: report.manifest }
    case 'progress': {
      const entered = state.progress?.phase !== report.progress.phase
      return { ...state, progress: report.progress, began: entered ? performance.now() : state.began }
    }
    case 'verdict': {
      const { verdict } = report
      const steps = new Map(verdict.steps.map((step) => [step.name, step]))
      return { ...state, stage: 'done', steps, verdict }
    }
    case 'failed':
      return { ...state, stage: 'failed', problem: report.message }
  }
}
