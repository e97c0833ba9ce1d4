// A wallet on a phone: the library's two ends speak over a relay of this process, sealed for each other.
import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { waitFor } from '../../local/child.ts'
import { person } from '../../local/scenario/people.ts'
import { words } from '../../page/src/words/all.ts'
import { at, button, due, period, says, section } from '../visit.ts'
import { PhoneWallet } from '../walletConnect/phone.ts'
import { sentence, stage } from './stage.ts'

export const choice = (page: Page) => button(page, words.wallet.connectTo('WalletConnect'))

/** Chooses WalletConnect, and gives what the code says. */
export async function codeOf(page: Page): Promise<string> {
  await choice(page).click()
  await page.getByRole('img', { name: words.wallet.code.image }).waitFor()
  const uri = await page.getByRole('link', { name: words.wallet.code.open }).getAttribute('href')
  assert.match(uri ?? '', /^wc:[0-9a-f]{64}@2\?.*symKey=[0-9a-f]{64}/)
  return uri ?? ''
}

/** Every code that the page shows from now on, however short: a person may scan it at once. */
async function codesOf(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate(`{
    const codes = new Set()
    const look = () => {
      const code = document.querySelector('a[href^="wc:"]')?.getAttribute('href')
      if (code) codes.add(code)
    }
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true })
    globalThis.codes = () => new Promise((resolve) => setTimeout(() => resolve([...codes]), 100))
  }`)
  return () => page.evaluate('codes()')
}

/** What the page asks for from now on that only WalletConnect needs: its code, and a relay. */
function askedBy(page: Page): { code: string[]; relays: string[] } {
  const asked = { code: [] as string[], relays: [] as string[] }
  page.on('request', (request) => {
    if (/\/(provider|ScanCode)-[^/]*\.js$/.test(request.url())) asked.code.push(request.url())
  })
  page.on('websocket', (socket) => asked.relays.push(new URL(socket.url()).origin))
  return asked
}

