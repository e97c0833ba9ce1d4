import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createPublicClient, type Hex, http, keccak256 } from 'viem'
import { currencyOf } from '../disbursement/index.ts'
import {
  apiSource,
  bytesSource,
  fetchDocument,
  type LogProgress,
  MissingData,
  type Source,
  sourceOf,
  type Verdict,
  verdictText,
  verify,
} from '../verify/index.ts'
import { parseAmount } from './amounts.ts'
import { isTerminal } from './explain.ts'
import type { Outcome, Say } from './output.ts'
import { loadProgram, streamNamed } from './program.ts'
import { missing, refused } from './refusal.ts'
import type { Settings } from './settings.ts'

export interface VerifyOptions {
  period?: string
  /** The income stream where none is named. */
  stream?: string
  id?: string
  /** Files, folders, http(s) addresses or ipfs://CID of manifests and records, this period's and earlier ones. */
  manifest?: string[]
  /** A transaction that called `distribute`. */
  calldata?: string
  /** As the issuer states it, for a manifest nobody has. */
  income?: string
  statement?: string
  ipfsGateway?: string
}

/**
 * Verifies a distribution: SPEC section 10. It asks the chain, and for manifest and records what it is pointed to; the API
 * only where it is pointed to nothing.
 */
export async function runVerify(
  settings: Pick<Settings, 'program' | 'deployment' | 'rpcUrl'> & Partial<Pick<Settings, 'apiUrl'>>,
  options: VerifyOptions,
  say: Say,
): Promise<Outcome> {
  const { terms, deployment } = loadProgram(settings)
  const { period } = options
  if (period === undefined && options.id === undefined && options.calldata === undefined) {
    throw refused('name what to verify: --period, --id or --calldata')
  }
  const client = createPublicClient({
    transport: http(settings.rpcUrl, { batch: { batchSize: 100 }, timeout: 30_000, retryCount: 2 }),
    pollingInterval: 500,
  })
  const verdict = await verify({
    client,
    terms,
    deployment,
    target: { period, stream: streamNamed(terms, options.stream), id: hash(options.id, '--id') },
    source: await sourceFrom(options, settings.apiUrl),
    calldata: hash(options.calldata, '--calldata'),
    income:
      options.income === undefined
        ? undefined
        : {
            amount: parseAmount(options.income, currencyOf(terms, deployment).decimals, '--income'),
            statementHash: options.statement === undefined ? null : keccak256(file(options.statement)),
          },
    options: { onProgress: teller(say) },
  })
  return {
    json: verdict satisfies Verdict,
    text: verdictText(verdict, isTerminal()),
    exitCode: verdict.exitCode,
  }
}

function hash(text: string | undefined, flag: string): Hex | undefined {
  if (text === undefined || /^0x[0-9a-fA-F]{64}$/.test(text)) return text?.toLowerCase() as Hex | undefined
  throw refused(`${flag} must be a hash: 0x and 64 hexadecimal digits`)
}

async function sourceFrom(options: VerifyOptions, apiUrl: string | undefined): Promise<Source> {
  if (options.manifest !== undefined) {
    const documents: Uint8Array[] = []
    for (const where of options.manifest) documents.push(...(await documentsAt(where, options.ipfsGateway)))
    return bytesSource(documents)
  }
  if (options.calldata !== undefined || options.income !== undefined) {
    return apiUrl === undefined ? bytesSource([]) : sourceOf({ ...apiSource(apiUrl), hasRecords: false })
  }
  if (apiUrl === undefined) {
    // Of rewards nothing is anybody's word, so a manifest that nobody has is made again from the chain.
    if (options.stream === 'liquidity') return bytesSource([])
    throw refused(
      'say where the manifest is: --manifest with a file, a folder, an http(s) address or ipfs://CID, or the API with PRORATA_API_URL (--api-url)',
    )
  }
  return apiSource(apiUrl)
}

async function documentsAt(where: string, gateway: string | undefined): Promise<Uint8Array[]> {
  if (/^[a-z]+:\/\//.test(where)) {
    try {
      return [await fetchDocument(where, gateway)]
    } catch (error) {
      if (error instanceof MissingData) throw missing(error.message, { cause: error })
      throw error
    }
  }
  try {
    return statSync(where).isDirectory() ? folder(where) : [file(where)]
  } catch (cause) {
    throw missing(`${where} cannot be read: --manifest must name a file or folder that is there`, { cause })
  }
}

function file(path: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(path))
  } catch (cause) {
    throw missing(`${path} cannot be read`, { cause })
  }
}

/** Every manifest and records file below a folder, such as the one in which prepare keeps its periods. */
function folder(path: string): Uint8Array[] {
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(json|bin)$/.test(name))
    .sort()
    .map((name) => ({ name, bytes: file(join(path, name)) }))
    .filter(({ name, bytes }) => name.endsWith('.bin') || isManifest(bytes))
    .map(({ bytes }) => bytes)
}

/** Other JSON lies beside a manifest; one that was changed must still be looked at. */
function isManifest(bytes: Uint8Array): boolean {
  try {
    const { period, holders } = JSON.parse(new TextDecoder().decode(bytes))
    return typeof period === 'object' && Array.isArray(holders)
  } catch {
    return false
  }
}

/** Says now and then how far the logs are read, where there are enough to wait for. */
function teller(say: Say): (progress: LogProgress) => void {
  let last = Date.now()
  return ({ from, to, done, logs }) => {
    if (Date.now() - last < 3000) return
    last = Date.now()
    const part = to === from ? 100n : ((done - from) * 100n) / (to - from)
    say(`${logs} logs, ${part}% of the blocks`)
  }
}
