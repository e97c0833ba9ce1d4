import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { blockAt, connect, lastBlockBefore, recordBlock } from '../chain.ts'
import { exitCodes } from '../refusal.ts'
import { startAnvil } from './anvil.ts'

const START = 1_767_225_600n // 2026-01-01T00:00:00Z
const END = START + 1_000_000n
let anvil: Awaited<ReturnType<typeof startAnvil>>

/** Uneven gaps: seconds, hours, days; the last block before END is at END − 1, the first after it exactly at END. */
const gaps = [1n, 12n, 12n, 3_600n, 2n, 86_400n, 86_400n, 12n, 500_000n, 1n]
const beforeEnd = [
  ...gaps.map((_, i) => gaps.slice(0, i + 1).reduce((time, gap) => time + gap, START)),
  END - 1n,
]

before(async () => {
  anvil = await startAnvil('--timestamp', START.toString(), '--slots-in-an-epoch', '1')
  await anvil.mineAt(beforeEnd)
})
after(() => anvil.stop())

const refusal = (exitCode: number, message: RegExp) => (error: unknown) => {
  assert(error instanceof Error && 'exitCode' in error)
  assert.equal(error.exitCode, exitCode)
  assert.match(error.message, message)
  assert.doesNotMatch(error.message, /\n/)
  return true
}

test('a period that has not ended by the time of the chain is refused, with both times', async () => {
  const chain = await connect(anvil.url, 31337)
  await assert.rejects(
    recordBlock(chain, 0n, { name: '2026-Q1', end: END }),
    refusal(
      exitCodes.refused,
      /2026-Q1 has not ended: it ends at 2026-01-12T13:46:40.000Z, .*2026-01-12T13:46:39/,
    ),
  )
})

test('a record block is refused while a block at or after the end is not final', async () => {
  const chain = await connect(anvil.url, 31337)
  // With one slot an epoch anvil calls final what is two blocks behind the head: here still the block before the end.
  await anvil.mineAt([END, END + 12n])
  const final = await chain.getBlock({ blockTag: 'finalized' })
  assert.equal(final.timestamp, END - 1n)
  await assert.rejects(
    recordBlock(chain, 0n, { name: '2026-Q1', end: END }),
    refusal(exitCodes.refused, /record block of 2026-Q1 is not final yet: the chain is final up to block 11/),
  )
})

test('the record block is the last one before the end, for every end within the chain', async () => {
  const chain = await connect(anvil.url, 31337)
  await anvil.mineAt([END + 24n, END + 36n])
  const found = await recordBlock(chain, 0n, { name: '2026-Q1', end: END })
  assert.deepEqual(found, await blockAt(chain, BigInt(beforeEnd.length)))
  assert.equal(found.timestamp, END - 1n)

  const all = [START, ...beforeEnd, END]
  for (const [number, time] of all.entries()) {
    if (number === 0) continue
    for (const end of [time, (all[number - 1] ?? 0n) + 1n]) {
      const block = await recordBlock(chain, 0n, { name: 'any', end })
      assert.equal(block.number, BigInt(number - 1), `end ${end}`)
    }
  }
})

test('a period that ended before the first block of the program is refused', async () => {
  const chain = await connect(anvil.url, 31337)
  await assert.rejects(
    recordBlock(chain, 4n, { name: '2025-Q4', end: START + 10n }),
    refusal(exitCodes.refused, /2025-Q4 ended before the program's first block 4/),
  )
})

test('bisection asks about log2 of the range, and copes with blocks that share a timestamp', async () => {
  let asked = 0
  const at = async (number: bigint) => {
    asked++
    return { number, timestamp: number / 3n }
  }
  const low = { number: 0n, timestamp: 0n }
  const high = { number: 3_000_000n, timestamp: 1_000_000n }
  const found = await lastBlockBefore(777_777n, low, high, at)
  assert.equal(found.number, 777_777n * 3n - 1n)
  assert(asked <= 22, `${asked} questions`)
  await assert.rejects(lastBlockBefore(0n, low, high, at), RangeError)
})

test('another chain, and no chain, are each one sentence without the URL', async () => {
  const secret = `${anvil.url}/?key=secret-of-the-provider`
  await assert.rejects(connect(secret, 1), (error: Error) => {
    assert.doesNotMatch(error.message, /secret-of/)
    return refusal(exitCodes.refused, /serves chain 31337, but the deployment file is for chain 1/)(error)
  })
  await assert.rejects(connect('http://127.0.0.1:9/secret-of-the-provider', 1), (error: Error) => {
    assert.doesNotMatch(error.message, /secret-of/)
    return refusal(exitCodes.missing, /the chain does not answer at http:\/\/127\.0\.0\.1:9:/)(error)
  })
})
