import { expect, test } from 'vitest'
import { readRoute, sameAddress, writeRoute } from '../src/route.ts'

const address = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'

test('routes are read as they are written', () => {
  for (const route of [
    { view: 'claim', address: null },
    { view: 'claim', address },
    { view: 'dashboard' },
    { view: 'issuer' },
    { view: 'polls', id: null },
    { view: 'polls', id: `0x${'ab'.repeat(32)}` },
  ] as const) {
    expect(readRoute(writeRoute(route))).toEqual(route)
  }
})

test('what leads nowhere leads to the front', () => {
  for (const hash of ['', '#', '#/address/0x12', '#/address/', '#/elsewhere']) {
    expect(readRoute(hash)).toEqual({ view: 'claim', address: null })
  }
})

test('addresses are the same in any case', () => {
  expect(sameAddress(address, address.toLowerCase())).toBe(true)
})
