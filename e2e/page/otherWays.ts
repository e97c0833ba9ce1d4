// What a holder can do beside claiming: pay elsewhere, sign for somebody else, link a wallet, name a recipient, ask what if.
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { type Address, erc20Abi, parseAbi, parseEther, parseUnits } from 'viem'
import { holderRegistryAbi } from '../../contracts/abi.ts'
import { connectChain, type LocalChain } from '../../local/chain.ts'
import { person } from '../../local/scenario/people.ts'
import { words } from '../../page/src/words/all.ts'
import { written } from '../owed.ts'
import { amounts, at, button, connect, due, period, says, section, shows } from '../visit.ts'
import { sentence, stage } from './stage.ts'

const text = words.ways

const fill = async (page: Page, label: string, address: string) => {
  await page.getByLabel(label, { exact: true }).fill(address)
}
const openOthers = (page: Page) => due(page).getByText(words.due.otherWays).click()
const addressOf = (name: string) => person(name).address

export function otherWays(): void {
  describe('beside claiming', () => {
    let chain: LocalChain
    before(() => {
      chain = connectChain(stage().stack.urls.rpc)
    })
    const registry = (functionName: 'holderOf' | 'recipientOf', name: string): Promise<Address> =>
      chain.readContract({
        abi: holderRegistryAbi,
        address: stage().stack.deployment.registry,
        functionName,
        args: [addressOf(name)],
      })

    test('a name is looked up only where the chain has names', async () => {
      const { page } = await stage().visits.visit(person('nell'))
      await page.getByLabel(words.finder.label).fill('alex.eth')
      await button(page, words.finder.submit).click()
      await says(page, words.finder.noNames(stage().stack.deployment.network))
    })

    test('a claim is paid to another address, after its warnings were read', async () => {
      const { owed, stack, visits } = stage()
      const claim = await owed.claimOf('ines', '2026-Q1')
      const { token } = claim.distribution
      const before = await owed.balanceOf(token, 'nell')
      const { page } = await visits.atHome('ines')
      await openOthers(page)
      const go = button(due(page), text.other.claim(1))
      for (const [address, said] of [
        ['0x12', text.addressBad],
        [`0x${'0'.repeat(40)}`, text.warnings.zero],
        [stack.deployment.distributor, text.warnings.program],
        [addressOf('ines'), text.warnings.own],
      ] as const) {
        await fill(page, text.other.to, address)
        await says(due(page), said)
        assert.ok(await go.isDisabled(), said)
      }
      await fill(page, text.other.to, addressOf('nell'))
      await says(due(page), text.warnings.forGood)
      assert.ok(await go.isDisabled(), 'not before it was checked')
      await due(page).getByLabel(text.checked).check()
      await go.click()
      await says(page, words.progress.done)
      assert.equal(await owed.balanceOf(token, 'nell'), before + BigInt(claim.amount))
      await says(period(page, '2026-Q1'), words.standings.claimed)
    })

    test('a signed claim is sent by somebody else, who is told before what it does', async () => {
      const { owed, visits, stack } = stage()
      const claim = await owed.claimOf('mina', '2026-Q1')
      const { token } = claim.distribution
      const balance = await owed.balanceOf(token, 'mina')
      const nonce = await owed.transactionsOf('mina')
      const { page } = await visits.atHome('mina')
      await openOthers(page)
      await button(due(page), text.sign.sign(1)).click()
      const json = await page.getByLabel(text.sign.output).inputValue()
      assert.equal(JSON.parse(json).chainId, stack.deployment.chainId)
      await visits.leave()

      const { page: other, wallet } = await visits.visit(person('nell'), '#/relay')
      const field = other.getByLabel(text.relay.paste)
      await field.fill('{"kind":"something else"}')
      await says(other, text.relay.bad)
      await field.fill(json.replace(/"chainId": \d+/, '"chainId": 1'))
      await says(other, text.relay.otherChain(1))
      const elsewhere = json.replaceAll(stack.deployment.distributor, stack.deployment.token)
      await field.fill(elsewhere)
      await says(other, text.relay.otherContract)
      await field.fill(json)
      await shows(other.locator('.arrivals'), [written(claim)])
      await connect({ page: other, wallet })
      await button(other, text.relay.send(1)).click()
      await says(other, text.relay.done)
      assert.equal(await owed.balanceOf(token, 'mina'), balance + BigInt(claim.amount))
      assert.equal(await owed.transactionsOf('mina'), nonce, 'who signed sent nothing')
      await button(other, words.dismiss).click()
      await button(other, text.relay.send(1)).click()
      await says(other, sentence('alreadyClaimed'))
    })

    test('two wallets sign, one sends, and they are one holder', async () => {
      const { page, wallet } = await stage().visits.connected(person('bruno'), '#/wallets')
      const link = section(page, text.link.title)
      await fill(page, text.link.wallet, addressOf('olga2'))
      await says(link, text.link.alreadyOthers)
      await fill(page, text.link.wallet, addressOf('nell'))
      await says(link, text.link.warnings[0])
      await says(link, text.link.heldTokens)
      await fill(page, text.link.wallet, addressOf('treasury'))
      await says(link, text.link.excluded)
      await fill(page, text.link.wallet, addressOf('trader1'))
      await says(link, text.link.warnings[1])
      await link.getByLabel(text.checked).check()
      await link.getByRole('button', { name: /^Sign with/ }).click()
      await says(link, text.link.signed)
      await wallet.become(person('trader1').account)
      await link.getByRole('button', { name: /^Sign with/ }).click()
      await button(link, text.link.send).click()
      await says(link, text.link.doneText)
      assert.equal(await registry('holderOf', 'trader1'), addressOf('bruno'))
    })

    test('who is paid is named, and taken back', async () => {
      const { page } = await stage().visits.connected(person('kira'), '#/wallets')
      const recipient = section(page, text.recipient.title)
      await says(recipient, text.recipient.none)
      await fill(page, text.recipient.label, addressOf('nell'))
      await says(recipient, text.recipient.warnings[1])
      await recipient.getByLabel(text.checked).check()
      await button(recipient, text.recipient.name).click()
      await says(recipient, text.recipient.doneText)
      assert.equal(await registry('recipientOf', 'kira'), addressOf('nell'))
      await button(recipient, words.dismiss).click()
      await button(recipient, text.recipient.reset).click()
      await says(recipient, text.recipient.doneText)
      await says(recipient, text.recipient.none)
      assert.match(await registry('recipientOf', 'kira'), /^0x0{40}$/)
    })

    test('what a sale would cost is told before it', async () => {
      const { page } = await stage().visits.visit(person('nell'), at(person('gita')))
      const panel = section(page, words.whatIf.title)
      const left = stage().stack.terms.streams.income.periods.length - 1
      const field = panel.getByLabel(words.whatIf.label('ALEX'))
      await says(panel, words.whatIf.spare('5,000', 'ALEX'))
      await field.fill('5,000')
      await says(panel, words.whatIf.nothing('5,000 of 20,000 ALEX'))
      await field.fill('12500')
      await says(panel, words.whatIf.lose('12,500 of 20,000 ALEX', '50%', left))
      await field.fill('20001')
      await says(panel, words.whatIf.tooMuch('20,000', 'ALEX'))
      await field.fill('a lot')
      await says(panel, words.whatIf.bad)
      await says(page, words.next.runs('2026-Q2'))
    })

    test('the fee is told before, and what arrived can be listed in the wallet', async () => {
      const { deployment } = stage().stack
      const { page, wallet } = await stage().visits.atHome('noor')
      await says(due(page), words.due.fee)
      const fee = due(page).locator('.fee')
      assert.equal((await amounts(fee)).length, 1, 'in the chain’s coin, for it has no price in USDC')
      await openCoinMarket(chain)
      await page.reload()
      await button(page, words.wallet.disconnect).waitFor()
      await fee.getByText('USDC').waitFor()
      const [coin, currency] = await amounts(fee)
      const [wei, units] = [
        parseEther(coin?.split(' ')[0] ?? ''),
        parseUnits(currency?.split(' ')[0] ?? '', 6),
      ]
      // Ten ether stand against 30,000 USDC.
      assert.equal(units, (wei * 30_000_000_000n) / 10n ** 19n)
      await button(due(page), words.due.claimAll(1)).click()
      await says(page, words.progress.done)
      await button(page, words.wallet.list('USDC')).click()
      await button(page, words.wallet.listed('USDC')).waitFor()
      const asked = wallet.asked.find(({ method }) => method === 'wallet_watchAsset')
      assert.deepEqual(asked?.params, {
        type: 'ERC20',
        options: { address: deployment.currency, symbol: 'USDC', decimals: 6 },
      })
    })
  })
}

