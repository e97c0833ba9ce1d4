import { createServer } from 'node:net'
import { StackError } from './child.ts'

/** The parts of the local system that listen, each with the option that names its port. */
export const PORT_NAMES = [
  'chain',
  'postgres',
  'graph',
  'graph-admin',
  'graph-index',
  'graph-metrics',
  'ipfs',
  'api',
  'gateway',
] as const
export type PortName = (typeof PORT_NAMES)[number]
export type Ports = Readonly<Record<PortName, number>>

/**
 * A port for every part: the one asked for, or a free one.
 * @throws StackError when a port that was asked for is taken.
 */
export async function choosePorts(asked: Partial<Record<PortName, number>>): Promise<Ports> {
  const chosen: Partial<Record<PortName, number>> = {}
  // All stay open until every one is chosen, so that no two parts are given the same.
  const held: (() => Promise<void>)[] = []
  try {
    for (const name of PORT_NAMES) {
      const { port, release } = await hold(name, asked[name])
      chosen[name] = port
      held.push(release)
    }
  } finally {
    await Promise.all(held.map((release) => release()))
  }
  return chosen as Ports
}

function hold(
  name: PortName,
  port: number | undefined,
): Promise<{ port: number; release: () => Promise<void> }> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? 'another program is using it' : error.message
      reject(
        new StackError(
          `port ${port} for ${name} cannot be used: ${why}; end that program, or give another with --port-${name}`,
        ),
      )
    })
    server.listen(port ?? 0, '127.0.0.1', () => {
      const address = server.address()
      if (address === null || typeof address === 'string')
        return reject(new StackError(`no port for ${name}`))
      resolve({ port: address.port, release: () => new Promise((done) => server.close(() => done())) })
    })
  })
}
