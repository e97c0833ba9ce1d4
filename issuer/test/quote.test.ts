import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { measuredGas } from '../quote.ts'

test('what a quote falls back on are the figures that the bench measures', () => {
  const snapshot = join(import.meta.dirname, '../../bench/gas/snapshot.json')
  const { figures } = JSON.parse(readFileSync(snapshot, 'utf8'))
  const ours = (name: string) => BigInt(figures[name].ours)
  assert.equal(measuredGas.publish, ours('publish and fund, 30 accounts'))
  assert.equal(measuredGas.claim, ours('later claim, 30 accounts'))
  assert.equal(measuredGas.distribute, ours(`distribute to ${measuredGas.payments}`))
})
