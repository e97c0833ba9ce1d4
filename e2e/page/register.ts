// The register of investors on the page: signed in by the wallet, entered, exported, decided on by the issuer, deleted.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { person } from '../../local/scenario/people.ts'
import { words } from '../../page/src/words/all.ts'
import { button, csvOf, rowOf, says, section } from '../visit.ts'
import { sentence, stage } from './stage.ts'

const text = words.register
const ADA = { name: 'Ada Example', email: 'ada@example.com', pledge: '1,800.50' }

async function signIn(page: Page): Promise<void> {
  await button(page, text.signIn).click()
  await section(page, text.entry).waitFor()
}

async function enter(page: Page): Promise<void> {
  const form = section(page, text.entry)
  await form.getByLabel(text.name, { exact: true }).fill(ADA.name)
  await form.getByLabel(text.email, { exact: true }).fill(ADA.email)
  await form.getByLabel(text.pledge('USDC'), { exact: true }).fill(ADA.pledge)
  await form.getByRole('checkbox').check()
  await button(form, text.enter).click()
  await says(form, text.saved)
}

export function register(): void {
  describe('the register of investors', () => {
    test('whoever declines to sign is not in, and whoever signs enters, and finds the entry again', async () => {
      const { page, wallet } = await stage().visits.connected(person('ada'), '#/register')
      wallet.refusing = true
      await button(page, text.signIn).click()
      await says(page, sentence('rejected'))
      wallet.refusing = false
      await signIn(page)
      const form = section(page, text.entry)
      await form.getByLabel(text.pledge('USDC'), { exact: true }).fill('1.1234567')
      await says(form, text.pledgeBad('USDC', 6))
      await enter(page)
      await page.reload()
      await says(form, text.states.pending ?? '')
      assert.equal(await form.getByLabel(text.pledge('USDC'), { exact: true }).inputValue(), '1800.5')

      const [download] = await Promise.all([page.waitForEvent('download'), button(page, text.export).click()])
      const held = JSON.parse(readFileSync(await download.path(), 'utf8'))
      const { name, email, pledge } = held.entry
      assert.deepEqual([name, email, pledge], [ADA.name, ADA.email, '1800500000'])
      assert.equal(wallet.sent(), 0)
    })

    test('the issuer decides by command, the entry says so, and is deleted when its holder wants it', async () => {
      const { stack, visits } = stage()
      const { address } = person('ada')
      await stack.issue(['register', 'decline', address, '--reason', 'The round is full'])
      const { page } = await visits.connected(person('ada'), '#/register')
      await signIn(page)
      const form = section(page, text.entry)
      await says(form, text.states.declined ?? '')
      await says(form, 'The round is full')
      assert.ok(await form.getByLabel(text.name, { exact: true }).isDisabled())

      assert.ok(await button(page, text.delete).isDisabled(), 'not by one press')
      await page.getByLabel(text.deleteSure).check()
      await button(page, text.delete).click()
      await button(page, text.signIn).waitFor()
      const { stdout } = await stack.issue(['register', 'list', '--json'])
      assert.deepEqual(JSON.parse(stdout).entries, [])
    })

    test('the issuer’s view lists, decides by commands to copy, and names who bought without being approved', async () => {
      const { stack, visits } = stage()
      const { page } = await visits.connected(person('ada'), '#/register')
      await signIn(page)
      await enter(page)
      await page.goto(`${stack.urls.api}/#/issuer`)
      const desk = section(page, words.issuer.register.title)
      const pick = (json: string) =>
        desk
          .getByLabel(words.issuer.register.pick)
          .setInputFiles({ name: 'match.json', mimeType: 'application/json', buffer: Buffer.from(json) })
      await pick('{}')
      await says(desk, words.issuer.register.bad)

      // Everybody but Ada bought without an entry, and she without a decision: 2 says so.
      const { code, stdout } = await stack.tryIssue(['register', 'match', '--json'])
      assert.equal(code, 2)
      await pick(stdout)
      await says(desk, words.issuer.register.unmatched(JSON.parse(stdout).unmatchedLots.length))
      await desk.getByLabel(ADA.name).check()
      const command = await desk.getByText('prorata register approve').innerText()
      await stack.issue(command.replace('prorata ', '').split(' '))
      await pick((await stack.tryIssue(['register', 'match', '--json'])).stdout)
      await says(rowOf(desk, ADA.name), text.states.approved ?? '')
      const [, row] = await csvOf(page, desk)
      const wallet = person('ada').address.toLowerCase()
      assert.deepEqual(row, [ADA.name, ADA.email, wallet, 'approved', '1800.5'])
    })

    test('another account signs in for itself, and without the register there is a sentence', async () => {
      const { stack, visits } = stage()
      const { page, wallet } = await visits.connected(person('ada'), '#/register')
      await signIn(page)
      await wallet.become(person('hugo').account)
      await button(page, text.signIn).waitFor()
      await stack.children.get('register')?.stop()
      await button(page, text.signIn).click()
      await says(page, sentence('serverAway'))
    })
  })
}