const market = parseAbi([
  'function mint(address to, uint256 amount)',
  'function addLiquidityETH(address token, uint256 amount, uint256 leastToken, uint256 leastEther, address to, uint256 deadline) payable',
])

/** A pair of ether and USDC on the chain's Uniswap, beside the program's own: from it the page knows a price. */
async function openCoinMarket(chain: LocalChain): Promise<void> {
  const { currency, router } = stage().stack.deployment
  const account = addressOf('whale')
  const amount = 30_000_000_000n
  const send = async (hash: Promise<`0x${string}`>) => {
    const { status } = await chain.waitForTransactionReceipt({ hash: await hash })
    assert.equal(status, 'success')
  }
  const write = { account, chain: null } as const
  await send(
    chain.writeContract({
      ...write,
      abi: market,
      address: currency,
      functionName: 'mint',
      args: [account, amount],
    }),
  )
  await send(
    chain.writeContract({
      ...write,
      abi: erc20Abi,
      address: currency,
      functionName: 'approve',
      args: [router, amount],
    }),
  )
  await send(
    chain.writeContract({
      ...write,
      abi: market,
      address: router,
      functionName: 'addLiquidityETH',
      args: [currency, amount, 0n, 0n, account, 2n ** 40n],
      value: parseEther('10'),
    }),
  )
}
