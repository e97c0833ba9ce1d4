import { env } from 'cloudflare:workers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { manifestKey } from '../keys.ts'
import { call, freshStorage, problemOf, published } from './api.ts'
import { disbursement, idOf } from './program.ts'

const first = disbursement(3)
const second = disbursement(4, '2026-Q2', first.manifest)

beforeAll(async () => {
  await freshStorage()
  await published(first)
  await published(second)
})
afterAll(freshStorage)

const row = (of: typeof first) => ({
  period: of.manifest.period.name,
  distribution: idOf(of),
  currency: of.manifest.income.currency,
  income: '12000000000',
  due: '1800000000',
  funded: '1800000000',
  statementHash: null,
})

test('every paid period’s income is told as its manifest states it, from the manifest first and then from D1', async () => {
  for (let round = 0; round < 2; round++) {
    const response = await call('/v1/income')
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual([row(first), row(second)])
    await env.STORE.delete([first, second].map(({ manifestHash }) => manifestKey(manifestHash)))
  }
})

test('a manifest that is missing is a broken store, not an income of nothing', async () => {
  await env.DB.prepare('DELETE FROM stated WHERE manifest_hash = ?').bind(second.manifestHash).run()
  await problemOf(await call('/v1/income'), 500, 'store-broken')
})

test('without payouts there is no income', async () => {
  await freshStorage()
  expect(await (await call('/v1/income')).json()).toEqual([])
})
