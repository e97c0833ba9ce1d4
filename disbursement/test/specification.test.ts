import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { allocate, due } from '../allocation.ts'
import { prepareDisbursement } from '../disburse.ts'
import { providersOf } from '../providers.ts'
import { bySwap, swapBrings } from '../purchase.ts'
import { UnitClock } from '../replay/unitSeconds.ts'
import { parseTerms } from '../terms.ts'
import { Chain } from './chain.ts'
import { address, deployment, recordBlock, rewardTermsJson } from './fixtures.ts'

// The vectors of SPEC section 14 are read from the page itself: what it says there is computed, and has to come out.

const page = readFileSync(new URL('../../docs/SPEC.md', import.meta.url), 'utf8')
const [A, B, MARKET] = [address(1), address(2), address(4)]
const WEI = 10n ** 18n
const { issuer, excluded } = deployment()

const rows = page
  .slice(page.indexOf('## 14. Vectors'))
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| ---') && !line.startsWith('| case'))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, given = '', result = '']) => ({ given, result }))

/** A decimal of the page in base units: thousands' commas dropped, `decimals` digits behind the point. */
const units = (text: string, decimals: number): bigint => {
  const [whole = '', part = ''] = text.replaceAll(',', '').split('.')
  return BigInt(whole + part.padEnd(decimals, '0'))
}
const written = (amount: bigint, decimals: number): string => {
  const digits = amount.toString().padStart(decimals + 1, '0')
  const whole = digits.slice(0, digits.length - decimals).replace(/\B(?=(\d{3})+$)/g, ',')
  return decimals === 0 ? whole : `${whole}.${digits.slice(-decimals)}`
}
const numbers = (text: string): string[] => text.match(/\d[\d,]*(?:\.\d+)?/g) ?? []

const share = (pool: bigint, weights: readonly bigint[], last: boolean) =>
  allocate({
    funded: pool,
    carryIn: 0n,
    claimants: weights.map((lots, at) => ({ holder: address(at + 1), lots, entitlement: lots, accrued: 0n })),
    forfeit: 'proportional',
    denominator: 'eligible',
    minPayout: 0n,
    last,
  })

/** A chain on which A bought 20,000 primary tokens, and where there is a market to trade with. */
const sold = () => new Chain().sell(A, 20_000n).transfer(issuer, MARKET, 50_000n).close()
const entitled = (chain: Chain): string => `E = ${written(chain.of(A).entitlement, 0)}`

/** How each case is computed; what it gives has to be the page's result, word by word. */
const cases: Record<string, (given: string) => string> = {
  'income 12,000.00 at 1500 bps; 3,600.00 at 5000 bps': (given) => {
    const [income = '', bps = '', other = '', otherBps = ''] = numbers(given)
    const paid = due(units(income, 2), Number(bps))
    expect(due(units(other, 2), Number(otherBps))).toBe(paid)
    return `${written(paid, 2)} each`
  },
  '1,800.000000 over weights 333,333 / 333,333 / 333,334': (given) => {
    const [pool = '', ...weights] = numbers(given)
    const { rows, carryOut } = share(
      units(pool, 6),
      weights.map((weight) => units(weight, 0)),
      false,
    )
    return `${rows.map(({ amount }) => written(amount, 6)).join(' / ')}, carry ${carryOut}`
  },
  '100 over three equal weights': () => {
    const of = (last: boolean) => share(100n, [7n, 7n, 7n], last)
    const amounts = (last: boolean) => of(last).rows.map(({ amount }) => amount)
    expect(of(true).carryOut).toBe(0n)
    const [most, ...others] = amounts(true)
    return `${amounts(false).join(' / ')}, carry ${of(false).carryOut}; in the last period ${most} (lowest address) / ${others.join(' / ')}`
  },
  'P = 20,000: sell 5,000, buy them back': () =>
    entitled(sold().transfer(A, MARKET, 5_000n).close().transfer(MARKET, A, 5_000n).close()),
  'P = 20,000: buy 5,000, sell 5,000': () =>
    entitled(sold().transfer(MARKET, A, 5_000n).close().transfer(A, MARKET, 5_000n).close()),
  'P = 20,000: all out and back within one block': () =>
    entitled(sold().transfer(A, MARKET, 20_000n).transfer(MARKET, A, 20_000n).close()),
  '10,000 into the pool, price doubles, stays in': () => {
    const chain = sold()
    chain.addLiquidity(issuer, 10n ** 9n, 10n ** 9n)
    chain.transfer(issuer, MARKET, 10n ** 10n).close()
    const lp = chain.addLiquidity(A, 10_000n, 10_000n)
    chain.close()
    // Without a fee, the price doubles where the other reserve grows by the root of two.
    chain.swapOut(MARKET, (chain.reserves.other * 414_213_562n) / 10n ** 9n, 0n)
    chain.close()
    const look = (lp * chain.reserves.token) / chain.lpSupply
    const basis = chain.of(A).entitlement - 10_000n
    return `deposit-basis ${written(basis, 0)}; look-through ${written(look, 0)}`
  },
  'reward 1,000; A 10 units for 100 s, B 30 units for 50 s': () => {
    const chain = new Chain()
    chain.addLiquidity(issuer, 10n ** 9n, 10n ** 9n)
    chain.close().lpTransfer(issuer, A, 10n).close().lpTransfer(issuer, B, 30n).close()
    const span = { from: 1_000n, until: 1_100n }
    const clock = new UnitClock(deployment(), [span.from], () => [])
    const times = [1_000n, 1_050n]
    chain.blocks.forEach((block, at) => {
      clock.apply(block, times[at - chain.blocks.length + times.length] ?? 0n)
    })
    const providers = providersOf(chain.ledger.positions(), clock.between(span), new Set(excluded))
    const { manifest } = prepareDisbursement({
      stream: 'liquidity',
      terms: parseTerms(rewardTermsJson({ reward: '1000' })),
      deployment: deployment(),
      period: '2026-01',
      providers,
      lpDistributions: [],
      recordBlock: recordBlock(0),
      previous: null,
    })
    return manifest.holders.map(({ amount }) => amount).join(' / ')
  },
  '4.5 ETH into a pool of 60 ETH / 2,400,000 tokens': () => {
    const pool = { reserve: 60n * WEI, otherReserve: 2_400_000n * WEI, supply: 12_000n * WEI }
    const { swapped, assetAdded } = bySwap(pool, (9n * WEI) / 2n)
    const unused = (9n * WEI) / 2n - swapped - assetAdded
    const half = (9n * WEI) / 4n
    const brought = swapBrings(pool, half)
    const added = (half * (pool.otherReserve - brought)) / (pool.reserve + half)
    const left = (brought - added) / WEI
    return `the formula of section 12 leaves at most ${unused > 1n ? unused : 1n} wei of ETH's worth unused; half leaves ${written(left, 0)} tokens`
  },
}

describe('SPEC section 14, from the page', () => {
  test('has cases', () => {
    expect(rows.length).toBeGreaterThanOrEqual(9)
  })
  for (const { given, result } of rows) {
    test(given, () => {
      const compute = cases[given]
      if (compute === undefined) throw new Error(`the page has a case that nothing computes: ${given}`)
      expect(compute(given)).toBe(result)
    })
  }
})
