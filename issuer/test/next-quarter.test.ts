// A quarter paid in LP shares upon one paid in dollars, and what follows: transactions that hang, a distribution that is taken
// back, a period that pays nobody.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type Address, erc20Abi, type Hex } from 'viem'
import { lpPurchaseAbi } from '../../contracts/abi.ts'
import type { LocalChain } from '../../local/chain.ts'
import { silent } from '../../local/progress.ts'
import type { QuarterName } from '../../local/scenario/alex.ts'
import type { Story } from '../../local/scenario/play.ts'
import { BUY_SHARES, prepareArgs, quarterOf } from '../../local/scenario/quarters.ts'
import { startStoryAt } from '../../local/scenario/stage.ts'
import type { Stack } from '../../local/stack.ts'
import { checkHolders, type Desk, openDesk, transfer } from './desk.ts'
import { interrupt } from './interruption.ts'
import { playPoll } from './polls.ts'
import { startProxy } from './proxy.ts'
import { sittings } from './sitting.ts'

const state = mkdtempSync(join(tmpdir(), 'prorata-next-quarter-'))
const whole = 10n ** 18n
let stack: Stack
let story: Story
let chain: LocalChain
let desk: Desk
let lpFunding: Hex

before(async () => {
  ;({ stack, story } = await startStoryAt('2026-Q1', join(state, 'stack')))
  desk = openDesk(stack)
  chain = desk.chain
})
after(async () => {
  await stack?.stop()
  rmSync(state, { recursive: true, force: true })
})

const publish = (period: QuarterName) => ['publish', '--period', period]
const done = (args: readonly string[]) => desk.done(args)
const refused: Desk['refused'] = (...given) => desk.refused(...given)

const SENDING = 'eth_sendRawTransaction'

test('the second quarter is prepared in LP shares: the units received, with what the first left over kept aside', async () => {
  await story.playUntil(quarterOf('2026-Q2').prepareAt, silent)
  await stack.synced()
  await refused(
    prepareArgs('2026-Q2'),
    1,
    /paid in LP units: name the transactions .* or buy them with buy-shares/,
  )
  const funded = (...hashes: string[]) => [...prepareArgs('2026-Q2'), '--funding-tx', ...hashes]
  await refused(funded(`0x${'12'.repeat(32)}`), 1, /the chain knows no transaction 0x1212/)
  const [q1] = await desk.publications()
  await refused(funded(q1?.transactionHash ?? '0x'), 1, /brought the issuer 0x[0-9a-f]{40} no LP units/)
  await refused(funded('0x12'), 1, /must be a transaction hash/)

  const bought = await done(BUY_SHARES)
  lpFunding = bought.transactions[0]
  await chain.mine({ blocks: 3, interval: 12 })
  await stack.synced()
  const result = await done(prepareArgs('2026-Q2'))
  const total = checkHolders('2026-Q2', result.holders)
  assert.equal(total + BigInt(result.payout.carryOut), BigInt(result.payout.funded))
  const receipt = await chain.getTransactionReceipt({ hash: lpFunding })
  const minted = await desk.balanceOf(stack.deployment.pair, stack.deployment.issuer)
  const before = await chain.readContract({
    abi: erc20Abi,
    address: stack.deployment.pair,
    functionName: 'balanceOf',
    args: [stack.deployment.issuer],
    blockNumber: receipt.blockNumber - 1n,
  })
  assert.equal(BigInt(result.payout.funded), minted - before)
  const manifest = JSON.parse(readFileSync(join(desk.folderOf('2026-Q2'), 'manifest.json'), 'utf8'))
  assert.equal(manifest.previous, q1?.args.manifestHash)
  assert.equal(manifest.lp.method, 'treasury')
  const [purchase] = await chain.getContractEvents({
    abi: lpPurchaseAbi,
    address: stack.deployment.lpPurchase ?? '0x',
    eventName: 'Purchased',
    fromBlock: 0n,
    strict: true,
  })
  const { amount, reserve, otherReserve } = purchase?.args.purchase ?? {}
  // Three quarters of an ether, and so many tokens as go with it.
  assert.equal(amount, (3n * whole) / 4n)
  assert.equal(BigInt(manifest.lp.ownTokens), (((3n * whole) / 4n) * (otherReserve ?? 0n)) / (reserve ?? 1n))
  assert.deepEqual(manifest.lp.transactions, [lpFunding])
  assert.deepEqual(
    manifest.lp.spent.map(({ asset }: { asset: string }) => asset),
    [stack.deployment.token, stack.deployment.counterAsset].sort(),
  )
})

