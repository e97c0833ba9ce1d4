import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import type { Address } from 'viem'
import {
  claimOf,
  distributionTree,
  encodeRecords,
  type Payment,
  RecordsError,
} from '../../disbursement/index.ts'
import { nodeKernel } from '../../keccak/node.ts'
import { records } from '../records.ts'

const folder = mkdtempSync(join(tmpdir(), 'prorata-records-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const address = (number: number): Address => `0x${number.toString(16).padStart(40, '0')}`
const payments = Array.from(
  { length: 20_000 },
  (_, at): Payment => ({ account: address(at * 2 + 1), amount: BigInt(at) + 1n }),
)
const kernel = nodeKernel()
const bytes = encodeRecords(payments, kernel)
const tree = distributionTree(payments, kernel)
const stored = (name: string, content: Uint8Array): string => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

describe('records', () => {
  test('tells what a file holds, and what an account gets', async () => {
    const path = stored('whole.bin', bytes)
    const account = address(2 * 12_345 + 1)
    const { json, text } = await records(path, { account, shards: true })
    const claim = claimOf(tree, account, kernel)
    assert.deepEqual(json, {
      root: tree.root,
      total: tree.total,
      leaves: 20_000,
      shards: 157,
      amountBytes: 2,
      bytes: bytes.length,
      account,
      claim,
      opens: tree.shards.map((shard, at) => ({
        ...shard,
        proof: claimOf(tree, payments[at * 128]?.account ?? '0x', kernel)?.shard?.proof,
      })),
    })
    assert.match(text, /every record leads to its root/)
    assert.match(text, new RegExp(`${account} is paid 12346, index ${12_345 % 128} of shard 96`))
    assert.match((await records(path, { account: address(2) })).text, /has no leaf$/)
  })

  test('refuses files that are not whole', async () => {
    const cut = stored('cut.bin', bytes.subarray(0, -1))
    await assert.rejects(
      records(cut, {}),
      (error) => error instanceof RecordsError && /truncated/.test(error.message),
    )
    const changed = bytes.slice()
    changed[changed.length - 9] = (changed.at(-9) ?? 0) ^ 1
    await assert.rejects(records(stored('changed.bin', changed), {}), /shard 156 do not lead to its root/)
    await assert.rejects(records(stored('empty.bin', new Uint8Array(0)), {}), /This is not a records file/)
    await assert.rejects(records(join(folder, 'none.bin'), {}), /cannot be read/)
    await assert.rejects(records(stored('w.bin', bytes), { account: '0x12' }), /is not an address/)
  })
})
