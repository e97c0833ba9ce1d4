import { createConfig } from 'ponder'
import { parseAbi } from 'viem'
import {
  holderRegistryAbi,
  merkleDistributorAbi,
  offeringAbi,
  personalTokenAbi,
  stakingVaultAbi,
} from '../../../contracts/abi.ts'
import { job } from './job.ts'

const pairAbi = parseAbi([
  'event Transfer(address indexed from, address indexed to, uint256 value)',
  'event Sync(uint112 reserve0, uint112 reserve1)',
  'event Mint(address indexed sender, uint256 amount0, uint256 amount1)',
  'event Burn(address indexed sender, uint256 amount0, uint256 amount1, address indexed to)',
  'event Swap(address indexed sender, uint256 amount0In, uint256 amount1In, uint256 amount0Out, uint256 amount1Out, address indexed to)',
])

const { deployment, rpcUrl, postgresUrl } = job
const { token, pair, offering, registry, tokenVault, lpVault, distributor } = deployment
const common = { chain: 'local', startBlock: deployment.genesisBlock } as const

export default createConfig({
  database: { kind: 'postgres', connectionString: postgresUrl },
  chains: { local: { id: deployment.chainId, rpc: rpcUrl } },
  contracts: {
    Token: { ...common, abi: personalTokenAbi, address: token },
    Pair: { ...common, abi: pairAbi, address: pair },
    Offering: { ...common, abi: offeringAbi, address: offering },
    Registry: { ...common, abi: holderRegistryAbi, address: registry },
    TokenVault: { ...common, abi: stakingVaultAbi, address: tokenVault },
    LpVault: { ...common, abi: stakingVaultAbi, address: lpVault },
    Distributor: { ...common, abi: merkleDistributorAbi, address: distributor },
  },
})