test('a signed transaction is seen through or given up for good, never doubled', async () => {
  const { issuer, treasury, currency, pair } = stack.deployment
  const units = await desk.balanceOf(pair, issuer)
  await interrupt(stack.issuerEnv(), publish('2026-Q2'), { on: 'rpc', when: SENDING, arrives: true })
  // Signed and never sent; then its nonce goes to another transaction.
  await interrupt(stack.issuerEnv(), publish('2026-Q2'), { on: 'rpc', when: SENDING })
  await refused(
    ['prepare', '--period', '2026-Q2', '--income', '1', '--funding-tx', lpFunding, '--replace'],
    1,
    /is signed and may still be mined: run publish to see it through/,
  )
  await desk.send(issuer, currency, transfer(treasury, 1n))
  // The next run signs another one, which is sent but not mined before that run is killed.
  await chain.setAutomine(false)
  const said = await interrupt(stack.issuerEnv(), publish('2026-Q2'), {
    on: 'rpc',
    when: SENDING,
    arrives: true,
  })
  assert.match(said, /it can no longer be mined: signing another one/)
  assert.equal((await desk.publications()).length, 1)
  // Mined only once the run after it has sent the same again.
  const rpc = await startProxy(stack.urls.rpc, {
    after: (request, answer) => {
      if (request.body.includes(SENDING)) setTimeout(() => chain.mine({ blocks: 1 }), 500)
      return answer
    },
  })
  const outcome = await stack.tryIssue([...publish('2026-Q2'), '--json'], { PRORATA_RPC_URL: rpc.url })
  await chain.setAutomine(true)
  assert.equal(outcome.code, 0, outcome.stderr)
  assert.match(outcome.stderr, /an earlier run signed transaction 0x[0-9a-f]{64}: seeing it through/)
  assert.equal((await desk.publications()).length, 2)
  assert.equal(await desk.balanceOf(pair, issuer), units - BigInt(JSON.parse(outcome.stdout).total))
})

test('a cancelled distribution makes way for another; a wrong bearer secret delays its registration only', async () => {
  const { issuer, pair } = stack.deployment
  const [, event] = await desk.publications()
  assert(event)
  const units = await desk.balanceOf(pair, issuer)
  await refused(['cancel', '--period', '2026-Q1'], 1, /claims of 2026-Q1 are open since 2026-04-0/)
  await refused(
    ['cancel', '--period', '2026-Q3'],
    1,
    /2026-Q3 is not published, so there is nothing to cancel/,
  )
  const stranger = { PRORATA_KEY: `0x${'7'.repeat(64)}` }
  await refused(['cancel', '--period', '2026-Q2'], 1, /only the issuer 0x[0-9a-f]{40} can cancel/, stranger)
  const returned = (await done(['cancel', '--period', '2026-Q2'])).returned
  assert.equal(BigInt(returned), event.args.total)
  assert.equal(await desk.balanceOf(pair, issuer), units + event.args.total)
  assert.deepEqual((await done(['cancel', '--period', '2026-Q2'])).transactions, [], 'once is enough')
  await stack.synced()
  assert.notEqual((await done(['status'])).periods[1].state, 'published')
  await refused(publish('2026-Q2'), 1, /was cancelled: run prepare --period 2026-Q2 again/)
  const prepared = await done(prepareArgs('2026-Q2'))
  assert.equal(prepared.state, 'replaced')

  await refused(publish('2026-Q2'), 1, /the API refused the bearer secret/, {
    PRORATA_API_SECRET: 'not the secret of this API',
  })
  const all = await desk.publications()
  assert.equal(all.length, 3)
  const last = all.at(-1)?.args
  assert.notEqual(last?.id, event.args.id)

  // The state is lost before it was registered: the same inputs lead back to the same distribution.
  rmSync(desk.folderOf('2026-Q2'), { recursive: true })
  await refused(
    ['prepare', '--period', '2026-Q2', '--income', '1', '--funding-tx', lpFunding],
    1,
    /published already in transaction 0x[0-9a-f]{64}, with other figures/,
  )
  assert.equal((await done(prepareArgs('2026-Q2'))).manifestHash, last?.manifestHash)
  const result = await done(publish('2026-Q2'))
  assert.deepEqual([result.id, result.alreadyPublished], [last?.id, true])
  assert.equal((await desk.publications()).length, 3)
  const status = await done(['status'])
  assert.deepEqual([status.periods[1].state, status.periods[1].distribution.id], ['published', last?.id])
})