export function walletConnect(): void {
  describe('a wallet on a phone', () => {
    const phones: PhoneWallet[] = []
    afterEach(() => Promise.all(phones.splice(0).map((phone) => phone.stop())))

    async function phoneOf(name: string, chainIds?: readonly number[]): Promise<PhoneWallet> {
      const { stack, walletConnect } = stage()
      const chain = { rpcUrl: stack.urls.rpc, chainId: stack.deployment.chainId }
      const phone = await PhoneWallet.start(person(name).account, chain, walletConnect, chainIds)
      phones.push(phone)
      return phone
    }

    test('it connects by code, declines a claim, claims, is followed, and leaves', async () => {
      const { visits, owed, relay, walletConnect } = stage()
      const claim = await owed.claimOf('rosa', '2026-Q1')
      const before = await owed.balanceOf(claim.distribution.token, 'rosa')
      const { page } = await visits.visit(person('nell'))
      const asked = askedBy(page)
      await page.reload()
      await choice(page).waitFor()
      await page.waitForLoadState('networkidle')
      assert.deepEqual(asked, { code: [], relays: [] }, 'nothing of it is loaded for who does not choose it')

      const phone = await phoneOf('rosa')
      phone.wallet.refusing = true
      await phone.scan(await codeOf(page))
      await says(page, sentence('rejected'))
      assert.equal(asked.code.length, 2)
      assert.deepEqual(new Set(asked.relays), new Set([relay.url]))
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

    /** Hugo at home by his phone, which has been asked for a claim and thinks. */
    async function askedForClaim(): Promise<{ page: Page; phone: PhoneWallet }> {
      const { page } = await stage().visits.visit(person('nell'))
      const phone = await phoneOf('hugo')
      await phone.scan(await codeOf(page))
      phone.wallet.thinking = new Promise(() => {})
      await button(due(page), words.due.claimAll(1)).click()
      await waitFor('the phone to be asked', async () => phone.wallet.sent() || undefined)
      return { page, phone }
    }

    test('the page ends the session, and the phone hears of it; what it was asked for is over', async () => {
      const { page, phone } = await askedForClaim()
      await button(page, words.wallet.disconnect).click()
      await choice(page).first().waitFor()
      await phone.left
      await says(page, sentence('walletGone'))
    })

    test('the phone ends the session while it is asked for a claim', async () => {
      const { owed } = stage()
      const { distribution } = await owed.claimOf('hugo', '2026-Q1')
      const before = await owed.balanceOf(distribution.token, 'hugo')
      const { page, phone } = await askedForClaim()
      await phone.leave()
      await says(page, sentence('walletGone'))
      await choice(page).first().waitFor()
      assert.equal(await owed.balanceOf(distribution.token, 'hugo'), before)
    })

    test('the phone has not the program’s network', async () => {
      const { page } = await stage().visits.visit(person('nell'))
      const phone = await phoneOf('hugo', [1])
      await phone.scan(await codeOf(page))
      await says(page, sentence('wrongChain'))
      assert.ok(await button(due(page), words.due.claimAll(1)).isDisabled())
      phone.wallet.refusing = true
      await button(page, words.wallet.switchTo(stage().stack.deployment.network)).click()
      await says(page, sentence('rejected'))
    })

    test('a code expires when nobody scans it, and is withdrawn when another way is chosen', async () => {
      const { page } = await stage().visits.visit(person('nell'))
      await page.clock.install()
      await page.reload()
      const withdrawn = await codeOf(page)
      await button(page, words.wallet.code.cancel).click()
      await page.getByRole('img', { name: words.wallet.code.image }).waitFor({ state: 'detached' })
      const phone = await phoneOf('hugo')
      await phone.scan(withdrawn)
      await codeOf(page)
      await page.clock.fastForward('04:55')
      await says(page, sentence('codeExpired'))
      await page.clock.fastForward('01:00')
      await choice(page).waitFor()
      assert.equal(new URL(page.url()).hash, '#/', 'nobody has connected')
    })

    test('the relay is away: before the code, and when the wallet is to be asked', async () => {
      const { visits, relay, owed } = stage()
      const { distribution } = await owed.claimOf('hugo', '2026-Q1')
      const before = await owed.balanceOf(distribution.token, 'hugo')
      const { page } = await visits.visit(person('nell'))
      await page.clock.install()
      await page.reload()
      const phone = await phoneOf('hugo')
      relay.leave()
      try {
        const call = page.waitForEvent('websocket')
        await choice(page).click()
        await call
        await page.clock.fastForward('00:25')
        await says(page, sentence('relayAway'))
        // Chosen again while the relay is still away, which then hears of both: the code that was given up is never shown.
        const codes = await codesOf(page)
        const heard = relay.proposed.length
        await choice(page).click()
        relay.comeBack()
        await waitFor('both proposals', async () => relay.proposed.length === heard + 2 || undefined)
        const [code, ...others] = await codes()
        assert.deepEqual(others, [])
        await phone.scan(code ?? '')
        await button(due(page), words.due.claimAll(1)).waitFor()
        // A phone whose relay is away goes on calling for a minute.
        await phone.stop()
        relay.leave()
        await button(due(page), words.due.claimAll(1)).click()
        await says(page, words.progress.asking)
        await page.clock.fastForward('01:05')
        await says(page, sentence('relayAway'))
      } finally {
        relay.comeBack()
      }
      assert.equal(await owed.balanceOf(distribution.token, 'hugo'), before)
    })

    test('where the deployment names no project, it is not offered', async () => {
      const { page, wallet } = await stage().visits.visit(person('nell'), at(person('hugo')))
      const asked = askedBy(page)
      await page.route('**/v1/program', async (route) => {
        const response = await route.fetch()
        const program = (await response.json()) as { deployment: Record<string, unknown> }
        const { walletConnectId: _, ...deployment } = program.deployment
        await route.fulfill({ response, json: { ...program, deployment } })
      })
      await page.reload()
      await button(page, words.wallet.connectTo(wallet.name)).first().waitFor()
      await page.waitForLoadState('networkidle')
      assert.equal(await choice(page).count(), 0)
      assert.deepEqual(asked, { code: [], relays: [] })
    })
  })
}
