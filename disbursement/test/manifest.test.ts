// SPEC section 8.
import { keccak256 } from 'viem'
import { describe, expect, test } from 'vitest'
import { checkManifest, type ManifestProblemCode, parseManifest, paymentsOf, recordsOf } from '../check.ts'
import { prepareDisbursement } from '../disburse.ts'
import type { IncomeInput } from '../disburseIncome.ts'
import { ManifestError } from '../errors.ts'
import {
  decodeManifest,
  type IncomeManifest,
  manifestBytes,
  manifestHash,
  manifestJson,
} from '../manifest.ts'
import { address, deployment, hash, lotsOf, position, recordBlock, terms } from './fixtures.ts'

const rules = terms([{ minPayout: '300' }, { asset: 'lp', minPayout: '100' }, { asset: 'lp' }, {}])

const positions = [
  position(address(1), 200n),
  position(address(2), 400n, 200n, { recipient: address(0x77) }),
  position(address(3), 400n, 400n, {
    wallets: [address(3), address(9)],
    balance: 100n,
    staked: 50n,
    basis: 250n,
    lp: 20n,
    lpStaked: 5n,
    units: 25n,
  }),
  position(address(4), 50n, 0n),
  position(address(5), 90n, 30n),
]

const base = (): IncomeInput => ({
  terms: rules,
  deployment: deployment(),
  stream: 'income',
  period: 'P1',
  positions,
  lots: lotsOf(positions),
  recordBlock: recordBlock(0),
  income: 12_000n,
  statementHash: hash(0x57a7),
  funded: 1_800n,
  lp: null,
  previous: null,
})

const first = prepareDisbursement(base())
/** A manifest with everything in it: LP units, accruals and carry-over of two assets, a previous one. */
const second = prepareDisbursement({
  ...base(),
  period: 'P2',
  recordBlock: recordBlock(1),
  funded: 1_001n,
  lp: {
    method: 'treasury',
    transactions: [hash(0x5a), hash(0x5b)],
    spent: [{ asset: deployment().currency, amount: 1_800n }],
    ownTokens: 55n,
    received: 1_001n,
    heldAt: deployment().issuer,
  },
  previous: first.manifest,
})
const context = { terms: rules, deployment: deployment(), previous: first.manifest }

const codesOf = (manifest: IncomeManifest, against = {}): ManifestProblemCode[] => [
  ...new Set(checkManifest(manifest, against).map(({ code }) => code)),
]

describe('a manifest', () => {
  test('follows from itself, its terms, its deployment and the one before it', () => {
    expect(checkManifest(first.manifest, { ...context, previous: null })).toEqual([])
    expect(checkManifest(second.manifest, context)).toEqual([])
    expect(second.manifest.carried.map(({ accrued }) => accrued.length)).toEqual([1, 1])
  })

  test('round trips through its canonical bytes and through JSON', () => {
    const bytes = manifestBytes(second.manifest)
    expect(decodeManifest(bytes)).toEqual(second.manifest)
    expect(parseManifest(bytes, context)).toEqual(second.manifest)
    expect(parseManifest(JSON.parse(JSON.stringify(manifestJson(second.manifest))))).toEqual(second.manifest)
    expect(second.manifestHash).toBe(keccak256(bytes))
    expect(manifestBytes(decodeManifest(bytes))).toEqual(bytes)
  })

  test('has its integers as decimal strings and its keys sorted', () => {
    const text = new TextDecoder().decode(first.manifestBytes)
    expect(text.startsWith('{"carried":[{"accrued":[{"amount":"65","holder":"0x')).toBe(true)
    expect(text).toContain('"chainId":"31337"')
    const kinds = scalarsOf(JSON.parse(text)).map((path) => typeof at(JSON.parse(text), path))
    expect(new Set(kinds)).toEqual(new Set(['string', 'object', 'boolean']))
  })

  test('keeps its bytes from one version of the engine to the next', () => {
    expect(manifestHash(first.manifest)).toBe(
      '0x254189bb545233a1eb780e11376fe09f0809fa1cec47e53edb984063a516c35e',
    )
    expect(manifestHash(second.manifest)).toBe(
      '0x1c33e4f6372fe35aa1aac3bae24208664821888d89efeec83ea5770e7519d8f6',
    )
  })

  test('tells its leaves and its records', () => {
    expect(paymentsOf(second.manifest)).toEqual(second.leaves)
    expect(recordsOf(second.manifest)).toEqual(second.records)
    const nobody = prepareDisbursement({ ...base(), positions: [], lots: [] })
    expect(recordsOf(nobody.manifest)).toBeNull()
  })
})

