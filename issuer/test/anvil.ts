import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { createTestClient, http, publicActions, walletActions } from 'viem'
import { foundry } from 'viem/chains'

/** A chain of its own on a free port, for tests that need blocks and nothing else. */
export async function startAnvil(...args: string[]) {
  const child = spawn('anvil', ['--port', '0', ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const url = await listeningAt(child)
  const client = createTestClient({
    mode: 'anvil',
    chain: foundry,
    transport: http(url),
    pollingInterval: 50,
  })
    .extend(publicActions)
    .extend(walletActions)
  return {
    url,
    client,
    /** Mines one block at each of these times, in unix seconds. */
    async mineAt(times: readonly bigint[]) {
      for (const timestamp of times) {
        await client.setNextBlockTimestamp({ timestamp })
        await client.mine({ blocks: 1 })
      }
    },
    async stop() {
      if (child.exitCode !== null) return
      child.kill()
      await once(child, 'exit')
    },
  }
}

async function listeningAt(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('anvil has no output')
  for await (const line of createInterface(child.stdout)) {
    const address = /Listening on (\S+)/.exec(line)?.[1]
    if (address !== undefined) {
      child.stdout.resume()
      return `http://${address}`
    }
  }
  throw new Error('anvil ended before it listened')
}
