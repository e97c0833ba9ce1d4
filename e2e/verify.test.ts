import assert from 'node:assert/strict'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type Address, createPublicClient, erc20Abi, type Hex, http, keccak256 } from 'viem'
import { merkleDistributorAbi, stakingVaultAbi } from '../contracts/abi.ts'
import {
  deadlineOf,
  decodeManifest,
  encodeRecords,
  encodeTerms,
  paymentsOf,
  totalUnitSeconds,
  UnitClock,
} from '../disbursement/index.ts'
import { startProxy } from '../issuer/test/proxy.ts'
import { connectChain, type LocalChain } from '../local/chain.ts'
import { silent } from '../local/progress.ts'
import type { Story } from '../local/scenario/play.ts'
import { startStoryAt } from '../local/scenario/stage.ts'
import type { Stack } from '../local/stack.ts'
import { STATE } from '../local/state.ts'
import {
  bytesSource,
  ChainReplay,
  MissingData,
  publicationsOf,
  type Step,
  type StepName,
  stepsOf,
  type Verdict,
  type VerifyInput,
  verify,
} from '../verify/index.ts'
import { startProvider } from '../verify/test/provider.ts'
import { debtProgram } from './cap.ts'
import { address, BALANCED_CHEATS, holderIn, hugo, PLAIN_CHEATS, plus, set } from './cheats.ts'
import { balanced, edit, edited, openForgery, type Published } from './forgery.ts'
import { rewardMonth } from './rewards.ts'

// Anyone can check a payout (SPEC section 10), and no cheat gets past: every kind of thing is changed, published with everything fixed up that a
// cheat would fix up, and must be caught and named.

mkdirSync(STATE, { recursive: true })
const state = mkdtempSync(join(STATE, 'verify-'))
let stack: Stack
let story: Story
let chain: LocalChain
let forgery: ReturnType<typeof openForgery>

before(async () => {
  ;({ stack, story } = await startStoryAt('2026-Q2', state))
  chain = connectChain(stack.urls.rpc)
  forgery = openForgery(stack, chain)
})
after(async () => {
  await stack?.stop()
  rmSync(state, { recursive: true, force: true })
})

const issued = () => join(state, 'issuer', stack.deployment.network, stack.terms.name)
const manifestOf = (period: string) => new Uint8Array(readFileSync(join(issued(), period, 'manifest.json')))
const recordsOf = (period: string) => new Uint8Array(readFileSync(join(issued(), period, 'records.bin')))

const check = (documents: readonly Uint8Array[], input: Partial<VerifyInput>): Promise<Verdict> =>
  verify({
    client: createPublicClient({ transport: http(stack.urls.rpc) }),
    terms: stack.terms,
    deployment: stack.deployment,
    target: {},
    source: bytesSource(documents),
    ...input,
  })

const told = ({ steps }: Verdict) =>
  steps
    .filter(({ outcome }) => outcome !== 'ok')
    .map(({ name, outcome, detail }) => `${name} ${outcome}: ${detail}`)
    .join('\n')

/** Publishes a forged manifest for a period, verifies it beside the true ones, and forgets it. */
const verdictOn = (bytes: Uint8Array, published: Published = {}, more: readonly Uint8Array[] = []) =>
  forgery.meanwhile(async () => {
    const { id } = await forgery.publish(bytes, published)
    return check([bytes, manifestOf('2026-Q1'), ...more], { target: { id } })
  })

/** The forgery is caught: the first step that differs is this one, and it names this holder. */
function assertCaught(verdict: Verdict, step: StepName, holder?: Address): void {
  assert.equal(verdict.exitCode, 2, told(verdict))
  assert.equal(verdict.first?.name, step, told(verdict))
  if (holder !== undefined) assert.equal(verdict.first?.differences[0]?.holder, holder, told(verdict))
}

describe('what was published', () => {
  for (const period of ['2026-Q1', '2026-Q2']) {
    test(`of ${period} is equal, from files and the chain alone`, async () => {
      const documents = ['2026-Q1', '2026-Q2'].flatMap((each) => [manifestOf(each), recordsOf(each)])
      const verdict = await check(documents, { target: { period } })
      assert.equal(verdict.exitCode, 0, told(verdict))
      assert.ok(verdict.steps.every(({ outcome }) => outcome === 'ok'))
      assert.match(verdict.notes.join(' '), /No chain can prove the income itself: \d+ base units of USDC/)
      const { root, total } = await verdictById(verdict.id, documents)
      assert.deepEqual([root, total], [verdict.root, verdict.total])
    })
  }

  const verdictById = async (id: Hex | null, documents: Uint8Array[]) => {
    assert.ok(id !== null)
    const verdict = await check(documents, { target: { id } })
    assert.equal(verdict.exitCode, 0, told(verdict))
    return verdict
  }
})

