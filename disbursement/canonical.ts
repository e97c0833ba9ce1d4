import canonicalize from 'canonicalize'
import { type Hex, keccak256 } from 'viem'

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
