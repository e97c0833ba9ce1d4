// Quarters as an issuer sits through them, on the stack of next-quarter.test.ts: a wallet that signs, a sitting that is killed on
// the way, a Safe.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { keccak256 } from 'viem'
import type { Stack } from '../../local/stack.ts'
import { bySafe } from './bySafe.ts'
import type { Desk } from './desk.ts'
import { interrupt } from './interruption.ts'
import { startProxy } from './proxy.ts'
import { startRefuser } from './refuser.ts'

/** Adds the tests; they go on from 2026-Q4, prepared and not published. */
export function sittings(at: () => { stack: Stack; desk: Desk; state: string }): void {
  test('a wallet over JSON-RPC publishes: declined, cut off before and after, once in the end', () =>
    byWallet(at()))
  test('a quarter in one sitting: nothing asked twice, killed on the way, everyone paid at once', () =>
    inOneSitting(at()))
  test('a Safe’s owners publish what its batch says, however long they take, executed late or partly, and cancel it', () =>
    bySafe(at()))
}

interface Place {
  stack: Stack
  desk: Desk
  state: string
}

async function byWallet({ stack, desk }: Place): Promise<void> {
  const publish = ['publish', '--period', '2026-Q4']
  const by = (url: string) => ({ PRORATA_KEY: '', PRORATA_WALLET_URL: url })
  const { rpc } = stack.urls
  const before = (await desk.publications()).length
  await desk.refused(publish, 1, /PRORATA_WALLET_URL is set beside a key/, { PRORATA_WALLET_URL: rpc })
  await desk.refused(
    publish,
    3,
    /the wallet does not answer at http:\/\/127\.0\.0\.1:9:/,
    by('http://127.0.0.1:9'),
  )
  const stranger = await startProxy(rpc, {
    after: ({ body }, answer) => (body.includes('eth_accounts') ? '{"result":["0x01"]}' : answer),
  })
  await desk.refused(
    publish,
    1,
    /does not have 0x[0-9a-f]{40}, and only the program's issuer/,
    by(stranger.url),
  )
  await stranger.stop()

  const refuser = await startRefuser(rpc)
  await desk.refused(
    publish,
    1,
    /the wallet declined \(User rejected the request\): nothing was sent/,
    by(refuser.url),
  )
  await refuser.stop()
  assert.equal((await desk.publications()).length, before)

  // The approval passes; the publication is cut off.
  for (const arrives of [false, true]) {
    const cut = (body: string) => body.includes('eth_sendTransaction') && !body.includes('"data":"0x095ea7b3')
    const wallet = await startProxy(rpc, {
      before: ({ body }) => arrives || !cut(body),
      after: ({ body }, answer) => (cut(body) ? null : answer),
    })
    await desk.refused(publish, 3, /the wallet does not answer/, by(wallet.url))
    await wallet.stop()
    assert.equal((await desk.publications()).length, before + (arrives ? 1 : 0))
    if (!arrives) {
      await desk.refused(
        ['prepare', '--period', '2026-Q4', '--income', '1', '--replace'],
        1,
        /a wallet was asked to publish the prepared files and may still do so/,
      )
    }
  }
  const nonce = await desk.nonceOfIssuer()
  const result = await desk.done(publish, by(rpc))
  assert.deepEqual([result.published, result.alreadyPublished], [true, true])
  assert.equal(await desk.nonceOfIssuer(), nonce)
  assert.equal((await desk.publications()).length, before + 1)
}

