// Publishing to many: a manifest in pages, records in parts, shards opened in batches, on a real chain and the real API.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { createWalletClient, http, keccak256 } from 'viem'
import { foundry } from 'viem/chains'
import { merkleDistributorAbi } from '../../contracts/abi.ts'
import { type Disbursement, decodeManifest, type ProofAnswer } from '../../disbursement/index.ts'
import { nodeKernel } from '../../keccak/node.ts'
import { type KeyRun, type PayoutStage, startPayoutStage } from '../../local/payout.ts'
import { person } from '../../local/scenario/people.ts'
import { fetchManifest, fetchPages, register } from '../api.ts'
import { send } from '../delivery.ts'
import { wordOf } from '../events.ts'
import { exportMirror } from '../export.ts'
import { open, openShards, shardsIn } from '../open.ts'
import { storeFiles } from '../publish.ts'
import { Refusal } from '../refusal.ts'
import { fixedPublication } from '../resume.ts'
import { openBucket } from '../storage.ts'
import { type Bucket, PART_BYTES, uploadInParts } from '../upload.ts'

/** More than a manifest holds itself, in more shards than one transaction opens. */
const HOLDERS = 17_000

const folder = mkdtempSync(join(tmpdir(), 'prorata-large-'))
let stage: PayoutStage
let made: Disbursement
let run: KeyRun
const said: string[] = []

before(async () => {
  stage = await startPayoutStage(folder)
  made = await stage.prepare(HOLDERS)
  run = await stage.run((line) => said.push(line))
})
after(async () => {
  await stage?.stop()
  rmSync(folder, { recursive: true, force: true })
})

const secrets = { key: person('issuer').privateKey } as Parameters<typeof open>[1]

test('records are stored in parts, and an upload that was cut short goes on where it ended', async () => {
  const { bucket, close } = await openBucket(stage.settings)
  const bytes = randomBytes(PART_BYTES + 12_345)
  const note = join(folder, 'upload.json')
  const sent: number[] = []
  /** The real bucket, on a wire that breaks. */
  const until = (last: number): Bucket => ({
    get: (key) => bucket.get(key),
    head: (key) => bucket.head(key),
    put: (key, content) => bucket.put(key, content),
    createMultipartUpload: (key, options) => bucket.createMultipartUpload(key, options),
    async resumeMultipartUpload(key, uploadId) {
      const upload = await bucket.resumeMultipartUpload(key, uploadId)
      return {
        async uploadPart(number, part) {
          if (number > last) throw new Error('the wire broke')
          sent.push(number)
          return upload.uploadPart(number, part)
        },
        complete: (parts) => upload.complete(parts),
      }
    },
  })
  const upload = (last: number) => uploadInParts(until(last), 'records/test.bin', bytes, note, () => {})
  try {
    await assert.rejects(upload(1), /the wire broke/)
    assert.equal(await bucket.head('records/test.bin'), null)
    assert.equal(await upload(9), true)
    assert.deepEqual(sent, [1, 2])
    assert.equal(existsSync(note), false)
    const stored = await (await bucket.get('records/test.bin'))?.arrayBuffer()
    assert.deepEqual(Buffer.from(stored ?? new ArrayBuffer(0)), bytes)
    assert.equal(await upload(9), false, 'it is there already')
    assert.deepEqual(sent, [1, 2])
    // An upload that R2 has forgotten begins anew.
    bytes[0] = (bytes[0] ?? 0) ^ 1
    await assert.rejects(upload(1), /the wire broke/)
    const { uploadId } = JSON.parse(readFileSync(note, 'utf8'))
    const begun = (await bucket.resumeMultipartUpload('records/test.bin', uploadId)) as unknown as {
      abort(): Promise<void>
    }
    await begun.abort()
    assert.equal(await upload(9), true)
    assert.deepEqual(sent, [1, 2, 1, 2, 1, 2])
  } finally {
    await close()
  }
})

