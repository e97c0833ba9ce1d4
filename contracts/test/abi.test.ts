import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { abiModule } from '../generate-abi.ts'

test('contracts/abi.ts is what the artifacts say', () => {
  const committed = readFileSync(new URL('../abi.ts', import.meta.url), 'utf8')
  assert.ok(committed === abiModule(), 'contracts/abi.ts is stale: run `node contracts/generate-abi.ts`')
})
