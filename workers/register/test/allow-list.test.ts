import { env } from 'cloudflare:workers'
import { StandardMerkleTree } from '@openzeppelin/merkle-tree'
import fc from 'fast-check'
import { MerkleTree } from 'merkletreejs'
import { type Address, type Hex, keccak256, pad, toHex } from 'viem'
import { beforeEach, describe, expect, test } from 'vitest'
import { rootFrom } from '../../../disbursement/index.ts'
import { allowListLeaf, buildAllowList } from '../src/allowList.ts'
import { approved, call, decide, entered, freshStorage, fromIssuer, problemOf } from './register.ts'

beforeEach(freshStorage)

type List = { root: Hex; wallets: number; sealedAt: number }
type Proof = { root: Hex; wallet: Address; proof: Hex[] }

const seal = () => fromIssuer('/v1/issuer/allow-lists', { method: 'POST' })
const allowed = ({ root, wallet, proof }: Proof) => rootFrom(allowListLeaf(wallet), proof) === root

describe('the tree', () => {
  const wallets = fc.uniqueArray(
    fc.bigInt({ min: 0n, max: 2n ** 160n - 1n }).map((number) => pad(toHex(number), { size: 20 })),
    { minLength: 1, maxLength: 70 },
  )

  test('proves each of its wallets and no other, with leaves of the offering', () => {
    fc.assert(
      fc.property(wallets, fc.bigInt({ min: 0n, max: 2n ** 160n - 1n }), (all, other) => {
        const list = buildAllowList(all)
        expect(list.wallets.map(({ wallet }) => wallet)).toEqual([...all].sort())
        const outsider = pad(toHex(other), { size: 20 })
        for (const { wallet, proof } of list.wallets) {
          expect(allowed({ root: list.root, wallet, proof })).toBe(true)
          if (!all.includes(outsider))
            expect(allowed({ root: list.root, wallet: outsider, proof })).toBe(false)
        }
      }),
      { numRuns: 25 },
    )
  })

  test('is OpenZeppelin’s over pairs of a leaf and what blinds it', () => {
    const all = Array.from({ length: 9 }, (_, at) => pad(toHex(at + 1), { size: 20 }))
    // Its leaf rule is the offering's.
    const standard = StandardMerkleTree.of(
      all.map((wallet) => [wallet]),
      ['address'],
    )
    for (const wallet of all) expect(toHex(allowListLeaf(wallet))).toBe(standard.leafHash([wallet]))
    // And any verifier of sorted pairs takes the proofs.
    const list = buildAllowList(all)
    for (const { wallet, proof } of list.wallets) {
      const leaf = toHex(allowListLeaf(wallet))
      expect(MerkleTree.verify([...proof], leaf, list.root, keccak256, { sortPairs: true })).toBe(true)
    }
  })

  test('shows in no proof the leaf of another wallet, nor the hash of two', () => {
    fc.assert(
      fc.property(wallets, (all) => {
        const list = buildAllowList(all)
        const leaves = new Set(all.map((wallet) => toHex(allowListLeaf(wallet))))
        const plain = StandardMerkleTree.of(
          all.map((wallet) => [wallet]),
          ['address'],
        ).dump().tree
        for (const { proof } of list.wallets) {
          for (const hash of proof) {
            expect(leaves.has(hash)).toBe(false)
            expect(plain).not.toContain(hash)
          }
        }
        expect(new Set(list.wallets.map(({ proof }) => proof[0])).size).toBe(all.length)
        expect(buildAllowList(all).root).not.toBe(list.root)
      }),
      { numRuns: 10 },
    )
  })

  test('counts each wallet once, in whatever case', () => {
    const wallet = '0xAbCdEf0000000000000000000000000000000001'
    expect(buildAllowList([wallet, wallet.toLowerCase() as Address]).wallets).toHaveLength(1)
  })
})

