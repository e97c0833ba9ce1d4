import canonicalize from 'canonicalize'
import { type Hex, keccak256 } from 'viem'

/** Plain JSON with every integer as a decimal string. */
export const integersAsText = (value: unknown): unknown => {
  if (typeof value === 'bigint' || typeof value === 'number') return value.toString()
  if (Array.isArray(value)) return value.map(integersAsText)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, integersAsText(each)]))
}

/**
 * UTF-8 bytes of a value's canonical JSON (RFC 8785): keys sorted, no spaces, one spelling for every value.
 * @throws TypeError for a value JSON has no form for.
 */
export const canonicalBytes = (value: unknown): Uint8Array => {
  const text = canonicalize(value)
  if (text === undefined) throw new TypeError('This value has no JSON form')
  return new TextEncoder().encode(text)
}

/** keccak256 of {@link canonicalBytes}: the name of a document on chain. */
export const canonicalHash = (value: unknown): Hex => keccak256(canonicalBytes(value))
