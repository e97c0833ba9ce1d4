import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { person } from '../../local/scenario/people.ts'
import { words } from '../../page/src/words/all.ts'
import { button, due, period, says, section } from '../visit.ts'
import { sentence, stage } from './stage.ts'

export function partsAway(): void {
  describe('when parts go away', () => {
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

    test('without the chain nothing is sent', async () => {
      const { page, wallet } = await stage().visits.atHome('zoe')
      const all = button(due(page), words.due.claimAll(2))
      await all.waitFor()
      await stage().stack.children.get('chain')?.stop()
      await all.click()
      await says(page, sentence('rpcAway'))
      assert.equal(wallet.sent(), 0)
    })

    test('without the server the page says so, and asks again when told to', async () => {
      const { page } = await stage().visits.visit(person('nell'))
      await section(page, words.published.title).waitFor()
      await stage().stack.children.get('api')?.stop()
      await page.getByLabel(words.finder.label).fill(person('zoe').address)
      await button(page, words.finder.submit).click()
      await says(page, sentence('serverAway'))
      await button(page, words.retry).first().click()
      await says(page, sentence('serverAway'))
    })
  })
}
