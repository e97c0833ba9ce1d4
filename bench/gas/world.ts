import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createHardhatRuntimeEnvironment } from 'hardhat/hre'
import { type Abi, type Address, encodeDeployData, encodeFunctionData, type Hex } from 'viem'
import config from '../../hardhat.config.ts'

const require = createRequire(import.meta.url)
const ROOT = new URL('../..', import.meta.url).pathname

export interface Contract {
  abi: Abi
  address: Address
}

export interface Build {
  abi: Abi
  bytecode: Hex
}

export type Peers = Record<'OzDistributor' | 'CumulativeDistributor' | 'PlainToken' | 'Batcher', Build>

interface Transaction {
  gas: bigint
  /** Gas that the transaction's own bytes cost: 4 a zero byte, 16 another. */
  calldata: bigint
}

/** One chain for every distributor, the same at every run: fixed keys, fixed time. */
export interface World {
  /** The issuer of everything, and somebody who has nothing to do with it. */
  issuer: Address
  stranger: Address
  timestamp: bigint
  deploy(build: Build, args?: unknown[]): Promise<Contract & { gas: bigint }>
  send(contract: Contract, functionName: string, args: unknown[], from?: Address): Promise<Transaction>
  /** What a view answers. */
  read<Answer>(contract: Contract, functionName: string, args: unknown[]): Promise<Answer>
  /** Has the next block at a time, in unix seconds. */
  at(timestamp: bigint): Promise<void>
  close(): Promise<void>
}

const calldataGas = (data: Hex): bigint => {
  let gas = 0n
  for (let i = 2; i < data.length; i += 2) gas += data.slice(i, i + 2) === '00' ? 4n : 16n
  return gas
}

export const startWorld = async (): Promise<World> => {
  const hre = await createHardhatRuntimeEnvironment(config, {}, ROOT)
  const connection = await hre.network.create({
    override: { initialDate: '2027-01-01T00:00:00Z', hardfork: 'osaka' },
  })
  const client = await connection.viem.getPublicClient()
  const [issuer, stranger] = (await connection.viem.getWalletClients()).map(({ account }) => account.address)
  if (issuer === undefined || stranger === undefined) throw new Error('the network has too few accounts')

  const transact = async (from: Address, to: Address | undefined, data: Hex) => {
    const hash = (await connection.provider.request({
      method: 'eth_sendTransaction',
      params: [{ from, ...(to === undefined ? {} : { to }), data, gas: '0xe00000' }],
    })) as Hex
    const receipt = await client.getTransactionReceipt({ hash })
    if (receipt.status !== 'success') throw new Error(`a transaction of the benchmark failed: ${hash}`)
    return receipt
  }
  return {
    issuer,
    stranger,
    timestamp: (await client.getBlock()).timestamp,
    async deploy({ abi, bytecode }, args = []) {
      const receipt = await transact(issuer, undefined, encodeDeployData({ abi, bytecode, args }))
      if (!receipt.contractAddress) throw new Error('a deployment of the benchmark made no contract')
      return { abi, address: receipt.contractAddress, gas: receipt.gasUsed }
    },
    async send({ abi, address }, functionName, args, from = issuer) {
      const data = encodeFunctionData({ abi, functionName, args })
      return { gas: (await transact(from, address, data)).gasUsed, calldata: calldataGas(data) }
    },
    read: <Answer>({ abi, address }: Contract, functionName: string, args: unknown[]) =>
      client.readContract({ abi, address, functionName, args }) as Promise<Answer>,
    async at(timestamp) {
      await connection.provider.request({
        method: 'evm_setNextBlockTimestamp',
        params: [Number(timestamp)],
      })
    },
    close: () => connection.close(),
  }
}

// -- BUILDS

const built = (name: string): Build => {
  const file = `${ROOT}artifacts/contracts/src/${name}.sol/${name}.json`
  return JSON.parse(readFileSync(file, 'utf8')) as Build
}

/** Our distributor as it is deployed. */
export const ours = (): Build => built('MerkleDistributor')

/** What buys LP shares, as it is deployed. */
export const lpPurchase = (): Build => built('LpPurchase')

const published = (path: string): Build => {
  const { abi, bytecode } = require(path) as Build
  return { abi, bytecode: `0x${bytecode.replace(/^0x/, '')}` }
}

/** Uniswap's distributor, from the bytecode in their package. */
export const uniswap = (): Build => published('@uniswap/merkle-distributor/build/MerkleDistributor.json')

/** Uniswap V2, from the bytecode in their packages. */
export const uniswapPool = (): Record<'factory' | 'pair' | 'router', Build> => ({
  factory: published('@uniswap/v2-core/build/UniswapV2Factory.json'),
  pair: published('@uniswap/v2-core/build/UniswapV2Pair.json'),
  router: published('@uniswap/v2-periphery/build/UniswapV2Router02.json'),
})

/** The contracts of peers/, compiled with the settings that ours are compiled with. */
export const peers = (): Peers => {
  const solc = require('solc') as {
    compile(input: string, callbacks: { import(path: string): { contents: string } }): string
  }
  const files = ['OzDistributor.sol', 'CumulativeDistributor.sol', 'Common.sol']
  const input = {
    language: 'Solidity',
    sources: Object.fromEntries(
      files.map((file) => [
        file,
        { content: readFileSync(new URL(`peers/${file}`, import.meta.url), 'utf8') },
      ]),
    ),
    settings: {
      viaIR: true,
      optimizer: { enabled: true, runs: 1_000_000 },
      evmVersion: 'cancun',
      outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } },
    },
  }
  const output = JSON.parse(
    solc.compile(JSON.stringify(input), {
      import: (path) => ({ contents: readFileSync(require.resolve(path), 'utf8') }),
    }),
  ) as {
    errors?: { severity: string; formattedMessage: string }[]
    contracts: Record<string, Record<string, { abi: Abi; evm: { bytecode: { object: string } } }>>
  }
  const errors = output.errors?.filter(({ severity }) => severity === 'error') ?? []
  if (errors.length > 0) throw new Error(errors.map(({ formattedMessage }) => formattedMessage).join('\n'))
  const find = (name: string): Build => {
    const made = Object.values(output.contracts).flatMap((file) => file[name] ?? [])[0]
    if (made === undefined) throw new Error(`peers/ has no contract ${name}`)
    return { abi: made.abi, bytecode: `0x${made.evm.bytecode.object}` }
  }
  return {
    OzDistributor: find('OzDistributor'),
    CumulativeDistributor: find('CumulativeDistributor'),
    PlainToken: find('PlainToken'),
    Batcher: find('Batcher'),
  }
}
