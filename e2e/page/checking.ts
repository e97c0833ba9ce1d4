// The view that checks a payout: in the tab, from the server's documents and from the visitor's own files.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { decodeManifest, encodeRecords, paymentsOf } from '../../disbursement/index.ts'
import { person } from '../../local/scenario/people.ts'
import { words } from '../../page/src/words/all.ts'
import { type StepName, stepsOf } from '../../verify/index.ts'
import { holderIn, hugo } from '../cheats.ts'
import { balanced, edit, edited } from '../forgery.ts'
import { button, says, section } from '../visit.ts'
import { stage } from './stage.ts'

const text = words.check

const fileOf = (period: string, name: string): Uint8Array => {
  const { state, stack } = stage()
  const folder = join(state, 'issuer', stack.deployment.network, stack.terms.name, period)
  return new Uint8Array(readFileSync(join(folder, name)))
}
const manifestOf = (period: string) => fileOf(period, 'manifest.json')
const recordsOf = (period: string) => fileOf(period, 'records.bin')

/** Hands files to the page, as a visitor picks them. */
const pick = (page: Page, files: readonly Uint8Array[]) =>
  page.getByLabel(text.files.pick).setInputFiles(
    files.map((bytes, at) => ({
      name: `file-${at}`,
      mimeType: 'application/octet-stream',
      buffer: Buffer.from(bytes),
    })),
  )

const quick = (page: Page) => section(page, text.quick.title)
const replay = (page: Page) => section(page, text.replay.title)
const sentenceOf = (step: StepName) => text.steps[step].documents ?? text.steps[step].chain
const holding = (page: Page, part: typeof quick) => part(page).locator('.step-ok').count()

async function openCheck(period: string): Promise<Page> {
  const { page } = await stage().visits.visit(person('nell'))
  await page.getByRole('link', { name: words.published.checkOne(period), exact: true }).click()
  await section(page, text.quick.title).waitFor()
  return page
}

