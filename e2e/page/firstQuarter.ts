import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Hex } from 'viem'
import { person } from '../../local/scenario/people.ts'
import { words } from '../../page/src/words/all.ts'
import { written } from '../owed.ts'
import {
  amounts,
  at,
  button,
  connect,
  due,
  dueTotals,
  period,
  says,
  section,
  shows,
  showsFirst,
} from '../visit.ts'
import { sentence, stage } from './stage.ts'

export function firstQuarter(): void {
  describe('the first quarter is open', () => {
    test('an address is found and told without a wallet, and what is no address is explained', async () => {
      const { page, wallet } = await stage().visits.visit(person('nell'))
      await page.getByLabel(words.finder.label).fill('0x1234')
      await button(page, words.finder.submit).click()
      await says(page, words.finder.bad)
      await page.getByLabel(words.finder.label).fill(person('dora').address)
      await button(page, words.finder.submit).click()

      const entitlement = section(page, words.entitlement.title)
      await says(entitlement, words.entitlement.whole)
      await showsFirst(2, entitlement, ['35000 ALEX', '35000 ALEX'])
      await shows(dueTotals(page), [written(await stage().owed.claimOf('dora', '2026-Q1'))])
      await says(due(page), words.due.connectFirst)
      await shows(section(page, words.lots.title), ['35000 ALEX'])
      assert.equal(await page.title(), words.documentTitle(words.masthead.claim, 'ALEX'))
      const consent = /^(eth_requestAccounts|wallet_|eth_send)/
      assert.ok(!wallet.asked.some(({ method }) => consent.test(method)), 'nobody was asked for consent')
    })

    test('who sold half and bought it back has half, and the history names the sale', async () => {
      const { page } = await stage().visits.visit(person('nell'), at(person('hugo')))
      const entitlement = section(page, words.entitlement.title)
      await says(entitlement, '50%')
      await showsFirst(3, entitlement, ['30000 ALEX', '60000 ALEX', '30000 ALEX'])
      const history = section(page, words.history.title)
      const fall = history.getByRole('listitem').filter({ hasText: words.history.falls })
      assert.equal(await fall.count(), 1)
      await says(fall, words.history.reason('TRANSFER_OUT', '30,000 ALEX'))
      const transaction = await fall.locator('code').getAttribute('title')
      assert.match(transaction ?? '', /^0x[0-9a-f]{64}$/)
      assert.ok(await stage().owed.succeeded(transaction as Hex), 'and the chain knows that transaction')
    })

    test('staking and pooling keep everything, and are told as what they are', async () => {
      const { page } = await stage().visits.visit(person('nell'), at(person('liam')))
      await says(section(page, words.entitlement.title), words.entitlement.whole)
      const history = section(page, words.history.title)
      await says(history, words.history.reason('LP_ADD', '20,000 ALEX'))
      assert.equal(await history.getByText(words.history.falls).count(), 0)
    })

    test('pool shares given away are a loss, told as what it was', async () => {
      const { page } = await stage().visits.visit(person('nell'), at(person('rosa')))
      const history = section(page, words.history.title)
      await says(history, words.history.reason('LP_GIVEN', '8,000 ALEX'))
      assert.equal(await history.getByText(words.history.falls).count(), 1)
    })

    test('a linked wallet leads to the same holder and the same claims', async () => {
      const { page } = await stage().visits.visit(person('nell'), at(person('olga2')))
      await says(page, words.holder.linked)
      await shows(dueTotals(page), [written(await stage().owed.claimOf('olga', '2026-Q1'))])
    })

    test('who bought only on the market is told that nothing comes with it', async () => {
      const { page } = await stage().visits.connected(person('nell'))
      await says(page, words.holder.neverHeld.title)
      assert.equal(await section(page, words.periods.title).count(), 0)
    })

    test('who sold everything sees what was bought, and that nothing is due', async () => {
      const { page } = await stage().visits.atHome('sami')
      await says(due(page), words.due.neverDue)
      await showsFirst(2, section(page, words.entitlement.title), ['0 ALEX', '24000 ALEX'])
      await says(period(page, '2026-Q1'), words.standings.nothing)
    })

    test('one period is claimed, confirmed, and arrives', async () => {
      const claim = await stage().owed.claimOf('dmitri', '2026-Q1')
      const before = await stage().owed.balanceOf(claim.distribution.token, 'dmitri')
      const { page, wallet } = await stage().visits.atHome('dmitri')
      await button(period(page, '2026-Q1'), words.due.claimOne('2026-Q1')).click()
      await says(page, words.progress.done)
      assert.equal(
        await stage().owed.balanceOf(claim.distribution.token, 'dmitri'),
        before + BigInt(claim.amount),
      )
      assert.equal(wallet.sent(), 1)
      const [arrived, from, to] = await amounts(
        page.getByRole('status').filter({ hasText: words.progress.done }),
      )
      assert.equal(arrived, written(claim))
      assert.notEqual(from, to, 'the balance before and after')
      await says(period(page, '2026-Q1'), words.standings.claimed)
      await says(due(page), words.due.allClaimed)

      await page.reload()
      await says(period(page, '2026-Q1'), words.standings.claimed)
    })

    test('a declined signature changes nothing, and can be thought over', async () => {
      const claim = await stage().owed.claimOf('farid', '2026-Q1')
      const before = await stage().owed.balanceOf(claim.distribution.token, 'farid')
      const { page, wallet } = await stage().visits.atHome('farid')
      wallet.refusing = true
      await button(due(page), words.due.claimAll(1)).click()
      await says(page, sentence('rejected'))
      assert.equal(await stage().owed.balanceOf(claim.distribution.token, 'farid'), before)
      wallet.refusing = false
      await button(due(page), words.due.claimAll(1)).click()
      await says(page, words.progress.done)
      assert.equal(
        await stage().owed.balanceOf(claim.distribution.token, 'farid'),
        before + BigInt(claim.amount),
      )
    })

    test('a wallet that declines to connect is no fault', async () => {
      const { page, wallet } = await stage().visits.visit(person('clara'))
      wallet.refusing = true
      await button(page, words.wallet.connectTo(wallet.name)).click()
      await says(page, sentence('rejected'))
      wallet.refusing = false
      await connect({ page, wallet })
      await says(page, words.holder.yours)
    })

    test('on another chain nothing can be claimed until the wallet switches', async () => {
      const { page, wallet } = await stage().visits.atHome('clara')
      await wallet.moveTo(1)
      await says(page, sentence('wrongChain'))
      assert.ok(await button(due(page), words.due.claimAll(1)).isDisabled())
      await button(page, words.wallet.switchTo(stage().stack.deployment.network)).click()
      await page.waitForFunction(
        ([name]) => {
          const { document } = globalThis as unknown as {
            document: { querySelectorAll(all: string): Iterable<{ textContent: string; disabled: boolean }> }
          }
          return [...document.querySelectorAll('button')].some(
            ({ textContent, disabled }) => textContent === name && !disabled,
          )
        },
        [words.due.claimAll(1)],
      )
      assert.equal(wallet.sent(), 0)
    })

    test('what somebody else claimed meanwhile is told as claimed', async () => {
      const claim = await stage().owed.claimOf('elena', '2026-Q1')
      const { page, wallet } = await stage().visits.atHome('elena')
      const one = button(period(page, '2026-Q1'), words.due.claimOne('2026-Q1'))
      await one.waitFor()
      await stage().owed.claimElsewhere(claim, 'nell')
      await one.click()
      await says(page, sentence('alreadyClaimed'))
      await says(period(page, '2026-Q1'), words.standings.claimed)
      assert.equal(wallet.sent(), 0, 'and no fee was paid for finding out')
    })

    test('another account in the wallet is followed', async () => {
      const { page, wallet } = await stage().visits.atHome('clara')
      await wallet.become(person('hugo').account)
      await page.waitForURL(new RegExp(`#/address/${person('hugo').address}$`))
      await says(section(page, words.entitlement.title), '50%')
    })

    test('anybody may pay for another’s claim, which goes to its account', async () => {
      const claim = await stage().owed.claimOf('xena', '2026-Q1')
      const token = claim.distribution.token
      const [hers, his] = [
        await stage().owed.balanceOf(token, 'xena'),
        await stage().owed.balanceOf(token, 'nell'),
      ]
      const { page } = await stage().visits.connected(person('nell'), at(person('xena')))
      await says(due(page), words.due.forAnother)
      await button(due(page), words.due.claimAll(1)).click()
      await says(page, words.progress.done)
      assert.equal(await stage().owed.balanceOf(token, 'xena'), hers + BigInt(claim.amount))
      assert.equal(await stage().owed.balanceOf(token, 'nell'), his)
    })
  })
}
