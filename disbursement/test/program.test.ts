// Whole programs: twelve periods of random holders, incomes and assets, balanced to the unit from first to last.
import fc from 'fast-check'
import type { Address } from 'viem'
import { describe, expect, test } from 'vitest'
import { due } from '../allocation.ts'
import { checkManifest } from '../check.ts'
import { prepareDisbursement } from '../disburse.ts'
import type { Position } from '../entitlement.ts'
import type { IncomeManifest } from '../manifest.ts'
import { claimFromRecords } from '../recordsClaim.ts'
import { verifyClaim } from '../shards.ts'
import { address, deployment, hash, lotsOf, position, recordBlock, terms } from './fixtures.ts'

const PERIODS = 12

const amount = fc.oneof(
  fc.bigInt({ min: 0n, max: 50n }),
  fc.bigInt({ min: 0n, max: 10n ** 12n }),
  fc.bigInt({ min: 0n, max: 10n ** 30n }),
)

const program = fc.record({
  forfeit: fc.constantFrom('proportional' as const, 'all-or-nothing' as const),
  denominator: fc.constantFrom('eligible' as const, 'sold' as const),
  lots: fc.array(fc.bigInt({ min: 1n, max: 10n ** 24n }), { minLength: 1, maxLength: 12 }),
  periods: fc.array(
    fc.record({
      asset: fc.constantFrom('currency' as const, 'lp' as const),
      minPayout: fc.constantFrom('0', '20', '1000000'),
      incomeShareBps: fc.integer({ min: 1, max: 10_000 }),
      income: amount,
      bought: amount,
      /** How much of 8 each holder keeps of what it had. */
      keeps: fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 12, maxLength: 12 }),
      /** A holder that links itself to the one before it, if any. */
      link: fc.option(fc.integer({ min: 1, max: 11 })),
      recipient: fc.option(fc.integer({ min: 0, max: 11 })),
    }),
    { minLength: PERIODS, maxLength: PERIODS },
  ),
})

/** Joins the holder at that place to the first one, as a link does. */
const linked = (holders: readonly Position[], place: number): Position[] => {
  const [root, ...rest] = holders
  const joining = holders[place]
  if (root === undefined || joining === undefined || place === 0) return [...holders]
  const merged = position(root.holder, root.lots + joining.lots, root.entitlement + joining.entitlement, {
    wallets: [...root.wallets, ...joining.wallets].sort(),
    recipient: root.recipient,
  })
  return [merged, ...rest.filter((each) => each !== joining)]
}

const kept = (holder: Position, keeps: number): Position => {
  const entitlement = (holder.entitlement * BigInt(Math.min(keeps, 8))) / 8n
  return { ...holder, balance: entitlement, custody: entitlement, entitlement }
}

describe('a program of twelve periods', () => {
  test('balances to the unit in every asset, and its last periods pay out everything', () => {
    let lastPeriodsThatPaid = 0
    fc.assert(
      fc.property(program, ({ forfeit, denominator, lots, periods }) => {
        const rules = terms(
          periods.map(({ asset, minPayout, incomeShareBps }) => ({ asset, minPayout, incomeShareBps })),
          { forfeit, denominator },
        )
        let holders = lots.map((each, at) => position(address(0x100 + at * 7), each))
        const sales = lotsOf(holders)
        let previous: IncomeManifest | null = null
        const funded = new Map<Address, bigint>()
        const out = new Map<Address, bigint>()
        const add = (sums: Map<Address, bigint>, asset: Address, more: bigint) =>
          sums.set(asset, (sums.get(asset) ?? 0n) + more)

        periods.forEach((period, at) => {
          if (period.link !== null) holders = linked(holders, period.link)
          holders = holders.map((holder, place) => ({
            ...kept(holder, period.keeps[place] ?? 8),
            recipient: period.recipient === place ? address(0x9999) : holder.recipient,
          }))
          const inCurrency = period.asset === 'currency'
          const owed = inCurrency ? due(period.income, period.incomeShareBps) : period.bought
          const result = prepareDisbursement({
            terms: rules,
            deployment: deployment(),
            stream: 'income',
            period: `P${at + 1}`,
            positions: [...holders].reverse(),
            lots: sales,
            recordBlock: recordBlock(at),
            income: period.income,
            statementHash: null,
            funded: owed,
            lp: inCurrency
              ? null
              : {
                  method: 'swap',
                  transactions: [hash(at)],
                  spent: [],
                  ownTokens: 0n,
                  received: owed,
                  heldAt: address(0xf1),
                },
            previous,
          })
          const { manifest } = result
          expect(checkManifest(manifest, { terms: rules, deployment: deployment(), previous })).toEqual([])
          const { asset } = manifest.payout
          add(funded, asset, owed)
          add(out, asset, result.total + manifest.payout.returned)
          for (const { account, amount: paid } of [
            ...result.leaves.slice(0, 1),
            ...result.leaves.slice(-1),
          ]) {
            const claim = result.records === null ? null : claimFromRecords(result.records, account)
            expect(claim?.amount).toBe(paid)
            expect(claim !== null && result.root !== null && verifyClaim(result.root, claim)).toBe(true)
          }
          for (const each of manifest.carried) {
            const waiting = each.carryOut + each.accrued.reduce((sum, accrual) => sum + accrual.amount, 0n)
            expect((funded.get(each.asset) ?? 0n) - (out.get(each.asset) ?? 0n)).toBe(waiting)
          }
          if (manifest.parameters.last) {
            expect(manifest.payout.accruedAfter).toBe(0n)
            if (manifest.totals.weight > 0n) {
              expect(manifest.payout.carryOut).toBe(0n)
              expect(out.get(asset)).toBe(funded.get(asset))
              lastPeriodsThatPaid++
            }
          }
          previous = manifest
        })
      }),
      { numRuns: 30 },
    )
    // Chance decides how many programs end with somebody eligible: about every second, so that none in thirty is no chance.
    expect(lastPeriodsThatPaid).toBeGreaterThan(0)
  })
})
