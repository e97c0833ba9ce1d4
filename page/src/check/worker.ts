/** The Web Worker that checks: it has `verify/` and the engine, and asks a node. One request a worker; to cancel, end it. */
import { createPublicClient, http } from 'viem'
import { parseDeployment, parseTerms } from '../../../disbursement/index.ts'
import {
  apiSource,
  bytesSource,
  type LogProgress,
  mirrorSource,
  type Source,
  sourceOf,
  stepsOf,
  type Target,
  verify,
} from '../../../verify/index.ts'
import type { CheckReport, CheckRequest, ReplayProgress } from './messages.ts'

/** Milliseconds between two reports of progress. */
const BEAT = 100

const report = (message: CheckReport) => self.postMessage(message)

self.addEventListener('message', ({ data }: MessageEvent<CheckRequest>) => {
  check(data).catch((error: unknown) =>
    report({ kind: 'failed', message: error instanceof Error ? error.message : String(error) }),
  )
})

async function check(request: CheckRequest): Promise<void> {
  const { depth, rpcUrl, stated, id, transaction } = request
  report({ kind: 'steps', names: stepsOf('income', depth) })
  const terms = parseTerms(stated.terms)
  const deployment = parseDeployment(stated.deployment)
  const source = sourceFrom(request)
  const progress = teller()
  const verdict = await verify({
    client: createPublicClient({
      transport: http(rpcUrl, { batch: { batchSize: 50 }, timeout: 30_000, retryCount: 2 }),
    }),
    terms,
    deployment,
    target: id === null ? targetOf(source) : { id },
    ...(transaction === null ? {} : { transaction }),
    source,
    depth,
    onStep: (step) => {
      if (step.name === 'published') progress.enter('replay')
      report({ kind: 'step', step })
    },
    onManifest: ({ stream, period, recordBlock, root }) => {
      if (stream !== 'income') report({ kind: 'steps', names: stepsOf(stream, depth) })
      progress.until(recordBlock.number)
      report({ kind: 'manifest', manifest: { period: period.name, recordBlock, root } })
    },
    options: { onProgress: progress.tell },
  })
  report({ kind: 'verdict', verdict })
}

/** With a manifest among the files, the files are all there is: else the server's would stand in for a changed one. */
function sourceFrom({ documents, server, copies }: CheckRequest): Source {
  const served = sourceOf(apiSource(server), ...copies.map(mirrorSource))
  const own = bytesSource(documents)
  if (own.given.length > 0) return own
  return documents.length === 0 ? served : sourceOf(own, served)
}

/** The period that the first manifest among the files names, and its stream. */
function targetOf({ given: [first] }: Source): Target {
  try {
    const { period, stream } = JSON.parse(new TextDecoder().decode(first))
    if (typeof period.name === 'string') {
      return { period: period.name, stream: stream === 'liquidity' ? stream : 'income' }
    }
  } catch {
    // Told below: it is no manifest.
  }
  throw new Error(
    'None of these files is a manifest: pick the .json file that prepare wrote, or v1/manifests/…',
  )
}

/** Progress over all ranges of blocks that are read one after the other, told ten times a second. */
function teller() {
  let phase: ReplayProgress['phase'] = 'publications'
  let first: bigint | null = null
  let last: bigint | null = null
  /** Logs of the ranges before the present one. */
  let before = 0
  let present = { from: -1n, logs: 0 }
  let told = 0
  return {
    enter(next: ReplayProgress['phase']) {
      if (next === phase) return
      phase = next
      first = null
      before = 0
      present = { from: -1n, logs: 0 }
    },
    until(block: bigint) {
      last = block
    },
    tell({ from, to, done, logs }: LogProgress) {
      if (from !== present.from) before += present.logs
      present = { from, logs }
      first ??= from
      if (performance.now() - told < BEAT && done < to) return
      told = performance.now()
      const end = phase === 'replay' && last !== null ? last : to
      report({ kind: 'progress', progress: { phase, from: first, to: end, done, logs: before + logs } })
    },
  }
}
