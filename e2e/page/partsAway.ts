import assert from 'node:assert/strict'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { person } from '../../local/scenario/people.ts'
import { ROOT } from '../../local/state.ts'
import { words } from '../../page/src/words/all.ts'
import type { Claim } from '../owed.ts'
import { at, button, due, period, says, section } from '../visit.ts'
import { sentence, stage } from './stage.ts'
import { serveFolder } from './staticCopy.ts'

export function partsAway(): void {
  describe('when parts go away', () => {
    let files: Awaited<ReturnType<typeof serveFolder>>
    let zoes: { claim: Claim; balance: bigint }
    const cleaning: (() => Promise<void>)[] = []
    after(() => Promise.all(cleaning.map((clean) => clean())))

    test('without the index there is no history, and claims go on', async () => {
      await stage().stack.children.get('graph')?.stop()
      const claim = await stage().owed.claimOf('yuri', '2026-Q1')
      const before = await stage().owed.balanceOf(claim.distribution.token, 'yuri')
      const { page } = await stage().visits.atHome('yuri')
      await says(page, words.holder.historyAway.title)
      await button(period(page, '2026-Q1'), words.due.claimOne('2026-Q1')).click()
      await says(page, words.progress.done)
      assert.equal(
        await stage().owed.balanceOf(claim.distribution.token, 'yuri'),
        before + BigInt(claim.amount),
      )
      // The gateway would have answered for a while from what it keeps.
      await stage().stack.children.get('gateway')?.stop()
      await page.goto(`${stage().stack.urls.api}/#/dashboard`)
      await says(page, sentence('serverAway'))
    })

    test('without the server the page says so, and asks again when told to', async () => {
      const { owed, stack, state } = stage()
      const folder = join(state, 'copy')
      const claim = await owed.claimOf('zoe', '2026-Q1')
      zoes = { claim, balance: await owed.balanceOf(claim.distribution.token, 'zoe') }
      await stack.issue(['export', '--to', folder, '--page', join(ROOT, 'page/dist')])
      files = await serveFolder(folder)
      cleaning.push(files.close)
      const { page } = await stage().visits.visit(person('nell'))
      await section(page, words.published.title).waitFor()
      await stack.children.get('api')?.stop()
      await page.getByLabel(words.finder.label).fill(person('zoe').address)
      await button(page, words.finder.submit).click()
      await says(page, sentence('serverAway'))
      await button(page, words.retry).first().click()
      await says(page, sentence('serverAway'))
    })

    test('the page falls back to a static copy that its build names', async () => {
      // The page as a build with PRORATA_MIRRORS makes it, in a folder that has no copy beside it.
      const bare = join(stage().state, 'bare')
      cpSync(join(ROOT, 'page/dist'), bare, { recursive: true })
      const index = join(bare, 'index.html')
      const named = `<head><meta name="prorata-mirrors" content="${files.url}">`
      writeFileSync(index, readFileSync(index, 'utf8').replace('<head>', named))
      const host = await serveFolder(bare)
      cleaning.push(host.close)
      const { page } = await stage().visits.visit(person('nell'), at(person('zoe')), host.url)
      await says(page, words.staticCopy.title)
      await period(page, '2026-Q2').waitFor()
    })

    test('from a static copy alone one looks up, claims and checks', async () => {
      const { owed, visits } = stage()
      const { claim, balance } = zoes
      const { page } = await visits.atHome('zoe', files.url)
      await says(page, words.staticCopy.title)
      await says(period(page, '2026-Q1'), words.standings.open)
      await button(period(page, '2026-Q1'), words.due.claimOne('2026-Q1')).click()
      await says(page, words.progress.done)
      assert.equal(await owed.balanceOf(claim.distribution.token, 'zoe'), balance + BigInt(claim.amount))
      await page.reload()
      await says(period(page, '2026-Q1'), words.standings.claimed)

      await page.goto(`${files.url}/#/check/${claim.id}`)
      await says(section(page, words.check.quick.title), words.check.verdict.equal.documents)
      assert.equal(await page.getByRole('link', { name: words.check.facts.recordsFile }).count(), 0)
    })

    test('without the chain nothing is sent', async () => {
      const { page, wallet } = await stage().visits.atHome('zoe', files.url)
      const all = button(due(page), words.due.claimAll(1))
      await all.waitFor()
      await stage().stack.children.get('chain')?.stop()
      await all.click()
      await says(page, sentence('rpcAway'))
      assert.equal(wallet.sent(), 0)
    })
  })
}
