import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { AWAY, seenBy, upstream } from '../../test/upstream.ts'
import type { Env } from '../src/index.ts'
import { ask, freshOrigin, query } from './gateway.ts'

type Head = { deployment: string; block: { number: number } }
const head = (number: number, deployment = 'Qm1'): { data: { _meta: Head } } => ({
  data: { _meta: { deployment, block: { number } } },
})
const ACCOUNTS = { data: { accounts: [] } }

/** An upstream that tells its head, and answers `A`. */
const graph = (number: number, deployment?: string, answer: unknown = ACCOUNTS) =>
  upstream({ answers: { anonymous: head(number, deployment), A: answer } })

let origin = ''
beforeEach(() => {
  origin = freshOrigin()
  vi.useFakeTimers({ toFake: ['Date'] })
})
afterEach(() => {
  vi.useRealTimers()
})
const later = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1000)

const asked = async (env: Partial<Env>, text: string, more: object = {}) => {
  const response = await ask(env, query(text, more), '/graphql', origin)
  return { status: response.status, how: response.headers.get('x-cache'), text: await response.text() }
}
const howOf = async (env: Partial<Env>, text: string, more: object = {}) => (await asked(env, text, more)).how

const OPEN = 'query A { accounts { id } }'
const pinned = (number: number) => `query A { accounts(block: { number: ${number} }) { id } }`

describe('an answer', () => {
  test('is kept for a little, then given once more while the next is fetched', async () => {
    const GRAPH_URL = await graph(1000)
    expect(await howOf({ GRAPH_URL }, OPEN)).toBe('miss')
    expect(await howOf({ GRAPH_URL }, OPEN)).toBe('hit')
    expect(await seenBy(GRAPH_URL)).toHaveLength(1)
    later(6)
    expect(await howOf({ GRAPH_URL }, OPEN)).toBe('stale')
    expect(await seenBy(GRAPH_URL)).toHaveLength(2)
    expect(await howOf({ GRAPH_URL }, OPEN)).toBe('hit')
    expect(await seenBy(GRAPH_URL)).toHaveLength(2)
  })

  test('is the same text for everybody, and another for other variables, names, origins', async () => {
    const GRAPH_URL = await graph(1000)
    const first = await asked({ GRAPH_URL }, OPEN, { variables: { a: 1 } })
    expect(await asked({ GRAPH_URL }, OPEN, { variables: { a: 1 } })).toEqual({ ...first, how: 'hit' })
    expect(await howOf({ GRAPH_URL }, OPEN, { variables: { a: 2 } })).toBe('miss')
    expect(await howOf({ GRAPH_URL }, OPEN)).toBe('miss')
    expect(await howOf({ GRAPH_URL }, OPEN, { operationName: 'A' })).toBe('miss')
    origin = freshOrigin()
    expect(await howOf({ GRAPH_URL }, OPEN)).toBe('miss')
  })

  test('that is an error is given to its asker alone', async () => {
    const GRAPH_URL = await graph(1000, 'Qm1', { data: { accounts: [] }, errors: [{ message: 'half' }] })
    expect(await howOf({ GRAPH_URL }, OPEN)).toBe('miss')
    expect(await howOf({ GRAPH_URL }, OPEN)).toBe('miss')
  })

  test('outlives an upstream that is away, for a while', async () => {
    const GRAPH_URL = await graph(1000)
    await asked({ GRAPH_URL }, OPEN)
    later(30)
    expect(await asked({ GRAPH_URL: AWAY }, OPEN)).toMatchObject({ status: 200, how: 'stale' })
    // It was not renewed, and is stale still.
    expect(await asked({ GRAPH_URL: AWAY }, OPEN)).toMatchObject({ status: 200, how: 'stale' })
    expect(await asked({ GRAPH_URL: AWAY }, pinned(1))).toMatchObject({ status: 502 })
  })
})

describe('an answer at a block', () => {
  test('below finality is kept for long, and needs no upstream from then on', async () => {
    const GRAPH_URL = await graph(1000)
    expect(await howOf({ GRAPH_URL }, pinned(904))).toBe('miss')
    later(80_000)
    expect(await howOf({ GRAPH_URL: AWAY }, pinned(904))).toBe('hit')
  })

  test.each([905, 1000, 5000])('above finality (%i) is kept for a little', async (block) => {
    const GRAPH_URL = await graph(1000)
    await asked({ GRAPH_URL }, pinned(block))
    expect(await howOf({ GRAPH_URL }, pinned(block))).toBe('hit')
    later(6)
    expect(await howOf({ GRAPH_URL }, pinned(block))).toBe('stale')
  })

  test('is kept for a little when any root field is of no block', async () => {
    const GRAPH_URL = await graph(1000)
    const text = 'query A { accounts(block: { number: 1 }) { id } swaps { id } }'
    await asked({ GRAPH_URL }, text)
    later(6)
    expect(await howOf({ GRAPH_URL }, text)).toBe('stale')
  })

  test('becomes final with the blocks above it', async () => {
    const before = await graph(950)
    expect(await howOf({ GRAPH_URL: before }, pinned(900))).toBe('miss')
    later(20)
    // The head is renewed beside an answer by the old one.
    const after = await graph(1000)
    expect(await howOf({ GRAPH_URL: after }, pinned(900))).toBe('stale')
    expect(await howOf({ GRAPH_URL: after }, pinned(900))).toBe('miss')
    later(70_000)
    expect(await howOf({ GRAPH_URL: AWAY }, pinned(900))).toBe('hit')
  })

  test('is of one version of the subgraph', async () => {
    expect(await howOf({ GRAPH_URL: await graph(1000, 'Qm1') }, pinned(1))).toBe('miss')
    later(20)
    const GRAPH_URL = await graph(1000, 'Qm2', { data: { accounts: [{ id: '0x01' }] } })
    expect(await howOf({ GRAPH_URL }, pinned(1))).toBe('hit')
    expect(await asked({ GRAPH_URL }, pinned(1))).toMatchObject({
      how: 'miss',
      text: expect.stringContaining('0x01'),
    })
  })

  test('is asked for all the same when the head is not told', async () => {
    const GRAPH_URL = await upstream({ answers: { anonymous: { errors: [{ message: 'x' }] }, A: ACCOUNTS } })
    expect(await asked({ GRAPH_URL }, pinned(1))).toMatchObject({ status: 200, how: 'miss' })
    later(6)
    expect(await howOf({ GRAPH_URL }, pinned(1))).toBe('stale')
  })
})
