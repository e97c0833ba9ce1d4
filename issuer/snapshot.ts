// Holders of a large program: read by the API in the background, and fetched from it page by page.
import { type Hash, type Hex, keccak256 } from 'viem'
import { z } from 'zod'
import {
  pageRows,
  SNAPSHOT_LISTS,
  type SnapshotIndex,
  type SnapshotList,
  snapshotIndex,
} from '../workers/api/snapshot.ts'
import { beginSnapshot, fetchBytes, snapshotStatusOf } from './api.ts'
import type { Block, Chain } from './chain.ts'
import { checkHash, type Holdings } from './holders.ts'
import type { Say } from './output.ts'
import type { Program } from './program.ts'
import { progressOf } from './progress.ts'
import { differs, missing } from './refusal.ts'

const PATIENCE = 2_000 // ms between two looks

export interface SnapshotReader extends Pick<Program, 'deployment'> {
  chain: Chain
  apiUrl: string
  apiSecret: string
}

/**
 * Has the API read everybody's rows at a block, waits until it has, and fetches them. Interrupted, it goes on: what the API
 * has read stays read.
 * @throws Refusal missing when the API gives up, differs when what it serves is not of this block, chain and program
 */
export async function readSnapshot(reader: SnapshotReader, block: Block, say: Say): Promise<Holdings> {
  const hash = await waitForSnapshot(reader, block, say)
  const index = await fetchIndex(reader, hash, block)
  const { number, hash: lastHash } = index.lastBlock
  await checkHash(reader.chain, BigInt(number), lastHash as Hash, 'last block with an event')
  const total = Number(index.accounts.rows) + Number(index.lots.rows)
  const tell = progressOf(say, { what: 'rows of the snapshot fetched', total })
  let done = 0
  const fetched = (count: number): void => {
    done += count
    tell(done)
  }
  return {
    accounts: await fetchList(reader, 'accounts', index, fetched),
    lots: await fetchList(reader, 'lots', index, fetched),
  }
}

/** @returns the hash of the index */
async function waitForSnapshot({ apiUrl, apiSecret }: SnapshotReader, block: Block, say: Say): Promise<Hex> {
  let status = await beginSnapshot(apiUrl, apiSecret, block.number)
  let told = ''
  for (;;) {
    if (status.hash !== block.hash) {
      throw differs(
        `the API reads block ${block.number} of another history: its hash is ${status.hash} there and ${block.hash} here; point both at one chain`,
      )
    }
    const { state, accounts, lots, rate, remaining, problem, failures } = status
    if (state === 'complete' && status.index !== null) return status.index
    if (state === 'failed') {
      throw missing(
        `the API gave up reading block ${block.number}: ${problem ?? 'it does not say why'}; once that is mended, run this again and it goes on`,
      )
    }
    const line = [
      `snapshot: ${accounts.rows.toLocaleString('en')} of ${status.expected?.toLocaleString('en') ?? '?'} accounts`,
      `${lots.rows.toLocaleString('en')} primary lots`,
      rate === null ? 'waiting' : `${rate.toLocaleString('en')} rows/s`,
      remaining === null ? '' : `about ${remaining} s left`,
      failures === 0 ? '' : `${failures} attempts failed, the last because: ${problem}`,
    ]
      .filter((part) => part !== '')
      .join(', ')
    if (line !== told) say(line)
    told = line
    await new Promise((resolve) => setTimeout(resolve, PATIENCE))
    status = await snapshotStatusOf(apiUrl, block.number)
  }
}

async function fetchIndex(
  { apiUrl, deployment }: SnapshotReader,
  hash: Hex,
  block: Block,
): Promise<SnapshotIndex> {
  const bytes = await fetchNamed(apiUrl, `/v1/snapshots/${hash}/index`, hash)
  const parsed = snapshotIndex.safeParse(parse(bytes))
  if (!parsed.success) throw differs(`the snapshot ${hash} is none of this version: ${parsed.error.message}`)
  const index = parsed.data
  const { number, hash: blockHash, timestamp } = index.block
  const expected: [what: string, found: string, wanted: string][] = [
    ['chain', index.chainId, `${deployment.chainId}`],
    ['token', index.token, deployment.token],
    [
      'block',
      `${number} (${blockHash}, ${timestamp})`,
      `${block.number} (${block.hash}, ${block.timestamp})`,
    ],
  ]
  const wrong = expected.find(([, found, wanted]) => found !== wanted)
  if (wrong === undefined) return index
  const [what, found, wanted] = wrong
  throw differs(`the snapshot ${hash} is of another ${what}: ${found}, and it should be ${wanted}`)
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return null
  }
}

type Row<List extends SnapshotList> = z.infer<(typeof SNAPSHOT_LISTS)[List]['row']>

/** @param fetched told how many rows a page had */
async function fetchList<List extends SnapshotList>(
  { apiUrl }: SnapshotReader,
  list: List,
  index: SnapshotIndex,
  fetched: (rows: number) => void,
): Promise<Row<List>[]> {
  const { row, summed } = SNAPSHOT_LISTS[list]
  const form = z.array(row) as unknown as z.ZodType<Row<List>[]>
  const all: Row<List>[] = []
  let sum = 0n
  for (const hash of index[list].pages) {
    const bytes = await fetchNamed(apiUrl, `/v1/snapshots/pages/${hash}`, hash as Hex)
    const parsed = form.safeParse(pageRows(list, new TextDecoder().decode(bytes)))
    if (!parsed.success) throw differs(`the page ${hash} of the snapshot has rows of another form`)
    for (const each of parsed.data) {
      const before = all.at(-1)
      if (before !== undefined && each.id <= before.id) {
        throw differs(`the page ${hash} of the snapshot does not ascend at ${each.id}`)
      }
      all.push(each)
      sum += BigInt((each as Record<string, string | null>)[summed] ?? 0)
    }
    fetched(parsed.data.length)
  }
  if (`${all.length}` !== index[list].rows || `${sum}` !== index[list].sum) {
    throw differs(
      `the snapshot's ${list} are ${all.length} with ${sum} in all, and its index says ${index[list].rows} with ${index[list].sum}`,
    )
  }
  return all
}

async function fetchNamed(apiUrl: string, path: string, hash: Hex): Promise<Uint8Array> {
  const bytes = await fetchBytes(apiUrl, path)
  const actual = keccak256(bytes)
  if (actual === hash) return bytes
  throw differs(`the API served other bytes at ${path} than their name says (they hash to ${actual})`)
}
