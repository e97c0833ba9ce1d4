// SPEC section 5 on random histories: whatever happens, sums hold, and the entitlement is the running minimum of custody.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Position } from '../entitlement.ts'
import { Chain } from './chain.ts'
import { address, deployment } from './fixtures.ts'

const PEOPLE = Array.from({ length: 6 }, (_, at) => address(0x10 + at))
const { issuer } = deployment()

const action = fc.record({
  kind: fc.constantFrom(
    'sell',
    'buy',
    'send',
    'stake',
    'unstake',
    'add',
    'remove',
    'lpSend',
    'lpStake',
    'lpUnstake',
    'lpGift',
    'link',
    'swapIn',
    'swapOut',
    'close',
    'close',
  ),
  who: fc.nat(PEOPLE.length - 1),
  other: fc.nat(PEOPLE.length - 1),
  part: fc.integer({ min: 1, max: 8 }),
})

type Action = typeof action extends fc.Arbitrary<infer Value> ? Value : never

/** Plays one action as far as it can be done; what cannot be done is left out. */
const play = (chain: Chain, { kind, who, other, part }: Action, linked: Set<string>): void => {
  const [me, you] = [PEOPLE[who] ?? issuer, PEOPLE[other] ?? issuer]
  const own = live(chain, me)
  const some = (of: bigint): bigint => (of * BigInt(part)) / 8n
  switch (kind) {
    case 'sell':
      chain.sell(me, BigInt(part) * 1_000_003n)
      break
    case 'buy':
      chain.transfer(issuer, me, BigInt(part) * 777n)
      break
    case 'send':
      chain.transfer(me, you, some(own.balance))
      break
    case 'stake':
      chain.stake('token', me, some(own.balance))
      break
    case 'unstake':
      chain.unstake('token', me, some(own.staked))
      break
    case 'add':
      if (some(own.balance) > 1000n) {
        const tokens = some(own.balance)
        chain.addLiquidity(me, tokens, (tokens * chain.reserves.other) / chain.reserves.token + 1n)
      }
      break
    case 'remove':
      chain.removeLiquidity(me, some(own.lp))
      break
    case 'lpSend':
      chain.lpTransfer(me, you, some(own.lp))
      break
    case 'lpStake':
      chain.stake('lp', me, some(own.lp))
      break
    case 'lpUnstake':
      chain.unstake('lp', me, some(own.lpStaked))
      break
    case 'lpGift':
      chain.lpTransfer(issuer, me, BigInt(part) * 1_000n)
      break
    case 'link':
      if (who !== other && !linked.has(me) && !linked.has(you)) {
        chain.link(me, you)
        linked.add(me).add(you)
      }
      break
    case 'swapIn':
      chain.swapIn(me, some(own.balance) / 4n)
      break
    case 'swapOut':
      chain.swapOut(me, (chain.reserves.other * BigInt(part)) / 100n)
      break
    case 'close':
  }
  chain.close()
}

const live = (chain: Chain, wallet: `0x${string}`) => chain.ledger.wallet(wallet)

const byHolder = (positions: readonly Position[]) => new Map(positions.map((each) => [each.holder, each]))

describe('after any history', () => {
  test('sums are whole, and the entitlement is the running minimum of custody, raised by lots alone', () => {
    fc.assert(
      fc.property(fc.array(action, { minLength: 20, maxLength: 120 }), (actions) => {
        const chain = new Chain()
        chain.addLiquidity(issuer, 10n ** 9n, 10n ** 9n)
        chain.close()
        const linked = new Set<string>()
        let before = byHolder(chain.ledger.positions())
        for (const each of actions) {
          play(chain, each, linked)
          const now = chain.ledger.positions()
          for (const position of now) {
            const roots = position.wallets.flatMap((wallet) => before.get(wallet) ?? [])
            const [lots, entitlement] = roots.reduce(
              ([p, e], root) => [p + root.lots, e + root.entitlement],
              [0n, 0n],
            )
            const bought = position.lots - lots
            const expected = entitlement + bought < position.custody ? entitlement + bought : position.custody
            expect(position.entitlement).toBe(expected)
            expect(position.custody).toBe(position.balance + position.staked + position.basis)
            if (position.units === 0n) expect(position.basis).toBe(0n)
          }
          before = byHolder(now)
        }
        const wallets = [...PEOPLE, ...deployment().excluded].map((each) => chain.ledger.wallet(each))
        expect(wallets.reduce((sum, { balance }) => sum + balance, 0n)).toBe(chain.ledger.supply.token)
        expect(wallets.reduce((sum, { lp }) => sum + lp, 0n)).toBe(chain.ledger.supply.lp)
        expect(chain.ledger.supply.lp).toBe(chain.lpSupply)
        expect(chain.ledger.reserves).toEqual(chain.reserves)
        expect(chain.ledger.wallet(deployment().pair).balance).toBe(chain.reserves.token)
        const lots = chain.ledger.lots.reduce((sum, { amount }) => sum + amount, 0n)
        expect(chain.ledger.positions().reduce((sum, position) => sum + position.lots, 0n)).toBe(lots)
      }),
      { numRuns: 60 },
    )
  })

  test('transfers within a block may come in any order', () => {
    const transfer = fc.record({
      from: fc.nat(5),
      to: fc.nat(5),
      amount: fc.bigInt({ min: 0n, max: 1_000n }),
    })
    fc.assert(
      fc.property(fc.array(fc.array(transfer, { maxLength: 8 }), { maxLength: 6 }), (blocks) => {
        const run = (turned: boolean): Position[] => {
          const chain = new Chain()
          for (const each of PEOPLE) chain.sell(each, 100_000n)
          chain.close()
          for (const block of blocks) {
            for (const { from, to, amount } of turned ? [...block].reverse() : block) {
              chain.transfer(PEOPLE[from] ?? issuer, PEOPLE[to] ?? issuer, amount)
            }
            chain.close()
          }
          return chain.ledger.positions()
        }
        expect(run(true)).toEqual(run(false))
      }),
    )
  })
})
