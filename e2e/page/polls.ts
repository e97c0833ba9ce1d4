import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import type { Hex } from 'viem'
import { person } from '../../local/scenario/people.ts'
import { openPoll } from '../../local/scenario/polls.ts'
import { words } from '../../page/src/words/all.ts'
import { button, connect, says } from '../visit.ts'
import { stage } from './stage.ts'

const QUESTION = 'Shall I move to the coast?'
const text = words.polls

/** A poll that stays open for the rest of the page's tests. */
export function polls(): void {
  describe('a poll', () => {
    let id: Hex
    before(async () => {
      const poll = { name: 'moving', question: QUESTION, options: ['Yes', 'No'] }
      id = await openPoll(stage().stack, { ...poll, closes: '2030-01-01T00:00:00Z' })
    })

    test('is voted in with a signature and no transaction; the receipt is checked, kept, and shown again', async () => {
      const opened = await stage().visits.visit(person('ada'))
      const { page, wallet } = opened
      await page.getByRole('link', { name: words.masthead.polls, exact: true }).click()
      await page.getByRole('link', { name: QUESTION }).click()
      await connect(opened)
      const sent = wallet.sent()
      await page.getByRole('radio', { name: 'No' }).check()
      await button(page, text.vote.sign).click()
      await says(page, text.vote.done)
      await says(page, text.receipt.good)
      assert.equal(wallet.sent(), sent)
      const response = await fetch(`${stage().stack.urls.api}/v1/polls/${id}`)
      const { received } = (await response.json()) as { received: { holders: number } }
      assert.equal(received.holders, 1)
      await page.reload()
      await says(page, text.receipt.good)
      await button(page, text.vote.again).waitFor()
    })

    test('tells a wallet that weighs nothing so', async () => {
      const { page } = await stage().visits.connected(person('issuer'), `#/polls/${id}`)
      await says(page, text.vote.weightless.title)
    })
  })
}
