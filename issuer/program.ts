import { readFileSync } from 'node:fs'
import { offeringAbi } from '../contracts/abi.ts'
import {
  type Deployment,
  hashTerms,
  type Period,
  parseDeployment,
  parseTerms,
  periodOf,
  type StreamName,
  streamsOf,
  type Terms,
} from '../disbursement/index.ts'
import { type Chain, connect } from './chain.ts'
import { openSubgraph, type Subgraph } from './graph.ts'
import { differs, refused } from './refusal.ts'
import type { Settings } from './settings.ts'

/** The two files that say what the program is and where it lives. */
export interface Program {
  terms: Terms
  deployment: Deployment
}

export function loadProgram(settings: Pick<Settings, 'program' | 'deployment'>): Program {
  return {
    terms: parseTerms(readJson(settings.program, 'PRORATA_PROGRAM')),
    deployment: parseDeployment(readJson(settings.deployment, 'PRORATA_DEPLOYMENT')),
  }
}

function readJson(file: string, setting: string): unknown {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    throw refused(`${file} cannot be read: ${setting} must name a file that is there`, { cause })
  }
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw refused(`${file} is not JSON: mend it, or set ${setting} to another file`, { cause })
  }
}

/**
 * The period of that name in a stream.
 * @param stream as typed; the income stream where none was
 */
export function periodNamed(terms: Terms, stream: string | undefined, name: string): Period {
  return periodOf(terms, streamNamed(terms, stream) ?? 'income', name)
}

/** The stream that was typed, if one was. */
export function streamNamed(terms: Terms, stream: string | undefined): StreamName | undefined {
  if (stream === undefined) return undefined
  const known = streamsOf(terms)
  const found = known.find((each) => each === stream)
  if (found !== undefined) return found
  throw refused(`the program has no stream ${stream}: --stream must be ${known.join(' or ')}`)
}

/** How a period is named on the command line. */
export const flagsOf = ({ stream, name }: Pick<Period, 'stream' | 'name'>): string =>
  stream === 'income' ? `--period ${name}` : `--stream ${stream} --period ${name}`

/** A program with the services that know of it. */
export interface Surroundings extends Program {
  settings: Settings
  chain: Chain
  subgraph: Subgraph
}

/** Opens what every computation needs, and checks that the terms are those the program was sold under. */
export async function openSurroundings(settings: Settings): Promise<Surroundings> {
  const program = loadProgram(settings)
  const chain = await connect(settings.rpcUrl, program.deployment.chainId)
  const onChain = await chain.readContract({
    abi: offeringAbi,
    address: program.deployment.offering,
    functionName: 'termsHash',
  })
  const hash = hashTerms(program.terms)
  if (hash !== onChain) {
    throw differs(
      `the terms in ${settings.program} hash to ${hash}, but the offering was made under terms of hash ${onChain}: use the terms file the program was sold under`,
    )
  }
  return { ...program, settings, chain, subgraph: openSubgraph(settings.graphUrl) }
}