test('push pays everybody who is left, once, and sweep takes nothing before the deadline', async () => {
  const [q1] = await desk.publications()
  assert(q1)
  const { token, total } = q1.args
  const { holders } = JSON.parse(readFileSync(join(desk.folderOf('2026-Q1'), 'manifest.json'), 'utf8'))
  const accounts: Address[] = [
    ...new Set<Address>(holders.map(({ account }: { account: Address }) => account)),
  ]
  const balances = async () =>
    (await Promise.all(accounts.map((account) => desk.balanceOf(token, account)))).reduce((a, b) => a + b, 0n)
  const before = await balances()
  const waiting = (await done(['status'])).periods[0].distribution.remaining
  const pushed = await done(['push', '--period', '2026-Q1'])
  assert.deepEqual([pushed.paid, pushed.unpaid, pushed.transactions.length], [waiting, [], 1])
  assert.ok(BigInt(waiting) > 0n && BigInt(waiting) < total)
  assert.equal((await balances()) - before, BigInt(waiting))
  const again = await done(['push', '--period', '2026-Q1'])
  assert.deepEqual([again.paid, again.transactions], ['0', []])
  await refused(['push', '--period', '2026-Q2'], 1, /2026-Q2 opens at 2026-/)
  await refused(
    ['sweep', '--period', '2026-Q1'],
    1,
    /2026-Q1 can be claimed until 2028-04-0.*: sweep it after that/,
  )
})

test('a poll is opened, voted in, counted, counted again without us, answered; every step goes on where it ended', () =>
  playPoll(stack, desk))

test('a period that pays nobody is closed, and the next one carries over from it', async () => {
  const q1 = JSON.parse(readFileSync(join(desk.folderOf('2026-Q1'), 'manifest.json'), 'utf8'))
  await refused(['prepare', '--period', '2026-Q3', '--income', '0.00'], 1, /2026-Q3 has not ended/)
  await desk.mineUntil('2027-01-02T00:00:00Z')
  await stack.synced()
  const fourth = ['prepare', '--period', '2026-Q4', '--income', '1000.00']
  await refused(fourth, 1, /2026-Q3 was not published yet: prepare and publish it first/)
  const third = await done(['prepare', '--period', '2026-Q3', '--income', '0.00'])
  assert.deepEqual([third.root, third.total, third.payout.carryOut], [null, '0', q1.payout.carryOut])
  const nonce = await desk.nonceOfIssuer()
  for (let run = 0; run < 2; run++) {
    const closed = await done(['publish', '--period', '2026-Q3'])
    assert.deepEqual([closed.published, closed.carryOut], [false, q1.payout.carryOut])
  }
  assert.equal(await desk.nonceOfIssuer(), nonce)
  assert.equal((await done(['status'])).periods[2].state, 'closed')
  const result = await done(fourth)
  assert.equal(result.payout.carryIn, q1.payout.carryOut)
  assert.equal(result.previous, third.manifestHash)
})

sittings(() => ({ stack, desk, state }))

test('status tells of every part that is away, and prepare names graph-node when it was stopped', async () => {
  await desk.mineUntil('2027-10-02T00:00:00Z')
  await stack.children.get('graph')?.stop()
  await refused(
    ['prepare', '--period', '2027-Q3', '--income', '1000.00'],
    3,
    /the subgraph does not answer at/,
  )
  const outcome = await stack.tryIssue(['status', '--json'], { PRORATA_API_URL: 'http://127.0.0.1:9' })
  assert.equal(outcome.code, 3)
  const { problems, subgraph, api, chain: head } = JSON.parse(outcome.stdout)
  assert.equal(problems.length, 2)
  assert.match(problems.join(' '), /the subgraph does not answer.*the API does not answer/)
  assert.deepEqual([subgraph, api], [null, null])
  assert(Number(head.number) > 0)
})