type Path = (string | number)[]

const scalarsOf = (value: unknown, path: Path = []): Path[] => {
  if (value === null || typeof value !== 'object') return [path]
  return Object.entries(value).flatMap(([key, inner]) =>
    scalarsOf(inner, [...path, Array.isArray(value) ? Number(key) : key]),
  )
}

const at = (json: unknown, path: Path): unknown =>
  path.reduce((inner, key) => (inner as Record<string, unknown>)[key], json)

const replaced = (json: unknown, path: Path, value: unknown): unknown => {
  const copy = structuredClone(json)
  const inner = at(copy, path.slice(0, -1)) as Record<string, unknown>
  inner[path.at(-1) ?? ''] = value
  return copy
}

/** Another value of the same kind. */
const otherThan = (value: unknown): unknown => {
  if (value === null) return hash(1)
  if (typeof value === 'boolean') return !value
  const text = String(value)
  if (/^\d+$/.test(text)) return (BigInt(text) + 1n).toString()
  if (/^0x/.test(text)) return text.slice(0, -1) + (text.endsWith('0') ? '1' : '0')
  if (/^\d{4}-/.test(text)) return text.replace(/^\d{4}/, '2020')
  const pairs = {
    proportional: 'all-or-nothing',
    eligible: 'sold',
    'deposit-basis': 'none',
    lp: 'currency',
    treasury: 'swap',
    paid: 'accrued',
    accrued: 'paid',
    forfeited: 'nothing',
  }
  return (pairs as Record<string, string>)[text] ?? `${text}x`
}

/** What nothing else in a manifest depends on: only the chain, or its hash there, can vouch for these. */
const STATED_ALONE =
  /^(engine|recordBlock\.(number|hash|timestamp)|lotsHash|income\.(amount|statementHash)|lp\.(method|transactions|spent|ownTokens|heldAt).*|payout\.(symbol|decimals)|holders\.[34]\.account|holders\.\d+\.(wallets\.1|settled|custody\.(lp|lpStaked)))$/

describe('every field of a manifest', () => {
  const json = manifestJson(second.manifest)

  test.each(scalarsOf(json).map((path) => [path.join('.'), path] as const))(
    '%s cannot be changed unnoticed',
    (name, path) => {
      const changed = replaced(json, path, otherThan(at(json, path)))
      let problems: readonly string[]
      try {
        const manifest = decodeManifest(changed)
        expect(manifestHash(manifest)).not.toBe(second.manifestHash)
        problems = checkManifest(manifest, context).map(({ message }) => message)
      } catch (error) {
        if (!(error instanceof ManifestError)) throw error
        problems = error.problems
      }
      if (!STATED_ALONE.test(name)) expect(problems.length).toBeGreaterThan(0)
    },
  )

  test.each(
    scalarsOf(json)
      .filter((path) => typeof path.at(-1) === 'string')
      .map((path) => [path.join('.'), path] as const),
  )('%s cannot be missing', (_, path) => {
    expect(() => decodeManifest(replaced(json, path, undefined))).toThrow(ManifestError)
  })
})

