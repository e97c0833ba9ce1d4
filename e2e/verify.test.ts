import assert from 'node:assert/strict'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type Address, createPublicClient, type Hex, http, keccak256 } from 'viem'
import { merkleDistributorAbi } from '../contracts/abi.ts'
import { decodeManifest, encodeRecords, encodeTerms, paymentsOf } from '../disbursement/index.ts'
import { startProxy } from '../issuer/test/proxy.ts'
import { connectChain, type LocalChain } from '../local/chain.ts'
import { silent } from '../local/progress.ts'
import { person } from '../local/scenario/people.ts'
import type { Story } from '../local/scenario/play.ts'
import { startStoryAt } from '../local/scenario/stage.ts'
import type { Stack } from '../local/stack.ts'
import { STATE } from '../local/state.ts'
import { bytesSource, type StepName, type Verdict, type VerifyInput, verify } from '../verify/index.ts'
import { balanced, type Editable, edit, edited, editList, openForgery, type Published } from './forgery.ts'

// Anyone can check a payout, and no cheat gets past: every kind of thing is changed, published with everything fixed up that a
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
const address = (name: string) => person(name).address.toLowerCase() as Address

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

const hugo = () => address('hugo')
const holderIn = (json: Editable, holder: Address): Editable => {
  const found = (json.holders as Editable[]).find((each) => each.holder === holder)
  assert.ok(found)
  return found
}
const plus = (text: string, more = 1n) => (BigInt(text) + more).toString()
const set =
  (path: string, change: (text: string) => unknown) =>
  (json: Editable): void =>
    edit(json, path, change)
const list =
  <Item = Editable>(path: string, change: (items: Item[]) => Item[]) =>
  (json: Editable): void =>
    editList(json, path, change)

