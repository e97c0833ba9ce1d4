// SPEC section 13 at the API: who may open, vote, count and answer, and when.
import type { Hex } from 'viem'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import {
  type Answer,
  type BallotsFile,
  ballotHash,
  documentBytes,
  documentHash,
  documentJson,
  type Evidence,
  isReceipt,
  type StoredBallot,
} from '../../../polls/index.ts'
import { call, freshStorage, problemOf } from './api.ts'
import {
  ANNA,
  ANNAS_SECOND,
  BEN,
  CLOSES,
  chainAt,
  ID,
  lower,
  NOW,
  OPENS,
  open,
  poll,
  postedLog,
  putUp,
  STRANGER,
  send,
  signed,
  WALLET,
  walletSays,
  weights,
} from './poll.ts'
import { hashOf } from './program.ts'

beforeEach(freshStorage)

const opened = async () => {
  const response = await open()
  expect(response.status, await response.clone().text()).toBe(201)
}
const read = async (path: string, time = NOW) => call(path, {}, { RPC_URL: await chainAt(time) })
const json = async <T>(response: Response, status = 200): Promise<T> => {
  expect(response.status, await response.clone().text()).toBe(status)
  return response.json()
}
const refused = async (response: Response, check: string) => {
  const { check: failed } = await problemOf(response, 422, 'ballot-refused')
  expect(failed).toBe(check)
}

describe('a poll is opened', () => {
  test('once it is announced on chain; the same again changes nothing', async () => {
    await opened()
    const again = await json<{ id: string; status: string; poll: unknown }>(await open())
    expect(again).toMatchObject({ id: ID, status: 'open', poll: documentJson(poll) })
    const list = await json<{ polls: unknown[] }>(await read('/v1/polls'))
    expect(list).toMatchObject({ receiptSigner: poll.receiptSigner, polls: [{ id: ID, status: 'open' }] })
    expect(await json(await read(`/v1/polls/${ID}/weights`))).toEqual(documentJson(weights))
  })

  test.each([
    ['weights', { eligible: 1001n }, 'document'],
    ['question', { question: 'Two\nlines' }, 'document'],
    ['chain', { chainId: 1 }, 'chainId'],
    ['signer', { receiptSigner: lower(ANNA) }, 'receiptSigner'],
    ['terms', { terms: hashOf('others') }, 'terms'],
  ] as const)('not with a wrong %s', async (_, changed, check) => {
    const problem = await problemOf(await open(changed), 422, 'poll-refused')
    expect(problem.check).toBe(check)
  })

  test('not when nobody, or somebody else, put it up; not without a key for receipts', async () => {
    const stranger = lower(STRANGER)
    for (const logs of [
      [],
      [postedLog(ID, ID, { author: stranger })],
      [postedLog(ID, ID, { address: stranger })],
    ]) {
      expect((await problemOf(await open({}, weights, logs), 422, 'poll-refused')).check).toBe('posted')
    }
    const without = await open({}, weights, undefined, { PRORATA_RECEIPT_KEY: '' })
    expect((await problemOf(without, 422, 'poll-refused')).check).toBe('receiptSigner')
  })

  test.each([
    ['too short', '0x12ab34cd56ef'],
    ['not hexadecimal', `0x${'5e'.repeat(31)}xy`],
    ['beyond the curve', `0x${'ff'.repeat(32)}`],
  ])(
    'not with a key for receipts that is %s, of which the answer and the log quote nothing',
    async (_, key) => {
      const said: unknown[] = []
      const spies = (['debug', 'error', 'info', 'log', 'warn'] as const).map((name) =>
        vi.spyOn(console, name).mockImplementation((...words) => said.push(...words)),
      )
      try {
        const broken = await open({}, weights, undefined, { PRORATA_RECEIPT_KEY: key })
        const problem = await problemOf(broken, 500, 'misconfigured')
        const told = [problem, ...said].map((each) =>
          each instanceof Error ? each.stack : JSON.stringify(each),
        )
        expect(told.join('\n')).not.toContain(key.slice(2, 12))
      } finally {
        for (const spy of spies) spy.mockRestore()
      }
    },
  )

  test('not under a name that is taken', async () => {
    await opened()
    expect((await problemOf(await open({ question: 'Another?' }), 422, 'poll-refused')).check).toBe('name')
  })
})