describe('problems are named', () => {
  const one = first.manifest
  const holder = (place: number, change: Partial<IncomeManifest['holders'][number]>): IncomeManifest => ({
    ...one,
    holders: one.holders.map((each, position) => (position === place ? { ...each, ...change } : each)),
  })
  const [alpha, beta] = one.holders
  if (alpha === undefined || beta === undefined) throw new Error('the sample has holders')

  test.each<[string, IncomeManifest, ManifestProblemCode, RegExp]>([
    ['another specification', { ...one, spec: 2 }, 'SPEC', /version 2 of the specification, this engine 1/],
    [
      'a record block after the end',
      { ...one, recordBlock: { ...one.recordBlock, timestamp: 1_769_904_000n } },
      'RECORD_BLOCK',
      /1769904000 is not before the period's end 2026-02-01/,
    ],
    [
      'holders out of order',
      { ...one, holders: [beta, alpha, ...one.holders.slice(2)] },
      'HOLDERS',
      /holders ascend, each once/,
    ],
    ['a holder twice', { ...one, holders: [alpha, ...one.holders] }, 'HOLDERS', /holders ascend, each once/],
    [
      'a holder without its own wallet',
      holder(0, { wallets: [address(6)] }),
      'WALLETS',
      /is not among its own wallets/,
    ],
    [
      'a wallet of two holders',
      holder(0, { wallets: [address(1), address(2)] }),
      'WALLETS',
      /belongs to .*1 and to .*2/,
    ],
    ['wallets out of order', holder(2, { wallets: [address(9), address(3)] }), 'WALLETS', /do not ascend/],
    [
      'an excluded wallet',
      holder(0, { wallets: [address(1), deployment().treasury] }),
      'EXCLUDED',
      /is excluded and never weighs/,
    ],
    [
      'custody that is not its parts',
      holder(0, { custody: { ...alpha.custody, total: 201n } }),
      'CUSTODY',
      /custody is .*201.* recomputed/,
    ],
    [
      'more settled than lots',
      holder(0, { settled: 201n }),
      'ENTITLEMENT',
      /settled 201 is more than its primary lots 200/,
    ],
    [
      'a raised entitlement',
      holder(1, { entitlement: 201n }),
      'ENTITLEMENT',
      /entitlement is 201; recomputed it is 200/,
    ],
    ['a raised weight', holder(1, { weight: 201n }), 'WEIGHT', /weight is 201; recomputed it is 200/],
    ['a raised amount', holder(1, { amount: 999n }), 'ALLOCATION', /amount is 999; recomputed it is 433/],
    [
      'a hidden accrual',
      holder(4, { accruedAfter: 0n }),
      'ALLOCATION',
      /accruedAfter is 0; recomputed it is 65/,
    ],
    ['a wrong status', holder(4, { status: 'paid' }), 'STATUS', /status is paid; recomputed it is accrued/],
    ['a wrong index', holder(1, { index: 1 }), 'LEAF', /index is 1; recomputed it is 2/],
    [
      'an index without payment',
      holder(3, { index: 0, shard: 0 }),
      'LEAF',
      /index is 0; recomputed it is null/,
    ],
    [
      'another income',
      { ...one, income: { ...one.income, due: 1_801n } },
      'INCOME',
      /income.due is 1801; recomputed it is 1800/,
    ],
    [
      'another funding',
      { ...one, payout: { ...one.payout, funded: 1_799n } },
      'FUNDING',
      /funded is 1799, without LP units; what is due is 1800/,
    ],
    [
      'another asset',
      { ...one, payout: { ...one.payout, asset: address(0x99) } },
      'FUNDING',
      /a currency payout is in/,
    ],
    [
      'a lost carry-over',
      { ...one, payout: { ...one.payout, carryOut: 9n } },
      'PAYOUT',
      /payout.carryOut is 9; recomputed it is 2/,
    ],
    ['a lost unit', { ...one, payout: { ...one.payout, carryOut: 9n } }, 'IDENTITY', /are 1800; .* are 1807/],
    ['a lost balance', { ...one, carried: [] }, 'CARRIED', /carried is \[\]; recomputed it is/],
    [
      'wrong totals',
      { ...one, totals: { ...one.totals, paid: 1n } },
      'TOTALS',
      /totals.paid is 1; recomputed/,
    ],
    ['another root', { ...one, root: hash(1) }, 'ROOT', /root is 0x0+1; recomputed it is 0x/],
    ['no root', { ...one, root: null }, 'ROOT', /root is null; recomputed/],
    [
      'LP units of another number',
      { ...second.manifest, lp: null },
      'FUNDING',
      /funded is 1001 LP units; the purchase tells of none/,
    ],
    ['impossible facts', holder(0, { lots: 1n }), 'ALLOCATION', /its facts cannot be allocated: Holder/],
  ])('%s', (_, manifest, code, message) => {
    const found = checkManifest(manifest)
    expect(found.map((problem) => problem.code)).toContain(code)
    expect(
      found
        .filter((problem) => problem.code === code)
        .map((problem) => problem.message)
        .join('\n'),
    ).toMatch(message)
    expect(() => parseManifest(manifestBytes(manifest))).toThrow(ManifestError)
  })

  test('a problem of one holder carries its address, and both values', () => {
    const problem = checkManifest(holder(1, { weight: 201n })).find(({ code }) => code === 'WEIGHT')
    expect(problem?.holder).toBe(address(2))
    expect(problem?.values).toEqual({ what: 'weight', stated: '201', computed: '200' })
  })

  test('other terms, deployments and predecessors', () => {
    const other = terms([
      { minPayout: '300' },
      { asset: 'lp', minPayout: '100' },
      { asset: 'lp' },
      { minPayout: '1' },
    ])
    expect(codesOf(second.manifest, { terms: other })).toEqual(['TERMS'])
    const renamed = { ...second.manifest, period: { ...second.manifest.period, name: 'P9' } }
    expect(codesOf(renamed, { terms: rules })).toEqual(['TERMS'])
    expect(codesOf(second.manifest, { deployment: { ...deployment(), chainId: 1 } })).toEqual(['DEPLOYMENT'])
    const called = { ...second.manifest, payout: { ...second.manifest.payout, symbol: 'USDC' } }
    expect(codesOf(called, { terms: rules, deployment: deployment() })).toEqual(['FUNDING'])
    expect(codesOf(second.manifest, { previous: null })).toEqual(['PREVIOUS'])
    expect(codesOf(second.manifest, { previous: second.manifest })).toEqual(['PREVIOUS'])
  })

  test('what was carried in, against the manifest before it', () => {
    const [accruing] = first.manifest.carried
    if (accruing === undefined) throw new Error('the sample accrues')
    const forget = { ...first.manifest, carried: [{ ...accruing, accrued: [] }] }
    const manifest = { ...second.manifest, previous: manifestHash(forget) }
    expect(codesOf(manifest, { previous: forget })).toEqual(['CARRIED'])
    const stranger = {
      ...first.manifest,
      carried: [{ ...accruing, accrued: [{ holder: address(0x66), amount: 1n }] }],
    }
    const [problem] = checkManifest(
      { ...second.manifest, previous: manifestHash(stranger) },
      { previous: stranger },
    )
    expect(problem?.message).toMatch(/has accrued 1 of .* and is not among the holders/)
  })

  test('bytes that are not canonical, or no JSON', () => {
    const spaced = new TextEncoder().encode(JSON.stringify(manifestJson(one), null, 1))
    expect(() => decodeManifest(spaced)).toThrow('its bytes are not canonical JSON (RFC 8785)')
    expect(() => decodeManifest(new TextEncoder().encode('{'))).toThrow('it is not JSON in UTF-8')
    expect(() => decodeManifest(new Uint8Array([0xff]))).toThrow('it is not JSON in UTF-8')
    expect(() => decodeManifest({ ...manifestJson(one), name: 'Alice' })).toThrow('name: not a known field')
    expect(() => decodeManifest({ ...manifestJson(one), chainId: 31337 })).toThrow(
      'chainId: must be a non-negative integer as a decimal string, such as "0" or "1800000000"',
    )
  })
})
