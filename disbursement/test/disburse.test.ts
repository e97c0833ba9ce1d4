import { describe, expect, test } from 'vitest'
import { prepareDisbursement } from '../disburse.ts'
import type { IncomeInput } from '../disburseIncome.ts'
import { type IncomeManifest, manifestHash } from '../manifest.ts'
import { decodeRecords } from '../records.ts'
import { claimOf, verifyClaim } from '../shards.ts'
import { hashTerms } from '../terms.ts'
import { address, deployment, hash, lotsOf, position, recordBlock, terms } from './fixtures.ts'

const USDC = deployment().currency
const LP = deployment().pair

/** Three holders: 1 kept all, 2 sold half and has a recipient, 3 has two wallets and pooled. */
const holders = () => [
  position(address(3), 400n, 400n, {
    wallets: [address(3), address(9)],
    balance: 100n,
    staked: 50n,
    basis: 250n,
    lp: 20n,
    lpStaked: 5n,
    units: 25n,
  }),
  position(address(1), 200n),
  position(address(2), 400n, 200n, { recipient: address(0x77) }),
  position(address(8), 0n, 0n, { balance: 999n, custody: 999n }),
]

const input = (more: Partial<IncomeInput> = {}): IncomeInput => ({
  terms: terms([{}, { asset: 'lp' }, {}]),
  deployment: deployment(),
  stream: 'income',
  period: 'P1',
  positions: holders(),
  lots: lotsOf(more.positions ?? holders()),
  recordBlock: recordBlock(0),
  income: 12_000n,
  statementHash: hash(0x57a7),
  funded: 1_800n,
  lp: null,
  previous: null,
  ...more,
})

const purchase = (received: bigint): IncomeInput['lp'] => ({
  method: 'swap',
  transactions: [hash(0x5a)],
  spent: [{ asset: USDC, amount: 1_800n }],
  ownTokens: 0n,
  received,
  heldAt: deployment().issuer,
})

const second = (previous: IncomeManifest | null, more: Partial<IncomeInput> = {}): IncomeInput =>
  input({
    period: 'P2',
    recordBlock: recordBlock(1),
    income: 1_800n,
    funded: 601n,
    lp: purchase(601n),
    previous,
    ...more,
  })

