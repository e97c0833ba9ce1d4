// The first quarter of the story by the issuer's own commands on the whole system, with everything that may go wrong on the way.
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type Address, erc20Abi, keccak256 } from 'viem'
import type { LocalChain } from '../../local/chain.ts'
import type { Child } from '../../local/child.ts'
import { freePort } from '../../local/ports.ts'
import { silent } from '../../local/progress.ts'
import { openRegister } from '../../local/register.ts'
import type { QuarterName } from '../../local/scenario/alex.ts'
import { person } from '../../local/scenario/people.ts'
import type { Story } from '../../local/scenario/play.ts'
import { playToQuarter, prepareArgs } from '../../local/scenario/quarters.ts'
import { startStoryAt } from '../../local/scenario/stage.ts'
import type { Stack } from '../../local/stack.ts'
import { ROOT } from '../../local/state.ts'
import { checkHolders, type Desk, openDesk, transfer } from './desk.ts'
import { interrupt, type Moment } from './interruption.ts'
import { visit } from './investor.ts'
import { startProxy } from './proxy.ts'

const state = mkdtempSync(join(tmpdir(), 'prorata-quarter-'))
const _whole = 10n ** 18n
let stack: Stack
let story: Story
let chain: LocalChain
let desk: Desk
let registerChild: Child | undefined

before(async () => {
  ;({ stack, story } = await startStoryAt('sold', join(state, 'stack')))
  desk = openDesk(stack)
  chain = desk.chain
})
after(async () => {
  await registerChild?.stop()
  await stack?.stop()
  rmSync(state, { recursive: true, force: true })
})

const publish = (period: QuarterName) => ['publish', '--period', period]
const usdcOf = (account: Address) => desk.balanceOf(stack.deployment.currency, account)
const done = (args: readonly string[]) => desk.done(args)
const refused: Desk['refused'] = (...given) => desk.refused(...given)

test('a period that goes on, and one whose end is not final, are refused', async () => {
  await stack.synced()
  await refused(prepareArgs('2026-Q1'), 1, /2026-Q1 has not ended: it ends at 2026-04-01T00:00:00\.000Z/)
  await story.playUntil('2026-03-31T23:00:00Z', silent)
  await chain.setNextBlockTimestamp({ timestamp: BigInt(Date.parse('2026-04-01T00:00:00Z') / 1000) })
  await chain.mine({ blocks: 1 })
  await refused(prepareArgs('2026-Q1'), 1, /the record block of 2026-Q1 is not final yet/)
  assert.equal((await done(['status'])).periods[0].state, 'ending')
})

test('what was mistyped is refused before anything is asked', async () => {
  const prepare = (...rest: string[]) => ['prepare', '--period', '2026-Q1', ...rest]
  await refused(prepare('--income', '12,000.00'), 1, /--income must be a plain decimal number/)
  await refused(prepare('--income', '1.0000001'), 1, /has 7 decimal places, but its currency has 6/)
  await refused(prepare(), 1, /--income is missing: say what was earned in 2026-Q1/)
  await refused(
    prepare('--income', '1', '--statement', '/no/such/file'),
    1,
    /cannot be read: --statement must name/,
  )
  await refused(prepare('--income', '1', '--funding-tx', `0x${'1'.repeat(64)}`), 1, /has no --funding-tx/)
  await refused(['prepare', '--period', '2025-Q9', '--income', '1'], 1, /no period 2025-Q9; it has 2026-Q1/)
  await refused(publish('2026-Q1'), 1, /2026-Q1 is not prepared/)
})