describe('a ballot', () => {
  beforeEach(opened)

  test('gets a receipt that anybody can check, and the same one again, even after the close', async () => {
    const ballot = await signed(ANNA, 1, 7)
    const receipt = await json<{ ballot: Hex; receivedAt: number; signature: Hex; signer: Hex }>(
      await send(ballot),
      201,
    )
    const hash = ballotHash(poll, { poll: ID, voter: lower(ANNA), option: 1, sequence: 7n })
    expect(receipt).toMatchObject({ poll: ID, ballot: hash, voter: lower(ANNA), option: 1, sequence: 7 })
    expect(receipt.receivedAt).toBe(NOW)
    const of = { poll: ID, ballot: hash, receivedAt: BigInt(NOW) }
    expect(await isReceipt(poll, of, receipt.signature, poll.receiptSigner)).toBe(true)
    expect(await isReceipt(poll, { ...of, receivedAt: 1n }, receipt.signature, poll.receiptSigner)).toBe(
      false,
    )
    expect(await json(await send(ballot, Number(CLOSES) + 5))).toEqual(receipt)
  })

  test('is taken from the opening on and before the close', async () => {
    await refused(await send(await signed(ANNA, 0, 1), Number(OPENS) - 1), 'time')
    await json(await send(await signed(ANNA, 0, 1), Number(OPENS)), 201)
    await json(await send(await signed(BEN, 0, 1), Number(CLOSES) - 1), 201)
    await refused(await send(await signed(BEN, 0, 2), Number(CLOSES)), 'time')
  })

  test('must be of somebody who weighs, for an option there is', async () => {
    await refused(await send(await signed(STRANGER, 0, 1)), 'weight')
    await refused(await send(await signed(ANNA, 2, 1)), 'option')
  })

  test('must be signed by its voter, for this poll, on this chain and board', async () => {
    // An EOA without code answers nothing when it is asked as a contract.
    const silent = { eth_call: '0x' }
    const forged = [
      await signed(BEN, 0, 1, { as: lower(ANNA) }),
      await signed(ANNA, 0, 1, { of: { ...poll, chainId: 1 }, id: ID }),
      await signed(ANNA, 0, 1, { of: { ...poll, noticeboard: WALLET }, id: ID }),
      await signed(ANNA, 0, 1, { id: hashOf('another poll') }),
      { ...(await signed(ANNA, 0, 1)), option: 1 },
      { ...(await signed(ANNA, 0, 1)), sequence: 2 },
      { ...(await signed(ANNA, 0, 1)), signature: '0x' },
      { ...(await signed(ANNA, 0, 1)), signature: `0x${'ff'.repeat(65)}` },
    ]
    for (const ballot of forged) await refused(await send(ballot, NOW, silent), 'signature')
    expect(await json(await read(`/v1/polls/${ID}`))).toMatchObject({ received: { holders: 0, voted: '0' } })
  })

  test('replaces those of the same holder, by any of its wallets, if its sequence is greater', async () => {
    await json(await send(await signed(ANNA, 0, 5)), 201)
    await refused(await send(await signed(ANNAS_SECOND, 1, 5)), 'sequence')
    await refused(await send(await signed(ANNA, 1, 4)), 'sequence')
    await json(await send(await signed(ANNAS_SECOND, 1, 6)), 201)
    const voter = await json<{ ballot: object }>(await read(`/v1/polls/${ID}/voters/${ANNA.address}`))
    expect(voter).toMatchObject({
      holder: lower(ANNA),
      weight: '500',
      ballot: { voter: lower(ANNAS_SECOND), sequence: 6, receivedAt: NOW },
    })
    expect(voter.ballot).not.toHaveProperty('option')
    // Linked wallets count once.
    expect(await json(await read(`/v1/polls/${ID}`))).toMatchObject({
      received: { holders: 1, voted: '500' },
    })
  })

  test('of a contract wallet needs its approval, and waits for nobody when the chain is away', async () => {
    const ballot = { voter: WALLET, option: 1, sequence: 1, signature: '0x1234' as Hex }
    await refused(await send(ballot, NOW, walletSays(1, 1, '0x1234', false)), 'signature')
    await json(await send(ballot, NOW, walletSays(1, 1, '0x1234', true)), 201)
    const away = { method: 'POST', headers: { 'content-type': 'application/json' } }
    const other = JSON.stringify({ ...ballot, sequence: 2 })
    await problemOf(await call(`/v1/polls/${ID}/ballots`, { ...away, body: other }), 502, 'chain-failed')
  })

  test('is not cast more often than 32 times by one holder, and never twice at once', async () => {
    const ballots = await Promise.all(Array.from({ length: 33 }, (_, at) => signed(ANNA, at % 2, at)))
    for (const ballot of ballots.slice(0, 32)) await json(await send(ballot), 201)
    await refused(await send(ballots[32]), 'count')
    const same = await signed(BEN, 0, 9)
    const answers = await Promise.all(Array.from({ length: 4 }, () => send(same)))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 201])
  })

  test('may be sent by any page, and only a ballot may', async () => {
    const ask = (path: string) =>
      call(path, {
        method: 'OPTIONS',
        headers: { origin: 'https://page.example', 'access-control-request-method': 'POST' },
      })
    const asked = await ask(`/v1/polls/${ID}/ballots`)
    expect(asked.headers.get('access-control-allow-origin')).toBe('*')
    expect(asked.headers.get('access-control-allow-methods')).toBe('POST')
    expect(asked.headers.get('access-control-allow-headers')).toBe('content-type')
    const sent = await send(await signed(ANNA, 0, 1))
    expect(sent.headers.get('access-control-allow-origin')).toBe('*')
    for (const path of ['/v1/polls', `/v1/polls/${ID}/documents`])
      expect((await ask(path)).headers.get('access-control-allow-origin')).toBeNull()
  })

  test('of a poll there is not: 404; as something else than JSON: 415', async () => {
    await problemOf(await send(await signed(ANNA, 0, 1), NOW, {}, hashOf('none')), 404, 'not-found')
    const plain = { method: 'POST', headers: { 'content-type': 'text/plain' }, body: '{}' }
    await problemOf(await call(`/v1/polls/${ID}/ballots`, plain), 415, 'unsupported-media-type')
  })
})