test('a manifest in pages is prepared, stored, published and registered, and is whole again from the API', async () => {
  assert.equal(run.prepared.manifestHash, made.manifestHash)
  assert(run.prepared.manifestPages.size > 1)
  await assert.rejects(
    register(run.settings.apiUrl, run.apiSecret, made.manifestHash, keccak256('0x'), run.say),
    (error) =>
      error instanceof Refusal ? /manifest-missing|Store the manifest first/.test(error.message) : false,
  )
  await storeFiles(run)
  await storeFiles(run)
  assert.deepEqual(
    said.filter((line) => /stored/.test(line)),
    ['manifest and records stored', 'manifest and records are stored already'],
  )
  const publication = await fixedPublication(run, made.root ?? '0x')
  const receipt = await send(run, publication)
  const { apiUrl } = run.settings
  await register(apiUrl, run.apiSecret, made.manifestHash, receipt.transactionHash, run.say)
  await register(apiUrl, run.apiSecret, made.manifestHash, receipt.transactionHash, run.say)
  const bytes = await fetchManifest(apiUrl, made.manifestHash)
  assert(bytes !== null)
  const pages = await fetchPages(apiUrl, bytes)
  const manifest = decodeManifest(bytes, pages, nodeKernel())
  assert.equal(manifest.holders.length, HOLDERS)
  const mirror = join(folder, 'mirror')
  await exportMirror({ apiUrl }, { to: mirror }, () => {})
  for (const page of pages.keys()) assert(existsSync(join(mirror, 'manifests', `${page}.json`)))
})

test('shards are opened in batches once the window has passed, each once, and then claims need no opening', async () => {
  const period = run.period.name
  await assert.rejects(open(stage.settings, secrets, { period }, run.say), /can be opened from .* on/)
  await stage.pass(BigInt(run.terms.challengeWindowSeconds) + 60n)
  const publication = await fixedPublication(run, made.root ?? '0x')
  const shards = shardsIn(made.records ?? new Uint8Array(0))
  assert.equal(shards.length, Math.ceil(made.leaves.length / 128))
  const opening = {
    settings: stage.settings,
    chain: run.chain,
    signer: run.signer,
    publication,
    say: run.say,
  }
  // As far as a run came that was ended.
  const some = shards.filter(({ shard }) => shard % 40 === 3)
  assert.equal((await openShards(opening, some)).opened, some.length)
  const { json } = await open(stage.settings, secrets, { period }, run.say)
  const { gasUsed, ...counts } = json as { gasUsed: bigint }
  assert.deepEqual(counts, {
    period,
    shards: shards.length,
    opened: shards.length - some.length,
    alreadyOpen: some.length,
  })
  assert(gasUsed < 60_000n * BigInt(shards.length))
  const again = (await open(stage.settings, secrets, { period }, run.say)).json
  assert.deepEqual(again, {
    period,
    shards: shards.length,
    opened: 0,
    alreadyOpen: shards.length,
    gasUsed: 0n,
  })

  const { account, amount } = made.leaves.at(-1) ?? assert.fail()
  const answer = await fetch(`${run.settings.apiUrl}/v1/distributions/${publication.id}/proofs/${account}`)
  const proof = (await answer.json()) as Required<ProofAnswer>
  const wallet = createWalletClient({
    account: run.signer.account,
    chain: foundry,
    transport: http(stage.settings.rpcUrl),
  })
  const hash = await wallet.writeContract({
    abi: merkleDistributorAbi,
    address: publication.distributor,
    functionName: 'claim',
    args: [
      { ...proof.distribution, terms: publication.id, root: proof.shard.root },
      BigInt(proof.index),
      account,
      amount,
      proof.proof,
    ],
  })
  assert.equal((await run.chain.waitForTransactionReceipt({ hash })).status, 'success')
})

test('two periods that pay the same accounts the same, published within one second, are two distributions', async () => {
  await run.chain.request({ method: 'anvil_setBlockTimestampInterval' as never, params: [0] as never })
  const ids = new Set<string>()
  for (const period of ['2026-Q3', '2026-Q4']) {
    const { root, total } = await stage.prepare(3, period)
    const own = await stage.run(run.say, period)
    const publication = await fixedPublication(own, root ?? '0x')
    await send(own, publication)
    assert.deepEqual(await fixedPublication(own, root ?? '0x'), publication, 'found again')
    assert.notEqual(await wordOf(run.chain, publication.distributor, publication.id), 0n)
    assert(total > 0n)
    ids.add(publication.id)
  }
  assert.equal(ids.size, 2)
})
