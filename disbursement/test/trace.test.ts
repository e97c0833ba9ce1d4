import fc from 'fast-check'
import type { Address } from 'viem'
import { describe, expect, test } from 'vitest'
import { Ledger } from '../replay/ledger.ts'
import { type HolderStep, HolderTrace } from '../replay/trace.ts'
import { Chain } from './chain.ts'
import { address, deployment, hash } from './fixtures.ts'

const [A, B, MARKET] = [address(1), address(2), address(4)]
const { issuer, tokenVault, pair } = deployment()
const P = 20_000n

/** Replays a chain once more, following one holder. */
const historyOf = (chain: Chain, holder: Address): HolderStep[] => {
  const ledger = new Ledger({ ...deployment(), lpTreatment: 'deposit-basis' })
  const trace = new HolderTrace(ledger, holder)
  for (const block of chain.blocks) ledger.apply(block, trace)
  return trace.steps
}
const sold = () => new Chain().sell(A, P).transfer(issuer, MARKET, 50_000n).close()
const short = (steps: readonly HolderStep[]) =>
  steps.map(({ actions, custody, forfeited, entitlement }) => [
    actions.map(({ kind, amount }) => `${kind} ${amount}`).join(', '),
    custody,
    forfeited,
    entitlement,
  ])

describe('the history of a holder', () => {
  test('names the sale that cost the forfeit, and buying back does not mend it', () => {
    const chain = sold().transfer(A, MARKET, 5_000n).close().transfer(MARKET, A, 5_000n).close()
    expect(short(historyOf(chain, A))).toEqual([
      ['bought 20000', P, 0n, P],
      ['sent 5000', 15_000n, 5_000n, 15_000n],
      ['received 5000', P, 0n, 15_000n],
    ])
  })

  test('charges a sale only with what was not spare', () => {
    const chain = sold().transfer(MARKET, A, 3_000n).close().transfer(A, MARKET, 5_000n).close()
    expect(short(historyOf(chain, A)).at(-1)).toEqual(['sent 5000', 18_000n, 2_000n, 18_000n])
  })

  test('charges the transaction that was the last to go below, within one block', () => {
    const chain = sold()
      .transfer(A, MARKET, 8_000n)
      .transfer(MARKET, A, 6_000n)
      .transfer(A, MARKET, 1_000n)
      .close()
    const steps = historyOf(chain, A).slice(1)
    expect(steps.map(({ forfeited, entitlement }) => [forfeited, entitlement])).toEqual([
      [2_000n, 17_000n],
      [0n, 17_000n],
      [1_000n, 17_000n],
    ])
  })

  test('sees no forfeit where all came back within the block, nor in staking or pooling', () => {
    const chain = sold()
    chain.transfer(A, MARKET, P).transfer(MARKET, A, P).close()
    chain.addLiquidity(issuer, 10n ** 6n, 10n ** 6n)
    chain.close().stake('token', A, 12_000n).close()
    chain.addLiquidity(A, 4_000n, 4_000n)
    chain.close()
    const steps = historyOf(chain, A)
    expect(steps.every(({ forfeited, entitlement }) => forfeited === 0n && entitlement === P)).toBe(true)
    expect(steps.at(-2)?.actions).toMatchObject([
      { kind: 'sent', other: tokenVault },
      { kind: 'staked', amount: 12_000n },
    ])
    expect(steps.at(-1)).toMatchObject({
      custody: P,
      basis: 4_000n,
      actions: [
        { kind: 'sent', other: pair },
        { kind: 'lpReceived', basis: 0n },
        { kind: 'pooled', amount: 4_000n, basis: 4_000n },
      ],
    })
  })

  test('charges giving LP units away with the basis they carried', () => {
    const chain = sold()
    chain.addLiquidity(issuer, 10n ** 6n, 10n ** 6n)
    chain.close()
    const units = chain.addLiquidity(A, 4_000n, 4_000n)
    chain.close().lpTransfer(A, MARKET, units).close()
    expect(historyOf(chain, A).at(-1)).toMatchObject({
      forfeited: 4_000n,
      entitlement: 16_000n,
      actions: [{ kind: 'lpSent', amount: units, other: MARKET, basis: -4_000n }],
    })
  })

  test('counts a link for its whole block, and not before', () => {
    const late = sold().transfer(A, B, P).close().link(A, B).close()
    expect(short(historyOf(late, A)).slice(1)).toEqual([
      ['sent 20000', 0n, P, 0n],
      ['linked 20000', P, 0n, 0n],
    ])
    const intime = sold().transfer(A, B, P).link(A, B).close()
    expect(short(historyOf(intime, A)).slice(1)).toEqual([
      ['moved 20000', P, 0n, P],
      ['linked 20000', P, 0n, P],
    ])
  })

  test('adds a lot of the block to what can be forfeited in it', () => {
    const chain = sold().transfer(A, MARKET, 5_000n).sell(A, 3_000n).close()
    expect(short(historyOf(chain, A)).slice(1)).toEqual([
      ['sent 5000', 15_000n, 5_000n, 18_000n],
      ['bought 3000', 18_000n, 0n, 18_000n],
    ])
  })

  test('accounts for every unit lost, whatever happens', () => {
    const move = fc.record({
      kind: fc.constantFrom('in', 'out', 'lot', 'close', 'stake'),
      amount: fc.bigInt({ min: 1n, max: 9_000n }),
    })
    fc.assert(
      fc.property(fc.array(move, { maxLength: 30 }), (moves) => {
        const chain = sold()
        let balance = P
        for (const { kind, amount } of moves) {
          const some = amount < balance ? amount : balance
          if (kind === 'in') chain.transfer(issuer, A, amount)
          if (kind === 'lot') chain.sell(A, amount)
          if (kind === 'out') chain.transfer(A, MARKET, some)
          if (kind === 'stake') chain.stake('token', A, some)
          if (kind === 'close') chain.close()
          if (kind === 'in' || kind === 'lot') balance += amount
          if (kind === 'out' || kind === 'stake') balance -= some
        }
        chain.close()
        const steps = historyOf(chain, A)
        const { lots, entitlement, custody } = chain.of(A)
        expect(steps.reduce((left, { forfeited }) => left - forfeited, lots)).toBe(entitlement)
        expect(steps.at(-1)).toMatchObject({ lots, entitlement, custody })
        expect(steps.every(({ forfeited }) => forfeited >= 0n)).toBe(true)
      }),
      { numRuns: 100 },
    )
  })

  test('keeps the transaction of every step', () => {
    const [step] = historyOf(sold(), A)
    expect(step).toMatchObject({ block: 1n + 1n, transaction: hash(3) })
  })
})
