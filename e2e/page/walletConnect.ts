// A wallet on a phone: the library's two ends speak over a relay of this process, sealed for each other.
import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { person } from '../../local/scenario/people.ts'
import { words } from '../../page/src/words/all.ts'
import { at, button, due, period, says, section } from '../visit.ts'
import { PhoneWallet } from '../walletConnect/phone.ts'
import { sentence, stage } from './stage.ts'

const choice = (page: Page) => button(page, words.wallet.connectTo('WalletConnect'))

/** Chooses WalletConnect, and gives what the code says. */
async function codeOf(page: Page): Promise<string> {
  await choice(page).click()
  await page.getByRole('img', { name: words.wallet.code.image }).waitFor()
  const uri = await page.getByRole('link', { name: words.wallet.code.open }).getAttribute('href')
  assert.match(uri ?? '', /^wc:[0-9a-f]{64}@2\?.*symKey=[0-9a-f]{64}/)
  return uri ?? ''
}

export function walletConnect(): void {
  describe('a wallet on a phone', () => {
    const phones: PhoneWallet[] = []
    after(() => Promise.all(phones.map((phone) => phone.stop())))

    async function phoneOf(name: string): Promise<PhoneWallet> {
      const { stack, walletConnect } = stage()
      const chain = { rpcUrl: stack.urls.rpc, chainId: stack.deployment.chainId }
      const phone = await PhoneWallet.start(person(name).account, chain, walletConnect)
      phones.push(phone)
      return phone
    }

    test('it connects by code, declines a claim, claims, is followed, and leaves', async () => {
      const { visits, owed, relay, walletConnect } = stage()
      const claim = await owed.claimOf('rosa', '2026-Q1')
      const before = await owed.balanceOf(claim.distribution.token, 'rosa')
      const { page } = await visits.visit(person('nell'))
      await choice(page).waitFor()
      assert.deepEqual(relay.visitors, [], 'the relay knows of nobody who did not choose it')

      const phone = await phoneOf('rosa')
      phone.wallet.refusing = true
      await phone.scan(await codeOf(page))
      await says(page, sentence('rejected'))
      phone.wallet.refusing = false
      await phone.scan(await codeOf(page))
      await page.waitForURL(new RegExp(`#/address/${person('rosa').address}$`))
      assert.deepEqual(new Set(relay.visitors), new Set([walletConnect.projectId]))

      await phone.moveTo(1)
      await says(page, sentence('wrongChain'))
      await button(page, words.wallet.switchTo(stage().stack.deployment.network)).click()
      await page.getByText(sentence('wrongChain')).waitFor({ state: 'detached' })

      phone.wallet.refusing = true
      await button(due(page), words.due.claimAll(1)).click()
      await says(page, sentence('rejected'))
      assert.equal(await owed.balanceOf(claim.distribution.token, 'rosa'), before)
      phone.wallet.refusing = false
      await button(due(page), words.due.claimAll(1)).click()
      await says(page, words.progress.done)
      assert.equal(await owed.balanceOf(claim.distribution.token, 'rosa'), before + BigInt(claim.amount))

      await page.reload()
      await says(period(page, '2026-Q1'), words.standings.claimed)
      await button(page, words.wallet.disconnect).waitFor()

      await phone.become(person('hugo').account)
      await page.waitForURL(new RegExp(`#/address/${person('hugo').address}$`))
      await says(section(page, words.entitlement.title), '50%')

      await phone.leave()
      await choice(page).first().waitFor()
    })

    test('the page ends the session, and the phone hears of it', async () => {
      const { page } = await stage().visits.visit(person('nell'))
      const phone = await phoneOf('hugo')
      await phone.scan(await codeOf(page))
      await button(page, words.wallet.disconnect).click()
      await choice(page).first().waitFor()
      await phone.left
    })

    test('a code that nobody scans expires, and another way can be chosen before', async () => {
      const { page } = await stage().visits.visit(person('nell'))
      await page.clock.install()
      await page.reload()
      await codeOf(page)
      await button(page, words.wallet.code.cancel).click()
      await page.getByRole('img', { name: words.wallet.code.image }).waitFor({ state: 'detached' })
      await codeOf(page)
      await page.clock.fastForward('06:00')
      await says(page, sentence('codeExpired'))
    })

    test('where the deployment names no project, it is not offered', async () => {
      const { visits, relay } = stage()
      const met = relay.visitors.length
      const { page, wallet } = await visits.visit(person('nell'), at(person('hugo')))
      await page.route('**/v1/program', async (route) => {
        const response = await route.fetch()
        const program = (await response.json()) as { deployment: Record<string, unknown> }
        const { walletConnectId: _, ...deployment } = program.deployment
        await route.fulfill({ response, json: { ...program, deployment } })
      })
      await page.reload()
      await button(page, words.wallet.connectTo(wallet.name)).first().waitFor()
      assert.equal(await choice(page).count(), 0)
      assert.equal(relay.visitors.length, met)
    })
  })
}