describe('a cheating issuer who keeps the books in order is caught', () => {
  for (const { name, period, change, step, holder } of BALANCED_CHEATS) {
    test(name, async () => {
      assertCaught(await verdictOn(balanced(manifestOf(period), change)), step, holder)
    })
  }
})

describe('a cheating issuer who does not is caught', () => {
  for (const { name, period, change, step, holder } of PLAIN_CHEATS) {
    test(name, async () => {
      assertCaught(await verdictOn(edited(manifestOf(period), change)), step, holder)
    })
  }

  test('amounts moved from one holder to another, records, root and total to match', async () => {
    const bytes = edited(manifestOf('2026-Q1'), (j) => {
      for (const field of ['share', 'amount']) {
        edit(holderIn(j, hugo()), field, (x) => plus(x, 1_000_000n))
        edit(holderIn(j, address('clara')), field, (x) => plus(x, -1_000_000n))
      }
    })
    const manifest = decodeManifest(bytes)
    const records = encodeRecords(paymentsOf(manifest))
    const root: Hex = `0x${Buffer.from(records.subarray(20, 52)).toString('hex')}`
    const fixed = edited(
      bytes,
      set('root', () => root),
    )
    const verdict = await verdictOn(fixed, {}, [records])
    const [first] = [address('clara'), hugo()].sort()
    assertCaught(verdict, 'allocations', first)
    const computed = verdict.first?.differences[0]?.computed ?? ''
    assert.match(computed, /^\d+ = floor\(1800000000 · \d+ \/ \d+\)$/, 'both computations are told')
    assert.equal(verdict.steps.find(({ name }) => name === 'root')?.outcome, 'different')
    assert.equal(verdict.steps.find(({ name }) => name === 'records')?.outcome, 'ok')
  })

  test('another root, another total, another asset or another deadline than the manifest’s', async () => {
    const bytes = manifestOf('2026-Q1')
    const root = await verdictOn(bytes, { root: `0x${'77'.repeat(32)}` })
    assertCaught(root, 'records')
    assert.equal(root.steps.find(({ name }) => name === 'root')?.outcome, 'different')
    const total = await verdictOn(bytes, { total: decodeManifest(bytes).totals.paid + 1n })
    assertCaught(total, 'records')
    assert.equal(total.steps.find(({ name }) => name === 'total')?.outcome, 'different')
    assertCaught(await verdictOn(bytes, { token: stack.deployment.pair }), 'published')
    const { timestamp } = await chain.getBlock()
    assertCaught(await verdictOn(bytes, { deadline: timestamp + 400n * 86_400n }), 'terms')
  })

  test('a distribution that was taken back', async () => {
    const verdict = await forgery.meanwhile(async () => {
      const bytes = manifestOf('2026-Q1')
      const { timestamp } = await chain.getBlock()
      const { id } = await forgery.publish(bytes)
      const { issuer, currency: token, distributor } = stack.deployment
      const opensAt = timestamp + 172_800n
      const terms = encodeTerms(opensAt, deadlineOf(stack.terms, opensAt))
      const { root } = decodeManifest(bytes)
      assert.ok(root !== null)
      const args = [{ issuer, token, terms, root }] as const
      const cancel = {
        abi: merkleDistributorAbi,
        address: distributor,
        functionName: 'cancel',
        args,
      } as const
      await chain.waitForTransactionReceipt({
        hash: await chain.writeContract({ ...cancel, account: issuer }),
      })
      return check([bytes], { target: { id } })
    })
    assertCaught(verdict, 'published')
  })
})

