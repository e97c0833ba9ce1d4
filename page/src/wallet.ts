import { custom, defineChain, fallback, http } from 'viem'
import { type Config, createConfig } from 'wagmi'
import { getConnection } from 'wagmi/actions'
import type { Deployment } from './api.ts'
import { walletConnect } from './walletConnect/connector.ts'

/** The chain's own coin, in which fees are paid. */
export const COIN = { symbol: 'ETH', decimals: 18 }

/** Chains that have ENS themselves: Ethereum, Sepolia, Holesky. `claim/names.ts` asks it. */
export const ENS_CHAINS: readonly number[] = [1, 11_155_111, 17_000]

/**
 * wagmi's configuration for one deployment: injected wallets announced by EIP-6963, WalletConnect where it has a project's
 * id, and for reading the chain the deployment's RPC URL or, where it has none or it is away, the connected wallet.
 */
export function walletConfig(deployment: Deployment): Config {
  const { chainId, network, rpcUrl, explorer, walletConnectId, walletConnectRelay } = deployment
  const chain = defineChain({
    id: chainId,
    name: network,
    nativeCurrency: { name: 'Ether', ...COIN },
    rpcUrls: { default: { http: rpcUrl === null ? [] : [rpcUrl] } },
    ...(explorer === null ? {} : { blockExplorers: { default: { name: network, url: explorer } } }),
  })
  const connected = custom({
    async request(asked: { method: string; params?: unknown }) {
      const { connector, chainId: at } = getConnection(config)
      const provider = (await connector?.getProvider()) as
        | { request(asked: { method: string; params?: unknown }): Promise<unknown> }
        | undefined
      if (provider === undefined || at !== chainId)
        throw new NoReaderError('no wallet on the right chain is connected')
      return provider.request(asked)
    },
  })
  const config = createConfig({
    chains: [chain],
    connectors:
      walletConnectId === null
        ? []
        : [walletConnect({ projectId: walletConnectId, relayUrl: walletConnectRelay, rpcUrl })],
    pollingInterval: 1_000,
    transports: {
      [chainId]:
        rpcUrl === null ? connected : fallback([http(rpcUrl, { retryCount: 1, timeout: 8_000 }), connected]),
    },
  })
  return config
}

/** There is neither an RPC URL that answers nor a wallet that could be asked. */
export class NoReaderError extends Error {
  override readonly name = 'NoReaderError'
}
