// The dashboard's tables: what they say, against the manifests, the chain and the gateway.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import { type Address, formatUnits, type Hex } from 'viem'
import { person } from '../../local/scenario/people.ts'
import { words } from '../../page/src/words/all.ts'
import { written } from '../owed.ts'
import { button, csvOf, rowOf, says, section, shows } from '../visit.ts'
import { stage } from './stage.ts'

const text = words.dashboard

/** Rows that a table shows at first. */
const FIRST = 12

async function openDashboard(): Promise<Page> {
  await stage().stack.synced()
  const { page } = await stage().visits.visit(person('nell'), '#/dashboard')
  await section(page, text.pool.title).waitFor()
  // The gateway gives what it has kept of an earlier visit at once, and asks anew meanwhile.
  await page.waitForLoadState('networkidle')
  await page.reload()
  return page
}

interface Asset {
  readonly symbol: string
  readonly decimals: number
}

/** An asset in a manifest, where every integer is a string. */
interface StatedAsset {
  readonly symbol: string
  readonly decimals: string
}

/** As much of a manifest as tells of the income, in its own words. */
interface Stated {
  readonly income: {
    readonly currency: StatedAsset
    readonly amount: string
    readonly due: string
    readonly statementHash: Hex | null
  }
  readonly payout: StatedAsset & { readonly funded: string }
  readonly totals: { readonly paid: string }
}

interface Listed {
  readonly id: Hex
  readonly stream: string
  readonly period: string
  readonly manifestHash: Hex
}

const assetOf = ({ symbol, decimals }: StatedAsset): Asset => ({ symbol, decimals: Number(decimals) })

/** Each published quarter by its manifest, and what of it was claimed by the chain. */
async function statedQuarters() {
  const { stack, owed } = stage()
  const ask = async <T>(path: string) => (await (await fetch(`${stack.urls.api}/v1/${path}`)).json()) as T
  const published = await ask<Listed[]>('distributions')
  return Promise.all(
    published
      .filter(({ stream }) => stream === 'income')
      .map(async ({ id, period, manifestHash }) => {
        const { income, payout, totals } = await ask<Stated>(`manifests/${manifestHash}`)
        const claimed = BigInt(totals.paid) - (await owed.remaining(id))
        return {
          ...{ period, ...income, currency: assetOf(income.currency) },
          ...{ asset: assetOf(payout), funded: payout.funded, paid: totals.paid, claimed: `${claimed}` },
        }
      }),
  )
}

/** What is copied with each amount of a part of the page, without the marks between thousands. */
const copiedFrom = (where: Locator) =>
  where.locator('data').evaluateAll((found) => {
    const { getSelection } = globalThis as unknown as {
      getSelection(): { selectAllChildren(node: unknown): void; toString(): string }
    }
    return found.map((each) => {
      getSelection().selectAllChildren(each)
      return getSelection().toString().replaceAll(',', '').trim()
    })
  })

const units = (amount: string, { decimals }: Asset) => formatUnits(BigInt(amount), decimals)

