import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { periodFolder, readIfThere, writeFile, writeFolder, writeOnce } from '../state.ts'

const root = mkdtempSync(join(tmpdir(), 'prorata-state-'))
after(() => rmSync(root, { recursive: true }))

test('a folder is written whole, and the one before it is kept aside', () => {
  const folder = periodFolder(root, 'local', 'alex', { stream: 'income', name: '2026-Q1' })
  for (const text of ['one', 'two', 'three'])
    writeFolder(folder, { 'a.txt': text, 'b.bin': new Uint8Array([1]) })
  assert.deepEqual(readdirSync(join(root, 'local', 'alex')).sort(), [
    '2026-Q1',
    '2026-Q1.replaced-1',
    '2026-Q1.replaced-2',
  ])
  assert.equal(readFileSync(join(folder, 'a.txt'), 'utf8'), 'three')
  assert.equal(readFileSync(join(`${folder}.replaced-1`, 'a.txt'), 'utf8'), 'one')
})

test('a folder that cannot be written whole changes nothing', () => {
  const folder = join(root, 'whole')
  writeFolder(folder, { 'a.txt': 'kept' })
  assert.throws(() => writeFolder(folder, { 'a.txt': 'new', 'no/such/place.txt': 'x' }))
  assert.equal(readFileSync(join(folder, 'a.txt'), 'utf8'), 'kept')
  assert.deepEqual(
    readdirSync(root).filter((name) => name.startsWith('whole')),
    ['whole'],
  )
})

test('a file written once stays as it was first written', () => {
  const file = join(root, 'once.json')
  assert.equal(writeOnce(file, 'first'), true)
  assert.equal(writeOnce(file, 'second'), false)
  assert.equal(readFileSync(file, 'utf8'), 'first')
  writeFile(file, 'third')
  assert.deepEqual(readIfThere(file), Buffer.from('third'))
  assert.equal(readIfThere(join(root, 'none')), null)
  assert.deepEqual(
    readdirSync(root).filter((name) => name.includes('once')),
    ['once.json'],
  )
})
