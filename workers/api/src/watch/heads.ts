// Do chain and subgraph answer, and do they agree how far the chain is?
import { blockHashAt, chainHead, type Head } from '../chain.ts'
import { type Env, settingsOf } from '../env.ts'
import { type IndexHead, indexHead } from '../holders.ts'
import { ProblemError } from '../problem.ts'
import { type Finding, problem } from './finding.ts'

/** A subgraph this many seconds of chain time behind the head is worth a word; so is a chain this far from the clock. */
const LAG_SECONDS = 900

export type Heads = { chain: Head | null; index: IndexHead | null; findings: Finding[] }

/** The value, or null with the reason added to the findings. */
export const orFinding = async <Value>(
  reading: Promise<Value>,
  key: string,
  findings: Finding[],
): Promise<Value | null> => {
  try {
    return await reading
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    findings.push(problem(key, error.message))
    return null
  }
}

const disagreements = (chain: Head | null, index: IndexHead | null, chainId: number): Finding[] => {
  const found: Finding[] = []
  if (chain !== null && chain.chainId !== chainId) {
    const text = `The chain that answers has id ${chain.chainId}, but the program lives on ${chainId}`
    found.push(problem('heads.chain-id', text))
  }
  if (index?.hasIndexingErrors) {
    found.push(problem('heads.index-errors', 'The subgraph met an error while indexing'))
  }
  if (chain === null || index === null) return found
  const behind = index.timestamp === null ? 0 : chain.timestamp - index.timestamp
  if (behind > LAG_SECONDS) {
    const text = `The subgraph is ${chain.number - index.number} blocks (${behind} seconds) behind the chain`
    found.push(problem('heads.index-lag', text))
  }
  return found
}

/** Asks both at once; never fails for what they do not tell. */
export const headsOf = async (env: Env): Promise<Heads> => {
  const findings: Finding[] = []
  const [chain, index] = await Promise.all([
    orFinding(chainHead(env), 'heads.chain', findings),
    orFinding(indexHead(env), 'heads.index', findings),
  ])
  findings.push(...disagreements(chain, index, settingsOf(env).deployment.chainId))
  return { chain, index, findings }
}

/** Whether the chain's clock is about that of the world; a chain that is played locally has its own. */
export const clockFindings = (chain: Head, now: number): Finding[] => {
  const behind = now - chain.timestamp
  if (behind > LAG_SECONDS) {
    return [problem('heads.chain-stale', `The chain's last block is from ${behind} seconds ago`)]
  }
  if (behind < -LAG_SECONDS) {
    return [problem('heads.clock', `The chain's clock is ${-behind} seconds ahead of this server's`)]
  }
  return []
}

/**
 * Whether the subgraph's last block is the chain's: what was indexed on a fork that lost is nobody's custody.
 * A reorganization under way shows here for a moment; the webhook then hears that it is over.
 * @throws ProblemError chain-*
 */
export const forkFindings = async (env: Env, chain: Head, index: IndexHead): Promise<Finding[]> => {
  // What the chain's node has not seen yet it cannot tell; that it lags is told by its clock.
  if (index.hash === null || index.number > chain.number) return []
  const hash = await blockHashAt(env, index.number)
  if (hash === null || hash === index.hash) return []
  const text = `The subgraph's block ${index.number} is ${index.hash}, and the chain's is ${hash}: they follow different forks`
  return [problem('heads.index-fork', text)]
}
