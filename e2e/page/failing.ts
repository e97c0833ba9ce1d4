// Every way in which a claim goes wrong has its sentence, and nothing is lost by it.
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { type Hex, parseGwei } from 'viem'
import { connectChain, type LocalChain } from '../../local/chain.ts'
import { person } from '../../local/scenario/people.ts'
import { words } from '../../page/src/words/all.ts'
import { button, due, period, says, section } from '../visit.ts'
import { sentence, stage } from './stage.ts'

export function failing(): void {
  describe('what may go wrong', () => {
    let chain: LocalChain
    before(() => {
      chain = connectChain(stage().stack.urls.rpc)
    })
    const claimed = async (name: string) => {
      const { owed } = stage()
      const { distribution } = await owed.claimOf(name, '2026-Q1')
      return owed.balanceOf(distribution.token, name)
    }

    test('the account changes while the wallet is asking', async () => {
      const before = await claimed('jonas')
      const { page, wallet } = await stage().visits.atHome('jonas')
      let confirm = () => {}
      wallet.thinking = new Promise((resolve) => {
        confirm = resolve
      })
      await button(due(page), words.due.claimAll(1)).click()
      await says(page, words.progress.asking)
      await wallet.become(person('tara').account)
      confirm()
      await page.waitForURL(new RegExp(`#/address/${person('tara').address}$`))
      assert.equal(await claimed('jonas'), before)
      // The page has followed the account; what was asked for in the other's name is over.
      await button(due(page), words.due.claimAll(1)).waitFor()
      assert.equal(await page.getByText(words.progress.asking).count(), 0)
    })

    test('the account changes while it is paying for somebody else', async () => {
      const before = await claimed('wim')
      const shown = `#/address/${person('wim').address}`
      const { page, wallet } = await stage().visits.connected(person('vera'), shown)
      let confirm = () => {}
      wallet.thinking = new Promise((resolve) => {
        confirm = resolve
      })
      await button(due(page), words.due.claimAll(1)).click()
      await says(page, words.progress.asking)
      await wallet.become(person('cyrus').account)
      confirm()
      await says(page, sentence('walletGone'))
      assert.equal(await claimed('wim'), before)
    })

    test('there is nothing to pay the fee with', async () => {
      const account = person('bea')
      const balance = await chain.getBalance({ address: account.address })
      const { page } = await stage().visits.atHome('bea')
      await button(due(page), words.due.claimAll(1)).waitFor()
      await chain.setBalance({ address: account.address, value: 0n })
      try {
        await button(due(page), words.due.claimAll(1)).click()
        await says(page, sentence('noGas'))
      } finally {
        await chain.setBalance({ address: account.address, value: balance })
      }
    })

    test('the gas runs out', async () => {
      const before = await claimed('bea')
      const { page, wallet } = await stage().visits.atHome('bea')
      wallet.gasLimit = 45_000n
      await button(due(page), words.due.claimAll(1)).click()
      await says(page, sentence('outOfGas'))
      assert.equal(await claimed('bea'), before)
      await says(period(page, '2026-Q1'), words.standings.open)
      wallet.gasLimit = undefined
      await button(due(page), words.due.claimAll(1)).click()
      await says(page, words.progress.done)
    })

    test('another transaction takes its place', async () => {
      const { address, account } = person('quinn')
      const before = await claimed('quinn')
      const { page } = await stage().visits.atHome('quinn')
      await chain.setAutomine(false)
      try {
        await button(due(page), words.due.claimAll(1)).click()
        await says(page, words.progress.waiting)
        const nonce = await chain.getTransactionCount({ address })
        // The page has seen its transaction waiting; now the wallet cancels it, as wallets do.
        await new Promise((resolve) => setTimeout(resolve, 1_500))
        const cancel = await account.signTransaction({
          chainId: stage().stack.deployment.chainId,
          type: 'eip1559',
          to: address,
          value: 0n,
          nonce,
          gas: 21_000n,
          maxFeePerGas: parseGwei('100'),
          maxPriorityFeePerGas: parseGwei('90'),
        })
        await chain.sendRawTransaction({ serializedTransaction: cancel as Hex })
        await chain.mine({ blocks: 1 })
        await says(page, sentence('replaced'))
      } finally {
        await chain.setAutomine(true)
      }
      assert.equal(await claimed('quinn'), before)
    })

    test('the page is older than the server’s', async () => {
      const { page } = await stage().visits.visit(person('nell'))
      await section(page, words.published.title).waitFor()
      // What a server has that does not know the file any more: the front page in its place.
      await page
        .context()
        .route(/assets\/Dashboard-.*\.js$/, (route) =>
          route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }),
        )
      await page.getByRole('link', { name: words.masthead.dashboard, exact: true }).click()
      await says(page, sentence('stalePage'))
      await page.context().unroute(/assets\/Dashboard-.*\.js$/)
      await button(page, words.reload).click()
      await page.getByRole('heading', { name: words.dashboard.title }).waitFor()
    })

    test('the server answers what this page does not understand', async () => {
      const { page } = await stage().visits.visit(person('nell'))
      await section(page, words.published.title).waitFor()
      await page.context().route('**/v1/holders/**', (route) => route.fulfill({ json: { position: 1 } }))
      await page.goto(`${stage().stack.urls.api}/#/address/${person('dora').address}`)
      await says(page, words.holder.historyAway.title)
    })
  })
}
