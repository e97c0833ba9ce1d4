import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { keyringOf } from '../src/keyring.ts'
import { ProblemError } from '../src/problem.ts'
import { FIELDS, type Place, seal, unseal } from '../src/seal.ts'
import { call, envWith, newKey, problemOf } from './register.ts'

const keyring = keyringOf(envWith({ REGISTER_KEYS: JSON.stringify({ 1: newKey(), 2: newKey() }) }))
const id = fc.uuid()
const place = fc.record<Place>({
  entry: id,
  wallet: fc.stringMatching(/^0x[0-9a-f]{40}$/),
  field: fc.constantFrom(...FIELDS),
  version: fc.constantFrom(1, 2),
})
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.stringMatching(/^[1-9][0-9]{0,77}$/),
)

const unreadable = async (opening: Promise<string>) => {
  const error = await opening.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(ProblemError)
  expect(error).toMatchObject({ problem: 'unreadable' })
}

describe('a sealed field', () => {
  test('opens to what it was, and is never the same twice', async () => {
    await fc.assert(
      fc.asyncProperty(place, text, async (where, what) => {
        const keys = await keyring
        const [one, two] = await Promise.all([seal(keys, where, what), seal(keys, where, what)])
        expect(await unseal(keys, where, one)).toBe(what)
        expect(one).not.toEqual(two)
        expect(one.subarray(0, 12)).not.toEqual(two.subarray(0, 12))
      }),
    )
  })

  test('does not open once any bit is changed, or any byte missing', async () => {
    await fc.assert(
      fc.asyncProperty(
        place,
        text,
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        async (where, what, spot, bits) => {
          const keys = await keyring
          const sealed = await seal(keys, where, what)
          const changed = sealed.slice()
          const at = spot % sealed.length
          changed[at] = (changed[at] ?? 0) ^ bits
          await unreadable(unseal(keys, where, changed))
          await unreadable(unseal(keys, where, sealed.subarray(0, at)))
        },
      ),
    )
  })

  test('does not open in any other place', async () => {
    await fc.assert(
      fc.asyncProperty(place, place, text, async (where, other, what) => {
        const keys = await keyring
        const sealed = await seal(keys, where, what)
        for (const [name, value] of Object.entries(other)) {
          if (where[name as keyof Place] !== value)
            await unreadable(unseal(keys, { ...where, [name]: value }, sealed))
        }
      }),
    )
  })

  test('tells of the length of what it is no more than a multiple of 64', async () => {
    const where = { entry: 'e', wallet: 'w', field: 'name', version: 1 } as const
    const keys = await keyring
    const lengths = await Promise.all(
      [0, 1, 62, 63, 126, 127].map(
        async (length) => (await seal(keys, where, 'x'.repeat(length))).length - 28,
      ),
    )
    expect(lengths).toEqual([64, 64, 64, 128, 128, 192])
  })

  test('does not open with the keys of another register', async () => {
    const where = { entry: 'e', wallet: 'w', field: 'name', version: 1 } as const
    const sealed = await seal(await keyring, where, 'Zoë')
    const others = await keyringOf(envWith({ REGISTER_KEYS: JSON.stringify({ 1: newKey() }) }))
    await unreadable(unseal(others, where, sealed))
    const none = await keyringOf(envWith({ REGISTER_KEYS: JSON.stringify({ 7: newKey() }) }))
    await unreadable(unseal(none, where, sealed))
  })
})

describe('settings that are not right', () => {
  test.each([
    ['REGISTER_KEYS', ''],
    ['REGISTER_KEYS', '{}'],
    ['REGISTER_KEYS', '{"0":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}'],
    ['REGISTER_KEYS', '{"1":"c2hvcnQtc2VjcmV0"}'],
    ['REGISTER_KEYS', '["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="]'],
    ['PAGE_ORIGIN', 'alex.example'],
    ['PAGE_ORIGIN', 'https://alex.example/'],
    ['CHAIN_ID', '0x1'],
    ['PRIVACY', '{"version":"1"}'],
    ['RETENTION_DAYS', '{"pending":0,"approved":1,"declined":1}'],
    ['PROGRAM', '{}'],
  ])('%s = %s is said, without its value', async (name, value) => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    const headers = { origin: name === 'PAGE_ORIGIN' ? value : 'https://alex.example' }
    const response = await call('/v1/nonces', { method: 'POST', headers }, { [name]: value })
    const { detail } = await problemOf(response, 500, 'misconfigured')
    expect(detail).toContain(name)
    expect(detail).not.toContain('c2hvcnQ')
    expect(JSON.stringify(log.mock.calls)).not.toContain('c2hvcnQ')
    log.mockRestore()
  })
})