describe('a disbursement', () => {
  test('pays the entitled, a named recipient in the place of its holder, and nobody without primary lots', () => {
    const { manifest, leaves, total, root, records, tree } = prepareDisbursement(input())
    expect(leaves).toEqual([
      { account: address(1), amount: 450n },
      { account: address(3), amount: 900n },
      { account: address(0x77), amount: 450n },
    ])
    expect(total).toBe(1_800n)
    expect(
      manifest.holders.map(({ holder, account, index, shard, status }) => [
        holder,
        account,
        index,
        shard,
        status,
      ]),
    ).toEqual([
      [address(1), address(1), 0, 0, 'paid'],
      [address(2), address(0x77), 2, 0, 'paid'],
      [address(3), address(3), 1, 0, 'paid'],
    ])
    expect(manifest.root).toBe(root)
    expect(records === null ? null : decodeRecords(records)).toEqual({ root, total, payments: leaves })
    const claim = tree === null ? null : claimOf(tree, address(0x77))
    expect(claim !== null && root !== null && verifyClaim(root, claim)).toBe(true)
  })

  test('has everything of SPEC section 8 in its manifest', () => {
    const { manifest } = prepareDisbursement(input())
    expect(manifest).toMatchObject({
      spec: 1,
      chainId: 31337,
      genesisBlock: 0n,
      program: 'sample',
      termsHash: hashTerms(input().terms),
      stream: 'income',
      period: { name: 'P1', start: '2026-01-01T00:00:00Z', end: '2026-02-01T00:00:00Z' },
      recordBlock: recordBlock(0),
      parameters: {
        incomeShareBps: 1500,
        forfeit: 'proportional',
        denominator: 'eligible',
        lpTreatment: 'deposit-basis',
        minPayout: 0n,
        last: false,
      },
      income: {
        amount: 12_000n,
        currency: { address: USDC, symbol: 'USDC', decimals: 6 },
        bps: 1500,
        due: 1_800n,
        statementHash: hash(0x57a7),
      },
      payout: {
        kind: 'currency',
        asset: USDC,
        symbol: 'USDC',
        decimals: 6,
        funded: 1_800n,
        carryIn: 0n,
        carryOut: 0n,
        accruedBefore: 0n,
        accruedAfter: 0n,
        returned: 0n,
      },
      lp: null,
      carried: [{ asset: USDC, carryOut: 0n, accrued: [] }],
      totals: {
        holders: 3,
        lots: 1_000n,
        entitlement: 800n,
        weight: 800n,
        denominator: 800n,
        paid: 1_800n,
        leaves: 3,
        shards: 1,
      },
      previous: null,
    })
    expect(manifest.holders[2]).toEqual({
      holder: address(3),
      account: address(3),
      wallets: [address(3), address(9)],
      lots: 400n,
      custody: { balance: 100n, staked: 50n, basis: 250n, lp: 20n, lpStaked: 5n, total: 400n },
      settled: 400n,
      entitlement: 400n,
      weight: 400n,
      share: 900n,
      accruedBefore: 0n,
      accruedAfter: 0n,
      amount: 900n,
      status: 'paid',
      shard: 0,
      index: 1,
    })
    expect(manifest.excluded).toEqual([...deployment().excluded].sort())
  })

  test('is the same bytes whatever the order of holders, lots and excluded addresses', () => {
    const turned = deployment()
    const other = prepareDisbursement(
      input({
        positions: holders().reverse(),
        lots: lotsOf(holders()).reverse(),
        deployment: { ...turned, excluded: [...turned.excluded].reverse() },
      }),
    )
    expect(other.manifestHash).toBe(prepareDisbursement(input()).manifestHash)
  })

  test('makes one leaf of two holders who name one recipient', () => {
    const positions = [
      position(address(1), 100n, 100n, { recipient: address(0x77) }),
      position(address(2), 300n, 300n, { recipient: address(0x77) }),
      position(address(0x77), 400n),
    ]
    const { leaves, manifest } = prepareDisbursement(input({ positions }))
    expect(leaves).toEqual([{ account: address(0x77), amount: 1_800n }])
    expect(manifest.holders.map(({ amount, index }) => [amount, index])).toEqual([
      [225n, 0],
      [675n, 0],
      [900n, 0],
    ])
    expect(manifest.totals).toMatchObject({ holders: 3, leaves: 1 })
  })

  test('gives holders without payment no index, and says why', () => {
    const positions = [position(address(1), 1n), position(address(2), 5n, 0n), position(address(3), 10_000n)]
    const { manifest } = prepareDisbursement(input({ positions, income: 6_667n, funded: 1_000n }))
    expect(
      manifest.holders.map(({ status, index, shard, amount }) => [status, index, shard, amount]),
    ).toEqual([
      ['nothing', null, null, 0n],
      ['forfeited', null, null, 0n],
      ['paid', 0, 0, 999n],
    ])
    expect(manifest.payout.carryOut).toBe(1n)
  })

  test('of which nobody is entitled has no root, and its pool waits', () => {
    const positions = [position(address(1), 5n, 0n)]
    const result = prepareDisbursement(input({ positions }))
    expect([result.root, result.records, result.tree, result.total, result.leaves]).toEqual([
      null,
      null,
      null,
      0n,
      [],
    ])
    expect(result.manifest.root).toBeNull()
    expect(result.manifest.payout.carryOut).toBe(1_800n)
    const next = prepareDisbursement(
      input({ period: 'P3', recordBlock: recordBlock(2), funded: 1_800n, previous: result.manifest }),
    )
    expect([next.total, next.manifest.payout.carryIn]).toEqual([3_600n, 1_800n])
  })

  test('of more than 128 accounts is cut into shards', () => {
    const positions = Array.from({ length: 300 }, (_, at) => position(address(0x1000 + at), 10n))
    const { manifest, tree } = prepareDisbursement(input({ positions }))
    expect(manifest.totals).toMatchObject({ leaves: 300, shards: 3 })
    expect(manifest.holders.at(-1)).toMatchObject({ shard: 2, index: 43 })
    expect(tree?.parent).not.toBeNull()
  })
})

