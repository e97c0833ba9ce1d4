import { HardhatArtifactResolver } from '@nomicfoundation/hardhat-ignition/helpers'
import {
  type DeployConfig,
  DeploymentResultType,
  deploy,
  type IgnitionModule,
  type IgnitionModuleResult,
} from '@nomicfoundation/ignition-core'
import { createHardhatRuntimeEnvironment } from 'hardhat/hre'
import type { Address, Hex } from 'viem'
import type { Deployment } from '../../disbursement/deployment.ts'
import config from '../../hardhat.config.ts'
import Local from './modules/Local.ts'
import Program from './modules/Program.ts'
import { deploymentOf } from './record.ts'

/** Where to deploy, and as whom. */
export interface Target {
  rpcUrl: string
  /** The deployer's key. On the local chain it is usually the issuer's, who then needs no second account. */
  privateKey: Hex
}

/** The parameters of the Program module. Units are base units, times unix seconds. */
export interface ProgramParameters {
  issuer: Address
  tokenName: string
  tokenSymbol: string
  supply: bigint
  currency: Address
  counterAsset: Address
  factory: Address
  /** Currency base units for 10^18 token base units. */
  price: bigint
  cap: bigint
  /** 0n: no limit for one buyer. */
  perBuyerCap: bigint
  opensAt: bigint
  closesAt: bigint
  /** Zero: anybody may buy. */
  allowListRoot: Hex
  termsHash: Hex
}

/** What the deployment file says beside the addresses that a deployment makes. */
export interface Surroundings {
  network: string
  treasury: Address
  router: Address
  rpcUrl: string | null
  explorer: string | null
  graphqlUrl: string | null
  registerUrl?: string | null
  walletConnectId?: string | null
  walletConnectRelay?: string | null
}

/** The parts a local chain lacks, as `deployLocal` makes them. */
export interface LocalParts {
  weth: Address
  factory: Address
  router: Address
  currency: Address
}

// A block is there as soon as it is asked for on a local chain, so waiting is what a deployment's time is made of.
const QUICK: Partial<DeployConfig> = {
  blockPollingInterval: 50,
  requiredConfirmations: 1,
  disableFeeBumping: true,
}

const root = new URL('../..', import.meta.url).pathname

/** Deploys one module without a journal and returns the addresses of its results by name. */
const run = async <Name extends string, Results extends IgnitionModuleResult<string>>(
  target: Target,
  module: IgnitionModule<Name, string, Results>,
  parameters: Record<string, string | bigint>,
): Promise<{ [Key in keyof Results]: Address }> => {
  const hre = await createHardhatRuntimeEnvironment(config, {}, root)
  const connection = await hre.network.create({
    network: 'rpc',
    override: { url: target.rpcUrl, accounts: [target.privateKey] },
  })
  try {
    const result = await deploy({
      ignitionModule: module,
      deploymentParameters: { [module.id]: parameters },
      artifactResolver: new HardhatArtifactResolver(hre.artifacts),
      provider: connection.provider,
      accounts: (await connection.provider.request({ method: 'eth_accounts' })) as string[],
      config: QUICK,
    })
    if (result.type !== DeploymentResultType.SUCCESSFUL_DEPLOYMENT) {
      throw new Error(`deploying ${module.id} failed: ${JSON.stringify(result, null, 2)}`)
    }
    return Object.fromEntries(
      Object.entries(module.results).map(([name, future]) => [
        name,
        result.contracts[future.id]?.address.toLowerCase(),
      ]),
    ) as { [Key in keyof Results]: Address }
  } finally {
    await connection.close()
  }
}

/**
 * Deploys wrapped ether, Uniswap V2 and a currency on a chain that has none of them.
 * The artifacts must be there (`hardhat build`); addresses come back in lower case.
 */
export const deployLocal = (target: Target): Promise<LocalParts> => run(target, Local, {})

/**
 * Deploys a program and returns its deployment file's contents, all addresses in lower case. genesisBlock is the chain's
 * head before the first transaction. Nothing is written and no journal is kept: on a public network use
 * `hardhat ignition deploy`, which can be resumed, and contracts/ignition/record.ts.
 * @throws Error naming the part that could not be deployed, with the chain's reason
 */
export const deployProgram = async (
  target: Target,
  parameters: ProgramParameters,
  surroundings: Surroundings,
): Promise<Deployment> => {
  const [chainId, genesisBlock] = await Promise.all([
    quantity(target.rpcUrl, 'eth_chainId'),
    quantity(target.rpcUrl, 'eth_blockNumber'),
  ])
  const parts = await run(target, Program, { ...parameters })
  return deploymentOf({ chainId, genesisBlock, parts, parameters, surroundings })
}

/** Asks an RPC server for one number. */
const quantity = async (rpcUrl: string, method: string): Promise<number> => {
  const response = await fetch(rpcUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: [] }),
  }).catch((cause: unknown) => {
    throw new Error(`no chain answers at ${rpcUrl}`, { cause })
  })
  const { result } = (await response.json()) as { result?: Hex }
  if (result === undefined) throw new Error(`${rpcUrl} gave no answer to ${method} (HTTP ${response.status})`)
  return Number(result)
}
