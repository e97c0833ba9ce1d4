// Paying in LP units (SPEC section 12) on Uniswap V2 itself: the command is killed at every step, traded around, and run again.
import assert from 'node:assert/strict'
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import {
  type Address,
  erc20Abi,
  getAbiItem,
  maxUint256,
  parseAbi,
  parseEther,
  toFunctionSelector,
} from 'viem'
import { lpPurchaseAbi } from '../../contracts/abi.ts'
import {
  bySwap,
  byTreasury,
  type Deployment,
  hashTerms,
  mostAtOnce,
  payoutKey,
} from '../../disbursement/index.ts'
import { purchaseOf } from '../../verify/funding.ts'
import { guardDifferences } from '../../verify/guards.ts'
import { interrupt } from './interruption.ts'
import { startProxy } from './proxy.ts'
import { startPurchasing } from './purchasing.ts'
import { startRefuser } from './refuser.ts'
import { run } from './running.ts'

const SENDING = 'eth_sendRawTransaction'
const purchasing = await startPurchasing()
after(purchasing.stop)
const { chain, terms, deployment, helper, env, folder, issuer, trader } = purchasing
const { send, until, pass, trade, tradeBack, balanceOf, poolNow } = purchasing
const { purchases, guardsOf, done, refused } = purchasing

const args = (period: string, ...more: string[]) => ['buy-shares', '--period', period, ...more]

