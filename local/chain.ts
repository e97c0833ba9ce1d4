import { createTestClient, http, publicActions, walletActions } from 'viem'
import { type HDAccount, mnemonicToAccount } from 'viem/accounts'
import { foundry } from 'viem/chains'
import { type Child, startChild, waitFor } from './child.ts'

/** The well-known development phrase: its accounts hold nothing anywhere but on local chains. */
const MNEMONIC = 'test test test test test test test test test test test junk'

export const CHAIN_ID = foundry.id

/** The n-th account of the local chain, whose key everybody knows. */
export function localAccount(index: number): HDAccount {
  return mnemonicToAccount(MNEMONIC, { addressIndex: index })
}

/** A client of a local chain that may also set its time, mine, and send from its unlocked accounts. */
export function connectChain(rpcUrl: string) {
  // Ten milliseconds: the chain is on this machine and mines as soon as it is asked.
  const options = {
    chain: foundry,
    transport: http(rpcUrl, { retryCount: 0 }),
    pollingInterval: 10,
    cacheTime: 0,
  }
  return createTestClient({ ...options, mode: 'anvil' })
    .extend(publicActions)
    .extend(walletActions)
}
export type LocalChain = ReturnType<typeof connectChain>

/** Starts anvil; its clock begins at `genesis` and only the story moves it on. */
export async function startChain(options: {
  port: number
  accounts: number
  genesis: Date
  logFile: string
  /** Told as soon as the program runs, so that it is watched and ended with the rest. */
  onStarted?: (child: Child) => void
}): Promise<{ child: Child; rpcUrl: string }> {
  const rpcUrl = `http://127.0.0.1:${options.port}`
  const child = startChild({
    name: 'the chain (anvil)',
    command: 'anvil',
    args: [
      ['--host', '127.0.0.1'],
      ['--port', String(options.port)],
      ['--chain-id', String(CHAIN_ID)],
      ['--mnemonic', MNEMONIC],
      ['--accounts', String(options.accounts)],
      ['--timestamp', String(options.genesis.getTime() / 1000)],
      // A block is final once two more are on top of it.
      ['--slots-in-an-epoch', '1'],
      ['--order', 'fifo'],
      ['--quiet'],
    ].flat(),
    logFile: options.logFile,
  })
  options.onStarted?.(child)
  const client = connectChain(rpcUrl)
  await waitFor('the chain', () => client.getBlockNumber(), { child, timeout: 20_000, interval: 50 })
  return { child, rpcUrl }
}
