import { randomInt } from 'node:crypto'
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
  'register',
] as const
export type PortName = (typeof PORT_NAMES)[number]
export type Ports = Readonly<Record<PortName, number>>

/**
 * Free ports are drawn from here: below the range from which systems take ports for outgoing connections, so that none
 * is taken between its choice and its use.
 */
const FIRST = 20_000
const LAST = 32_000

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
      const port = asked[name]
      const holding =
        port === undefined ? await holdAny() : await hold(port).catch((error) => refuse(name, port, error))
      chosen[name] = holding.port
      held.push(holding.release)
    }
  } finally {
    await Promise.all(held.map((release) => release()))
  }
  return chosen as Ports
}

/** A free port, for what needs only one. */
export async function freePort(): Promise<number> {
  const { port, release } = await holdAny()
  await release()
  return port
}

/** @throws StackError when another program uses the port, saying what wanted it */
export async function requireFree(port: number, purpose: string): Promise<void> {
  const { release } = await hold(port).catch(() => {
    throw new StackError(
      `port ${port} for ${purpose} is used by another program; end that, or choose another port`,
    )
  })
  await release()
}

interface Held {
  readonly port: number
  release(): Promise<void>
}

async function holdAny(): Promise<Held> {
  for (let tries = 0; tries < 200; tries++) {
    try {
      return await hold(randomInt(FIRST, LAST))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    }
  }
  throw new StackError(
    `no port from ${FIRST} to ${LAST} is free; give each part one, with ${PORT_NAMES.map((name) => `--port-${name}`).join(', ')}`,
  )
}

function hold(port: number): Promise<Held> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      resolve({ port, release: () => new Promise((done) => server.close(() => done())) })
    })
  })
}

function refuse(name: PortName, port: number, error: NodeJS.ErrnoException): never {
  const why = error.code === 'EADDRINUSE' ? 'another program is using it' : error.message
  throw new StackError(
    `port ${port} for ${name} cannot be used: ${why}; end that program, or give another with --port-${name}`,
  )
}
