import type { Deployment } from '../../../disbursement/deployment.ts'

/** What the benchmark asks of this app. */
export type PonderJob = {
  deployment: Deployment
  rpcUrl: string
  postgresUrl: string
  /** Also keep what happened, row by row, as the subgraph does; not only who has what. */
  history: boolean
}

const text = process.env.PRORATA_BENCH_JOB
if (text === undefined) throw new Error('this app is started by bench/indexing/main.ts')

export const job = JSON.parse(text) as PonderJob