describe('a cheating issuer who keeps the books in order is caught', () => {
  const word = (fill: string) => `0x${fill.repeat(32)}` as Hex
  const cases: [string, '2026-Q1' | '2026-Q2', (json: Editable) => void, StepName, (() => Address)?][] = [
    [
      'a larger share of the income',
      '2026-Q1',
      (j) => {
        edit(j, 'parameters.incomeShareBps', () => '1600')
        edit(j, 'payout.funded', () => '1920000000')
      },
      'terms',
    ],
    ['another forfeit rule', '2026-Q1', set('parameters.forfeit', () => 'all-or-nothing'), 'terms'],
    ['another denominator', '2026-Q1', set('parameters.denominator', () => 'sold'), 'terms'],
    ['another minimum payout', '2026-Q1', set('parameters.minPayout', () => '60000000'), 'terms'],
    ['a period called the last', '2026-Q1', set('parameters.last', () => true), 'terms'],
    ['a pool that does not count', '2026-Q1', set('parameters.lpTreatment', () => 'none'), 'terms'],
    ['other terms', '2026-Q1', set('termsHash', () => word('ab')), 'terms'],
    ['another program', '2026-Q1', set('program', () => 'alix'), 'terms'],
    ['a longer period', '2026-Q1', set('period.end', () => '2026-04-02T00:00:00Z'), 'terms'],
    ['another chain', '2026-Q1', set('chainId', () => '1'), 'deployment'],
    ['a later genesis', '2026-Q1', set('genesisBlock', (x) => plus(x)), 'deployment'],
    ['another registry', '2026-Q1', set('contracts.registry', () => address('nell')), 'deployment'],
    [
      'another sale address',
      '2026-Q1',
      list<string>('contracts.saleAddresses', (x) => [...x, address('nell')].sort()),
      'deployment',
    ],
    [
      'one more excluded',
      '2026-Q1',
      list<string>('excluded', (x) => [...x, address('nell')].sort()),
      'deployment',
    ],
    ['an earlier record block', '2026-Q1', set('recordBlock.number', (x) => plus(x, -1n)), 'record block'],
    [
      'a record block that is not there',
      '2026-Q1',
      set('recordBlock.hash', () => word('cd')),
      'record block',
    ],
    [
      'a record block of another time',
      '2026-Q1',
      set('recordBlock.timestamp', (x) => plus(x, -1n)),
      'record block',
    ],
    ['other lots', '2026-Q1', set('lotsHash', () => word('ef')), 'lots'],
    [
      'more lots for a friend',
      '2026-Q1',
      (j) => edit(holderIn(j, hugo()), 'lots', (x) => plus(x, 10n ** 21n)),
      'lots',
      hugo,
    ],
    [
      'a holder left out',
      '2026-Q1',
      list('holders', (x) => x.filter((each) => each.holder !== hugo())),
      'holders',
      hugo,
    ],
    [
      'a holder added',
      '2026-Q1',
      (j) => {
        const friend = {
          ...holderIn(j, hugo()),
          holder: address('whale'),
          account: address('whale'),
          wallets: [address('whale')],
        }
        editList(j, 'holders', (x) =>
          [...x, friend].sort((a, b) => (String(a.holder) < String(b.holder) ? -1 : 1)),
        )
      },
      'holders',
      () => address('whale'),
    ],
    [
      'a payment turned aside',
      '2026-Q1',
      (j) => edit(holderIn(j, hugo()), 'account', () => address('nell')),
      'wallets',
      hugo,
    ],
    [
      'a wallet that is not linked',
      '2026-Q1',
      (j) => editList<string>(holderIn(j, hugo()), 'wallets', (x) => [...x, address('nell')].sort()),
      'wallets',
      hugo,
    ],
    [
      'a balance made larger',
      '2026-Q1',
      (j) => edit(holderIn(j, hugo()), 'custody.balance', (x) => plus(x)),
      'custody',
      hugo,
    ],
    [
      'a basis out of nothing',
      '2026-Q1',
      (j) => edit(holderIn(j, hugo()), 'custody.basis', (x) => plus(x)),
      'custody',
      hugo,
    ],
    [
      'a stake forgotten',
      '2026-Q1',
      (j) => edit(holderIn(j, address('mina')), 'custody.staked', () => '0'),
      'custody',
      () => address('mina'),
    ],
    [
      'LP units that are not there',
      '2026-Q1',
      (j) => edit(holderIn(j, hugo()), 'custody.lpStaked', (x) => plus(x)),
      'custody',
      hugo,
    ],
    [
      'a forfeit undone',
      '2026-Q1',
      (j) => {
        const own = holderIn(j, hugo())
        edit(own, 'settled', () => own.lots)
      },
      'entitlement',
      hugo,
    ],
    [
      'a forfeit made up',
      '2026-Q1',
      (j) => edit(holderIn(j, address('clara')), 'settled', (x) => plus(x, -1n)),
      'entitlement',
      () => address('clara'),
    ],
    [
      'an income not told in full',
      '2026-Q1',
      (j) => {
        edit(j, 'income.amount', () => '11000000000')
        edit(j, 'payout.funded', () => '1800000000')
      },
      'funding',
    ],
    ['more paid in than is due', '2026-Q1', set('payout.funded', (x) => plus(x)), 'funding'],
    ['something carried in from nowhere', '2026-Q1', set('payout.carryIn', (x) => plus(x)), 'carry-over'],
    [
      'an accrual from nowhere',
      '2026-Q1',
      (j) => edit(holderIn(j, hugo()), 'accruedBefore', (x) => plus(x)),
      'carry-over',
      hugo,
    ],
    [
      'a carry-over lost',
      '2026-Q2',
      list('carried', (x) =>
        x.map((each) => (each.asset === stack.deployment.currency ? { ...each, carryOut: '0' } : each)),
      ),
      'carry-over',
    ],
    ['no manifest before', '2026-Q2', set('previous', () => null), 'previous'],
    [
      'more LP units than were bought',
      '2026-Q2',
      (j) => {
        edit(j, 'payout.funded', (x) => plus(x))
        edit(j, 'lp.received', (x) => plus(x))
      },
      'funding',
    ],
    ['own tokens not told', '2026-Q2', set('lp.ownTokens', () => '0'), 'funding'],
    ['costs not told', '2026-Q2', set('lp.spent', () => []), 'funding'],
    ['another method', '2026-Q2', set('lp.method', () => 'swap'), 'funding'],
    ['units held elsewhere', '2026-Q2', set('lp.heldAt', () => address('nell')), 'funding'],
    ['a purchase counted twice', '2026-Q2', list('lp.transactions', (x) => [...x, ...x]), 'funding'],
    ['a purchase that never was', '2026-Q2', set('lp.transactions', () => [word('12')]), 'funding'],
    ['another name of the asset', '2026-Q2', set('payout.symbol', () => 'UNI-V3'), 'funding'],
  ]
  for (const [name, period, change, step, holder] of cases) {
    test(name, async () => {
      assertCaught(await verdictOn(balanced(manifestOf(period), change)), step, holder?.())
    })
  }
})

