import { env } from 'cloudflare:workers'
import type { Hex } from 'viem'
import { beforeAll, describe, expect, test } from 'vitest'
import { encodePacked, packedLeaves } from '../../../disbursement/index.ts'
import { workerKernel } from '../../../keccak/worker.ts'
import { recordsKey } from '../keys.ts'
import { call, freshStorage, problemOf } from './api.ts'
import { disbursement, hashOf } from './program.ts'

/** 60,000 accounts: more than is checked before it is served, 1.3 MB. */
const large = (): Uint8Array => {
  const records = new Uint8Array(60_000 * 22)
  const view = new DataView(records.buffer)
  for (let at = 0; at < 60_000; at++) {
    view.setUint32(at * 22, at * 70_000)
    view.setUint16(at * 22 + 20, 300 + (at % 5))
  }
  return encodePacked(packedLeaves({ records, width: 2 }), workerKernel())
}

const three = disbursement(3)
const bytes: Record<Hex, Uint8Array> = {
  [three.manifestHash]: three.records ?? new Uint8Array(0),
  [hashOf('large')]: large(),
}
const names = Object.keys(bytes) as Hex[]

beforeAll(async () => {
  await freshStorage()
  for (const name of names) await env.STORE.put(recordsKey(name), bytes[name] ?? '')
})

const ask = (name: string, headers: Record<string, string> = {}) => call(`/v1/records/${name}`, { headers })
const bytesOf = async (response: Response) => new Uint8Array(await response.arrayBuffer())

describe.each(names)('the records of %s', (name) => {
  const file = bytes[name] ?? new Uint8Array(0)

  test('come whole, whatever their size', async () => {
    const response = await ask(name)
    expect(response.status).toBe(200)
    expect(response.headers.get('accept-ranges')).toBe('bytes')
    expect(response.headers.get('cache-control')).toContain('immutable')
    expect((await bytesOf(response)).length).toBe(file.length)
    expect(await bytesOf(await ask(name))).toEqual(file)
  })

  test.each([
    ['bytes=0-67', 0, 68],
    ['bytes=68-99', 68, 100],
    ['bytes=100-', 100, Number.POSITIVE_INFINITY],
    ['bytes=5-999999999', 5, Number.POSITIVE_INFINITY],
  ])('come in part for %s', async (range, from, until) => {
    const response = await ask(name, { range })
    const end = Math.min(until, file.length)
    expect(response.status).toBe(206)
    expect(response.headers.get('content-range')).toBe(`bytes ${from}-${end - 1}/${file.length}`)
    expect(await bytesOf(response)).toEqual(file.slice(from, end))
  })

  test.each(['bytes=-5', 'bytes=9-3', 'bytes=0-1,5-6', 'lines=0-1', 'bytes=x'])(
    'come whole for %s, which is no one range',
    async (range) => {
      const response = await ask(name, { range })
      expect(response.status).toBe(200)
      expect((await bytesOf(response)).length).toBe(file.length)
    },
  )

  test('have nothing behind their end', async () => {
    const problem = await problemOf(await ask(name, { range: `bytes=${file.length}-` }), 416, 'range-outside')
    expect(problem.detail).toContain(`${file.length} bytes`)
  })
})