test('a subgraph that is away, behind, broken, on another chain or wrong is refused', async () => {
  await playToQuarter(stack, story, '2026-Q1', silent)
  await stack.synced()
  await refused(prepareArgs('2026-Q1'), 3, /the subgraph does not answer at http:\/\/127\.0\.0\.1:9:/, {
    PRORATA_GRAPH_URL: 'http://127.0.0.1:9/subgraphs/name/alex',
  })
  const hash = `0x${'ab'.repeat(32)}`
  const lies: [RegExp, string, number, RegExp][] = [
    [/"hasIndexingErrors":false/, '"hasIndexingErrors":true', 3, /stopped at an indexing error/],
    [/"number":\d+/, '"number":3', 3, /has indexed up to block 3 and not yet the record block/],
    [
      /"hash":"0x[0-9a-f]+"/,
      `"hash":"${hash}"`,
      2,
      /follows another chain: its head \d+ has the hash 0xabab/,
    ],
    [/"lastBlockHash":"0x[0-9a-f]+"/, `"lastBlockHash":"${hash}"`, 2, /its last block with an event \d+ has/],
    [
      /"balance":"[1-9]/,
      '"balance":"9',
      2,
      /balances sum to \d+ at block \d+, but the token's supply is 10000000/,
    ],
    [/"custody":"[1-9]/, '"custody":"9', 2, /the subgraph contradicts itself: /],
    [/"data":/, '"errors":[{"message":"indexing_error"}],"data":', 3, /stopped at an indexing error/],
  ]
  for (const [truth, lie, code, message] of lies) {
    const graph = await startProxy(stack.urls.graph, { after: (_, answer) => answer.replace(truth, lie) })
    await refused(prepareArgs('2026-Q1'), code, message, { PRORATA_GRAPH_URL: graph.url })
    await graph.stop()
  }
  // Two balances exchanged: every sum is right, and only the chain knows better.
  const graph = await startProxy(stack.urls.graph, { after: (_, answer) => exchangeBalances(answer) })
  await refused(
    prepareArgs('2026-Q1'),
    2,
    /the subgraph and the chain differ at block \d+ for 0x[0-9a-f]{40}: balance is/,
    {
      PRORATA_GRAPH_URL: graph.url,
    },
  )
  await graph.stop()
  assert(!existsSync(desk.folderOf('2026-Q1')), 'nothing was written')
})

/** Gives one untouched buyer what another has, and the other way round, in balance and in what follows from it. */
function exchangeBalances(answer: string): string {
  const [clara, ada] = ['clara', 'ada'].map((name) => person(name).address.toLowerCase())
  const parsed = JSON.parse(answer)
  const rows: { id: string; balance: string; custody: string }[] = parsed.data?.rows ?? []
  const [one, other] = [clara, ada].map((id) =>
    rows.find((row) => row.id === id && row.balance !== undefined),
  )
  if (one === undefined || other === undefined) return answer
  ;[one.balance, other.balance] = [other.balance, one.balance]
  ;[one.custody, other.custody] = [other.custody, one.custody]
  return JSON.stringify(parsed)
}

test('the first quarter is prepared: every entitlement to the unit, 1,800 USDC in all, the same bytes again', async () => {
  const first = await done(prepareArgs('2026-Q1'))
  assert.equal(first.state, 'written')
  assert.equal(checkHolders('2026-Q1', first.holders) + BigInt(first.payout.carryOut), 1_800_000_000n)
  assert.equal(first.income.due, '1800000000')
  const files = () =>
    readdirSync(desk.folderOf('2026-Q1')).map((name) => [
      name,
      keccak256(readFileSync(join(desk.folderOf('2026-Q1'), name))),
    ])
  const before = files()
  assert.deepEqual(before.map(([name]) => name).sort(), ['manifest.json', 'records.bin', 'summary.json'])
  assert.equal(keccak256(readFileSync(join(desk.folderOf('2026-Q1'), 'manifest.json'))), first.manifestHash)
  assert.equal((await done(prepareArgs('2026-Q1'))).state, 'unchanged')
  // The API's Workflow reads of the same graph-node, and what is prepared from that is the same to the byte; the second time
  // all is read already.
  const fromSnapshot = [...prepareArgs('2026-Q1'), '--snapshot']
  for (let turn = 0; turn < 2; turn++) assert.equal((await done(fromSnapshot)).state, 'unchanged')
  await refused(fromSnapshot, 1, /PRORATA_API_SECRET is not set/, { PRORATA_API_SECRET: '' })
  assert.deepEqual(files(), before)

  const other = ['prepare', '--period', '2026-Q1', '--income', '12000.01']
  await refused(
    other,
    2,
    /prepared differently before \(.*income\.amount: "12000000000" → "12000010000".*give --replace/,
  )
  assert.deepEqual(files(), before)
  const elsewhere = { PRORATA_STATE: join(state, 'elsewhere') }
  assert.equal((await desk.done(other, elsewhere)).state, 'written')
  assert.equal((await done([...other, '--replace'])).state, 'replaced')
  assert.equal((await done([...prepareArgs('2026-Q1'), '--replace'])).manifestHash, first.manifestHash)
  assert.deepEqual(files(), before)

  const { stdout } = await stack.tryIssue(prepareArgs('2026-Q1'))
  assert.match(stdout, /hugo|0x[0-9a-f]{40} +60,000 +30,000 +30,000 +30,000 +\d+\.\d{6} {2}sold part/)
  assert.match(stdout, /income +12,000\.000000 USDC, of which 1500 bps are 1,800\.000000 USDC/)
})

test('the register knows who the investors are, and no payout does: deleting all of it changes nothing', async () => {
  const { deployment, terms, urls } = stack
  const register = await openRegister({
    ...{ terms, chainId: deployment.chainId, rpcUrl: urls.rpc, pageOrigin: urls.api },
    ...{ port: await freePort(), persist: join(state, 'stack/register'), logs: join(state, 'stack/logs') },
    onStarted: (child) => {
      registerChild = child
    },
  })
  const env = { PRORATA_REGISTER_URL: register.url, PRORATA_REGISTER_SECRET: register.secret }
  const secrets = ['Clarabella Quillfeather', 'clarabella@quillfeather.example', '31415926535']
  const [name = '', email = '', pledge = ''] = secrets
  for (const who of ['clara', 'dora']) {
    const visitor = visit(register.url, urls.api, person(who).account)
    assert.equal(await visitor.signIn(), 201)
    await visitor.enter({ name, email, pledge })
  }
  const prepared = await done(prepareArgs('2026-Q1'))
  await desk.done(['register', 'approve', ...['clara', 'dora'].map((who) => person(who).address)], env)
  const { code, stdout } = await stack.tryIssue(['register', 'match', '--json'], env)
  const { matched, unmatchedLots } = JSON.parse(stdout)
  assert.deepEqual([code, matched.length, unmatchedLots.length], [2, 2, 28])
  assert.equal((await desk.done(['register', 'delete', '--all', '--yes'], env)).deleted.length, 2)
  const again = await done(prepareArgs('2026-Q1'))
  assert.deepEqual(
    [again.state, again.root, again.manifestHash],
    ['unchanged', prepared.root, prepared.manifestHash],
  )

  // Nothing of it is anywhere: not in what was prepared, what the API answers, the page, any database, any log.
  const folders = [join(state, 'stack'), join(ROOT, 'page/dist')]
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
  )
  const answers = ['/v1/program', '/v1/holders', '/v1/status', `/v1/holders/${person('clara').address}`]
  const texts = await Promise.all(answers.map(async (path) => (await fetch(stack.urls.api + path)).text()))
  for (const secret of secrets) {
    for (const file of files) assert.ok(!holds(file, secret), `${file} holds ${secret}`)
    for (const text of texts) assert.ok(!text.includes(secret))
  }
})

function holds(file: string, text: string): boolean {
  return statSync(file).isFile() && readFileSync(file).includes(text)
}

test('publishing without the right key, the money, or whole files is refused, and nothing is sent', async () => {
  const nonce = await desk.nonceOfIssuer()
  const refuse = (message: RegExp, env: Record<string, string>, code = 1) =>
    refused(publish('2026-Q1'), code, message, env)
  await refuse(/the key is that of 0x[0-9a-f]{40}, but only the program's issuer 0x/, {
    PRORATA_KEY: person('clara').privateKey,
  })
  await refuse(/PRORATA_KEY is not a private key: it must be 0x and 64/, {
    PRORATA_KEY: person('issuer').privateKey.slice(0, -2),
  })
  await refuse(/no key to sign with/, { PRORATA_KEY: '' })
  await refuse(/PRORATA_API_SECRET is not set/, { PRORATA_API_SECRET: '' })
  await refuse(/PRORATA_BINDINGS \(--bindings\) is not set/, { PRORATA_BINDINGS: '' })
  await refuse(/the chain does not answer at/, { PRORATA_RPC_URL: 'http://127.0.0.1:9' }, 3)

  const { issuer, treasury, currency } = stack.deployment
  const money = await usdcOf(issuer)
  await desk.send(issuer, currency, transfer(treasury, money - 1_000_000n))
  await refuse(
    /has 1\.000000 USDC and 1,\d{3}\.\d{6} USDC are to be paid: 1,\d{3}\.\d{6} USDC are missing/,
    {},
  )
  await desk.send(treasury, currency, transfer(issuer, money - 1_000_000n))

  const tampering: [string, (bytes: Buffer) => Buffer | null, RegExp][] = [
    [
      'manifest.json',
      // Still due the same, so that every figure fits; but it is not what was shown.
      (bytes) => Buffer.from(bytes.toString().replace('"12000000000"', '"12000000001"')),
      /the manifest hashes to 0x[0-9a-f]{64}, but 0x[0-9a-f]{64} was prepared: the file was changed/,
    ],
    ['manifest.json', (bytes) => Buffer.concat([bytes, Buffer.from(' ')]), /not canonical JSON/],
    ['manifest.json', (bytes) => bytes.subarray(0, -1), /do not hold together/],
    [
      'records.bin',
      (bytes) => Buffer.from(bytes.map((byte, i) => (i === bytes.length - 1 ? byte ^ 1 : byte))),
      /records file is corrupt/,
    ],
    ['records.bin', () => null, /records\.bin is missing/],
    ['summary.json', () => null, /summary\.json is missing or damaged/],
  ]
  for (const [name, tamper, message] of tampering) {
    const file = join(desk.folderOf('2026-Q1'), name)
    const bytes = readFileSync(file)
    const changed = tamper(bytes)
    if (changed === null) rmSync(file)
    else writeFileSync(file, changed)
    await refuse(message, {}, 2)
    writeFileSync(file, bytes)
  }
  assert(!existsSync(join(desk.folderOf('2026-Q1'), 'publication.json')))
  assert.deepEqual(await desk.publications(), [])
  assert.equal(await desk.nonceOfIssuer(), nonce + 1, 'the one transfer above')
})

