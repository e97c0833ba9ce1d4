import { join } from 'node:path'
import {
  type Abi,
  type Address,
  concatHex,
  createPublicClient,
  encodeDeployData,
  encodeFunctionData,
  type Hex,
  http,
  keccak256,
  numberToHex,
  type PublicClient,
  pad,
  size,
  toHex,
  zeroAddress,
  zeroHash,
} from 'viem'
import { type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import { BURN_ADDRESS, type Deployment } from '../../disbursement/deployment.ts'
import { type Child, startChild, waitFor } from '../../local/child.ts'
import { freePort } from '../../local/ports.ts'
import { BATCH_CODE, type Build, compiled, factory, pairAbi, router, weth } from './contracts.ts'

// A chain with one program on it: real contracts, several transactions a block, everybody's keys.

export type Call = { to: Address; data: Hex }

export type World = {
  anvil: Child
  rpcUrl: string
  client: PublicClient
  deployment: Deployment
  /** Ordinary accounts, with ETH, WETH and currency, and allowances for everything. */
  actors: PrivateKeyAccount[]
  /** A contract that holds and acts like an actor, several calls in one transaction. */
  batch: Address
  feeTo: Address
  abis: Record<
    | 'token'
    | 'currency'
    | 'weth'
    | 'pair'
    | 'router'
    | 'factory'
    | 'offering'
    | 'registry'
    | 'vault'
    | 'distributor',
    Abi
  >
  /** Puts a transaction into the next block; it may fail there, as on any chain. */
  send(from: Address, call: Call, value?: bigint): Promise<Hex>
  /** Mines a block, twelve seconds after the last, and returns its number. */
  mine(): Promise<number>
}

export const ISSUER = privateKeyToAccount(keccak256(toHex('issuer'))).address.toLowerCase() as Address
const TREASURY = privateKeyToAccount(keccak256(toHex('treasury'))).address.toLowerCase() as Address
const FEE_TO = privateKeyToAccount(keccak256(toHex('fee to'))).address.toLowerCase() as Address
const BATCH: Address = '0x000000000000000000000000000000000000ba7c'
const ONE = 10n ** 18n
export const MAX = 2n ** 256n - 1n
export const FAR = 4_000_000_000n // a deadline that does not come

export const call = (to: Address, abi: Abi, functionName: string, args: readonly unknown[] = []): Call => ({
  to,
  data: encodeFunctionData({ abi, functionName, args }),
})

/** The input of the batch contract. */
export const batchOf = (calls: Call[]): Call => ({
  to: BATCH,
  data: concatHex(calls.flatMap(({ to, data }) => [pad(to), numberToHex(size(data), { size: 32 }), data])),
})

/**
 * @param tokenFirst whether the program's token shall be the pair's token0
 */
export const startWorld = async (dir: string, actorCount: number, tokenFirst: boolean): Promise<World> => {
  const port = await freePort()
  const rpcUrl = `http://127.0.0.1:${port}`
  const anvil = startChild({
    name: 'anvil',
    command: 'anvil',
    args: [
      ...['--port', String(port), '--auto-impersonate', '--no-mining', '--order', 'fifo'],
      ...['--gas-limit', '1000000000', '--base-fee', '0', '--gas-price', '0', '--timestamp', '1767225600'],
    ],
    logFile: join(dir, 'anvil.log'),
  })
  const client = createPublicClient({ transport: http(rpcUrl, { batch: true, retryCount: 0 }), cacheTime: 0 })
  await waitFor('the chain', () => client.getBlockNumber(), { child: anvil })
  const request = client.request as (args: { method: string; params: unknown[] }) => Promise<unknown>

  const send = async (from: Address, { to, data }: Call, value = 0n): Promise<Hex> =>
    (await request({
      method: 'eth_sendTransaction',
      params: [{ from, to, data, value: numberToHex(value), gas: '0x4c4b40', gasPrice: '0x0' }],
    })) as Hex
  const mine = async (): Promise<number> => {
    await request({ method: 'anvil_mine', params: ['0x1', '0xc'] })
    return Number(await client.getBlockNumber({ cacheTime: 0 }))
  }
  const deploy = async ({ abi, bytecode }: Build, args: unknown[] = []): Promise<Address> => {
    const hash = (await request({
      method: 'eth_sendTransaction',
      params: [
        { from: ISSUER, data: encodeDeployData({ abi, bytecode, args }), gas: '0x989680', gasPrice: '0x0' },
      ],
    })) as Hex
    await mine()
    const { contractAddress } = await client.getTransactionReceipt({ hash })
    if (!contractAddress) throw new Error('a contract was not deployed')
    return contractAddress.toLowerCase() as Address
  }

  const builds = {
    token: compiled('PersonalToken'),
    registry: compiled('HolderRegistry'),
    distributor: compiled('MerkleDistributor'),
    offering: compiled('Offering'),
    vault: compiled('StakingVault'),
    currency: compiled('local/LocalCurrency'),
  }
  const currency = await deploy(builds.currency, ['USD Coin', 'USDC'])
  const token = await deploy(builds.token, ['Alex', 'ALEX', 10_000_000n * ONE, ISSUER])
  let wethAddress = await deploy(weth)
  while (BigInt(token) < BigInt(wethAddress) !== tokenFirst) wethAddress = await deploy(weth)
  const factoryAddress = await deploy(factory, [ISSUER])
  const routerAddress = await deploy(router, [factoryAddress, wethAddress])
  const registry = await deploy(builds.registry)
  const distributor = await deploy(builds.distributor)
  const offering = await deploy(builds.offering, [
    {
      token,
      asset: currency,
      price: 20_000n,
      cap: 1_000_000n * ONE,
      perBuyerCap: 0n,
      opensAt: 0n,
      closesAt: FAR,
      allowListRoot: zeroHash,
      issuer: ISSUER,
      termsHash: keccak256(toHex('terms')),
    },
  ])
  const tokenVault = await deploy(builds.vault, [token])
  await send(ISSUER, call(factoryAddress, factory.abi, 'createPair', [token, wethAddress]))
  await mine()
  const pair = (
    (await client.readContract({
      address: factoryAddress,
      abi: factory.abi,
      functionName: 'getPair',
      args: [token, wethAddress],
    })) as string
  ).toLowerCase() as Address
  const lpVault = await deploy(builds.vault, [pair])

  const deployment: Deployment = {
    network: 'local',
    chainId: 31337,
    genesisBlock: 0,
    issuer: ISSUER,
    treasury: TREASURY,
    token,
    currency,
    pair,
    counterAsset: wethAddress,
    offering,
    saleAddresses: [offering, TREASURY],
    registry,
    tokenVault,
    lpVault,
    distributor,
    router: routerAddress,
    factory: factoryAddress,
    excluded: [zeroAddress, BURN_ADDRESS, ISSUER, TREASURY, pair, offering, tokenVault, lpVault, distributor],
    rpcUrl: null,
    explorer: null,
    graphqlUrl: null,
  }
  const actors = Array.from({ length: actorCount }, (_, i) =>
    privateKeyToAccount(keccak256(toHex(`actor ${i}`))),
  )
  await request({ method: 'anvil_setCode', params: [BATCH, BATCH_CODE] })

  // Means and allowances.
  const token20 = builds.token.abi
  const allowances: [Address, Abi, Address[]][] = [
    [token, token20, [routerAddress, tokenVault, distributor]],
    [wethAddress, weth.abi, [routerAddress]],
    [pair, pairAbi, [routerAddress, lpVault, distributor]],
    [currency, builds.currency.abi, [offering]],
  ]
  const approvals = allowances.flatMap(([asset, abi, spenders]) =>
    spenders.map((spender) => call(asset, abi, 'approve', [spender, MAX])),
  )
  await send(ISSUER, call(token, token20, 'transfer', [offering, 1_000_000n * ONE]))
  await send(ISSUER, call(token, token20, 'transfer', [TREASURY, 500_000n * ONE]))
  for (const person of [ISSUER, BATCH, ...actors.map(({ address }) => address)]) {
    await request({ method: 'anvil_setBalance', params: [person, numberToHex(1_000_000n * ONE)] })
    await send(ISSUER, call(currency, builds.currency.abi, 'mint', [person, 10n ** 12n]))
    await send(
      person,
      { to: wethAddress, data: encodeFunctionData({ abi: weth.abi, functionName: 'deposit' }) },
      10_000n * ONE,
    )
    for (const approval of approvals) await send(person, person === BATCH ? batchOf([approval]) : approval)
  }
  await mine()
  return {
    anvil,
    rpcUrl,
    client,
    deployment,
    actors,
    batch: BATCH,
    feeTo: FEE_TO,
    abis: {
      token: token20,
      currency: builds.currency.abi,
      weth: weth.abi,
      pair: pairAbi,
      router: router.abi,
      factory: factory.abi,
      offering: builds.offering.abi,
      registry: builds.registry.abi,
      vault: builds.vault.abi,
      distributor: builds.distributor.abi,
    },
    send,
    mine,
  }
}