describe('from the documents alone, without a replay', () => {
  const documents = () => ['2026-Q1', '2026-Q2'].flatMap((each) => [manifestOf(each), recordsOf(each)])
  const shallow = { depth: 'documents' } as const

  test('what was published is equal, and where it is said to be no logs are asked for', async () => {
    const provider = await startProvider(stack.urls.rpc, () => null)
    try {
      const client = createPublicClient({ transport: http(provider.url) })
      for (const period of ['2026-Q1', '2026-Q2']) {
        const heard: Step[] = []
        const onStep = (step: Step) => heard.push(step)
        const found = await check(documents(), { ...shallow, client, target: { period }, onStep })
        assert.equal(found.exitCode, 0, told(found))
        assert.deepEqual(
          found.steps.map(({ name }) => name),
          stepsOf('income', 'documents'),
        )
        assert.deepEqual(new Set(heard.map(({ name }) => name)), new Set(stepsOf('income', 'documents')))
        assert.match(found.notes.join(' '), /a replay of the logs from the first block on checks that too/)
        const asked = provider.seen.length
        const all = await publicationsOf(client, stack.deployment, await chain.getBlockNumber())
        const own = all.find(({ id }) => id === found.id)
        assert.ok(own !== undefined && provider.seen.length > asked)
        const before = provider.seen.length
        const hinted = { ...shallow, client, target: { id: own.id }, transaction: own.transaction }
        assert.equal((await check(documents(), hinted)).exitCode, 0)
        // But for the pair's own, from which the average price of a purchase is made again.
        const others = provider.seen.slice(before).map(({ addresses }) => addresses)
        assert.deepEqual(others, period === '2026-Q2' ? [1] : [])
      }
    } finally {
      await provider.stop()
    }
  })

  test('every cheat but those with who held what is named', async () => {
    const replayed: readonly StepName[] = ['lots', 'holders', 'wallets', 'custody', 'entitlement', 'previous']
    /** Without a replay some are found where the terms speak of them, before their own step. */
    const elsewhere: Record<string, StepName> = {
      'the currency’s decimals': 'terms',
      'the payout’s kind': 'terms',
    }
    const named: Record<string, StepName | undefined> = {}
    const expected: Record<string, StepName> = {}
    for (const { name, period, change, step } of [...BALANCED_CHEATS, ...PLAIN_CHEATS]) {
      if (replayed.includes(step)) continue
      const bytes = BALANCED_CHEATS.some((each) => each.name === name)
        ? balanced(manifestOf(period), change)
        : edited(manifestOf(period), change)
      const verdict = await forgery.meanwhile(async () => {
        const { id, transaction } = await forgery.publish(bytes)
        return check([bytes, manifestOf('2026-Q1')], { ...shallow, target: { id }, transaction })
      })
      expected[name] = elsewhere[name] ?? step
      named[name] = verdict.steps.find(({ outcome }) => outcome === 'different')?.name
    }
    assert.deepEqual(named, expected)
    assert.ok(Object.keys(named).length > 15)
  })

  test('changed records are caught, and a transaction that published nothing is no excuse', async () => {
    const own = decodeManifest(manifestOf('2026-Q1'))
    const moved = paymentsOf(own).map((each, at) => (at === 0 ? { ...each, amount: each.amount + 1n } : each))
    const target = { period: '2026-Q1' }
    const transaction = `0x${'6'.repeat(64)}` as Hex
    const verdict = await check([manifestOf('2026-Q1'), encodeRecords(moved)], {
      ...shallow,
      target,
      transaction,
    })
    assertCaught(verdict, 'records')
  })

  test('the manifest before, where nobody has it, is missing', async () => {
    const verdict = await check([manifestOf('2026-Q2')], { ...shallow, target: { period: '2026-Q2' } })
    assert.equal(verdict.exitCode, 3, told(verdict))
    assert.equal(verdict.first?.name, 'carry-over')
  })
})