const SENDING = 'eth_sendRawTransaction'

test('killed at any moment and run again, a period is paid once', async () => {
  const { issuer, distributor, currency } = stack.deployment
  const money = await usdcOf(issuer)
  const publicationFile = join(desk.folderOf('2026-Q1'), 'publication.json')
  let publication: string | null = null
  const moments: [Moment, number, (said: string) => void][] = [
    [{ on: 'said', when: /distribution 0x/ }, 0, () => {}],
    [{ on: 'said', when: /manifest and records (are )?stored/ }, 0, () => {}],
    [{ on: 'rpc', when: SENDING }, 0, (said) => assert.match(said, /approving 1\d{9}/)],
    [{ on: 'rpc', when: SENDING, arrives: true }, 0, (said) => assert.match(said, /stored already/)],
    // The approval arrived, so the next thing sent is the publication itself.
    [{ on: 'rpc', when: SENDING }, 0, (said) => assert.doesNotMatch(said, /approving/)],
    [{ on: 'rpc', when: SENDING, arrives: true }, 1, (said) => assert.match(said, /an earlier run signed/)],
    [
      { on: 'api', when: '"transaction"' },
      1,
      (said) => assert.match(said, /already published in transaction/),
    ],
    [{ on: 'api', when: '"transaction"', arrives: true }, 1, (said) => assert.match(said, /nothing is sent/)],
  ]
  for (const [moment, published, check] of moments) {
    check(await interrupt(stack.issuerEnv(), publish('2026-Q1'), moment))
    assert.equal((await desk.publications()).length, published)
    publication ??= readFileSync(publicationFile, 'utf8')
    assert.equal(readFileSync(publicationFile, 'utf8'), publication, 'the id never changes')
    const expected =
      published === 0 ? 'publishing' : moment.on === 'api' && moment.arrives ? 'published' : 'unregistered'
    assert.equal((await done(['status'])).periods[0].state, expected)
  }
  const result = await done(publish('2026-Q1'))
  const fixed = JSON.parse(publication ?? '')
  assert.equal(result.alreadyPublished, true)
  assert.equal(result.id, fixed.id)
  assert.equal(await usdcOf(issuer), money - BigInt(result.total))
  assert.equal(await usdcOf(distributor), BigInt(result.total))
  const allowance = await chain.readContract({
    abi: erc20Abi,
    address: currency,
    functionName: 'allowance',
    args: [issuer, distributor],
  })
  assert.equal(allowance, 0n, 'exactly what was due was approved')

  const [event] = await desk.publications()
  assert.equal(event?.args.id, result.id)
  assert.equal(event?.args.manifestHash, result.manifestHash)
  const block = await chain.getBlock({ blockNumber: event?.blockNumber ?? 0n })
  assert(BigInt(result.opensAt) <= block.timestamp + BigInt(stack.terms.challengeWindowSeconds))
  const listed = (await (await fetch(`${stack.urls.api}/v1/distributions`)).json()) as { id: string }[]
  assert.deepEqual(
    listed.map(({ id }) => id),
    [result.id],
  )
})

test('what is published stays: publish again sends nothing, prepare refuses', async () => {
  const nonce = await desk.nonceOfIssuer()
  assert.equal((await done(publish('2026-Q1'))).alreadyPublished, true)
  assert.equal(await desk.nonceOfIssuer(), nonce)
  for (const rest of [[], ['--replace']]) {
    await refused(
      [...prepareArgs('2026-Q1'), ...rest],
      1,
      /2026-Q1 is published already: distribution 0x[0-9a-f]{64}/,
    )
  }
  // Prepared on another machine with other figures, before this one published.
  const elsewhere = { PRORATA_STATE: join(state, 'elsewhere') }
  await refused(
    publish('2026-Q1'),
    1,
    /2026-Q1 is published already, as distribution 0x[0-9a-f]{64}/,
    elsewhere,
  )
  const status = await done(['status'])
  const { distribution } = status.periods[0]
  assert.deepEqual(
    [status.periods[0].state, distribution.remaining, distribution.claims, status.periods[1].state],
    ['published', distribution.total, 0, 'running'],
  )
  assert.deepEqual(status.problems, [])
})
