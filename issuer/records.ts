import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import {
  type ClaimProof,
  findClaim,
  type RecordsHead,
  readRecords,
  type ShardProof,
  verifyClaim,
} from '../disbursement/index.ts'
import { nodeKernel } from '../keccak/node.ts'
import type { Outcome } from './output.ts'
import { missing, refused } from './refusal.ts'
import { table } from './table.ts'

type Range = { offset: number; length: number }

/**
 * Shows a records file and checks all of it, page by page, so that its size does not matter.
 * @param options.account also its claim, with the proof
 * @param options.shards also every shard, with the proof that opens it
 * @throws RecordsError when the file is damaged, cut or of another version
 */
export async function records(
  path: string,
  options: { account?: string; shards?: boolean },
): Promise<Outcome> {
  const account = options.account?.toLowerCase()
  if (account !== undefined && !isAddress(account)) {
    throw refused(`--account ${options.account} is not an address: 0x and 40 hexadecimal digits`)
  }
  const file = open(path)
  try {
    const { size } = fstatSync(file)
    const kernel = nodeKernel()
    const read = (range: Range): Uint8Array => readRange(file, range)
    const shards: ShardProof[] = []
    let head: RecordsHead | undefined
    for (const page of readRecords(size, read, kernel)) {
      head = page.head
      if (options.shards) shards.push(...page.shards)
    }
    if (head === undefined) throw refused(`${path} has no records`)
    const claim =
      account === undefined ? null : await findClaim(head, account, async (range) => read(range), kernel)
    if (claim !== null && !verifyClaim(head.root, claim)) throw refused('the claim does not lead to the root')
    return outcomeOf(path, size, head, { account, claim }, options.shards ? shards : null)
  } finally {
    closeSync(file)
  }
}

const isAddress = (text: string): text is `0x${string}` => /^0x[0-9a-f]{40}$/.test(text)

function open(path: string): number {
  try {
    return openSync(path, 'r')
  } catch (error) {
    throw missing(`${path} cannot be read: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    })
  }
}

function readRange(file: number, { offset, length }: Range): Uint8Array {
  const bytes = new Uint8Array(length)
  let read = 0
  while (read < length) {
    const got = readSync(file, bytes, read, length - read, offset + read)
    if (got === 0) break
    read += got
  }
  return bytes.subarray(0, read)
}

function outcomeOf(
  path: string,
  size: number,
  head: RecordsHead,
  { account, claim }: { account: string | undefined; claim: ClaimProof | null },
  shards: ShardProof[] | null,
): Outcome {
  const { root, total, leaves } = head
  const json = {
    root,
    total,
    leaves,
    shards: head.shards,
    amountBytes: head.amountWidth,
    bytes: size,
    ...(account === undefined ? {} : { account, claim }),
    ...(shards === null ? {} : { opens: shards }),
  }
  const facts = [
    `${path}: whole, and every record leads to its root`,
    `root    ${root}`,
    `total   ${total}`,
    `leaves  ${leaves} in ${head.shards} shard${head.shards === 1 ? '' : 's'}`,
    `size    ${size} bytes, ${(size / leaves).toFixed(1)} a leaf, amounts of ${head.amountWidth}`,
  ]
  const list =
    shards &&
    table(
      [{ title: 'shard', align: 'right' }, { title: 'root' }, { title: 'total', align: 'right' }],
      shards.map((each) => [`${each.shard}`, each.root, `${each.total}`]),
    )
  const lines = [
    facts.join('\n'),
    ...(list === null ? [] : [list]),
    ...(account === undefined ? [] : [claimText(account, claim)]),
  ]
  return { json, text: lines.join('\n\n') }
}

function claimText(account: string, claim: ClaimProof | null): string {
  if (claim === null) return `${account} has no leaf`
  const { shard } = claim
  return [
    `${account} is paid ${claim.amount}, index ${claim.index}${shard ? ` of shard ${shard.shard}` : ''}`,
    ...claim.proof.map((hash) => `  ${hash}`),
    ...(shard ? [`shard ${shard.shard} has root ${shard.root}, total ${shard.total}`] : []),
    ...(shard?.proof ?? []).map((hash) => `  ${hash}`),
  ].join('\n')
}