describe('a manifest before this one', () => {
  const onTop = (earlier: Uint8Array) =>
    balanced(
      manifestOf('2026-Q2'),
      set('previous', () => keccak256(earlier)),
    )
  const lied = () =>
    balanced(manifestOf('2026-Q1'), (j) => {
      const own = holderIn(j, hugo())
      edit(own, 'settled', () => own.lots)
    })

  test('that was never published does not count', async () => {
    const verdict = await verdictOn(onTop(lied()), {}, [lied()])
    assertCaught(verdict, 'previous')
    assert.match(verdict.first?.detail ?? '', /2026-Q1: it was never published/)
  })

  test('that was published but lied is found out, by its own period and step', async () => {
    const verdict = await forgery.meanwhile(async () => {
      await forgery.publish(lied())
      const { id } = await forgery.publish(onTop(lied()))
      return check([onTop(lied()), lied()], { target: { id } })
    })
    assertCaught(verdict, 'previous', hugo())
    assert.match(verdict.first?.detail ?? '', /2026-Q1, entitlement/)
  })

  test('that nobody has is missing, which is not the same as wrong', async () => {
    const verdict = await check([manifestOf('2026-Q2')], { target: { period: '2026-Q2' } })
    assert.equal(verdict.exitCode, 3, told(verdict))
    assert.equal(verdict.first?.name, 'previous')
    for (const name of ['custody', 'entitlement', 'lots']) {
      assert.equal(verdict.steps.find((step) => step.name === name)?.outcome, 'ok', name)
    }
  })
})

describe('documents that were changed after the publication', () => {
  test('are caught by the hash, whatever was changed', async () => {
    const changes = ['income.amount', 'income.due', 'payout.funded', 'totals.paid', 'holders.0.amount']
    for (const path of changes) {
      const bytes = edited(
        manifestOf('2026-Q1'),
        set(path, (x) => plus(x)),
      )
      assertCaught(await check([bytes], { target: { period: '2026-Q1' } }), 'manifest')
    }
    const pretty = new TextEncoder().encode(
      JSON.stringify(JSON.parse(new TextDecoder().decode(manifestOf('2026-Q1'))), null, 2),
    )
    assertCaught(await check([pretty], { target: { period: '2026-Q1' } }), 'manifest')
    const broken = edited(
      manifestOf('2026-Q1'),
      set('holders.0.lots', () => '-5'),
    )
    assertCaught(await check([broken], { target: { period: '2026-Q1' } }), 'manifest')
  })

  test('records: every byte counts, and the records of another period are none', async () => {
    const records = recordsOf('2026-Q1')
    for (const at of [8, 25, 60, 110, records.length - 1]) {
      const changed = Uint8Array.from(records)
      changed[at] = (changed[at] ?? 0) ^ 1
      const verdict = await check([manifestOf('2026-Q1'), changed], { target: { period: '2026-Q1' } })
      assertCaught(verdict, 'records')
    }
    const own = decodeManifest(manifestOf('2026-Q1'))
    const moved = paymentsOf(own).map((each, at) => (at === 0 ? { ...each, amount: each.amount + 1n } : each))
    const verdictWith = (other: Uint8Array) =>
      check([manifestOf('2026-Q1'), other], { target: { period: '2026-Q1' } })
    assertCaught(await verdictWith(encodeRecords(moved)), 'records')
    const verdict = await verdictWith(recordsOf('2026-Q2'))
    assert.equal(verdict.exitCode, 3, told(verdict))
    assert.equal(verdict.steps.find(({ name }) => name === 'records')?.outcome, 'missing')
  })
})

