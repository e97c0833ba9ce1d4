import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Env } from '../src/env.ts'
import { decide, ENTRY, type Entry, entered, freshStorage, fromIssuer, newKey } from './register.ts'

beforeEach(freshStorage)

const [first, second] = [newKey(), newKey()]
const OLD = { REGISTER_KEYS: JSON.stringify({ 1: first }) }
const BOTH = { REGISTER_KEYS: JSON.stringify({ 1: first, 2: second }) }
const NEW = { REGISTER_KEYS: JSON.stringify({ 2: second }) }

type Rotated = { version: number; rotated: number; unreadable: string[]; next: number | null }

const rotate = async (changed: Partial<Env>, after = 0, limit = 2) =>
  (
    await fromIssuer(`/v1/issuer/rotations?after=${after}&limit=${limit}`, { method: 'POST' }, changed)
  ).json<Rotated>()

const rotateAll = async (changed: Partial<Env>) => {
  const all: Rotated[] = []
  for (let after: number | null = 0; after !== null; ) {
    const batch: Rotated = await rotate(changed, after)
    all.push(batch)
    after = batch.next
  }
  return all
}

const read = async (changed: Partial<Env>) =>
  (await (await fromIssuer('/v1/issuer/entries', {}, changed)).json<{ entries: Entry[] }>()).entries

describe('a new key', () => {
  test('takes over in batches that may end anywhere; then the old one can go', async () => {
    const all = []
    for (let each = 0; each < 5; each++) all.push(await entered({ pledge: `${each + 1}` }, OLD))
    const reason = 'We could not reach you'
    await decide(all[4]?.entry.id ?? '', { status: 'declined', reason, revision: 1 }, OLD)
    // The old key is still needed, and the new one is used for whatever is written.
    const written = await entered({ pledge: '6' }, BOTH)
    const before = await read(BOTH)
    expect((await read(NEW)).map(({ readable }) => readable)).toEqual([...Array(5).fill(false), true])

    expect(await rotate(BOTH)).toMatchObject({ version: 2, rotated: 2, unreadable: [] })
    // Begun again from the start, it goes on where it was.
    expect((await rotateAll(BOTH)).reduce((sum, { rotated }) => sum + rotated, 0)).toBe(3)
    expect(await rotate(BOTH)).toEqual({ version: 2, rotated: 0, unreadable: [], next: null })

    const after = await read(NEW)
    expect(after).toEqual(before)
    expect(after.map(({ pledge }) => pledge)).toEqual(['1', '2', '3', '4', '5', '6'])
    expect(after[4]).toMatchObject({ reason })
    expect((await read(OLD)).some(({ readable }) => readable)).toBe(false)
    const edited = await written.send('/v1/entry', { method: 'PUT', json: { ...ENTRY, name: 'Zoë' } }, NEW)
    expect(edited.status).toBe(200)
  })

  test('leaves alone what no key opens, names it, and goes on', async () => {
    const all = []
    for (let each = 0; each < 3; each++) all.push(await entered({}, OLD))
    const broken = all[1]?.entry.id ?? ''
    await env.DB.prepare('UPDATE entries SET email = zeroblob(92) WHERE id = ?1').bind(broken).run()
    const batches = await rotateAll(BOTH)
    expect(batches.flatMap(({ unreadable }) => unreadable)).toEqual([broken])
    expect((await read(NEW)).map(({ readable }) => readable)).toEqual([true, false, true])
  })

  test('gives every field a new ciphertext', async () => {
    await entered({}, OLD)
    const row = () => env.DB.prepare('SELECT name, email, pledge FROM entries').first()
    const before = await row()
    await rotateAll(BOTH)
    const after = await row()
    for (const field of ['name', 'email', 'pledge'] as const)
      expect(after?.[field]).not.toEqual(before?.[field])
  })
})

describe('a ciphertext that was moved', () => {
  test.each([
    [
      'to another entry',
      'UPDATE entries SET name = (SELECT name FROM entries ORDER BY number LIMIT 1) WHERE number = (SELECT max(number) FROM entries)',
    ],
    ['to another field', 'UPDATE entries SET name = email WHERE number = (SELECT max(number) FROM entries)'],
    [
      'with its whole entry to another wallet',
      `UPDATE entries SET wallet = '0x${'e'.repeat(40)}' WHERE number = (SELECT max(number) FROM entries)`,
    ],
    [
      'to another id',
      "UPDATE entries SET id = '0b1f7a52-6a0e-4d3c-9a51-54a8a1f3b6d2' WHERE number = (SELECT max(number) FROM entries)",
    ],
  ])('%s opens for nobody', async (_, sql) => {
    await entered({}, OLD)
    await entered({ name: 'Somebody Else' }, OLD)
    await env.DB.prepare(sql).run()
    expect((await read(OLD)).map(({ readable }) => readable)).toEqual([true, false])
  })
})
