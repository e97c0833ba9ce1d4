import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { StackError } from '../child.ts'
import { choosePorts, freePort, PORT_NAMES, requireFree } from '../ports.ts'

test('every part has a port of its own', async () => {
  const ports = await choosePorts({})
  assert.equal(new Set(Object.values(ports)).size, PORT_NAMES.length)
})

test('a port that another program uses is refused by name, with what to do', async () => {
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const address = other.address()
  assert.ok(address !== null && typeof address === 'object')
  await assert.rejects(
    choosePorts({ api: address.port }),
    (error) =>
      error instanceof StackError &&
      error.message.includes(`port ${address.port} for api cannot be used: another program is using it`) &&
      error.message.includes('--port-api'),
  )
  await new Promise((resolve) => other.close(resolve))
})

test('a port that is taken is named with what wanted it', async () => {
  const port = await freePort()
  await requireFree(port, 'graph-node (admin)')
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve))
  await assert.rejects(
    requireFree(port, 'graph-node (admin)'),
    new RegExp(`port ${port} for graph-node \\(admin\\) is used`),
  )
  await new Promise((resolve) => other.close(resolve))
})