describe('the replay', () => {
  const program = () => ({ deployment: stack.deployment, lpTreatment: stack.terms.custody.lpTreatment })

  test('behind a provider of narrow ranges that breaks off goes on where it stopped, to the same positions', async () => {
    const direct = createPublicClient({ transport: http(stack.urls.rpc) })
    const head = await chain.getBlockNumber()
    const expected = (await new ChainReplay(direct, program()).advanceTo(head)).positions()
    let isBroken = true
    const provider = await startProvider(stack.urls.rpc, ({ from, blocks }) => {
      if (isBroken && from > head / 2n) return { status: 403, message: 'quota used up' }
      return blocks > 50n ? { code: -32602, message: 'block range is too wide' } : null
    })
    try {
      const client = createPublicClient({ transport: http(provider.url) })
      const replay = new ChainReplay(client, program(), { pause: 5 })
      await assert.rejects(replay.advanceTo(head), MissingData)
      const stopped = replay.next
      assert.ok(stopped > 0n && stopped <= head)
      const asked = provider.seen.length
      isBroken = false
      assert.deepEqual((await replay.advanceTo(head)).positions(), expected)
      assert.equal(provider.seen[asked]?.from, stopped)
    } finally {
      await provider.stop()
    }
  })

  test('weighs LP units by time: held, staked, and unclaimed in the distributor', async () => {
    const client = createPublicClient({ transport: http(stack.urls.rpc) })
    const { pair, lpVault, issuer } = stack.deployment
    const head = await chain.getBlock()
    const span = { from: BigInt(Date.parse('2026-07-01T00:00:00Z') / 1000), until: head.timestamp + 1_000n }
    const payments = paymentsOf(decodeManifest(manifestOf('2026-Q2')))
    const [own] = await publicationsIn('2026-Q2')
    assert.ok(own !== undefined)
    const publishedAt = (await chain.getBlock({ blockNumber: own.block })).timestamp
    const clock = new UnitClock(stack.deployment, [span.from], (id) => (id === own.id ? payments : []))
    const replay = new ChainReplay(client, program(), {}, clock)
    await replay.advanceTo(head.number)
    const gathered = new Map(replay.providers(span).map((each) => [each.holder, each.unitSeconds]))
    const weightOf = (holder: Address) => {
      const own = gathered.get(holder)
      return own === undefined ? 0n : totalUnitSeconds(own)
    }
    const unclaimed = (holder: Address) =>
      (payments.find(({ account }) => account === holder)?.amount ?? 0n) * (span.until - publishedAt)
    // Clara never touched the pool: all she has is what waits for her.
    assert.equal(weightOf(address('clara')), unclaimed(address('clara')))
    // Liam's units were staked before the span, kira's held; neither moved since.
    const read = { abi: erc20Abi, address: pair, functionName: 'balanceOf' } as const
    const staked = await chain.readContract({
      abi: stakingVaultAbi,
      address: lpVault,
      functionName: 'staked',
      args: [address('liam')],
    })
    const held = await chain.readContract({ ...read, args: [address('kira')] })
    assert.ok(staked > 0n && held > 0n)
    const whole = span.until - span.from
    assert.equal(weightOf(address('liam')), staked * whole + unclaimed(address('liam')))
    assert.equal(weightOf(address('kira')), held * whole + unclaimed(address('kira')))
    assert.equal(weightOf(issuer), 0n, 'the issuer never weighs')
  })

  const publicationsIn = async (period: string) => {
    const hash = keccak256(manifestOf(period))
    const all = await publicationsOf(
      createPublicClient({ transport: http(stack.urls.rpc) }),
      stack.deployment,
      await chain.getBlockNumber(),
    )
    return all.filter(({ manifestHash }) => manifestHash === hash)
  }
})

describe('the wrong surroundings', () => {
  test('another chain, other terms and another deployment are named', async () => {
    const target = { period: '2026-Q1' }
    const documents = [manifestOf('2026-Q1')]
    assertCaught(await check(documents, { target, deployment: { ...stack.deployment, chainId: 1 } }), 'chain')
    const terms = structuredClone(stack.terms)
    const [first] = terms.streams.income.periods
    if (first !== undefined) first.incomeShareBps = 1600
    assertCaught(await check(documents, { target, terms }), 'terms')
    const elsewhere = {
      ...stack.deployment,
      counterAsset: stack.deployment.counterAsset,
      registry: address('nell'),
    }
    assertCaught(await check(documents, { target, deployment: elsewhere }), 'deployment')
  })
})