/** Every ballot the API shows, over small pages. */
const received = async (): Promise<StoredBallot[]> => {
  const all: StoredBallot[] = []
  for (let after = ''; ; ) {
    const page = await json<{ ballots: Record<string, string>[]; next: string | null }>(
      await read(`/v1/polls/${ID}/ballots?limit=2${after}`, Number(CLOSES)),
    )
    for (const { hash: _, ...each } of page.ballots)
      all.push({
        ...(each as unknown as StoredBallot),
        sequence: BigInt(each.sequence ?? ''),
        receivedAt: BigInt(each.receivedAt ?? ''),
      })
    if (page.next === null) return all
    after = `&after=${page.next}`
  }
}

const fileOf = (ballots: StoredBallot[], result: BallotsFile['result']): BallotsFile => ({
  kind: 'ballots',
  version: 1,
  poll,
  weights,
  leaves: [],
  closingBlock: { number: 100n, hash: hashOf('block 100'), timestamp: CLOSES - 1n },
  ballots,
  refused: [],
  result,
})

describe('a poll is counted', () => {
  beforeEach(async () => {
    await opened()
    for (const ballot of [
      await signed(ANNA, 0, 1),
      await signed(ANNAS_SECOND, 1, 2),
      await signed(BEN, 0, 1),
    ])
      await json(await send(ballot), 201)
  })
  const result = { options: [300n, 500n], holders: 2, voted: 800n, eligible: 1000n }
  const closed = async () => {
    const file = fileOf(await received(), result)
    await json(await putUp(file, Number(CLOSES)), 201)
    return file
  }
  const fails = async (response: Response, check: string) =>
    expect((await problemOf(response, 422, 'poll-refused')).check).toBe(check)

  test('from ballots that show after the close only', async () => {
    await problemOf(await read(`/v1/polls/${ID}/ballots`), 409, 'poll-open')
    expect((await received()).length).toBe(3)
  })

  test('its file is served as it was put up; the poll tells the result, the answer and the evidence', async () => {
    const file = await closed()
    expect((await putUp(file, Number(CLOSES))).status).toBe(200)
    const served = new Uint8Array(await (await read(`/v1/polls/${ID}/file`)).arrayBuffer())
    expect(served).toEqual(documentBytes(file))
    const answer: Answer = {
      kind: 'answer',
      version: 1,
      poll: ID,
      ballots: documentHash(file),
      accepted: false,
      reason: 'The coast is\ntoo loud.',
    }
    const evidence: Evidence = {
      kind: 'evidence',
      version: 1,
      poll: ID,
      text: 'I looked for another place.',
      link: 'https://example.org/place',
      file: null,
    }
    await fails(await putUp(evidence), 'answer')
    await fails(await putUp({ ...answer, ballots: hashOf('another') }), 'ballots')
    await json(await putUp(answer), 201)
    await fails(await putUp({ ...answer, accepted: true }), 'once')
    await json(await putUp(evidence), 201)
    expect(await json(await read(`/v1/polls/${ID}`))).toMatchObject({
      status: 'counted',
      result: {
        options: ['300', '500'],
        holders: 2,
        voted: '800',
        eligible: '1000',
        hash: documentHash(file),
      },
      answer: { accepted: false, reason: answer.reason, hash: documentHash(answer) },
      evidence: [{ text: evidence.text, link: evidence.link, file: null }],
    })
  })

  test('not before the close, without a ballot, with another one, with a wrong result, or unannounced', async () => {
    const ballots = await received()
    const file = fileOf(ballots, result)
    await fails(await putUp(file, NOW), 'time')
    await fails(await putUp(fileOf(ballots.slice(1), result), Number(CLOSES)), 'ballots')
    const forged = { ...ballots[0], sequence: 99n } as StoredBallot
    await fails(await putUp(fileOf([...ballots, forged], result), Number(CLOSES)), 'ballots')
    const wrong = { ...result, options: [500n, 300n] }
    await fails(await putUp(fileOf(ballots, wrong), Number(CLOSES)), 'result')
    await fails(await putUp(file, Number(CLOSES), []), 'posted')
    await json(await putUp(file, Number(CLOSES)), 201)
    await fails(await putUp({ ...file, closingBlock: poll.recordBlock }, Number(CLOSES)), 'once')
  })
})
