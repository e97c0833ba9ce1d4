import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Chain, GENESIS_TIME } from '../../witnesses/chain.ts'
import { finalBlock, lastBlockBefore } from '../recordBlock.ts'

let dir: string
let chain: Chain

before(async () => {
  dir = mkdtempSync(join(tmpdir(), 'prorata-record-block-'))
  chain = await Chain.start(dir)
  // Block n is of 12·n seconds after the genesis; anvil calls final what is 64 blocks behind the head.
  for (let block = 1; block <= 90; block++) await chain.mine([], 12)
})
after(async () => {
  await chain?.stop()
  rmSync(dir, { recursive: true, force: true })
})

test('a record block is none while no final block has reached the end, and every one before is the last before it', async () => {
  const { number: final } = await finalBlock(chain.client)
  assert.equal(final, 26n)
  const at = async (end: bigint) =>
    (await lastBlockBefore(chain.client, 0n, GENESIS_TIME + end))?.number ?? null
  for (let block = 1n; block <= final; block++) {
    assert.equal(await at(12n * block), block - 1n)
    assert.equal(await at(12n * block - 11n), block - 1n)
  }
  assert.equal(await at(12n * final + 1n), null)
  assert.equal(await at(12n * 90n), null)
  await chain.mine([], 12)
  assert.equal(await at(12n * final + 1n), final)
})
