// The dashboard's charts: what the aggregations say, against what the chain and the other figures say.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { parseUnits } from 'viem'
import { person } from '../../local/scenario/people.ts'
import { words } from '../../page/src/words/all.ts'
import { amounts, csvOf, rowOf, section, showsFirst } from '../visit.ts'
import { stage } from './stage.ts'

const text = words.dashboard.charts
type ChartKey = keyof typeof text.titles

const chart = (page: Page, key: ChartKey) => page.getByRole('figure', { name: text.titles[key], exact: true })
const dayOf = (page: Page, key: ChartKey) =>
  page.getByRole('slider', { name: text.dayOf(text.titles[key]), exact: true })

async function openCharts(): Promise<Page> {
  await stage().stack.synced()
  const { page } = await stage().visits.visit(person('nell'), '#/dashboard')
  await chart(page, 'claimed').waitFor()
  return page
}

export function charts(): void {
  describe('the charts of the dashboard', () => {
    test('end where the chain is now', async () => {
      const { owed } = stage()
      const page = await openCharts()
      const [, sold, entitled] = await amounts(section(page, words.dashboard.figures))
      await showsFirst(2, chart(page, 'entitlement'), [sold ?? '', entitled ?? ''])
      const claim = await owed.claimOf('dora', '2026-Q1')
      const [total] = await amounts(rowOf(section(page, words.dashboard.payouts.title), '2026-Q1'))
      const whole = parseUnits(total?.split(' ')[0] ?? '', claim.asset.decimals)
      const paid = whole - (await owed.remaining(claim.id))
      const rows = await csvOf(page, chart(page, 'claimed'))
      assert.deepEqual(rows[0], ['day', '2026-Q1 (%)', '2026-Q2 (%)'])
      assert.equal(parseUnits(rows.at(-1)?.[1] ?? '', 4), (paid * 1_000_000n) / whole)
    })

    test('tell every day by keyboard and under the pointer, as far back as one likes, and as a file', async () => {
      const page = await openCharts()
      const figure = chart(page, 'holders')
      const slider = dayOf(page, 'holders')
      const rows = await csvOf(page, figure)
      const days = rows.length - 1
      assert.equal(await slider.getAttribute('max'), `${days - 1}`)
      const saidOn = (row: number) => `${text.lines.holders} ${rows[row]?.[1]}`
      assert.ok((await slider.getAttribute('aria-valuetext'))?.endsWith(saidOn(days)))

      await slider.focus()
      await page.keyboard.press('Home')
      assert.ok((await slider.getAttribute('aria-valuetext'))?.endsWith(saidOn(1)))
      await page.keyboard.press('ArrowRight')
      assert.ok((await slider.getAttribute('aria-valuetext'))?.endsWith(saidOn(2)))

      const plot = figure.getByRole('img')
      await plot.hover()
      const middle = Number(await slider.inputValue())
      assert.ok(middle > days / 4 && middle < (days * 3) / 4, `${middle} of ${days}`)
      assert.ok((await slider.getAttribute('aria-valuetext'))?.endsWith(saidOn(middle + 1)))

      await page.getByLabel(text.ranges(30)).check()
      assert.equal(await slider.getAttribute('max'), '29')
      assert.deepEqual(await csvOf(page, figure), [rows[0], ...rows.slice(-30)])
    })

    test('are drawn when they come into sight, in the colors of the scheme, and loaded by nobody who does not look', async () => {
      const page = await openCharts()
      assert.equal(await chart(page, 'claimed').locator('canvas').count(), 0, 'nobody has scrolled so far')
      const inks = async () => {
        const found = await chart(page, 'holders')
          .locator('canvas')
          .evaluate((canvas) => {
            const { width, height, getContext } = canvas as unknown as {
              width: number
              height: number
              getContext(kind: string): { getImageData(...at: number[]): { data: Uint8ClampedArray } }
            }
            const { data } = getContext.call(canvas, '2d').getImageData(0, 0, width, height)
            const seen = new Set<string>()
            for (let at = 0; at < data.length; at += 4)
              if (data[at + 3] === 255) seen.add(data.slice(at, at + 3).join())
            return [...seen]
          })
        return new Set(found)
      }
      await chart(page, 'holders').scrollIntoViewIfNeeded()
      const light = await inks()
      assert.ok(light.has('11,92,70'), 'the line has its color')
      await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' })
      const until = Date.now() + 5_000
      let dark = await inks()
      while (dark.has('11,92,70') && Date.now() < until) dark = await inks()
      assert.ok(dark.has('107,214,177') && !dark.has('11,92,70'), 'and another in the dark')

      await stage().visits.leave()
      const { page: front } = await stage().visits.visit(person('nell'))
      await section(front, words.published.title).waitFor()
      const loaded = await front.evaluate(() =>
        performance.getEntriesByType('resource').map(({ name }) => name),
      )
      assert.ok(!loaded.some((name) => /Charts|Dashboard/.test(name)), loaded.join('\n'))
    })
  })
}