describe('an allow-list', () => {
  test('is of those who are approved, and each of them gets a proof, once signed in', async () => {
    const [one, two] = [await approved(), await approved()]
    const pending = await entered()
    const declined = await entered()
    await decide(declined.entry.id, { status: 'declined', revision: 1 })
    await problemOf(await call('/v1/allow-list'), 404, 'not-found')
    await problemOf(await one.send('/v1/entry/proof'), 404, 'not-found')

    const sealed = await seal()
    expect(sealed.status).toBe(201)
    const list = await sealed.json<List>()
    expect(list.wallets).toBe(2)
    expect(await (await call('/v1/allow-list')).json()).toEqual(list)
    for (const { send, wallet } of [one, two]) {
      const proof = await (await send('/v1/entry/proof')).json<Proof>()
      expect(proof).toMatchObject({ root: list.root, wallet })
      expect(allowed(proof)).toBe(true)
      expect(
        await (await send(`/v1/entry/proof?root=${list.root.toUpperCase().replace('X', 'x')}`)).json(),
      ).toEqual(proof)
    }
    for (const { send } of [pending, declined])
      await problemOf(await send('/v1/entry/proof'), 404, 'not-found')
    const text = await (await call('/v1/allow-list')).text()
    expect(text).not.toContain(one.wallet)
  })

  test('is the same while the same are approved, and stays when there is a newer one', async () => {
    const one = await approved()
    const first = await (await seal()).json<List>()
    const again = await seal()
    expect(again.status).toBe(200)
    expect(await again.json()).toEqual(first)
    const two = await approved()
    const second = await (await seal()).json<List>()
    expect(second.root).not.toBe(first.root)
    expect(second.wallets).toBe(2)
    const old = await (await one.send(`/v1/entry/proof?root=${first.root}`)).json<Proof>()
    expect(allowed(old)).toBe(true)
    await problemOf(await two.send(`/v1/entry/proof?root=${first.root}`), 404, 'not-found')
  })

  test('needs somebody who is approved', async () => {
    await entered()
    await problemOf(await seal(), 422, 'nobody-approved')
  })

  test('is read by the issuer in pages, with every proof', async () => {
    const all = []
    for (let each = 0; each < 5; each++) all.push(await approved())
    const { root } = await (await seal()).json<List>()
    const read: Proof[] = []
    for (let after = ''; ; ) {
      const page = await (
        await fromIssuer(`/v1/issuer/allow-lists/${root}?limit=2${after && `&after=${after}`}`)
      ).json<{ wallets: Proof[]; next: string | null }>()
      read.push(...page.wallets.map((each) => ({ ...each, root })))
      if (page.next === null) break
      after = page.next
    }
    expect(read.map(({ wallet }) => wallet)).toEqual(all.map(({ wallet }) => wallet).sort())
    expect(read.every(allowed)).toBe(true)
    await problemOf(await fromIssuer(`/v1/issuer/allow-lists/0x${'1'.repeat(64)}`), 404, 'not-found')
  })

  test('keeps its root, and the other proofs, when somebody is deleted, and nothing leads to them any more', async () => {
    const [stays, goes] = [await approved(), await approved()]
    const list = await (await seal()).json<List>()
    expect((await goes.send('/v1/entry', { method: 'DELETE' })).status).toBe(204)
    expect(await (await call('/v1/allow-list')).json()).toEqual(list)
    expect(allowed(await (await stays.send('/v1/entry/proof')).json<Proof>())).toBe(true)
    const leaf = toHex(allowListLeaf(goes.wallet as Address)).slice(2)
    for (const table of ['entries', 'sessions', 'allow_lists', 'allowed_wallets', 'audit']) {
      const text = JSON.stringify((await env.DB.prepare(`SELECT * FROM ${table}`).all()).results)
      expect(text).not.toContain(goes.wallet)
      expect(text).not.toContain(leaf)
    }
    // Those who are approved now are no longer those of the list.
    expect((await seal()).status).toBe(201)
  })

  test('keeps its root when the whole register is deleted', async () => {
    for (let each = 0; each < 3; each++) await approved()
    const list = await (await seal()).json<List>()
    const { entries } = await (await fromIssuer('/v1/issuer/entries')).json<{ entries: { id: string }[] }>()
    for (const { id } of entries) await fromIssuer(`/v1/issuer/entries/${id}`, { method: 'DELETE' })
    expect(await (await call('/v1/allow-list')).json()).toEqual(list)
    await problemOf(await seal(), 422, 'nobody-approved')
  })
})
