// What a Worker has at a distance, in a process of this bench: R2 with one records file, made page by page as it is asked for so
// that ten million accounts need no disk; D1 with one distribution; and an edge's cache, which holds nothing or all it is given.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What was read of R2 so far, and how often the database was asked. */
export type Reads = { reads: number; bytes: number; queries: number }

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const pieces: Buffer[] = []
  for await (const piece of request) pieces.push(piece)
  return Buffer.concat(pieces).toString()
}

type Kept = { headers: [string, string][]; body: string }

/** What the runtime puts into a cache is a whole answer as HTTP sends it. */
const keptOf = (put: string): Kept => {
  const [head = '', ...rest] = put.split('\r\n\r\n')
  const headers = head
    .split('\r\n')
    .slice(1)
    .map((line): [string, string] => [
      line.slice(0, line.indexOf(':')),
      line.slice(line.indexOf(':') + 1).trim(),
    ])
  return {
    headers: headers.filter(([name]) => !/^(content-length|transfer-encoding)$/i.test(name)),
    body: rest.join('\r\n\r\n'),
  }
}

/**
 * @param file the bytes at an offset of the records file, and its length
 * @param row the distribution's row
 * @param keeps whether the cache holds what it is given
 */
export const startFar = async (
  file: { length: number; read(offset: number, length: number): Uint8Array },
  row: Readonly<Record<string, unknown>>,
  keeps = false,
): Promise<{ port: number; seen: Reads; server: Server }> => {
  const seen: Reads = { reads: 0, bytes: 0, queries: 0 }
  const r2 = (asked: string, response: ServerResponse): void => {
    const { object, range } = JSON.parse(asked) as {
      object: string
      range?: { offset?: string; length?: string }
    }
    const offset = Number(range?.offset ?? 0)
    const length = Math.min(Number(range?.length ?? file.length), file.length - offset)
    const body = file.read(offset, length)
    seen.reads++
    seen.bytes += body.length
    const meta = Buffer.from(
      JSON.stringify({
        ...{ name: object, version: 'a', size: `${file.length}`, etag: 'aa', uploaded: '1700000000000' },
        ...{ httpFields: {}, customFields: [], checksums: {} },
        range: { offset: `${offset}`, length: `${body.length}` },
      }),
    )
    response.writeHead(200, {
      'cf-r2-metadata-size': meta.length,
      'content-type': 'application/json',
      'content-length': meta.length + body.length,
    })
    response.write(meta)
    response.end(body)
  }
  const cache = new Map<string, Kept>()
  const server = createServer(async (request, response) => {
    const asked = request.headers['cf-r2-request']
    if (typeof asked === 'string') return r2(asked, response)
    const body = await bodyOf(request)
    if (!/^\/(query|execute)/.test(request.url ?? '')) {
      const name = `${request.headers.host}${request.url}`
      if (request.method === 'PUT') {
        if (keeps) cache.set(name, keptOf(body))
        response.statusCode = 204
        response.end()
        return
      }
      const found = cache.get(name)
      for (const [header, value] of found?.headers ?? []) response.setHeader(header, value)
      response.setHeader('cf-cache-status', found ? 'HIT' : 'MISS')
      response.statusCode = found ? 200 : 504
      response.end(found?.body)
      return
    }
    seen.queries++
    const results = request.url?.includes('ROWS_AND_COLUMNS')
      ? { columns: Object.keys(row), rows: [Object.values(row)] }
      : [row]
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify([{ success: true, results, meta: {} }]))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { port: (server.address() as AddressInfo).port, seen, server }
}