test('what cannot be bought is refused, and a dry run sends and keeps nothing', async () => {
  await refused(args('2026-Q1'), 1, /2026-Q1 is not paid in LP units/)
  await refused(args('2026-Q2', '--amount', '4.5'), 1, /say how, with --way swap or --way treasury/)
  await refused(args('2026-Q2', '--way', 'gift', '--amount', '4.5'), 1, /--way must be swap .* or treasury/)
  await refused(args('2026-Q2', '--way', 'swap', '--amount', '0'), 1, /--amount must be more than nothing/)
  const wanted = args('2026-Q2', '--way', 'swap', '--amount', '4.5')
  await refused(wanted, 1, /only the program's issuer .* can buy/, { PRORATA_KEY: trader.privateKey })
  const nonce = await chain.getTransactionCount({ address: issuer.address })
  const dry = await done([...wanted, '--dry-run'], { PRORATA_KEY: '' })
  const pool = await poolNow()
  const { amount, ...figures } = dry.next
  assert.deepEqual(
    [dry.parts, amount, dry.left, dry.units],
    ['2', `${parseEther('2.25')}`, `${parseEther('4.5')}`, '0'],
  )
  for (const [name, value] of Object.entries(bySwap(pool, parseEther('2.25')))) {
    assert.equal(figures[name], `${value}`, name)
  }
  assert.match(dry.guards.impact, /^1\.8\d%$/)
  assert.equal(await chain.getTransactionCount({ address: issuer.address }), nonce)
  assert(!existsSync(join(folder, 'state')))
})

test('a purchase in two parts, killed at every step, is made once, a day apart', async () => {
  const wanted = args('2026-Q2', '--way', 'swap', '--amount', '4.5')
  const nonce = await chain.getTransactionCount({ address: issuer.address })
  // Wrapping, allowing and buying: each once not arriving, once arriving and never heard of.
  for (const step of [0, 1, 2]) {
    await interrupt(env, wanted, { on: 'rpc', when: SENDING })
    assert.equal(await chain.getTransactionCount({ address: issuer.address }), nonce + step)
    await interrupt(env, wanted, { on: 'rpc', when: SENDING, arrives: true })
    assert.equal(await chain.getTransactionCount({ address: issuer.address }), nonce + step + 1)
  }
  const [first] = await purchases('2026-Q2')
  assert.equal(first?.args.purchase.amount, parseEther('2.25'))
  await refused(wanted, 3, /the next part can be bought from 2026-07-02T12:\d\d:\d\dZ on/)
  await refused(args('2026-Q2', '--amount', '4'), 1, /was begun by swap with 4500000000000000000 base units/)
  await pass(86_400)
  const units = await balanceOf(deployment.pair, issuer.address)
  const last = await done(args('2026-Q2'))
  const all = await purchases('2026-Q2')
  assert.equal(all.length, 2)
  assert.deepEqual(
    last.transactions,
    all.map(({ transactionHash }) => transactionHash),
  )
  assert.deepEqual([last.done, last.left], [true, '0'])
  assert.equal(
    BigInt(last.units),
    all.reduce((sum, each) => sum + each.args.purchase.units, 0n),
  )
  assert.equal(await balanceOf(deployment.pair, issuer.address), units + (all[1]?.args.purchase.units ?? 0n))
  assert(BigInt(last.leftOver) <= 2n, 'a wei a part at most')
  assert.equal(await balanceOf(deployment.token, helper), 0n)
  // Again, and with everything forgotten: nothing is sent.
  const spent = await chain.getTransactionCount({ address: issuer.address })
  assert.deepEqual(await done(args('2026-Q2')), last)
  rmSync(join(folder, 'state'), { recursive: true })
  assert.deepEqual(await done(wanted), last)
  assert.equal(await chain.getTransactionCount({ address: issuer.address }), spent)
  assert.deepEqual(await guardsOf('2026-Q2'), [])
})

test('a price that has just been moved is not bought at, before or after signing', async () => {
  const wanted = args('2026-Q3', '--way', 'swap', '--amount', '1')
  await until('2026-10-01T12:00:00Z')
  await trade('3')
  await refused(wanted, 3, /must be within 1% of it: nothing was bought/)
  await refused([...wanted, '--dry-run'], 3, /must be within 1% of it/)
  await tradeBack()
  await pass(12)
  // The sandwich: its first trade comes when the purchase is signed, and right before it.
  let sent = 0
  const rpc = await startProxy(env.PRORATA_RPC_URL ?? '', {
    before: async ({ body }) => {
      if (body.includes(SENDING) && ++sent === 3) await trade('3')
      return true
    },
  })
  await pass(3_600)
  await refused(
    wanted,
    3,
    /the pool's price moved before it was mined: nothing was bought.* was (99|100)\.\d\d% .* is 9[01]\.\d\d% now/,
    { PRORATA_RPC_URL: rpc.url },
  )
  await rpc.stop()
  assert.equal(sent, 3)
  assert.equal((await purchases('2026-Q3')).length, 0)
  await tradeBack()
  await pass(3_600)
  // Right before it is signed: what the helper itself finds is told, and nothing is sent.
  const nonce = await chain.getTransactionCount({ address: issuer.address })
  const trying = toFunctionSelector(getAbiItem({ abi: lpPurchaseAbi, name: 'swapAndAdd' }))
  let tried = 0
  const early = await startProxy(env.PRORATA_RPC_URL ?? '', {
    before: async ({ body }) => {
      if (body.includes('eth_call') && body.includes(trying) && ++tried === 1) await trade('3')
      return true
    },
  })
  await refused(
    wanted,
    3,
    /the pool's price moved after it was looked at, when it was (99|100)\.\d\d% of its average: it is 9[01]\.\d\d% of its average .* within 1% of it; nothing was bought/,
    { PRORATA_RPC_URL: early.url },
  )
  await early.stop()
  assert.equal(tried, 1)
  assert.equal(await chain.getTransactionCount({ address: issuer.address }), nonce)
  await tradeBack()
  await pass(3_600)
  // One that stays within the bounds costs a hundredth of the units at most.
  const fair = bySwap(await poolNow(), parseEther('1')).units
  const near = await startProxy(env.PRORATA_RPC_URL ?? '', {
    before: async ({ body }) => {
      if (body.includes(SENDING)) await trade('0.25')
      return true
    },
  })
  const bought = await done(wanted, { PRORATA_RPC_URL: near.url })
  await near.stop()
  await tradeBack()
  assert(BigInt(bought.units) >= (fair * 99n) / 100n)
  // What the quarter before left over went in too.
  const before = await purchases('2026-Q2')
  const over = before.reduce(
    (sum, { args: { purchase: p } }) => sum + p.amount - p.swapped - p.assetAdded,
    0n,
  )
  const [own] = await purchases('2026-Q3')
  assert.deepEqual([own?.args.purchase.amount, bought.carried], [parseEther('1') + over, `${over}`])
  assert.deepEqual(await guardsOf('2026-Q3'), [])
})

test('own tokens at the pool’s ratio; what was signed too long ago is given up, never doubled', async () => {
  const wanted = args('2026-Q4', '--way', 'treasury', '--amount', '6')
  await until('2027-01-01T12:00:00Z')
  await trade('0.1')
  await pass(7_200)
  for (const _ of ['wrapping', 'the ether', 'the tokens']) {
    await interrupt(env, wanted, { on: 'rpc', when: SENDING, arrives: true })
  }
  await interrupt(env, wanted, { on: 'rpc', when: SENDING })
  await pass(3_600)
  const [third] = await purchases('2026-Q3')
  const { amount = 0n, swapped = 0n, assetAdded: added = 0n } = third?.args.purchase ?? {}
  const given = parseEther('6') + amount - swapped - added
  const { units, assetAdded, otherAdded } = byTreasury(await poolNow(), given)
  const { stderr, stdout, code } = await run([...wanted, '--json'], env)
  assert.equal(code, 0, stderr)
  assert.match(stderr, /was not mined before its deadline: it never will be/)
  const result = JSON.parse(stdout)
  assert.deepEqual([BigInt(result.units), result.transactions.length, result.done], [units, 1, true])
  const { purchase } = await purchaseOf(chain as never, deployment, result.transactions)
  assert.equal(purchase?.method, 'treasury')
  assert.deepEqual([purchase?.ownTokens, purchase?.received], [otherAdded, units])
  assert.equal(purchase?.spent.find(({ asset }) => asset === deployment.counterAsset)?.amount, assetAdded)
  assert.deepEqual(await guardsOf('2026-Q4'), [])
})

test('a wallet buys: declined it sends nothing, and cut off it buys once', async () => {
  const wanted = args('2027-Q2', '--way', 'swap', '--amount', '0.5')
  await until('2027-07-01T12:00:00Z')
  await trade('0.1')
  await pass(7_200)
  const rpc = env.PRORATA_RPC_URL ?? ''
  const by = (url: string) => ({ PRORATA_KEY: '', PRORATA_WALLET_URL: url })
  await refused(wanted, 1, /PRORATA_WALLET_URL is set beside a key/, { PRORATA_WALLET_URL: rpc })
  const refuser = await startRefuser(rpc)
  await refused(
    wanted,
    1,
    /the wallet declined .*nothing was sent; run buy-shares to be asked/,
    by(refuser.url),
  )
  await refuser.stop()
  const buying = toFunctionSelector(getAbiItem({ abi: lpPurchaseAbi, name: 'swapAndAdd' }))
  const cut = (body: string) => body.includes('eth_sendTransaction') && body.includes(`"data":"${buying}`)
  for (const arrives of [false, true]) {
    const wallet = await startProxy(rpc, {
      before: ({ body }) => arrives || !cut(body),
      after: ({ body }, answer) => (cut(body) ? null : answer),
    })
    await refused(wanted, 3, /the wallet does not answer/, by(wallet.url))
    await wallet.stop()
    assert.equal((await purchases('2027-Q2')).length, arrives ? 1 : 0)
  }
  const nonce = await chain.getTransactionCount({ address: issuer.address })
  const told = await done(wanted, by(rpc))
  assert.deepEqual([told.transactions.length, told.left], [1, '0'])
  assert.equal(await chain.getTransactionCount({ address: issuer.address }), nonce)
  assert.deepEqual(await guardsOf('2027-Q2'), [])
})

test('whoever verifies sees another average, another payout and another issuer', async () => {
  const { timestamp } = await chain.getBlock()
  const payout = payoutKey(hashTerms(terms), '2027-Q1')
  const pool = await poolNow()
  const price = (pool.otherReserve << 112n) / pool.reserve
  await send(issuer.address, deployment.counterAsset, {
    abi: erc20Abi,
    functionName: 'approve',
    args: [helper, maxUint256],
  })
  // The pool is pushed by a twentieth, and an accumulator made up by which that has always been the price.
  const cumulative0 = await chain.readContract({
    abi: parseAbi([
      'function price0CumulativeLast() view returns (uint256)',
      'function price1CumulativeLast() view returns (uint256)',
    ]),
    address: deployment.pair,
    functionName:
      deployment.counterAsset < deployment.token ? 'price0CumulativeLast' : 'price1CumulativeLast',
  })
  await chain.setBalance({ address: issuer.address, value: parseEther('1000') })
  await send(
    issuer.address,
    deployment.counterAsset,
    { abi: parseAbi(['function deposit() payable']), functionName: 'deposit' },
    parseEther('1'),
  )
  const now = timestamp + 3_600n
  const [, , updated] = await chain.readContract({
    abi: parseAbi(['function getReserves() view returns (uint112, uint112, uint32)']),
    address: deployment.pair,
    functionName: 'getReserves',
  })
  const present = cumulative0 + price * (now - BigInt(updated))
  await chain.setNextBlockTimestamp({ timestamp: now })
  await send(issuer.address, helper, {
    abi: lpPurchaseAbi,
    functionName: 'swapAndAdd',
    args: [
      deployment.counterAsset,
      deployment.token,
      parseEther('1'),
      payout,
      {
        since: now - 1800n,
        cumulative: present - (price * 1005n * 1800n) / 1000n,
        leastUnits: 1n,
        deadline: now,
      },
    ],
  })
  const found = await guardsOf('2027-Q1')
  assert.equal(found.length, 1)
  assert.match(found[0]?.what ?? '', /^the average price of the purchase 0x/)
  assert.equal(found[0]?.computed, `${price}`)
  const [bought] = await purchases('2027-Q1')
  const transactionHash = bought?.transactionHash ?? '0x'
  const judged = (name: string, of: Deployment = deployment) =>
    guardDifferences(chain as never, { terms, deployment: of }, { name }, [transactionHash])
  assert.match((await judged('2026-Q4'))[0]?.what ?? '', /^the payout of the purchase/)
  const other = { ...deployment, issuer: trader.address.toLowerCase() as Address }
  assert.match((await judged('2027-Q1', other))[0]?.what ?? '', /^the issuer of the purchase/)
  assert(mostAtOnce(pool.reserve) > parseEther('1'))
})
