// One chain with a program on it, made to be filled quickly: everybody's account is a small contract that does what it is
// told, so that one sender can put anybody's actions into a block, several to a transaction.
import { join } from 'node:path'
import {
  type Abi,
  type Address,
  concatHex,
  encodeFunctionData,
  type Hex,
  keccak256,
  numberToHex,
  pad,
  parseAbi,
  size,
  toEventSelector,
  toHex,
  zeroHash,
} from 'viem'
import { type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import { deployLocal, deployProgram } from '../../contracts/ignition/deploy.ts'
import type { Deployment } from '../../disbursement/index.ts'
import { CHAIN_ID, connectChain, localAccount } from '../../local/chain.ts'
import { type Child, startChild, waitFor } from '../../local/child.ts'
import { freePort } from '../../local/ports.ts'
import { eventAbis } from '../../subgraph/manifest.ts'
import { BATCH_CODE } from '../../witnesses/codes.ts'

export const ONE = 10n ** 18n
/** A deadline that does not come. */
export const FAR = 4_000_000_000n

export const routerAbi = parseAbi([
  'function swapExactTokensForTokens(uint256 amountIn, uint256 amountOutMin, address[] path, address to, uint256 deadline)',
  'function addLiquidity(address tokenA, address tokenB, uint256 a, uint256 b, uint256 minA, uint256 minB, address to, uint256 deadline)',
  'function removeLiquidity(address tokenA, address tokenB, uint256 units, uint256 minA, uint256 minB, address to, uint256 deadline)',
])

export type Call = { to: Address; data: Hex }
export type Transaction = Call & { from: Address }
/** What somebody is about to do: numbers it needs from the chain first, and the transaction they make, if any. */
export type Action = { reads: Call[]; make: (values: bigint[]) => Transaction | null }

export const call = (to: Address, abi: Abi, functionName: string, args: readonly unknown[] = []): Call => ({
  to,
  data: encodeFunctionData({ abi, functionName, args }),
})

/** What tells an account to make these calls, one after the other, all or none. */
const told = (account: Address, calls: readonly Call[]): Call => ({
  to: account,
  data: concatHex(calls.flatMap(({ to, data }) => [pad(to), numberToHex(size(data), { size: 32 }), data])),
})

/** A transaction in which a person makes these calls. */
export const by = ({ sender }: BenchChain, person: Address, calls: readonly Call[]): Transaction => ({
  from: sender,
  ...told(person, calls),
})

/** JSON-RPC requests in one HTTP request, answered in their order. */
export type Requests = (requests: readonly { method: string; params: unknown[] }[]) => Promise<unknown[]>

const requestsTo =
  (url: string): Requests =>
  async (requests) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(requests.map((each, id) => ({ jsonrpc: '2.0', id, ...each }))),
    })
    const answers = (await response.json()) as { id: number; result?: unknown; error?: { message: string } }[]
    return answers
      .sort((a, b) => a.id - b.id)
      .map(({ result, error }, at) => {
        if (error) throw new Error(`the chain refused ${requests[at]?.method}: ${error.message}`)
        return result
      })
  }

export type BenchChain = {
  pid: number
  rpcUrl: string
  request: Requests
  deployment: Deployment
  /** Who sends every transaction that no linked wallet sends. */
  sender: Address
  stop(): Promise<void>
}

const startAnvil = async (
  dir: string,
  name: string,
  args: readonly string[],
): Promise<{ child: Child; rpcUrl: string }> => {
  const port = await freePort()
  const rpcUrl = `http://127.0.0.1:${port}`
  const logFile = join(dir, `${name}.log`)
  const all = ['--port', String(port), '--quiet', ...args]
  const child = startChild({ name, command: 'anvil', args: all, logFile })
  await waitFor('the chain', () => connectChain(rpcUrl).getBlockNumber(), { child })
  return { child, rpcUrl }
}

