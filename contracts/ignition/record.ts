// Writes deployments/<network>.json from a finished Ignition deployment of the Program module:
//   node contracts/ignition/record.ts --network sepolia --journal contracts/ignition/deployments/chain-11155111 \
//     --parameters contracts/ignition/parameters/sepolia.json --treasury 0x… --router 0x… [--rpc-url …] [--explorer …] \
//     [--graphql-url …]
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Address, getAddress } from 'viem'
import {
  BURN_ADDRESS,
  type Deployment,
  parseDeployment,
  ZERO_ADDRESS,
} from '../../disbursement/deployment.ts'
import type { ProgramParameters, Surroundings } from './deploy.ts'

/** The addresses that the Program module makes. */
export interface ProgramParts {
  token: Address
  registry: Address
  distributor: Address
  offering: Address
  tokenVault: Address
  pair: Address
  lpVault: Address
  lpPurchase: Address
  noticeboard: Address
}

/** Puts a deployment file's contents together and checks them; addresses come out in lower case. */
export const deploymentOf = (from: {
  chainId: number
  genesisBlock: number
  parts: ProgramParts
  parameters: Pick<ProgramParameters, 'issuer' | 'currency' | 'counterAsset' | 'factory'>
  surroundings: Surroundings
}): Deployment => {
  const { parts, parameters, surroundings } = from
  const excluded = [
    parameters.issuer,
    surroundings.treasury,
    parts.pair,
    parts.tokenVault,
    parts.lpVault,
    parts.distributor,
    parts.offering,
    ZERO_ADDRESS,
    BURN_ADDRESS,
  ].map((address) => address.toLowerCase())
  return parseDeployment({
    network: surroundings.network,
    chainId: from.chainId,
    genesisBlock: from.genesisBlock,
    issuer: parameters.issuer,
    treasury: surroundings.treasury,
    token: parts.token,
    currency: parameters.currency,
    pair: parts.pair,
    counterAsset: parameters.counterAsset,
    offering: parts.offering,
    saleAddresses: [parts.offering],
    registry: parts.registry,
    tokenVault: parts.tokenVault,
    lpVault: parts.lpVault,
    distributor: parts.distributor,
    lpPurchase: parts.lpPurchase,
    noticeboard: parts.noticeboard,
    router: surroundings.router,
    factory: parameters.factory,
    excluded: [...new Set(excluded)],
    rpcUrl: surroundings.rpcUrl,
    explorer: surroundings.explorer,
    graphqlUrl: surroundings.graphqlUrl,
    registerUrl: surroundings.registerUrl ?? null,
    walletConnectId: surroundings.walletConnectId ?? null,
    walletConnectRelay: surroundings.walletConnectRelay ?? null,
  })
}

/** Reads an Ignition journal: the chain, the addresses of the Program module, and the block of its first transaction. */
export const readJournal = (
  folder: string,
): { chainId: number; genesisBlock: number; parts: ProgramParts } => {
  const addresses = JSON.parse(readFileSync(join(folder, 'deployed_addresses.json'), 'utf8')) as Record<
    string,
    string
  >
  const entries = readFileSync(join(folder, 'journal.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as { type: string; chainId?: number; receipt?: { blockNumber: number } })
  const chainId = entries.find(({ type }) => type === 'DEPLOYMENT_INITIALIZE')?.chainId
  const blocks = entries.flatMap(({ type, receipt }) =>
    type === 'TRANSACTION_CONFIRM' && receipt !== undefined ? [receipt.blockNumber] : [],
  )
  if (chainId === undefined || blocks.length === 0) {
    throw new Error(
      `${folder} holds no finished deployment: run \`hardhat ignition deploy\` to its end first`,
    )
  }
  const part = (future: string): Address => {
    const address = addresses[`Program#${future}`]
    if (address === undefined)
      throw new Error(`${folder} has no address for Program#${future}: deploy it first`)
    return getAddress(address)
  }
  return {
    chainId,
    genesisBlock: Math.min(...blocks),
    parts: {
      token: part('PersonalToken'),
      registry: part('HolderRegistry'),
      distributor: part('MerkleDistributor'),
      offering: part('Offering'),
      tokenVault: part('TokenVault'),
      pair: part('UniswapV2Pair'),
      lpVault: part('LpVault'),
      lpPurchase: part('LpPurchase'),
      noticeboard: part('Noticeboard'),
    },
  }
}

/** Writes one network's deployment file, the one place for its addresses. */
export const writeDeployment = (folder: string, deployment: Deployment): string => {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `${deployment.network}.json`)
  writeFileSync(file, `${JSON.stringify(deployment, null, 2)}\n`)
  return file
}

if (process.argv[1] === import.meta.filename) {
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    options: {
      network: text,
      journal: text,
      parameters: text,
      treasury: text,
      router: text,
      'rpc-url': text,
      explorer: text,
      'graphql-url': text,
      'register-url': text,
      'walletconnect-id': text,
      'walletconnect-relay': text,
      out: { type: 'string', default: 'deployments' },
    },
  })
  const needed = (name: 'network' | 'journal' | 'parameters' | 'treasury' | 'router'): string => {
    const value = values[name]
    if (value === undefined) throw new Error(`--${name} is missing; contracts/README.md says what it is`)
    return value
  }
  const parameters = JSON.parse(readFileSync(needed('parameters'), 'utf8')) as { Program: ProgramParameters }
  const deployment = deploymentOf({
    ...readJournal(needed('journal')),
    parameters: parameters.Program,
    surroundings: {
      network: needed('network'),
      treasury: getAddress(needed('treasury')),
      router: getAddress(needed('router')),
      rpcUrl: values['rpc-url'] ?? null,
      explorer: values.explorer ?? null,
      graphqlUrl: values['graphql-url'] ?? null,
      registerUrl: values['register-url'] ?? null,
      walletConnectId: values['walletconnect-id'] ?? null,
      walletConnectRelay: values['walletconnect-relay'] ?? null,
    },
  })
  console.log(`wrote ${writeDeployment(values.out, deployment)}`)
}
