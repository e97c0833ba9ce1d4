import assert from 'node:assert/strict'
import { test } from 'node:test'
import { table } from '../table.ts'

test('columns are as wide as their widest cell, numbers stand to the right', () => {
  const lines = table(
    [{ title: 'holder' }, { title: 'amount', align: 'right' }, { title: 'why' }],
    [
      ['0xaa', '1,800.00', 'all kept'],
      ['0xbbbb', '0.50', ''],
    ],
  ).split('\n')
  assert.deepEqual(lines, [
    'holder    amount  why',
    '──────  ────────  ────────',
    '0xaa    1,800.00  all kept',
    '0xbbbb      0.50',
  ])
})

test('a table without rows has its titles', () => {
  assert.equal(table([{ title: 'a' }, { title: 'bb' }], []), 'a  bb\n─  ──')
})

test('a row that does not fit the columns is a bug, not a crooked table', () => {
  assert.throws(() => table([{ title: 'a' }], [['1', '2']]), RangeError)
})
