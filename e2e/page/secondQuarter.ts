import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { parseUnits } from 'viem'
import { silent } from '../../local/progress.ts'
import { person } from '../../local/scenario/people.ts'
import { playToQuarter, prepareArgs, quarterOf } from '../../local/scenario/quarters.ts'
import { words } from '../../page/src/words/all.ts'
import { type Claim, written } from '../owed.ts'
import {
  amounts,
  at,
  button,
  due,
  dueTotals,
  period,
  rowOf,
  says,
  section,
  shows,
  showsFirst,
} from '../visit.ts'
import { stage } from './stage.ts'

/** What publishes the quarter once it is prepared. */
const PUBLISH = 'prorata publish --period 2026-Q2'

/** Hands the issuer's view the file that `prorata status --json` wrote. */
const pickStatus = (page: Page, json: string) =>
  page
    .getByLabel(words.issuer.told.pick)
    .setInputFiles({ name: 'status.json', mimeType: 'application/json', buffer: Buffer.from(json) })

export function secondQuarter(): void {
  describe('the second quarter', () => {
    /** What the issuer's command told while the quarter was prepared and not published. */
    let told = ''
    before(async () => {
      await playToQuarter(stage().stack, stage().story, '2026-Q2', silent)
      await stage().stack.synced()
      await stage().stack.issue(prepareArgs('2026-Q2'))
      told = (await stage().stack.issue(['status', '--json'])).stdout
    })

    test('is prepared where the issuer’s machine says so, and due for everybody else', async () => {
      const { page } = await stage().visits.visit(person('nell'), '#/issuer')
      const text = words.issuer
      const row = rowOf(section(page, text.periods.title), '2026-Q2')
      await says(row, text.periods.stages.due)
      const { periods } = JSON.parse(told)
      const { manifestHash } = periods.find(({ name }: { name: string }) => name === '2026-Q2')
      await pickStatus(page, told.replace('"alex"', '"bob"'))
      await says(page, text.told.bad)
      await says(row, text.periods.stages.due)

      await pickStatus(page, told)
      await says(row, text.periods.stages.prepared)
      await row.getByTitle(manifestHash, { exact: true }).waitFor()
      const now = section(page, text.due.title)
      await says(now, text.due.waiting.prepared('2026-Q2'))
      assert.equal(await now.locator('pre').innerText(), PUBLISH)
    })

    describe('once it is published', () => {
      // What the page offers to be typed.
      before(() => stage().stack.issue(PUBLISH.split(' ').slice(1)))

      test('is not open yet', async () => {
        const { page } = await stage().visits.atHome('clara')
        const row = period(page, '2026-Q2')
        await says(row, words.standings.waiting)
        await showsFirst(1, row, [written(await stage().owed.claimOf('clara', '2026-Q2'))])
        assert.equal(await row.getByRole('button', { name: words.due.claimOne('2026-Q2') }).count(), 0)
        await shows(dueTotals(page), [written(await stage().owed.claimOf('clara', '2026-Q1'))])
      })

      test('it is published for the issuer too, whatever an older file says', async () => {
        const { page } = await stage().visits.visit(person('nell'), '#/issuer')
        const row = rowOf(section(page, words.issuer.periods.title), '2026-Q2')
        await says(row, words.issuer.periods.stages.opening)
        await pickStatus(page, told)
        await says(page, words.issuer.told.next)
        await says(row, words.issuer.periods.stages.opening)
      })
    })

    describe('once it is open', () => {
      before(() => stage().story.playUntil(quarterOf('2026-Q2').claimsFrom, silent))

      test('two periods in two assets are claimed in one transaction', async () => {
        const claims = [
          await stage().owed.claimOf('clara', '2026-Q1'),
          await stage().owed.claimOf('clara', '2026-Q2'),
        ]
        const tokens = claims.map(({ distribution }) => distribution.token)
        assert.equal(new Set(tokens).size, 2)
        const before = await Promise.all(tokens.map((token) => stage().owed.balanceOf(token, 'clara')))
        const nonce = await stage().owed.transactionsOf('clara')

        const { page, wallet } = await stage().visits.atHome('clara')
        await shows(dueTotals(page), claims.map(written))
        await button(due(page), words.due.claimAll(2)).click()
        await says(page, words.progress.done)

        const afterwards = await Promise.all(tokens.map((token) => stage().owed.balanceOf(token, 'clara')))
        assert.deepEqual(
          afterwards,
          before.map((balance, i) => balance + BigInt(claims[i]?.amount ?? 0)),
        )
        assert.equal(wallet.sent(), 1)
        assert.equal(await stage().owed.transactionsOf('clara'), nonce + 1)
        await says(period(page, '2026-Q1'), words.standings.claimed)
        await says(period(page, '2026-Q2'), words.standings.claimed)
      })

      test('who is paid elsewhere is told where', async () => {
        const { page } = await stage().visits.visit(person('nell'), at(person('umar')))
        await says(page, words.holder.recipient)
        await shows(dueTotals(page), [written(await stage().owed.claimOf('office', '2026-Q2'))])
      })

      test('what a provider would be paid for the running month is told as not final, and nobody else is told any', async () => {
        const { stack, visits } = stage()
        const estimateFor = async (address: string) => {
          const response = await fetch(`${stack.urls.api}/v1/accounts/${address}/estimate`)
          return (await response.json()) as {
            block: string
            running: { month: { name: string }; asset: Claim['asset']; weight: string; estimate: string }
          }
        }
        await stack.synced()
        const { block, running } = await estimateFor(person('liam').address)
        assert.ok(BigInt(running.estimate) > 0n)
        const { page } = await visits.visit(person('nell'), at(person('liam')))
        const line = page
          .getByRole('paragraph')
          .filter({ hasText: `Liquidity rewards of ${running.month.name}:` })
        await shows(line, [written({ amount: running.estimate, asset: running.asset })])
        const said = await line.innerText()
        assert.match(
          said,
          /so far this month about [\d,.…]+\s+ALEX if it ended now, not final\. As of block /,
        )
        assert.ok(said.includes(`block ${block},`), said)

        await visits.leave()
        const stranger = `0x${'9'.repeat(40)}` as const
        const { page: other } = await visits.visit(person('nell'), at({ address: stranger }))
        await says(other, words.holder.neverHeld.title)
        assert.equal((await estimateFor(stranger)).running.weight, '0')
        assert.equal(await other.getByText(words.soFar.about).count(), 0)
      })

      test('the dashboard has the program in figures', async () => {
        await stage().stack.synced()
        const { page } = await stage().visits.visit(person('nell'), '#/dashboard')
        const figures = section(page, words.dashboard.figures)
        await says(figures, words.dashboard.price)
        // The gateway gives what it has kept of an earlier visit at once, and asks anew meanwhile.
        await page.waitForLoadState('networkidle')
        await page.reload()
        await says(figures, words.dashboard.price)
        const [supply, sold] = await amounts(figures)
        assert.deepEqual([supply, sold], ['10000000 ALEX', '1000000 ALEX'])
        const payouts = section(page, words.dashboard.payouts.title)
        const q1 = rowOf(payouts, '2026-Q1')
        await q1.waitFor()
        const [total, claimed, open] = (await amounts(q1)).map((amount) =>
          parseUnits(amount.split(' ')[0] ?? '', 6),
        )
        const remaining = await stage().owed.remaining((await stage().owed.claimOf('dora', '2026-Q1')).id)
        assert.equal(open, remaining)
        assert.equal(claimed, (total ?? 0n) - remaining)
        // What does not divide is carried over, so at most a unit a holder is missing from the 1,800 USDC.
        assert.ok(total !== undefined && total <= 1_800_000_000n && total > 1_800_000_000n - 30n, `${total}`)
        await rowOf(payouts, '2026-Q2').waitFor()
        const shares = section(page, words.dashboard.entitlement.title)
        await button(shares, words.excerpt.all(30)).click()
        await button(shares, words.excerpt.fewer).waitFor()
        assert.equal(await shares.getByRole('rowheader').count(), 30)
        const hugo = shares.getByRole('row').filter({ has: page.getByTitle(person('hugo').address) })
        await shows(hugo, ['30000 ALEX', '60000 ALEX'])
      })

      test('the issuer sees what is due, published and claimed, and nothing to sign with', async () => {
        const { stack, visits } = stage()
        const { page, wallet } = await visits.visit(person('nell'), '#/issuer')
        const periods = section(page, words.issuer.periods.title)
        for (const name of ['2026-Q1', '2026-Q2']) {
          const row = rowOf(periods, name)
          await says(row, words.issuer.periods.stages.open)
          await row.locator('.share-bar').waitFor()
        }
        await says(rowOf(periods, '2026-Q3'), words.issuer.periods.stages.running)
        const months = section(page, words.issuer.months.title)
        await says(rowOf(months, '2026-07'), words.issuer.periods.stages.running)
        assert.equal(await months.getByRole('row').count(), 2, 'those ahead are not told')
        await says(section(page, words.issuer.due.title), words.issuer.due.none)
        assert.equal(await periods.getByRole('row').count(), 1 + stack.terms.streams.income.periods.length)
        assert.ok(!wallet.asked.some(({ method }) => /^(eth_requestAccounts|eth_sign|eth_send)/.test(method)))
      })
    })
  })
}
