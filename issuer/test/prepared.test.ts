import assert from 'node:assert/strict'
import { test } from 'node:test'
import { differencesOf } from '../prepared.ts'

test('what differs between two documents is told by its path, and nothing else is', () => {
  const before = {
    income: { amount: '1', bps: '1500' },
    holders: [{ amount: '1' }, { amount: '2' }],
    root: null,
  }
  const after = { income: { amount: '2', bps: '1500' }, holders: [{ amount: '1' }], root: '0x01', more: [] }
  assert.deepEqual(differencesOf(before, after), [
    'income.amount: "1" → "2"',
    'holders.1: {"amount":"2"} → none',
    'root: null → "0x01"',
    'more: none → []',
  ])
  assert.deepEqual(differencesOf(before, structuredClone(before)), [])
})

test('a list and an object, or a null and an object, differ as a whole', () => {
  assert.deepEqual(differencesOf({ a: [1] }, { a: { 0: 1 } }), ['a: [1] → {"0":1}'])
  assert.deepEqual(differencesOf({ lp: null }, { lp: { method: 'swap' } }), ['lp: null → {"method":"swap"}'])
})
