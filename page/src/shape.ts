/**
 * Readers for JSON from outside: each takes a value and where it stood, and returns it typed or throws ShapeError.
 * Integers of base units arrive as decimal strings and leave as bigint.
 */

export class ShapeError extends Error {
  override readonly name = 'ShapeError'
  constructor(path: string, wanted: string) {
    super(`${path || 'the answer'} should be ${wanted}`)
  }
}

export type Reader<T> = (value: unknown, path: string) => T
export type ReadBy<R> = R extends Reader<infer T> ? T : never

function pattern<T extends string>(test: RegExp, wanted: string): Reader<T> {
  return (value, path) => {
    if (typeof value === 'string' && test.test(value)) return value as T
    throw new ShapeError(path, wanted)
  }
}

export const address = pattern<`0x${string}`>(/^0x[0-9a-fA-F]{40}$/, 'an address')
export const bytes = pattern<`0x${string}`>(/^0x([0-9a-fA-F]{2})*$/, 'hexadecimal bytes')
const digits = pattern(/^-?\d+$/, 'an integer as a decimal string')

export const text: Reader<string> = (value, path) => {
  if (typeof value === 'string') return value
  throw new ShapeError(path, 'a string')
}

export const truth: Reader<boolean> = (value, path) => {
  if (typeof value === 'boolean') return value
  throw new ShapeError(path, 'true or false')
}

/** Base units, of any size. */
export const units: Reader<bigint> = (value, path) => BigInt(digits(value, path))

/** A count, block number or time: an integer that a double holds exactly, as a number or a decimal string. */
export const count: Reader<number> = (value, path) => {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value
  if (typeof number === 'number' && Number.isSafeInteger(number)) return number
  throw new ShapeError(path, 'a whole number')
}

/** Absent reads as null. */
export function maybe<T>(read: Reader<T>): Reader<T | null> {
  return (value, path) => (value === null || value === undefined ? null : read(value, path))
}

export function list<T>(read: Reader<T>): Reader<T[]> {
  return (value, path) => {
    if (!Array.isArray(value)) throw new ShapeError(path, 'a list')
    return value.map((item, index) => read(item, `${path}[${index}]`))
  }
}

export function record<F extends Record<string, Reader<unknown>>>(
  fields: F,
): Reader<{ [K in keyof F]: ReadBy<F[K]> }> {
  return (value, path) => {
    if (typeof value !== 'object' || value === null) throw new ShapeError(path, 'an object')
    const given = value as Record<string, unknown>
    const entries = Object.entries(fields).map(([name, read]) => [
      name,
      read(given[name], path ? `${path}.${name}` : name),
    ])
    return Object.fromEntries(entries) as { [K in keyof F]: ReadBy<F[K]> }
  }
}

/** Any object, entry by entry. */
export function dictionary<T>(read: Reader<T>): Reader<Record<string, T>> {
  return (value, path) => {
    if (typeof value !== 'object' || value === null) throw new ShapeError(path, 'an object')
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [name, read(item, `${path}.${name}`)]),
    )
  }
}