describe('a cheating issuer who does not is caught', () => {
  const swap = (json: Editable, field: string) => {
    const [one, other] = [holderIn(json, address('clara')), holderIn(json, address('dmitri'))]
    const own = one[field]
    one[field] = other[field]
    other[field] = own
  }
  const cases: [string, (json: Editable) => void, StepName, (() => Address)?][] = [
    ['what is due, changed', set('income.due', (x) => plus(x)), 'income'],
    ['a weight', (j) => edit(holderIn(j, hugo()), 'weight', (x) => plus(x)), 'entitlement', hugo],
    ['an entitlement', (j) => edit(holderIn(j, hugo()), 'entitlement', (x) => plus(x)), 'entitlement', hugo],
    ['a share', (j) => edit(holderIn(j, hugo()), 'share', (x) => plus(x)), 'allocations', hugo],
    [
      'an accrual kept',
      (j) => edit(holderIn(j, hugo()), 'accruedAfter', (x) => plus(x)),
      'allocations',
      hugo,
    ],
    ['a status', (j) => edit(holderIn(j, hugo()), 'status', () => 'forfeited'), 'allocations', hugo],
    ['a remainder kept', set('payout.carryOut', (x) => plus(x)), 'allocations'],
    ['something returned', set('payout.returned', (x) => plus(x)), 'allocations'],
    ['what accrued', set('payout.accruedAfter', (x) => plus(x)), 'allocations'],
    ['what accrued before', set('payout.accruedBefore', (x) => plus(x)), 'carry-over'],
    ['two places swapped', (j) => swap(j, 'index'), 'leaves'],
    ['a shard', (j) => edit(holderIn(j, hugo()), 'shard', () => '1'), 'leaves', hugo],
    ['the number of leaves', set('totals.leaves', (x) => plus(x)), 'leaves'],
    ['the sum of the lots', set('totals.lots', (x) => plus(x)), 'leaves'],
    ['the order of the holders', list('holders', (x) => x.toReversed()), 'holders'],
    ['the version of the specification', set('spec', () => '2'), 'terms'],
    ['the payout’s kind', set('payout.kind', () => 'lp'), 'funding'],
    ['the rate beside the income', set('income.bps', () => '1600'), 'income'],
    ['the currency’s decimals', set('income.currency.decimals', () => '8'), 'income'],
  ]
  for (const [name, change, step, holder] of cases) {
    test(name, async () => {
      assertCaught(await verdictOn(edited(manifestOf('2026-Q1'), change)), step, holder?.())
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
      const terms = encodeTerms(timestamp + 172_800n, 0n)
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
    for (const other of [encodeRecords(moved), recordsOf('2026-Q2')]) {
      const verdict = await check([manifestOf('2026-Q1'), other], { target: { period: '2026-Q1' } })
      assertCaught(verdict, 'records')
    }
  })
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
})
