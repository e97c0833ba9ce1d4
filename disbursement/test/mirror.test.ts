// Static files that outlive every server: what is made of them, and what is refused.
import { type Hex, keccak256 } from 'viem'
import { describe, expect, test } from 'vitest'
import { nodeKernel } from '../../keccak/node.ts'
import { distributionId, encodeTerms } from '../distribution.ts'
import { RecordsError } from '../errors.ts'
import { Mirror, type MirroredDistribution, mirroredRecords, mirrorPaths, mirrorRecords } from '../mirror.ts'
import { proofText, proofWriter } from '../proofText.ts'
import { claimAt, openShard } from '../recordsClaim.ts'
import { decodeRecordsHead, shardRange } from '../recordsHead.ts'
import { encodeRecords } from '../recordsWriter.ts'
import { claimOf, distributionTree, leaves, type Payment } from '../shards.ts'
import { address } from './fixtures.ts'

const kernel = nodeKernel()
const hashOf = (text: string): Hex => keccak256(new TextEncoder().encode(text))

const spread = (size: number): Payment[] =>
  leaves(
    Array.from({ length: size }, (_, at) => ({
      account: hashOf(`${size} ${at}`).slice(0, 42) as Hex,
      amount: 10n ** 18n + BigInt(at),
    })),
  )

const mirrored = (...sets: Payment[][]) => {
  const files = new Map<string, Uint8Array>()
  const distributions = sets.map((payments): MirroredDistribution => {
    const records = encodeRecords(payments, kernel)
    const head = decodeRecordsHead(records)
    const manifestHash = hashOf(`manifest of ${payments.length}`)
    const read = ({ offset, length }: { offset: number; length: number }) =>
      records.slice(offset, offset + length)
    for (const { path, bytes } of mirrorRecords(manifestHash, head, read)) files.set(path, bytes)
    const key = { issuer: address(1), token: address(2), terms: encodeTerms(5n, 0n), root: head.root }
    return { id: distributionId(key), ...key, manifestHash }
  })
  files.set(mirrorPaths.distributions, new TextEncoder().encode(JSON.stringify(distributions)))
  const asked: string[] = []
  const read = async (path: string) => {
    asked.push(path)
    return files.get(path) ?? null
  }
  return { files, distributions, asked, mirror: new Mirror(read, kernel), read }
}

describe('a mirror', () => {
  test.each([1, 129, 5000])('of %i accounts gives their records file back', async (size) => {
    const payments = spread(size)
    const { distributions, files, read } = mirrored(payments)
    const hash = distributions[0]?.manifestHash ?? expect.fail('no distribution')
    expect(await mirroredRecords(hash, read, kernel)).toEqual(encodeRecords(payments, kernel))
    expect(await mirroredRecords(hashOf('another'), read, kernel)).toBeNull()
    files.delete(mirrorPaths.blocks(hash, 0))
    await expect(mirroredRecords(hash, read, kernel)).rejects.toThrow(RecordsError)
  })

  test.each([1, 128, 129, 2048, 2049, 5000])('of %i accounts proves every one of them', async (size) => {
    const payments = spread(size)
    const { mirror, distributions } = mirrored(payments)
    const [distribution] = distributions
    if (distribution === undefined) return expect.fail('no distribution')
    const tree = distributionTree(payments, kernel)
    const step = Math.ceil(size / 200)
    for (let place = 0; place < size; place += step) {
      const { account } = payments[place] ?? expect.fail('no payment')
      const claim = claimOf(tree, account, kernel) ?? expect.fail('no claim')
      expect(await mirror.proof(distribution.id, account)).toBe(proofText(distribution, claim))
    }
    expect(await mirror.proof(distribution.id, address(3))).toBeNull()
    expect(await mirror.proof(hashOf('another'), payments[0]?.account ?? '0x')).toBeNull()
  })

  test.each([1, 2, 128, 129, 1000])(
    'of %i accounts: their answers are written in UTF-8 as they are spelled',
    (size) => {
      const payments = spread(size)
      const { distributions } = mirrored(payments)
      const [distribution] = distributions
      if (distribution === undefined) return expect.fail('no distribution')
      const records = encodeRecords(payments, kernel)
      const head = decodeRecordsHead(records, kernel)
      const utf8 = new TextDecoder()
      for (let shard = 0; shard < head.shards; shard++) {
        const { offset, length } = shardRange(head, shard)
        const opened = openShard(head, shard, records.subarray(offset, offset + length), kernel)
        const write = proofWriter(distribution, opened)
        for (let index = 0; index < opened.tree.size; index++) {
          const place = { opened, index }
          expect(utf8.decode(write(place))).toBe(proofText(distribution, claimAt(place)))
        }
      }
    },
  )

  test('asks for one file of blocks a proof, and for a head once', async () => {
    const payments = spread(5000)
    const { mirror, distributions, asked } = mirrored(payments)
    const [distribution] = distributions
    if (distribution === undefined) return expect.fail('no distribution')
    for (const place of [0, 4999, 2500]) {
      await mirror.claim(distribution, payments[place]?.account ?? '0x')
    }
    const { manifestHash } = distribution
    expect(asked).toEqual([
      mirrorPaths.head(manifestHash),
      ...[0, 2, 1].map((file) => mirrorPaths.blocks(manifestHash, file)),
    ])
  })

  test('never makes a proof of what is missing, damaged or another’s', async () => {
    const payments = spread(300)
    const { files, distributions, read } = mirrored(payments, spread(301))
    const [one, two] = distributions
    if (one === undefined || two === undefined) return expect.fail('no distributions')
    const account = payments[200]?.account ?? '0x'
    const ask = () => new Mirror(read, kernel).claim(one, account)
    const [head, blocks] = [mirrorPaths.head(one.manifestHash), mirrorPaths.blocks(one.manifestHash, 0)]
    const whole = new Map(files)
    const changed = (path: string, bytes: Uint8Array | undefined) => {
      for (const [name, original] of whole) files.set(name, original)
      if (bytes === undefined) files.delete(path)
      else files.set(path, bytes)
    }
    const flipped = (path: string, at: number) =>
      (whole.get(path) ?? new Uint8Array(0)).map((byte, place) => (place === at ? byte ^ 1 : byte))
    for (const [path, bytes] of [
      [head, undefined],
      [blocks, undefined],
      [head, flipped(head, 30)],
      [head, whole.get(mirrorPaths.head(two.manifestHash))],
      [blocks, flipped(blocks, 6000)],
      [blocks, whole.get(blocks)?.subarray(0, 6000)],
      [blocks, whole.get(mirrorPaths.blocks(two.manifestHash, 0))],
    ] as const) {
      changed(path, bytes)
      await expect(ask()).rejects.toThrow(RecordsError)
    }
    changed(head, whole.get(head))
    expect(await ask()).not.toBeNull()
  })

  test('asks again for a head that could not be had', async () => {
    const payments = spread(200)
    const { distributions, files } = mirrored(payments)
    const [distribution] = distributions
    if (distribution === undefined) return expect.fail('no distribution')
    let isAway = true
    const mirror = new Mirror(async (path) => (isAway ? null : (files.get(path) ?? null)), kernel)
    const account = payments[0]?.account ?? '0x'
    await expect(mirror.claim(distribution, account)).rejects.toThrow('has no file')
    isAway = false
    expect(await mirror.claim(distribution, account)).not.toBeNull()
  })
})