async function inOneSitting({ stack, desk, state }: Place): Promise<void> {
  await desk.mineUntil('2027-04-02T09:00:00Z')
  await stack.synced()
  // Whoever did not claim is paid by the wallet, too.
  const push = ['push', '--period', '2026-Q4']
  const wallet = { PRORATA_KEY: '', PRORATA_WALLET_URL: stack.urls.rpc }
  assert.equal((await desk.done(push, wallet)).transactions.length, 1)
  const quarter = (...rest: string[]) => ['quarter', '--period', '2027-Q1', ...rest]
  const statement = join(state, 'statement.txt')
  writeFileSync(statement, 'What was earned in the first quarter of 2027: 5,000.00 USDC\n')
  await desk.refused(quarter(), 1, /nobody can be asked here, so give --income: what was earned in 2027-Q1/)
  await desk.refused(quarter('--income', '5000.00'), 1, /so give --statement <file> \(or none\)/)
  const stated = ['--income', '5000.00', '--statement', statement]
  await desk.refused(quarter(...stated), 1, /so give --claim or --distribute: does everyone claim/)
  // What was given is kept: the income is not asked for again.
  await desk.refused(
    quarter('--distribute', '--eth-price', '2500'),
    1,
    /so give --yes: publish manifest 0x[0-9a-f]{64} of 2027-Q1 to \d+ accounts/,
  )
  await desk.refused(quarter('--yes'), 1, /the key is that of 0x[0-9a-f]{40}/, {
    PRORATA_KEY: `0x${'11'.repeat(32)}`,
  })
  const answers = JSON.parse(readFileSync(`${desk.folderOf('2027-Q1')}.answers.json`, 'utf8'))
  const { manifestHash } = JSON.parse(readFileSync(join(desk.folderOf('2027-Q1'), 'summary.json'), 'utf8'))
  assert.deepEqual(answers, {
    ...{ income: '5000.00', statement, fundingTx: null, way: 'distribute', dust: null, safe: false },
    agreed: manifestHash,
  })

  const before = await desk.publications()
  const quoted = (await desk.done(['quote', '--period', '2027-Q1', '--eth-price', '2500'])).ways
  const moments = [
    { on: 'said', when: /— prepare —/ },
    { on: 'said', when: /manifest and records stored/ },
    { on: 'rpc', when: 'eth_sendRawTransaction', arrives: true },
    { on: 'rpc', when: 'eth_sendRawTransaction' },
    { on: 'rpc', when: 'eth_sendRawTransaction', arrives: true },
    { on: 'api', when: '"transaction"' },
  ] as const
  for (const moment of moments) await interrupt(stack.issuerEnv(), quarter(), moment)
  const result = await desk.done(quarter())
  assert.equal(result.state, 'done')
  const { publish, notices } = result.steps
  assert.equal((await desk.publications()).length, before.length + 1)
  assert.deepEqual([publish.alreadyPublished, publish.left], [true, 0])

  // Everyone has the money; nobody claimed.
  const manifest = JSON.parse(readFileSync(join(desk.folderOf('2027-Q1'), 'manifest.json'), 'utf8'))
  assert.equal(manifest.income.statementHash, keccak256(readFileSync(statement)))
  const status = await desk.done(['status'])
  assert.equal(
    status.periods.find(({ name }: { name: string }) => name === '2027-Q1').distribution.remaining,
    '0',
  )
  const verdict = await desk.done(['verify', '--period', '2027-Q1', '--calldata', publish.transaction])
  assert.equal(verdict.exitCode, 0)

  // The quote was what it cost, but for the approval, which comes by itself.
  const way = quoted.find((each: { way: string }) => each.way === 'distribute')
  const spent = Number(publish.gasUsed)
  assert(
    spent < Number(way.issuer.gas) && spent > Number(way.issuer.gas) - 60_000,
    `${spent} of ${way.issuer.gas}`,
  )
  assert.deepEqual([way.claiming, way.holder.gas, quoted[0].claiming], [0, '0', publish.paid])

  const texts = readdirSync(notices.folder).filter((name) => name.endsWith('.txt'))
  assert.equal(texts.length, manifest.holders.length)
  const [paid] = manifest.holders.filter(({ amount }: { amount: string }) => amount !== '0')
  assert.match(
    readFileSync(join(notices.folder, `${paid.wallets[0]}.txt`), 'utf8'),
    new RegExp(`It was sent to ${paid.account} in transaction ${publish.transaction}`),
  )
  const nonce = await desk.nonceOfIssuer()
  assert.equal((await desk.done(quarter())).state, 'done')
  assert.equal(await desk.nonceOfIssuer(), nonce)
}
