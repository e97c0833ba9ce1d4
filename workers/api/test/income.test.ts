import { applyD1Migrations, reset } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { manifestKey } from '../keys.ts'
import { keepEndings } from '../src/standings.ts'
import { call, freshStorage, problemOf, published } from './api.ts'
import { disbursement, hashOf, idOf } from './program.ts'

const first = disbursement(3)
const second = disbursement(4, '2026-Q2', first.manifest, undefined, hashOf('the statement'))

beforeAll(async () => {
  await freshStorage()
  await published(first)
  await published(second)
})
afterAll(freshStorage)

const row = (of: typeof first, statementHash: string | null = null) => ({
  period: of.manifest.period.name,
  distribution: idOf(of),
  currency: of.manifest.income.currency,
  income: '12000000000',
  due: '1800000000',
  asset: { symbol: of.manifest.payout.symbol, decimals: 6, address: of.manifest.payout.asset },
  funded: '1800000000',
  paid: of.manifest.totals.paid.toString(),
  statementHash,
})

test('every paid period’s income is told as its manifest states it, from the manifest first and then from D1', async () => {
  for (let round = 0; round < 2; round++) {
    const response = await call('/v1/income')
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual([row(first), row(second, hashOf('the statement'))])
    await env.STORE.delete([first, second].map(({ manifestHash }) => manifestKey(manifestHash)))
  }
})

test('a manifest that is missing is a broken store, not an income of nothing', async () => {
  await env.DB.prepare('DELETE FROM stated WHERE manifest_hash = ?').bind(second.manifestHash).run()
  await problemOf(await call('/v1/income'), 500, 'store-broken')
})

test('a database that was in use before there was an income is told it too, from the manifests', async () => {
  await reset()
  const at = env.MIGRATIONS.findIndex(({ name }) => name === '0008_income.sql')
  expect(at).toBeGreaterThan(0)
  await applyD1Migrations(env.DB, env.MIGRATIONS.slice(0, at))
  await published(first)
  const { recordBlock, payout, income } = first.manifest
  await env.DB.prepare('INSERT INTO stated VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
    .bind(
      ...[first.manifestHash, Number(recordBlock.number), recordBlock.hash, Number(recordBlock.timestamp)],
      ...[income.currency.address, income.currency.symbol, income.currency.decimals],
      ...[income.due.toString(), payout.asset, payout.funded.toString()],
    )
    .run()
  await applyD1Migrations(env.DB, env.MIGRATIONS)
  expect(await (await call('/v1/income')).json()).toEqual([row(first)])
})

test('a payout that was taken back has no income', async () => {
  await freshStorage()
  await published(first)
  await published(second)
  await keepEndings(env.DB, [{ id: idOf(second), status: 'cancelled' }])
  expect(await (await call('/v1/income')).json()).toEqual([row(first)])
})

test('without payouts there is no income', async () => {
  await freshStorage()
  expect(await (await call('/v1/income')).json()).toEqual([])
})