export function checking(): void {
  describe('checking a payout in the tab', () => {
    test('every step from the records holds, and the documents are a click away', async () => {
      const page = await openCheck('2026-Q1')
      await says(quick(page), text.verdict.equal.documents)
      assert.equal(await holding(page, quick), stepsOf('income', 'documents').length)
      const facts = section(page, text.facts.title)
      for (const name of ['root', 'recordBlock', 'manifest', 'terms', 'distributor'] as const)
        await says(facts, text.facts[name])
      const { recordBlock } = decodeManifest(manifestOf('2026-Q1'))
      assert.equal(await facts.getByTitle(recordBlock.hash).count(), 1)
      const loaded = await page.evaluate(() =>
        performance.getEntriesByType('resource').map((each) => each.name),
      )
      assert.ok(loaded.some((name) => /\/worker-[^/]+\.js$/.test(name)))
    })

    test('the worker is not loaded before somebody checks', async () => {
      const { page } = await stage().visits.visit(person('nell'))
      await section(page, words.published.title).waitFor()
      const loaded = await page.evaluate(() =>
        performance.getEntriesByType('resource').map((each) => each.name),
      )
      assert.ok(loaded.some((name) => name.endsWith('.js')))
      assert.ok(!loaded.some((name) => /worker|CheckView/.test(name)), loaded.join('\n'))
    })

    test('records that were changed turn red, and the step is named', async () => {
      const page = await openCheck('2026-Q1')
      const own = paymentsOf(decodeManifest(manifestOf('2026-Q1')))
      const moved = own.map((each, at) => (at === 0 ? { ...each, amount: each.amount + 1n } : each))
      await pick(page, [manifestOf('2026-Q1'), encodeRecords(moved)])
      await button(quick(page), text.quick.again).click()
      await says(quick(page), text.verdict.different(sentenceOf('records')))
      assert.equal(await quick(page).locator('.step-different').count(), 1)
      await says(quick(page).locator('.step-different'), sentenceOf('records'))
      const difference = quick(page).locator('.difference').first()
      await says(difference, `${own[0]?.amount}`)
      await says(difference, `${(own[0]?.amount ?? 0n) + 1n}`)

      const damaged = recordsOf('2026-Q1')
      damaged[damaged.length - 1] = (damaged.at(-1) ?? 0) ^ 1
      await pick(page, [damaged])
      await button(quick(page), text.quick.again).click()
      await says(quick(page), text.verdict.different(sentenceOf('records')))
      await says(
        quick(page),
        `${stepsOf('income', 'documents').length - 1} of ${stepsOf('income', 'documents').length}`,
      )

      await button(section(page, text.files.title), text.files.drop).click()
      await button(quick(page), text.quick.again).click()
      await says(quick(page), text.verdict.equal.documents)
    })

    test('a manifest that was changed turns red by its hash', async () => {
      const page = await openCheck('2026-Q2')
      const changed = edited(manifestOf('2026-Q2'), (json) =>
        edit(json, 'income.amount', (amount) => `${BigInt(amount) + 1n}`),
      )
      await pick(page, [changed, manifestOf('2026-Q1'), recordsOf('2026-Q2')])
      await button(quick(page), text.quick.again).click()
      await says(quick(page), text.verdict.different(sentenceOf('manifest')))
    })

    test('the whole chain is replayed, with progress, and can be called off', async () => {
      const page = await openCheck('2026-Q2')
      const rpc = stage().stack.urls.rpc
      let asked = 0
      await page.context().route(`${rpc}/`, async (route) => {
        const body = route.request().postData() ?? ''
        if (!body.includes('eth_getLogs')) return route.continue()
        asked++
        const [call] = [JSON.parse(body)].flat() as {
          id: number
          params: [{ fromBlock: string; toBlock: string }]
        }[]
        const { fromBlock, toBlock } = call?.params[0] ?? { fromBlock: '0x0', toBlock: '0x0' }
        await new Promise((resolve) => setTimeout(resolve, 40))
        if (Number(toBlock) - Number(fromBlock) < 40) return route.continue()
        const refusal = {
          jsonrpc: '2.0',
          id: call?.id,
          error: { code: -32602, message: 'block range is too wide' },
        }
        return route.fulfill({ json: body.startsWith('[') ? [refusal] : refusal })
      })
      const node = page.getByLabel(text.replay.url)
      assert.equal(await node.inputValue(), rpc)
      await node.fill('ftp://node')
      await says(replay(page), text.replay.urlBad)
      await node.fill(rpc)

      await button(replay(page), text.replay.run).click()
      await replay(page)
        .getByText(/^block \d+ of \d+/)
        .waitFor()
      await button(replay(page), text.replay.cancel).click()
      await says(replay(page), text.replay.cancelled)
      const before = asked
      await new Promise((resolve) => setTimeout(resolve, 200))
      assert.ok(asked <= before + 1, 'nothing more is asked of the node')

      await button(replay(page), text.replay.run).click()
      await says(replay(page), text.verdict.equal.chain)
      assert.equal(await holding(page, replay), stepsOf('income', 'chain').length)
    })

    test('a replay names the first holder who differs, with both computations', async () => {
      const page = await openCheck('2026-Q1')
      const quarter = decodeManifest(manifestOf('2026-Q1'))
      assert.ok(quarter.stream === 'income')
      const { lots } = quarter.holders.find(({ holder }) => holder === hugo()) ?? {}
      assert.ok(lots !== undefined)
      const forged = balanced(manifestOf('2026-Q1'), (json) => {
        edit(holderIn(json, hugo()), 'settled', () => lots.toString())
      })
      await pick(page, [forged])
      await button(replay(page), text.replay.run).click()
      await says(replay(page), text.verdict.different(text.steps.manifest.chain))
      await says(replay(page).locator('.step-different'), text.steps.entitlement.chain)
      const difference = replay(page).locator('.difference').filter({ hasText: text.difference.holder })
      assert.equal(await difference.getByTitle(person('hugo').address).count(), 1)
      await says(difference, lots.toString())
      await says(difference, (lots / 2n).toString())
    })

    test('without the server, the visitor’s own files do', async () => {
      const page = await openCheck('2026-Q1')
      await says(quick(page), text.verdict.equal.documents)
      await page.context().route('**/v1/**', (route) => route.abort())
      await button(quick(page), text.quick.again).click()
      await says(quick(page), text.verdict.missing(sentenceOf('published')))
      await pick(page, [recordsOf('2026-Q1'), manifestOf('2026-Q1')])
      await button(quick(page), text.quick.again).click()
      await says(quick(page), text.verdict.equal.documents)
      await button(replay(page), text.replay.run).click()
      await says(replay(page), text.verdict.equal.chain)
    })

    test('a node that does not answer is no verdict', async () => {
      const page = await openCheck('2026-Q1')
      await says(quick(page), text.verdict.equal.documents)
      await page.getByLabel(text.replay.url).fill('http://127.0.0.1:9')
      await button(replay(page), text.replay.run).click()
      await says(replay(page), text.verdict.missing(text.steps.chain.chain))
    })
  })
}
