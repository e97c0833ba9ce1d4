import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'

/** A wallet whose owner says no to every transaction. */
export async function startRefuser(rpc: string) {
  const server = createServer(async (incoming, outgoing) => {
    let body = ''
    for await (const piece of incoming) body += piece
    const no = { jsonrpc: '2.0', id: 1, error: { code: 4001, message: 'User rejected the request' } }
    outgoing.end(
      body.includes('eth_sendTransaction')
        ? JSON.stringify(no)
        : await (
            await fetch(rpc, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
          ).text(),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  assert(address !== null && typeof address === 'object')
  return {
    url: `http://127.0.0.1:${address.port}`,
    async stop() {
      server.close()
      server.closeAllConnections()
    },
  }
}
