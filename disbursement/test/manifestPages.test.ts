// A large program's manifest: what of it lies in pages, and that nothing of it can be changed.
import { bytesToHex, hexToBytes, keccak256 } from 'viem'
import { describe, expect, test } from 'vitest'
import { nodeKernel } from '../../keccak/node.ts'
import { canonicalBytes } from '../canonical.ts'
import { checkManifestHead, parseManifest } from '../check.ts'
import { type DisbursementInput, prepareDisbursement } from '../disburse.ts'
import { decodeManifest, decodeManifestHead, manifestHash } from '../manifest.ts'
import { gatherPages, LONGEST_LIST, PAGE_ENTRIES } from '../manifestPages.ts'
import { address, deployment, hash, lotsOf, position, recordBlock, terms } from './fixtures.ts'

const kernel = nodeKernel()
const rules = terms([{ minPayout: '3' }, {}, {}, {}])
const made = (count: number) => {
  // All but one have less than the minimum, so that what accrues is a long list too.
  const positions = Array.from({ length: count }, (_, at) =>
    position(address(at + 0x10000), at === 7 ? 10_000_000n : 10n),
  )
  const input: DisbursementInput = {
    terms: rules,
    deployment: deployment(),
    stream: 'income',
    period: 'P1',
    positions,
    lots: lotsOf(positions),
    recordBlock: recordBlock(0),
    income: 12_000_000n,
    statementHash: hash(0x57a7),
    funded: 1_800_000n,
    lp: null,
    previous: null,
  }
  return prepareDisbursement(input, kernel)
}
const SIZE = LONGEST_LIST + 2
const large = made(SIZE)
const context = { terms: rules, deployment: deployment(), hasher: kernel }
const read = (pages = large.manifestPages) => parseManifest(large.manifestBytes, { ...context, pages })

describe('a manifest of many holders', () => {
  test('stays small, and is whole again with its pages', () => {
    expect(large.manifestBytes.length).toBeLessThan(10_000)
    const accrued = large.manifest.carried[0]?.accrued.length ?? 0
    expect(accrued).toBeGreaterThan(LONGEST_LIST)
    expect(large.manifestPages.size).toBe(Math.ceil(SIZE / PAGE_ENTRIES) + Math.ceil(accrued / PAGE_ENTRIES))
    expect(large.manifestHash).toBe(keccak256(large.manifestBytes))
    const manifest = read()
    expect(manifest.holders).toHaveLength(SIZE)
    expect(manifest.holders.at(-1)).toEqual(large.manifest.holders.at(-1))
    expect(manifestHash(manifest)).toBe(large.manifestHash)
    for (const [name, page] of large.manifestPages) expect(keccak256(page)).toBe(name)
  })

  test('is whole in itself up to the longest list, and in pages from one holder more on', () => {
    expect(made(LONGEST_LIST).manifestPages.size).toBe(0)
    expect(made(LONGEST_LIST + 1).manifestPages.size).toBe(5)
  })

  test('says without its pages everything but who gets what', () => {
    const { manifest, pages } = decodeManifestHead(large.manifestBytes)
    expect(pages).toEqual([...large.manifestPages.keys()])
    expect(manifest).toEqual({
      ...large.manifest,
      holders: [],
      carried: large.manifest.carried.map((each) => ({ ...each, accrued: [] })),
    })
    expect(checkManifestHead(manifest, context)).toEqual([])
    const other = structuredClone(manifest)
    other.totals.paid += 1n
    expect(checkManifestHead(other, context).map(({ code }) => code)).toEqual(['IDENTITY'])
  })

  test('gathers its pages by their names, and says which one is missing', async () => {
    const missing = [...large.manifestPages.keys()][2] ?? '0x'
    const pages = await gatherPages(large.manifestBytes, async (name) =>
      name === missing ? null : (large.manifestPages.get(name) ?? null),
    )
    expect(pages.size).toBe(large.manifestPages.size - 1)
    expect(() => read(new Map(pages))).toThrow(`its page ${missing} is missing`)
    expect(() => decodeManifest(large.manifestBytes)).toThrow(/is missing: a manifest of this size needs/)
    expect(await gatherPages(new TextEncoder().encode('{'), async () => null)).toEqual(new Map())
  })

  test('takes no page that is not what its name says', () => {
    const [[name, page] = ['0x', new Uint8Array(0)] as const] = large.manifestPages
    const entries = JSON.parse(new TextDecoder().decode(page))
    const changed = [
      canonicalBytes(entries.map((each: object, at: number) => (at === 7 ? { ...each, lots: '11' } : each))),
      canonicalBytes(entries.slice(1)),
      new Uint8Array([...page, 32]).subarray(1),
      canonicalBytes({}),
    ]
    for (const each of changed) {
      expect(() => read(new Map([...large.manifestPages, [name, each]]))).toThrow(
        /its page 0x[0-9a-f]{64} is/,
      )
    }
  })

  test('has one spelling: no page of another length, none for a short list', () => {
    const json = JSON.parse(new TextDecoder().decode(large.manifestBytes))
    const all = [...large.manifestPages.values()].flatMap((page) =>
      JSON.parse(new TextDecoder().decode(page)),
    )
    const halves = [all.slice(0, 1000), all.slice(1000, SIZE)].map((list) => canonicalBytes(list))
    const pages = new Map(halves.map((page) => [keccak256(page), page]))
    const cut = canonicalBytes({ ...json, holders: { count: `${SIZE}`, pages: [...pages.keys()] } })
    const both = new Map([...large.manifestPages, ...pages])
    expect(() => decodeManifest(cut, both, kernel)).toThrow(
      /its page 0x[0-9a-f]{64} is not what its name says/,
    )
    const short = canonicalBytes({ ...json, holders: { count: '0', pages: [] } })
    expect(() => decodeManifest(short, large.manifestPages, kernel)).toThrow(/not canonical/)
    const bytes = hexToBytes(bytesToHex(large.manifestBytes))
    bytes[bytes.length - 1] = 32
    expect(() => decodeManifestHead(bytes)).toThrow(/not JSON/)
    expect(() => decodeManifestHead(new Uint8Array([...large.manifestBytes, 32]))).toThrow(/not canonical/)
  })
})
