// A chain with Uniswap's own pool on it, an issuer whose periods are paid in LP units, and somebody who trades around them.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Address, encodeFunctionData, erc20Abi, type Hex, maxUint256, parseAbi, parseEther } from 'viem'
import { lpPurchaseAbi } from '../../contracts/abi.ts'
import { hashTerms, parseTerms, payoutKey } from '../../disbursement/index.ts'
import { connectChain, startChain } from '../../local/chain.ts'
import type { Child } from '../../local/child.ts'
import { deployAlex } from '../../local/deploy.ts'
import { choosePorts } from '../../local/ports.ts'
import { person } from '../../local/scenario/people.ts'
import alex from '../../programs/alex.json' with { type: 'json' }
import { guardDifferences } from '../../verify/guards.ts'
import { run } from './running.ts'

const router = parseAbi([
  'function addLiquidityETH(address token, uint256 amountTokenDesired, uint256 amountTokenMin, uint256 amountETHMin, address to, uint256 deadline) payable returns (uint256, uint256, uint256)',
  'function swapExactETHForTokens(uint256 amountOutMin, address[] path, address to, uint256 deadline) payable returns (uint256[])',
  'function swapExactTokensForETH(uint256 amountIn, uint256 amountOutMin, address[] path, address to, uint256 deadline) returns (uint256[])',
])
const LP_PERIODS = ['2026-Q2', '2026-Q3', '2026-Q4', '2027-Q1', '2027-Q2']

/** Starts it with 60 ether and 2,400,000 tokens in the pool, half a day after the second quarter's end. Stop it in the end. */
export async function startPurchasing() {
  const folder = mkdtempSync(join(tmpdir(), 'prorata-buy-shares-'))
  let anvil: Child | undefined
  const stop = async (): Promise<void> => {
    await anvil?.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    const { rpcUrl } = await startChain({
      port: (await choosePorts({})).chain,
      accounts: 45,
      genesis: new Date('2025-10-01T00:00:00Z'),
      logFile: join(folder, 'chain.log'),
      onStarted: (started) => {
        anvil = started
      },
    })
    return { ...(await fill(folder, rpcUrl)), folder, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function fill(folder: string, rpcUrl: string) {
  const issuer = person('issuer')
  const trader = person('trader1')
  const { income } = alex.streams
  const periods = income.periods.map((each) =>
    LP_PERIODS.includes(each.name) ? { ...each, asset: 'lp' } : each,
  )
  const json = { ...alex, streams: { income: { ...income, periods } } }
  const terms = parseTerms(json)
  const chain = connectChain(rpcUrl)
  const deployment = await deployAlex({ rpcUrl, graphqlUrl: rpcUrl, terms })
  assert(deployment.lpPurchase)
  const helper = deployment.lpPurchase
  writeFileSync(join(folder, 'terms.json'), JSON.stringify(json))
  writeFileSync(join(folder, 'deployment.json'), JSON.stringify(deployment))
  const env: Record<string, string> = {
    PRORATA_PROGRAM: join(folder, 'terms.json'),
    PRORATA_DEPLOYMENT: join(folder, 'deployment.json'),
    PRORATA_STATE: join(folder, 'state'),
    PRORATA_RPC_URL: rpcUrl,
    PRORATA_API_URL: 'http://127.0.0.1:9',
    PRORATA_KEY: issuer.privateKey,
  }

  async function send(
    from: Address,
    to: Address,
    call: Parameters<typeof encodeFunctionData>[0],
    value = 0n,
  ): Promise<Hex> {
    const data = encodeFunctionData(call)
    const hash = await chain.sendTransaction({ account: from, to, data, value, gas: 3_000_000n })
    assert.equal((await chain.waitForTransactionReceipt({ hash })).status, 'success')
    return hash
  }

  async function until(date: string): Promise<void> {
    await chain.setNextBlockTimestamp({ timestamp: BigInt(Date.parse(date) / 1000) })
    await chain.mine({ blocks: 1 })
  }

  async function pass(seconds: number): Promise<void> {
    await chain.increaseTime({ seconds })
    await chain.mine({ blocks: 1 })
  }

  /** Somebody trades ether for tokens, and what they bought back again. */
  const path = () => [deployment.counterAsset, deployment.token]
  const trade = (ether: string): Promise<Hex> =>
    send(
      trader.address,
      deployment.router,
      {
        abi: router,
        functionName: 'swapExactETHForTokens',
        args: [0n, path(), trader.address, maxUint256],
      },
      parseEther(ether),
    )
  async function tradeBack(): Promise<void> {
    const amount = await balanceOf(deployment.token, trader.address)
    await send(trader.address, deployment.token, {
      abi: erc20Abi,
      functionName: 'approve',
      args: [deployment.router, maxUint256],
    })
    await send(trader.address, deployment.router, {
      abi: router,
      functionName: 'swapExactTokensForETH',
      args: [amount, 0n, path().toReversed(), trader.address, maxUint256],
    })
  }

  const balanceOf = (token: Address, owner: Address): Promise<bigint> =>
    chain.readContract({ abi: erc20Abi, address: token, functionName: 'balanceOf', args: [owner] })

  const purchases = (period: string) =>
    chain.getContractEvents({
      abi: lpPurchaseAbi,
      address: helper,
      eventName: 'Purchased',
      args: { payout: payoutKey(hashTerms(terms), period) },
      fromBlock: 0n,
      strict: true,
    })

  async function done(given: readonly string[], own: Record<string, string> = {}) {
    const { code, stdout, stderr } = await run([...given, '--json'], { ...env, ...own })
    assert.equal(code, 0, stderr)
    return JSON.parse(stdout)
  }

  async function refused(
    given: readonly string[],
    code: number,
    message: RegExp,
    own: Record<string, string> = {},
  ): Promise<void> {
    const outcome = await run([...given, '--json'], { ...env, ...own })
    assert.match(outcome.stderr.trimEnd().split('\n').at(-1) ?? '', message)
    assert.equal(outcome.code, code, outcome.stderr)
    assert.equal(outcome.stdout, '')
  }

  async function poolNow() {
    const [reserve, otherReserve, supply] = await Promise.all([
      balanceOf(deployment.counterAsset, deployment.pair),
      balanceOf(deployment.token, deployment.pair),
      chain.readContract({ abi: erc20Abi, address: deployment.pair, functionName: 'totalSupply' }),
    ])
    return { reserve, otherReserve, supply }
  }

  /** What anybody finds who verifies the purchases of a period. */
  async function guardsOf(period: string) {
    const transactions = (await purchases(period)).map(({ transactionHash }) => transactionHash)
    return guardDifferences(chain as never, { terms, deployment }, { name: period }, transactions)
  }

  await send(issuer.address, deployment.token, {
    abi: erc20Abi,
    functionName: 'approve',
    args: [deployment.router, maxUint256],
  })
  const tokens = parseEther('2400000')
  await send(
    issuer.address,
    deployment.router,
    {
      abi: router,
      functionName: 'addLiquidityETH',
      args: [deployment.token, tokens, 0n, 0n, issuer.address, maxUint256],
    },
    parseEther('60'),
  )
  await until('2026-07-01T12:00:00Z')
  return {
    ...{ chain, terms, deployment, helper, env, issuer, trader },
    ...{ send, until, pass, trade, tradeBack, balanceOf, poolNow },
    ...{ purchases, guardsOf, done, refused },
  }
}
