/** The only file that knows WalletConnect's library; loaded when somebody chooses it, or comes back with it. */
import { UniversalProvider } from '@walletconnect/universal-provider'
import { words } from '../words/index.ts'
import type { WalletConnectOptions } from './connector.ts'

export type Provider = Awaited<ReturnType<typeof UniversalProvider.init>>

/** What the page asks of a wallet. */
const METHODS = [
  'eth_sendTransaction',
  'personal_sign',
  'eth_signTypedData_v4',
  'wallet_switchEthereumChain',
  'wallet_watchAsset',
]

/** A provider with the session of the last visit, if there still is one. It asks the relay for nothing without a session. */
export async function openProvider({ projectId, relayUrl }: WalletConnectOptions): Promise<Provider> {
  const provider = await UniversalProvider.init({
    projectId,
    ...(relayUrl === null ? {} : { relayUrl }),
    metadata: {
      name: words.brand,
      description: words.wallet.code.about,
      url: window.location.origin,
      icons: [new URL('mark.svg', document.baseURI).href],
    },
    logger: 'silent',
    telemetryEnabled: false,
    disableProviderPing: true,
  })
  // Attestation frames a foreign page, which the page's policy forbids; waiting for it would take five seconds a request.
  provider.client.core.verify.register = async () => ''
  return provider
}

/** The pairing that a code is for: `wc:<topic>@2?…`. */
export const pairingOf = (uri: string): string => /^wc:([^@]*)@/.exec(uri)?.[1] ?? ''

/** The pairings that there are, one a proposal, also where the relay has not taken the proposal yet. */
export const pairingsOf = ({ client }: Provider): string[] =>
  client.core.pairing.getPairings().map(({ topic }) => topic)

/**
 * Ends the proposals of those pairings: whoever agrees to one of them later is not heard. The library's own end of one,
 * after five minutes, leaves a rejection that nobody can catch; this is the way it ends them when its store says that they
 * are over.
 */
export function withdrawProposals({ client }: Provider, pairings: ReadonlySet<string>): void {
  for (const { id, pairingTopic } of client.proposal.getAll())
    if (pairings.has(pairingTopic)) client.events.emit('proposal_expire', { id })
}

/**
 * Proposes a session; `display_uri` tells what a wallet is to scan. A wallet that does not agree to the program's chain is on
 * another one of its own.
 * @throws what the wallet or the library said
 */
export async function proposeSession(
  provider: Provider,
  chainId: number,
  rpcUrl: string | null,
): Promise<void> {
  const chain = `eip155:${chainId}`
  const session = await provider.connect({
    optionalNamespaces: {
      eip155: {
        methods: METHODS,
        chains: [chain],
        events: ['accountsChanged', 'chainChanged'],
        ...(rpcUrl === null ? {} : { rpcMap: { [chainId]: rpcUrl } }),
      },
    },
  })
  const accounts = session?.namespaces.eip155?.accounts ?? []
  if (accounts.some((account) => account.startsWith(`${chain}:`)))
    provider.setDefaultChain(chain, rpcUrl ?? undefined)
}