/** Starts anvil and deploys the program; from then on blocks are mined when asked for, a transaction costs nothing. */
export const startBenchChain = async (dir: string): Promise<BenchChain> => {
  const origin = await startAnvil(dir, 'origin', [
    '--chain-id',
    String(CHAIN_ID),
    '--timestamp',
    '1767225600',
  ])
  // A fork of an empty chain: only so does anvil not hash everything there is at each block.
  const { child, rpcUrl } = await startAnvil(dir, 'anvil', [
    ...['--fork-url', origin.rpcUrl, '--no-storage-caching', '--no-rate-limit'],
    ...['--auto-impersonate', '--order', 'fifo', '--prune-history'],
    ...['--gas-limit', '1000000000', '--base-fee', '0', '--gas-price', '0'],
  ])
  const request = requestsTo(rpcUrl)

  const issuer = localAccount(0)
  const privateKey = toHex(issuer.getHdKey().privateKey ?? new Uint8Array(32))
  const target = { rpcUrl, privateKey }
  const local = await deployLocal(target)
  const deployment = await deployProgram(
    target,
    {
      issuer: issuer.address,
      tokenName: 'Alex',
      tokenSymbol: 'ALEX',
      supply: 1_000_000_000n * ONE,
      currency: local.currency,
      counterAsset: local.weth,
      factory: local.factory,
      price: 20_000n,
      cap: 500_000_000n * ONE,
      perBuyerCap: 0n,
      opensAt: 1n,
      closesAt: FAR,
      allowListRoot: zeroHash,
      termsHash: keccak256(toHex('terms')),
    },
    {
      network: 'local',
      treasury: localAccount(1).address,
      router: local.router,
      rpcUrl: null,
      explorer: null,
      graphqlUrl: null,
      registerUrl: null,
    },
  )
  await request([{ method: 'evm_setAutomine', params: [false] }])
  const stop = async (): Promise<void> => {
    await child.stop()
    await origin.child.stop()
  }
  return { pid: child.pid, rpcUrl, request, deployment, sender: localAccount(2).address, stop }
}

/** Puts transactions into the next block and mines it, twelve seconds after the last. */
export const mineBlock = async (
  { request }: BenchChain,
  transactions: readonly Transaction[],
): Promise<void> => {
  const gas = numberToHex(30_000_000)
  await request([
    ...transactions.map((each) => ({
      method: 'eth_sendTransaction',
      params: [{ ...each, gas, gasPrice: '0x0' }],
    })),
    { method: 'anvil_mine', params: ['0x1', '0xc'] },
  ])
}

/** One number for each view call, at the chain's head. */
export const readNumbers = async ({ request }: BenchChain, calls: readonly Call[]): Promise<bigint[]> => {
  if (calls.length === 0) return []
  const answers = await request(calls.map((each) => ({ method: 'eth_call', params: [each, 'latest'] })))
  return answers.map((answer) => BigInt(answer as Hex))
}

/** Which logs the program's history is made of: all that its contracts tell, but for approvals. */
export const historyFilter = (deployment: Deployment): { address: Address[]; topics: [Hex[]] } => {
  const { token, pair, offering, registry, tokenVault, lpVault, distributor } = deployment
  const events = Object.values(eventAbis()).flat()
  const topics = events.flatMap((event) =>
    event.type === 'event' && event.name !== 'Approval' ? [toEventSelector(event)] : [],
  )
  return {
    address: [token, pair, offering, registry, tokenVault, lpVault, distributor],
    topics: [[...new Set(topics)]],
  }
}

/** The n-th person's address: a contract account, once {@link makeAccounts} has made it. */
export const personAt = (index: number): Address => `0x${keccak256(toHex(`person ${index}`)).slice(-40)}`

/** The n-th spare wallet, which can sign a link. */
export const walletAt = (index: number): PrivateKeyAccount =>
  privateKeyToAccount(keccak256(toHex(`wallet ${index}`)))

/** Gives accounts their code. */
export const makeAccounts = async ({ request }: BenchChain, accounts: readonly Address[]): Promise<void> => {
  await request(accounts.map((each) => ({ method: 'anvil_setCode', params: [each, BATCH_CODE] })))
}