export function tables(): void {
  describe('the tables of the dashboard', () => {
    test('have each quarter’s income as its manifest states it, to the unit, and so has the file', async () => {
      const page = await openDashboard()
      const quarters = await statedQuarters()
      assert.deepEqual(
        quarters.map(({ period }) => period),
        ['2026-Q1', '2026-Q2'],
      )
      const table = section(page, text.income.title)
      for (const { period, currency, amount, due, asset, paid, claimed } of quarters) {
        assert.ok(0n < BigInt(claimed) && BigInt(claimed) < BigInt(paid), 'some have claimed, and not all')
        const row = rowOf(table, period)
        const amounts = [amount, due, paid, claimed]
        const all = amounts.map((each, at) => written({ amount: each, asset: at < 2 ? currency : asset }))
        await shows(row, all)
        // What stands behind the income and the payout is of the same unit, and does not say it again.
        const bare = (each: string) => each.split(' ')[0]
        assert.deepEqual(
          await copiedFrom(row),
          all.map((each, at) => (at % 2 === 0 ? each : bare(each))),
        )
      }
      const names = text.income
      assert.deepEqual(await csvOf(page, table), [
        [
          ...[names.period, names.income, names.due, names.currency],
          ...[names.funded, names.paid, names.claimed, names.asset, names.statement],
        ],
        ...quarters.map(({ period, currency, amount, due, asset, funded, paid, claimed, statementHash }) => [
          ...[period, units(amount, currency), units(due, currency), currency.symbol],
          ...[units(funded, asset), units(paid, asset), units(claimed, asset), asset.symbol],
          statementHash ?? '',
        ]),
      ])
    })

    test('begin with the latest, and show the rest of a long one when they are asked to', async () => {
      const page = await openDashboard()
      const namesOf = (where: Locator) => where.getByRole('rowheader').allTextContents()
      const quarters = section(page, text.income.title)
      await rowOf(quarters, '2026-Q1').waitFor()
      assert.deepEqual(await namesOf(quarters), ['2026-Q2', '2026-Q1'])
      const published = section(page, words.published.title)
      await page.goto(new URL('#/', page.url()).href)
      await rowOf(published, '2026-Q1').waitFor()
      const names = await namesOf(published)
      assert.ok(names.indexOf('2026-Q2') >= 0 && names.indexOf('2026-Q2') < names.indexOf('2026-Q1'))
      await page.goBack()
      const holders = section(page, text.entitlement.title)
      await rowOf(quarters, '2026-Q1').waitFor()
      const all = (await csvOf(page, holders)).length - 1
      assert.ok(all > FIRST)
      const first = await namesOf(holders)
      assert.equal(first.length, FIRST)
      const rest = button(holders, words.excerpt.all(all))
      await rest.focus()
      await page.keyboard.press('Enter')
      await button(holders, words.excerpt.fewer).waitFor()
      assert.deepEqual((await namesOf(holders)).slice(0, FIRST), first)
      assert.equal((await namesOf(holders)).length, all)
      await page.keyboard.press('Enter')
      await rest.waitFor()
      assert.deepEqual(await namesOf(holders), first)
    })

    test('hand the pool’s figures over as the gateway answered them', async () => {
      const { stack } = stage()
      const page = await openDashboard()
      const pool = section(page, text.pool.title)
      for (const late of [text.poolOther('WETH'), text.lpStaked]) await says(pool, late)
      const rows = await csvOf(page, pool)
      const { pair, tokenVault, lpVault, graphqlUrl } = stack.deployment
      assert.ok(graphqlUrl !== null)
      const account = (id: Address) => `account(id: "${id.toLowerCase()}") { balance lp }`
      const response = await fetch(graphqlUrl, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          query: `{ pair(id: "${pair.toLowerCase()}") { reserveToken reserveOther lpSupply }
            tokens: ${account(tokenVault)} shares: ${account(lpVault)} }`,
        }),
      })
      const { data } = (await response.json()) as {
        data: {
          pair: Record<'reserveToken' | 'reserveOther' | 'lpSupply', string>
          tokens: { balance: string }
          shares: { lp: string }
        }
      }
      const row = (name: string, amount: string, symbol: string) => [
        name,
        formatUnits(BigInt(amount), 18),
        symbol,
      ]
      assert.deepEqual(rows, [
        [text.pool.figure, text.pool.amount, text.pool.unit],
        row(text.poolToken('ALEX'), data.pair.reserveToken, 'ALEX'),
        row(text.poolOther('WETH'), data.pair.reserveOther, 'WETH'),
        row(text.staked, data.tokens.balance, 'ALEX'),
        row(text.lpSupply, data.pair.lpSupply, 'UNI-V2'),
        row(text.lpStaked, data.shares.lp, 'UNI-V2'),
      ])
      assert.ok([data.tokens.balance, data.shares.lp].every((each) => BigInt(each) > 0n))
    })
  })
}
