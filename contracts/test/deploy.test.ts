import assert from 'node:assert/strict'
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { type Address, createTestClient, type Hex, http, parseAbi, publicActions, walletActions } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { foundry } from 'viem/chains'
import { type Deployment, parseDeployment } from '../../disbursement/deployment.ts'
import { localCurrencyAbi, offeringAbi, personalTokenAbi, stakingVaultAbi } from '../abi.ts'
import { deployLocal, deployProgram, type ProgramParameters, type Surroundings } from '../ignition/deploy.ts'

// Deployment on a real node: by the function the local stack calls, and by the command for public networks.

const ROOT = new URL('../..', import.meta.url).pathname
const BIN = join(ROOT, 'node_modules/.bin')
// The first key of the well-known test mnemonic: of no value anywhere.
const KEY: Hex = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80'
const issuer = privateKeyToAccount(KEY)
const treasury: Address = '0x70997970c51812dc3a010c7d01b50e0d17dc79c8'
const SUPPLY = 10n ** 25n
const CAP = 10n ** 24n

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() =>
        typeof address === 'object' && address !== null
          ? resolve(address.port)
          : reject(new Error('no port')),
      )
    })
  })

const startAnvil = async (): Promise<{ url: string; child: ChildProcess }> => {
  const packaged = join(BIN, 'anvil')
  const port = await freePort()
  const child = spawn(existsSync(packaged) ? packaged : 'anvil', ['--port', `${port}`, '--silent'])
  const url = `http://127.0.0.1:${port}`
  const client = createTestClient({ chain: foundry, mode: 'anvil', transport: http(url) }).extend(
    publicActions,
  )
  for (let tries = 0; ; tries++) {
    try {
      await client.getBlockNumber()
      return { url, child }
    } catch (error) {
      if (tries === 100 || child.exitCode !== null) throw error
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}

const parametersFor = (local: { currency: Address; weth: Address; factory: Address }): ProgramParameters => ({
  issuer: issuer.address,
  tokenName: 'Alex',
  tokenSymbol: 'ALEX',
  supply: SUPPLY,
  currency: local.currency,
  counterAsset: local.weth,
  factory: local.factory,
  price: 20_000n,
  cap: CAP,
  perBuyerCap: 0n,
  opensAt: 0n,
  closesAt: 1n << 40n,
  allowListRoot: `0x${'00'.repeat(32)}`,
  termsHash: `0x${'11'.repeat(32)}`,
})

describe('deployment', () => {
  let anvil: { url: string; child: ChildProcess }
  let dir: string
  let first: Deployment

  const surroundings = (router: Address): Surroundings => ({
    network: 'local',
    treasury,
    router,
    rpcUrl: anvil.url,
    explorer: null,
    graphqlUrl: null,
  })

  before(async () => {
    dir = mkdtempSync(join(tmpdir(), 'prorata-deploy-'))
    anvil = await startAnvil()
  })
  after(() => {
    anvil.child.kill()
    rmSync(dir, { recursive: true, force: true })
  })

  it('puts a whole program on a fresh chain, ready to sell, pool and stake', async () => {
    const target = { rpcUrl: anvil.url, privateKey: KEY }
    const local = await deployLocal(target)
    first = await deployProgram(target, parametersFor(local), surroundings(local.router))
    assert.deepEqual(parseDeployment(JSON.parse(JSON.stringify(first))), first)
    assert.equal(first.genesisBlock, 4)

    const client = createTestClient({
      account: issuer,
      chain: foundry,
      mode: 'anvil',
      transport: http(anvil.url),
    })
      .extend(publicActions)
      .extend(walletActions)
    const send = async (
      to: Address,
      abi: readonly unknown[],
      functionName: string,
      args: unknown[],
      value = 0n,
    ) => {
      const hash = await client.writeContract({ address: to, abi, functionName, args, value } as never)
      const receipt = await client.waitForTransactionReceipt({ hash, pollingInterval: 20 })
      assert.equal(receipt.status, 'success', functionName)
    }
    const balance = (token: Address, of: Address) =>
      client.readContract({ address: token, abi: personalTokenAbi, functionName: 'balanceOf', args: [of] })
    assert.equal(await balance(first.token, issuer.address), SUPPLY)
    assert.equal(
      await client.readContract({ address: first.offering, abi: offeringAbi, functionName: 'termsHash' }),
      `0x${'11'.repeat(32)}`,
    )
    await send(first.token, personalTokenAbi, 'transfer', [first.offering, CAP])
    await send(first.currency, localCurrencyAbi, 'mint', [issuer.address, 1_000_000n])

    // The router finds the pair where the factory made it, and the pair's LP tokens can be staked.
    const router = parseAbi([
      'function addLiquidityETH(address token, uint256 amount, uint256 minToken, uint256 minEth, address to, uint256 deadline) payable',
    ])
    await send(first.token, personalTokenAbi, 'approve', [first.router, 10n ** 21n])
    const pooled = [first.token, 10n ** 21n, 0n, 0n, issuer.address, 1n << 60n]
    await send(first.router, router, 'addLiquidityETH', pooled, 10n ** 18n)
    const units = await balance(first.pair, issuer.address)
    assert.ok(units > 0n)
    await send(first.pair, personalTokenAbi, 'approve', [first.lpVault, units])
    await send(first.lpVault, stakingVaultAbi, 'stake', [units])
    assert.equal(await balance(first.pair, first.lpVault), units)
    await send(first.token, personalTokenAbi, 'approve', [first.tokenVault, 5n])
    await send(first.tokenVault, stakingVaultAbi, 'stake', [5n])
  })

  it('gives the same addresses on another fresh chain', async () => {
    const other = await startAnvil()
    try {
      const target = { rpcUrl: other.url, privateKey: KEY }
      const local = await deployLocal(target)
      assert.deepEqual(await deployProgram(target, parametersFor(local), surroundings(local.router)), first)
    } finally {
      other.child.kill()
    }
  })

  it('says which part failed and why', async () => {
    const local = { currency: first.currency, weth: first.counterAsset, factory: first.factory }
    const parameters = { ...parametersFor(local), price: 0n }
    await assert.rejects(
      deployProgram({ rpcUrl: anvil.url, privateKey: KEY }, parameters, surroundings(first.router)),
      /Offering.*BadSale/s,
    )
    await assert.rejects(
      deployProgram(
        { rpcUrl: 'http://127.0.0.1:1', privateKey: KEY },
        parameters,
        surroundings(first.router),
      ),
      /no chain answers at http:\/\/127\.0\.0\.1:1/,
    )
  })

  it('is done on a public network by command, and recorded from its journal', async () => {
    const parameters = parametersFor({
      currency: first.currency,
      weth: first.counterAsset,
      factory: first.factory,
    })
    const file = join(dir, 'parameters.json')
    const big = (_: string, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value)
    writeFileSync(file, JSON.stringify({ Program: parameters }, big, 2))
    const env = {
      ...process.env,
      PRORATA_RPC_URL: anvil.url,
      PRORATA_KEY: KEY,
      HARDHAT_IGNITION_CONFIRM_DEPLOYMENT: 'false',
    }
    const run = promisify(execFile)
    const id = `test-${process.pid}`
    const journal = join(ROOT, 'contracts/ignition/deployments', id)
    try {
      const module = 'contracts/ignition/modules/Program.ts'
      await run(
        join(BIN, 'hardhat'),
        [
          'ignition',
          'deploy',
          module,
          '--network',
          'rpc',
          '--parameters',
          file,
          '--deployment-id',
          id,
          '--config',
          'contracts/test/support/quick.config.ts',
          '--build-profile',
          'default',
        ],
        { cwd: ROOT, env },
      )
      const args = ['--network', 'anvil', '--journal', journal, '--parameters', file, '--treasury', treasury]
      await run(
        process.execPath,
        [join(ROOT, 'contracts/ignition/record.ts'), ...args, '--router', first.router, '--out', dir],
        { cwd: ROOT, env },
      )
      const recorded = parseDeployment(JSON.parse(readFileSync(join(dir, 'anvil.json'), 'utf8')))
      assert.equal(recorded.chainId, 31337)
      assert.equal(recorded.currency, first.currency)
      assert.notEqual(recorded.token, first.token)
      assert.ok(recorded.genesisBlock > first.genesisBlock)
    } finally {
      rmSync(journal, { recursive: true, force: true })
    }
  })
})