describe('what is carried', () => {
  const small = () =>
    prepareDisbursement(
      input({ terms: terms([{ minPayout: '500' }, { asset: 'lp', minPayout: '400' }, { asset: 'lp' }, {}]) }),
    )
  const ofSmall = () => small().manifest
  const rules = () => terms([{ minPayout: '500' }, { asset: 'lp', minPayout: '400' }, { asset: 'lp' }, {}])

  test('survives a period paid in another asset, so that one previous manifest is enough', () => {
    const first = ofSmall()
    expect(first.carried).toEqual([
      {
        asset: USDC,
        carryOut: 0n,
        accrued: [
          { holder: address(1), amount: 450n },
          { holder: address(2), amount: 450n },
        ],
      },
    ])
    const middle = prepareDisbursement(second(first, { terms: rules() })).manifest
    // 601 LP units over 200, 200, 400 of 800: 150, 150, 300, all under 400, and one unit left over.
    expect(middle.carried).toEqual([
      first.carried[0],
      {
        asset: LP,
        carryOut: 1n,
        accrued: [
          { holder: address(1), amount: 150n },
          { holder: address(2), amount: 150n },
          { holder: address(3), amount: 300n },
        ],
      },
    ])
    expect(middle.root).toBeNull()
    const third = prepareDisbursement(
      second(middle, {
        terms: rules(),
        period: 'P3',
        recordBlock: recordBlock(2),
        funded: 0n,
        lp: purchase(0n),
      }),
    ).manifest
    expect(third.payout).toMatchObject({ carryIn: 1n, accruedBefore: 600n, accruedAfter: 0n, carryOut: 0n })
    expect(third.totals.paid).toBe(601n)
    const last = prepareDisbursement(
      input({ terms: rules(), period: 'P4', recordBlock: recordBlock(3), previous: third }),
    ).manifest
    expect(last.payout).toMatchObject({ accruedBefore: 900n, accruedAfter: 0n })
    expect(last.totals.paid).toBe(2_700n)
    expect(last.carried).toEqual([
      { asset: USDC, carryOut: 0n, accrued: [] },
      { asset: LP, carryOut: 0n, accrued: [] },
    ])
    expect(last.previous).toBe(manifestHash(third))
  })

  test('stays with a holder who has linked itself to another since, in every asset', () => {
    const first = ofSmall()
    const joined = [
      position(address(1), 600n, 400n, { wallets: [address(1), address(2)], recipient: address(0x55) }),
      position(address(3), 400n, 400n, { wallets: [address(3), address(9)] }),
    ]
    const lots = lotsOf(holders())
    const middle = prepareDisbursement(second(first, { terms: rules(), positions: joined, lots })).manifest
    expect(middle.carried[0]).toEqual({
      asset: USDC,
      carryOut: 0n,
      accrued: [{ holder: address(1), amount: 900n }],
    })
    const last = prepareDisbursement(
      input({
        terms: rules(),
        period: 'P4',
        recordBlock: recordBlock(3),
        positions: joined,
        lots,
        previous: middle,
      }),
    )
    expect(last.leaves).toContainEqual({ account: address(0x55), amount: 1_800n })
  })

  test('is never dropped with a holder who is not listed any more', () => {
    const positions = holders().filter(({ holder }) => holder !== address(2))
    expect(() =>
      prepareDisbursement(second(ofSmall(), { terms: rules(), positions, lots: lotsOf(positions) })),
    ).toThrow(
      `${address(2)} has accrued 450 of ${USDC} and is not among the holders; read every page of holders`,
    )
  })
})

describe('a disbursement is refused', () => {
  const first = () => prepareDisbursement(input()).manifest
  test.each<[string, () => IncomeInput, string]>([
    [
      'for an unknown period',
      () => input({ period: 'P9' }),
      'the income stream has no period P9; it has P1, P2, P3',
    ],
    [
      "with a record block at the period's end",
      () => input({ recordBlock: { ...recordBlock(0), timestamp: 1_769_904_000n } }),
      "the record block 1000 is of 1769904000, not before the period's end 1769904000",
    ],
    [
      'funded with other than what is due',
      () => input({ funded: 1_799n }),
      'P1 is paid in the currency: funded is 1799 and must be the 1800 that is due',
    ],
    [
      'with an LP purchase where the currency is paid',
      () => input({ lp: purchase(1_800n) }),
      'P1 is paid in the currency, so it has no LP purchase',
    ],
    [
      'without one where LP units are paid',
      () => second(first(), { lp: null }),
      'P2 is paid in LP units: say how they were come by',
    ],
    [
      'with a purchase of another amount',
      () => second(first(), { funded: 600n }),
      'funded is 600 LP units and must be the 601 that the purchase received',
    ],
    [
      'with a purchase that names no transaction',
      () => second(first(), { lp: { ...purchase(601n), transactions: [] } as never }),
      'the LP purchase names no transaction; name every one',
    ],
    [
      'after one of another chain',
      () => second({ ...first(), chainId: 1 }),
      'the previous manifest is of another program or stream',
    ],
    [
      'after one under other terms',
      () => second(first(), { terms: terms([{}, { asset: 'lp' }]) }),
      'the previous manifest was made under terms',
    ],
    [
      'after itself',
      () => input({ previous: first() }),
      'the previous manifest is of P1, which is not before P1',
    ],
    [
      'with a record block before the previous one',
      () =>
        second(first(), {
          recordBlock: recordBlock(0),
          previous: { ...first(), recordBlock: recordBlock(5) },
        }),
      'the record block 1000 is before that of P1, 6000',
    ],
    [
      'with a basis where LP counts for nothing',
      () => input({ terms: { ...input().terms, custody: { lpTreatment: 'none' } } }),
      `holder ${address(3)} has an LP basis of 250, and under lpTreatment "none" there is none`,
    ],
    [
      'with lots that are not the holders’',
      () => input({ lots: [] }),
      `holder ${address(3)}: primary lots are 400, but the lots listed for its wallets make 0`,
    ],
  ])('%s', (_, make, message) => {
    const made = make()
    expect(() => prepareDisbursement(made)).toThrow(message)
  })
})
