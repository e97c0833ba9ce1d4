// A contender: this project's replay of the logs, in a process of its own, fed by eth_getLogs.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createPublicClient, http } from 'viem'
import type { Deployment, Position } from '../../disbursement/index.ts'
import { ChainReplay } from '../../verify/replayChain.ts'
import type { Contender } from './contender.ts'

type Order = { rpcUrl: string; deployment: Deployment; last: bigint }

export const replay: Contender = {
  name: 'replay',
  async start({ chain, made }) {
    const child = fork(import.meta.filename, { serialization: 'advanced' })
    const said = async (): Promise<unknown> => (await once(child, 'message'))[0]
    await said()
    let found: Position[] = []
    return {
      pids: () => [child.pid ?? -1],
      async index() {
        const order: Order = { rpcUrl: chain.rpcUrl, deployment: chain.deployment, last: made.last }
        child.send(order)
        found = (await said()) as Position[]
      },
      positions: async () => found,
      async stop() {
        child.disconnect()
        await once(child, 'exit')
      },
    }
  },
}

/** The child: says that it is ready, takes one order, answers with the positions, waits to be let go. */
const serve = async (): Promise<void> => {
  const tell = (message: unknown): void => {
    process.send?.(message)
  }
  process.once('message', async ({ rpcUrl, deployment, last }: Order) => {
    const client = createPublicClient({ transport: http(rpcUrl) })
    const chain = new ChainReplay(client, { deployment, lpTreatment: 'deposit-basis' })
    tell((await chain.advanceTo(last)).positions())
  })
  tell('ready')
}

if (import.meta.main) await serve()