describe('the command', () => {
  const alone = {
    PRORATA_GRAPH_URL: '',
    PRORATA_API_URL: '',
    PRORATA_BINDINGS: '',
    PRORATA_API_SECRET: '',
    PRORATA_KEY: '',
  }
  const run = (args: string[], env: Record<string, string> = {}) => stack.tryIssue(['verify', ...args], env)

  test('verifies from the API, and from a folder without any server', async () => {
    for (const period of ['2026-Q1', '2026-Q2']) {
      const { code, stdout } = await run(['--period', period, '--json'])
      assert.equal(code, 0, stdout)
      const verdict = JSON.parse(stdout) as Verdict
      assert.equal(verdict.exitCode, 0)
      const plain = await run(['--period', period, '--manifest', issued()], alone)
      assert.equal(plain.code, 0, plain.stdout + plain.stderr)
      assert.match(plain.stdout, /^✓ chain/m)
      assert.match(plain.stdout, /^Equal: 2026-Q\d, distribution 0x/m)
      assert.match(plain.stdout, /No chain can prove the income itself/)
      assert.ok(!plain.stdout.includes('\u001b'), 'no colours where nobody sees them')
    }
  })

  test('says with 2 what differs, and with 3 what is missing', async () => {
    const folder = join(state, 'changed')
    cpSync(issued(), folder, { recursive: true })
    const file = join(folder, '2026-Q1/manifest.json')
    writeFileSync(
      file,
      edited(
        manifestOf('2026-Q1'),
        set('holders.0.amount', (x) => plus(x)),
      ),
    )
    const changed = await run(['--period', '2026-Q1', '--manifest', folder], alone)
    assert.equal(changed.code, 2, changed.stdout + changed.stderr)
    assert.match(changed.stdout, /^✗ manifest +its hash is stated as 0x[0-9a-f]{64}, and comes out as 0x/m)
    assert.match(changed.stdout, /^Different: .*see manifest\.$/m)
    const ahead = await run(['--period', '2026-Q3', '--manifest', issued()], alone)
    assert.equal(ahead.code, 3, ahead.stdout)
    assert.match(ahead.stdout, /^\? published/m)
    const unknown = await run(['--id', `0x${'5'.repeat(64)}`, '--manifest', issued()], alone)
    assert.equal(unknown.code, 3, unknown.stdout)
    const away = await run(['--period', '2026-Q1', '--manifest', issued()], {
      ...alone,
      PRORATA_RPC_URL: 'http://127.0.0.1:9',
    })
    assert.equal(away.code, 3, away.stdout)
    assert.equal((await run(['--manifest', issued()], alone)).code, 1)
    const nobody = await run(['--period', '2026-Q9', '--manifest', issued()], alone)
    assert.match(nobody.stderr, /the income stream has no period 2026-Q9/)
    assert.equal(nobody.code, 1)
  })

  test('takes the manifest from a gateway, by address or by CID', async () => {
    const cid = 'bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy'
    const server = createServer((request, response) => {
      const known = request.url === `/ipfs/${cid}` || request.url === '/q1.json'
      response.writeHead(known ? 200 : 404)
      response.end(known ? manifestOf('2026-Q1') : 'nothing here')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const listening = server.address()
    assert.ok(listening !== null && typeof listening === 'object')
    const url = `http://127.0.0.1:${listening.port}`
    try {
      for (const where of [`ipfs://${cid}`, `${url}/q1.json`]) {
        const { code, stdout, stderr } = await run(
          ['--period', '2026-Q1', '--manifest', where, '--ipfs-gateway', url],
          alone,
        )
        assert.equal(code, 0, stdout + stderr)
      }
      const gone = await run(['--period', '2026-Q1', '--manifest', `${url}/gone`], alone)
      assert.equal(gone.code, 3)
    } finally {
      server.close()
    }
  })

  test('takes the records from the calldata of a distribution, and makes the manifest again from the income', async () => {
    await forgery.meanwhile(async () => {
      const bytes = manifestOf('2026-Q1')
      const transaction = await forgery.distribute(bytes, paymentsOf(decodeManifest(bytes)))
      const calldata = ['--period', '2026-Q1', '--calldata', transaction]
      const withFile = await run([...calldata, '--manifest', issued()], alone)
      assert.equal(withFile.code, 0, withFile.stdout + withFile.stderr)
      assert.match(withFile.stdout, /leaves of the calldata lead to 0x/)
      const withIncome = await run([...calldata, '--income', '12000.00'], alone)
      assert.equal(withIncome.code, 0, withIncome.stdout + withIncome.stderr)
      assert.match(withIncome.stdout, /it was made again from the chain and the income given here/)
      const other = await run([...calldata, '--income', '12000.01'], alone)
      assert.equal(other.code, 2, other.stdout)
      assert.match(other.stdout, /^✗ manifest/m)
      const without = await run(calldata, alone)
      assert.equal(without.code, 3, without.stdout)
      const none = await run(['--calldata', `0x${'6'.repeat(64)}`, '--manifest', issued()], alone)
      assert.equal(none.code, 3, none.stdout)
    })
  })

  test('explain tells a holder’s history with the transaction that cost the forfeit', async () => {
    const { code, stdout, stderr } = await stack.tryIssue(['explain', hugo(), '--period', '2026-Q1'], alone)
    assert.equal(code, 0, stderr)
    assert.match(stdout, /primary lots 60,000, custody 60,000, entitlement 30,000, lost 30,000/)
    assert.match(
      stdout,
      /2026-02-03T\S+Z {2}block \d+ {2}0x[0-9a-f]{64}\n {4}sent 30,000 to the pair\n.*forfeited 30,000/,
    )
    const asked = await stack.tryIssue(['explain', address('quinn2'), '--json'], alone)
    const history = JSON.parse(asked.stdout)
    assert.equal(history.holder, address('quinn'))
    const cost = history.steps.filter(({ forfeited }: { forfeited: string }) => forfeited !== '0')
    assert.deepEqual(
      cost.map(({ forfeited }: { forfeited: string }) => forfeited),
      [`15000${'0'.repeat(18)}`],
    )
    const wrong = await stack.tryIssue(['explain', 'hugo'], alone)
    assert.equal(wrong.code, 1)
  })
})

debtProgram(() => ({ stack, forgery, first: manifestOf('2026-Q1') }))

rewardMonth(() => ({ stack, story, state, forgery }))

describe('the gate before a publication', () => {
  const period = '2026-Q3'
  const prepare = ['prepare', '--period', period, '--income', '5000.00']

  /** A subgraph that tells everything but one field of one holder. */
  const lying = (field: string, lie: (text: string) => string) =>
    startProxy(stack.urls.graph, {
      after: (_, answer) => {
        const json = JSON.parse(answer)
        for (const row of json.data?.rows ?? [])
          if (row.id === hugo() && field in row) row[field] = lie(row[field])
        return JSON.stringify(json)
      },
    })

  test('neither prepares nor publishes while subgraph and replay differ for anybody', async () => {
    await story.playUntil('2026-10-02T09:00:00Z', silent)
    await stack.synced()
    const early = await lying('settled', (text) => (BigInt(text) - 1n).toString())
    const expected = new RegExp(
      `differ at block \\d+ for holder ${hugo()}: entitlement is 29999${'9'.repeat(18)} in the subgraph and 30000${'0'.repeat(18)} in the replay`,
    )
    try {
      const { code, stderr } = await stack.tryIssue(prepare, { PRORATA_GRAPH_URL: early.url })
      assert.match(stderr, expected)
      assert.equal(code, 2)
      const { stdout } = await stack.issue([...prepare, '--explain', hugo()])
      assert.match(stdout, /forfeited 30,000/)
      const publish = await stack.tryIssue(['publish', '--period', period], { PRORATA_GRAPH_URL: early.url })
      assert.match(publish.stderr, expected)
      assert.equal(publish.code, 2)
    } finally {
      await early.stop()
    }
    const mint = {
      abi: [
        {
          type: 'function',
          name: 'mint',
          inputs: [{ type: 'address' }, { type: 'uint256' }],
          outputs: [],
          stateMutability: 'nonpayable',
        },
      ] as const,
    }
    const { currency, issuer } = stack.deployment
    await chain.waitForTransactionReceipt({
      hash: await chain.writeContract({
        ...mint,
        address: currency,
        functionName: 'mint',
        args: [issuer, 10n ** 9n],
        account: issuer,
      }),
    })
    await stack.issue(['publish', '--period', period])
    const verified = await stack.issue(['verify', '--period', period])
    assert.match(verified.stdout, /^✓ previous +2026-Q1, 2026-Q2$/m)
  })

  test('a manifest whose record block vanished in a reorganization is reported, and not published', async () => {
    const { recordBlock } = decodeManifest(manifestOf(period))
    const head = await chain.getBlockNumber()
    const depth = Number(head - recordBlock.number + 1n)
    await chain.request({ method: 'anvil_reorg', params: [depth, []] } as never)
    assert.notEqual((await chain.getBlock({ blockNumber: recordBlock.number })).hash, recordBlock.hash)
    const timestamp = BigInt(Date.parse('2026-10-03T00:00:00Z') / 1000)
    await chain.setNextBlockTimestamp({ timestamp })
    await chain.mine({ blocks: 3, interval: 12 })
    const documents = ['2026-Q1', '2026-Q2', period].map(manifestOf)
    const verdict = await check(documents, { target: { period } })
    assertCaught(verdict, 'record block')
    assert.match(verdict.first?.detail ?? '', /is not on this chain .*: it vanished in a reorganization/)
    const publish = await stack.tryIssue(['publish', '--period', period])
    assert.match(publish.stderr, /which is not on this chain/)
    assert.equal(publish.code, 2)
  })
})
