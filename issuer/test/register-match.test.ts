import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Address, pad, toHex } from 'viem'
import type { RegisterEntry, Status } from '../registerClient.ts'
import { type Match, matchLots, type PaidLot } from '../registerMatch.ts'

const wallet = (number: number): Address => pad(toHex(number), { size: 20 })
const entry = (number: number, status: Status, pledge: number): RegisterEntry => ({
  id: `id ${number}`,
  wallet: wallet(number),
  status,
  revision: 1,
  name: 'Somebody',
  email: 'somebody@example.com',
  pledge: String(pledge),
  reason: null,
  consent: { version: '1', at: 0 },
  ...{ createdAt: 0, updatedAt: 0, decidedAt: null, deleteAfter: 0 },
})

const person = fc.record({
  /** How many linked wallets the holder has, the first being the root. */
  wallets: fc.integer({ min: 1, max: 3 }),
  entries: fc.array(
    fc.record({
      at: fc.nat(2),
      status: fc.constantFrom('pending', 'approved', 'declined'),
      pledge: fc.integer({ min: 1, max: 9 }),
    }),
    { maxLength: 3 },
  ),
  lots: fc.array(fc.record({ at: fc.nat(2), amount: fc.integer({ min: 1, max: 9 }) }), { maxLength: 3 }),
})

test('every entry and every lot is in exactly one place, by holder, whatever wallets are linked', () => {
  fc.assert(
    fc.property(fc.array(person, { maxLength: 8 }), (people) => {
      const entries: RegisterEntry[] = []
      const lots: PaidLot[] = []
      const positions = people.map(({ wallets }, at) => ({
        holder: wallet(at * 10 + 1),
        wallets: Array.from({ length: wallets }, (_, each) => wallet(at * 10 + 1 + each)),
      }))
      for (const [at, { wallets, entries: own, lots: bought }] of people.entries()) {
        const used = new Set<number>()
        for (const { at: which, status, pledge } of own) {
          const number = at * 10 + 1 + (which % wallets)
          if (!used.has(number)) entries.push(entry(number, status, pledge))
          used.add(number)
        }
        for (const { at: which, amount } of bought) {
          lots.push({
            ...{
              transaction: toHex(lots.length, { size: 32 }),
              logIndex: 0,
              buyer: wallet(at * 10 + 1 + (which % wallets)),
            },
            ...{ amount: BigInt(amount), cost: BigInt(2 * amount) },
          })
        }
      }
      const { matched, unmatchedLots, unmatchedEntries } = matchLots(entries, lots, positions)
      const all = [...matched, ...unmatchedLots, ...unmatchedEntries]
      assert.deepEqual(
        all
          .flatMap((each) => each.entries)
          .map(({ id }) => id)
          .sort(),
        entries.map(({ id }) => id).sort(),
      )
      assert.equal(all.flatMap((each) => each.lots).length, lots.length)
      assert.equal(new Set(all.map(({ holder }) => holder)).size, all.length)
      const isApproved = ({ entries: own }: Match) => own.some(({ status }) => status === 'approved')
      assert.ok(matched.every((each) => isApproved(each) && each.lots.length > 0))
      assert.ok(unmatchedLots.every((each) => !isApproved(each) && each.lots.length > 0))
      assert.ok(
        unmatchedEntries.every(({ lots: bought, entries: own }) => bought.length === 0 && own.length > 0),
      )
      for (const { bought, paid, pledged, ...each } of all) {
        assert.equal(
          bought,
          each.lots.reduce((sum, { amount }) => sum + amount, 0n),
        )
        assert.equal(paid, 2n * bought)
        const approved = each.entries.filter(({ status }) => status === 'approved')
        assert.equal(
          pledged,
          approved.reduce((sum, { pledge }) => sum + BigInt(pledge ?? 0), 0n),
        )
      }
    }),
  )
})

test('a wallet that nobody linked stands for itself, and a lot of another seller has no price', () => {
  const lot = { transaction: toHex(1, { size: 32 }), logIndex: 0, buyer: wallet(2), amount: 5n, cost: null }
  const { matched, unmatchedLots, unmatchedEntries } = matchLots([entry(1, 'approved', 3)], [lot], [])
  assert.deepEqual([matched.length, unmatchedLots.length, unmatchedEntries.length], [0, 1, 1])
  assert.equal(unmatchedLots[0]?.paid, null)
})
