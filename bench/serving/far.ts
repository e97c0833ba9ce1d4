// What a Worker has at a distance, in a process of this bench: R2 with one records file, made page by page as it is asked for so
// that ten million accounts need no disk; D1 with one distribution; and an edge's cache that holds nothing.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What was read of R2 so far, and how often the database was asked. */
export type Reads = { reads: number; bytes: number; queries: number }

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const pieces: Buffer[] = []
  for await (const piece of request) pieces.push(piece)
  return Buffer.concat(pieces).toString()
}

/**
 * @param file the bytes at an offset of the records file, and its length
 * @param row the distribution's row
 */
export const startFar = async (
  file: { length: number; read(offset: number, length: number): Uint8Array },
  row: Readonly<Record<string, unknown>>,
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
  const server = createServer(async (request, response) => {
    const asked = request.headers['cf-r2-request']
    if (typeof asked === 'string') return r2(asked, response)
    await bodyOf(request)
    if (!/query|execute/.test(request.url ?? '')) {
      response.statusCode = 504
      response.end()
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
