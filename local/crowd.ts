// A subgraph and a chain as they would answer of very many made-up holders: rows are made as they are asked for, so that ten
// million need no database. For what has to do with size and interruption alone; the real ones are tested with the whole system.
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Hex, keccak256, toHex } from 'viem'

const RECORD_BLOCK = 90
const LAST_BLOCK = 85
const hashOf = (number: number): Hex => keccak256(toHex(`block ${number}`))

const spread = (bytes: number, count: number) => {
  const step = (1n << BigInt(8 * bytes)) / BigInt(count + 1)
  return {
    id: (place: number): string => (step * BigInt(place + 1)).toString(16).padStart(2 * bytes, '0'),
    /** How many have an id up to this one. */
    upTo: (id: bigint): number => Number(id / step),
  }
}

const TOKENS = 10n ** 18n
const account = (id: string): string => {
  const tokens = TOKENS.toString()
  return `{"id":"0x${id}","holder":"0x${id}","balance":"${tokens}","staked":"0","lp":"0","lpStaked":"0","lots":"${tokens}","custody":"${tokens}","basis":"0","settled":"${tokens}","units":"0","recipient":null}`
}
const lot = (id: string, buyer: string): string =>
  `{"id":"0x${id}05000000","holder":"0x${buyer}","buyer":"0x${buyer}","amount":"${TOKENS}","transaction":"0x${id}","logIndex":5}`

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  let text = ''
  for await (const piece of request) text += piece
  return text
}

export type Crowd = {
  url: string
  block: number
  /** Every question of the subgraph so far: its name, and the id behind which rows were asked for. */
  asked: { name: string; after: string | undefined }[]
  server: Server
}

/**
 * Starts both at one address.
 * @param count so many accounts, each with one primary lot and nothing else
 * @param delay milliseconds before each answer
 */
export const startCrowd = async (count: number, delay = 0): Promise<Crowd> => {
  const accounts = spread(20, count)
  const lots = spread(32, count)
  const program = `"program":{"lastBlock":${LAST_BLOCK},"lastBlockHash":"${hashOf(LAST_BLOCK)}"`
  const asked: Crowd['asked'] = []
  const rows = (after: string, ids: ReturnType<typeof spread>, row: (place: number) => string): string => {
    const first = after === '0x' ? 0 : ids.upTo(BigInt(after))
    const made: string[] = []
    for (let place = first; place < Math.min(count, first + 1000); place++) made.push(row(place))
    return `{"data":{${program}},"rows":[${made.join(',')}]}}`
  }
  const graph = (query: string, after = '0x'): string => {
    const name = /query (\w+)/.exec(query)?.[1] ?? ''
    asked.push({ name, after })
    const supply = (BigInt(count) * TOKENS).toString()
    if (name === 'Rows_accounts') return rows(after, accounts, (place) => account(accounts.id(place)))
    if (name === 'Rows_lots')
      return rows(after.slice(0, 66), lots, (place) => lot(lots.id(place), accounts.id(place)))
    return `{"data":{"_meta":{"hasIndexingErrors":false},${program},"accounts":${count},"totalSupply":"${supply}","lotsSold":"${supply}"}}}`
  }
  const server = createServer(async (request, response) => {
    const body = JSON.parse(await bodyOf(request)) as unknown
    if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay))
    response.setHeader('content-type', 'application/json')
    if (Array.isArray(body)) {
      const calls = body as { id: number; method: string; params?: string[] }[]
      const result = (method: string, [number = '']: string[] = []) =>
        method === 'eth_chainId'
          ? '0x7a69'
          : { number, hash: hashOf(Number(number)), timestamp: '0x69000000', transactions: [] }
      response.end(
        JSON.stringify(
          calls.map(({ id, method, params }) => ({ jsonrpc: '2.0', id, result: result(method, params) })),
        ),
      )
      return
    }
    const { query, variables } = body as { query: string; variables: { after?: string } }
    response.end(graph(query, variables.after))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, block: RECORD_BLOCK, asked, server }
}
