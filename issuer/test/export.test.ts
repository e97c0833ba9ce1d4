import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type Hex, keccak256, pad, toHex } from 'viem'
import {
  claimOf,
  decodeRecordsHead,
  distributionId,
  distributionTree,
  encodeRecords,
  encodeTerms,
  Mirror,
  proofText,
} from '../../disbursement/index.ts'
import { nodeKernel } from '../../keccak/node.ts'
import { exportMirror } from '../export.ts'

const kernel = nodeKernel()
const payments = Array.from({ length: 5000 }, (_, at) => ({
  account: pad(toHex(at * 7919 + 1), { size: 20 }),
  amount: BigInt(at + 1),
}))
const records = encodeRecords(payments, kernel)
const { root, total } = decodeRecordsHead(records)
const manifest = Buffer.from('{}')
const manifestHash = keccak256(manifest)
const address = (digit: string): Hex => `0x${digit.repeat(40)}`
const key = { issuer: address('1'), token: address('2'), terms: encodeTerms(5n, 0n), root }
const distribution = {
  ...{ id: distributionId(key), ...key, manifestHash, total: total.toString() },
  ...{ stream: 'income', period: '2026-Q1', block: 1, transaction: manifestHash },
}
const answers: Record<string, string | Uint8Array> = {
  '/v1/program': '{"terms":{}}',
  '/v1/distributions': JSON.stringify([distribution]),
  [`/v1/manifests/${manifestHash}`]: manifest,
  [`/v1/records/${manifestHash}`]: records,
}
const asked: string[] = []
const server = createServer(({ url = '' }, response) => {
  asked.push(url)
  const answer = answers[url]
  response.statusCode = answer === undefined ? 404 : 200
  response.end(answer ?? '{}')
})
const to = mkdtempSync(join(tmpdir(), 'prorata-export-'))
let apiUrl = ''
const run = () => exportMirror({ apiUrl }, { to }, () => {})

before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
after(() => {
  server.close()
  rmSync(to, { recursive: true })
})

test('refuses damaged records before it writes any', async () => {
  answers[`/v1/records/${manifestHash}`] = records.map((byte, at) => (at === 50_000 ? byte ^ 1 : byte))
  await assert.rejects(run(), /corrupt/)
  assert.deepEqual(readdirSync(to), [])
  answers[`/v1/records/${manifestHash}`] = records
})

test('writes files that prove every claim as the API does', async () => {
  await run()
  const mirror = new Mirror(async (path) => readFileSync(join(to, path)), kernel)
  const tree = distributionTree(payments, kernel)
  for (let place = 0; place < payments.length; place += 271) {
    const { account } = payments[place] ?? assert.fail()
    const claim = claimOf(tree, account, kernel) ?? assert.fail()
    assert.equal(await mirror.proof(distribution.id, account), proofText(distribution, claim))
  }
})

test('run again, finishes what was cut short and fetches no records twice', async () => {
  asked.length = 0
  await run()
  assert.ok(!asked.some((url) => url.startsWith('/v1/records')))
  const head = join(to, 'records', manifestHash, 'head.bin')
  const before = readFileSync(head)
  rmSync(head)
  writeFileSync(join(to, 'records', manifestHash, '1.bin'), 'cut')
  await run()
  assert.deepEqual(readFileSync(head), before)
  assert.ok(readFileSync(join(to, 'records', manifestHash, '1.bin')).length > 1000)
})
