// A provider in front of a real chain that limits what one may ask, each in the words and codes of some public one.
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { hexToBigInt } from 'viem'

/** What was asked for: a range of blocks, and how many addresses at once. */
export interface Asked {
  from: bigint
  to: bigint
  blocks: bigint
  addresses: number
  /** Place of the request among all for logs, from 1. */
  request: number
}

/** How a provider refuses: an HTTP status, a JSON-RPC error, both, or by hanging up. */
export type Refusing = { status?: number; code?: number; message?: string; hangUp?: boolean }

interface Rpc {
  id: number
  method: string
  params: [{ fromBlock: `0x${string}`; toBlock: `0x${string}`; address: string | string[] }]
}

/**
 * @param target the chain's URL
 * @param rule what it refuses; null lets the request through
 * @param change alters what the chain answered to a request for logs
 */
export async function startProvider(
  target: string,
  rule: (asked: Asked) => Refusing | null,
  change: (logs: unknown[], asked: Asked) => unknown[] = (logs) => logs,
) {
  const seen: Asked[] = []
  const server = createServer(async (incoming, outgoing) => {
    const body = await read(incoming)
    const rpc = JSON.parse(body) as Rpc
    const asked = rpc.method === 'eth_getLogs' ? askedOf(rpc, seen.length + 1) : null
    if (asked !== null) seen.push(asked)
    const refusing = asked === null ? null : rule(asked)
    if (refusing?.hangUp) return incoming.socket.destroy()
    if (refusing !== null) {
      const { status = 200, code, message = 'refused' } = refusing
      if (code === undefined && status !== 200) {
        outgoing.writeHead(status, { 'content-type': 'text/plain' })
        return outgoing.end(message)
      }
      outgoing.writeHead(status, { 'content-type': 'application/json' })
      return outgoing.end(
        JSON.stringify({ jsonrpc: '2.0', id: rpc.id, error: { code: code ?? -32000, message } }),
      )
    }
    const answer = await fetch(target, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    })
    const json = (await answer.json()) as { result?: unknown }
    if (asked !== null && Array.isArray(json.result)) json.result = change(json.result, asked)
    outgoing.writeHead(answer.status, { 'content-type': 'application/json' })
    outgoing.end(JSON.stringify(json))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the provider has no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    /** Every request for logs so far. */
    seen,
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function askedOf({ params: [filter] }: Rpc, request: number): Asked {
  const [from, to] = [hexToBigInt(filter.fromBlock), hexToBigInt(filter.toBlock)]
  const addresses = Array.isArray(filter.address) ? filter.address.length : 1
  return { from, to, blocks: to - from + 1n, addresses, request }
}

async function read(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}
