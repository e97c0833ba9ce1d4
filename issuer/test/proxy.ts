import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'

/** One request as it passes: its body as text, and where it goes. */
export interface Passing {
  method: string
  path: string
  body: string
}

/** What a test does with the traffic. Each may be left out. */
export interface Tampering {
  /** Before the request goes on. @returns false to swallow it */
  before?: (request: Passing) => boolean | Promise<boolean>
  /** When the answer is here and before it goes back: what goes back instead, or null to swallow it. */
  after?: (request: Passing, answer: string) => string | null
}

/**
 * A wire between a command and one of its services, for what happens on wires: it breaks before a request arrives, or after
 * it did and before the answer is back, or the other side tells lies.
 */
export async function startProxy(target: string, tampering: Tampering) {
  const server = createServer(async (incoming, outgoing) => {
    const request = {
      method: incoming.method ?? 'GET',
      path: incoming.url ?? '/',
      body: (await read(incoming)).toString(),
    }
    if ((await tampering.before?.(request)) === false) return incoming.socket.destroy()
    const { origin, pathname } = new URL(target)
    const path = request.path === '/' ? pathname : pathname.replace(/\/$/, '') + request.path
    const { 'content-type': type = 'application/json', authorization } = incoming.headers
    const answer = await fetch(origin + path, {
      method: request.method,
      headers: { 'content-type': type, ...(authorization !== undefined && { authorization }) },
      ...(request.method === 'POST' && { body: request.body }),
    })
    const bytes = Buffer.from(await answer.arrayBuffer())
    const text = tampering.after === undefined ? bytes : tampering.after(request, bytes.toString())
    if (text === null) return incoming.socket.destroy()
    outgoing.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? type })
    outgoing.end(text)
  })
  server.listen(0, '127.0.0.1').unref()
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function read(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(chunk)
  return Buffer.concat(chunks)
}
