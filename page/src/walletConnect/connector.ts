/** WalletConnect for wagmi. Its library, ten times this page's entry, is loaded when somebody chooses it. */
import { getAddress, ProviderDisconnectedError, SwitchChainError } from 'viem'
import { createConnector } from 'wagmi'
import type { Provider } from './provider.ts'

/** What the page asks a wallet through. */
type Requester = Pick<Provider, 'request'>

export interface WalletConnectOptions {
  /** The page's project at WalletConnect. */
  readonly projectId: string
  /** Null: WalletConnect's own relay. */
  readonly relayUrl: string | null
  /** Where the library reads the chain; null: where it does so itself. */
  readonly rpcUrl: string | null
}

/** What a wallet scans or opens, and how the person goes back to the other wallets. */
export interface ConnectionCode {
  readonly uri: string
  readonly cancel: () => void
}

export const isConnectionCode = (data: unknown): data is ConnectionCode =>
  typeof data === 'object' && data !== null && 'uri' in data && 'cancel' in data

/** The relay did not take the proposal in time, so no wallet can have seen it. */
export class RelayAwayError extends Error {
  override readonly name = 'RelayAwayError'
}

/** A code holds for five minutes at the relay; the page gives it up a little before, in milliseconds. */
const CODE_PATIENCE = 290_000

/** How long the relay may take until there is a code, in milliseconds. */
const RELAY_PATIENCE = 20_000

type Memory = { 'walletConnect.used': boolean }

/**
 * Emits the message `connection_code` with a ConnectionCode when there is something to scan, and with null when that is over.
 * Until somebody has connected by it once, nothing is loaded and no relay is asked, also not on the page's return.
 */
export function walletConnect(options: WalletConnectOptions) {
  return createConnector<Requester | undefined, Record<string, unknown>, Memory>((config) => {
    const [chain] = config.chains
    let opening: Promise<Provider> | undefined
    /** Ends each request that still waits for the wallet. */
    const waiting = new Set<() => void>()

    function open(): Promise<Provider> {
      opening ??= load().catch((error) => {
        opening = undefined
        throw error
      })
      return opening
    }

    async function load(): Promise<Provider> {
      const { openProvider, withdrawProposals } = await import('./provider.ts')
      const provider = await openProvider(options)
      // Not before the library has begun to wait for the wallet: it forgets what ends earlier.
      provider.on('display_uri', () => queueMicrotask(() => withdrawProposals(provider, givenUp)))
      provider.on('accountsChanged', changeAccounts)
      provider.on('session_update', () => changeAccounts(accountsOf(provider)))
      provider.on('chainChanged', (id: string | number) =>
        config.emitter.emit('change', { chainId: Number(id) }),
      )
      provider.on('disconnect', end)
      return provider
    }

    function changeAccounts(accounts: readonly string[]): void {
      if (accounts.length === 0) end()
      else config.emitter.emit('change', { accounts: accounts.map((account) => getAddress(account)) })
    }

    /** The provider, but that a request ends with its session: the library lets it lie for five minutes. */
    const requesterOf = (provider: Provider): Requester => ({
      request: (...asked) =>
        new Promise((resolve, reject) => {
          const drop = () => reject(new ProviderDisconnectedError(new Error('the session has ended')))
          waiting.add(drop)
          provider
            .request<never>(...asked)
            .then(resolve, (error) => (isOpen(provider) ? reject(error) : drop()))
            .finally(() => waiting.delete(drop))
        }),
    })

    function dropRequests(): void {
      for (const drop of waiting) drop()
    }

    function end(): void {
      dropRequests()
      void config.storage?.removeItem('walletConnect.used')
      config.emitter.emit('disconnect')
    }

    const say = (code: ConnectionCode | null) =>
      config.emitter.emit('message', { type: 'connection_code', data: code ?? undefined })

    /** Pairings of proposals that were given up. The library may still tell their codes, when the relay is back. */
    const givenUp = new Set<string>()

    /** Resolves once a wallet has agreed. */
    async function agree(provider: Provider): Promise<void> {
      const { pairingOf, pairingsOf, proposeSession, withdrawProposals } = await import('./provider.ts')
      let giveUp: (reason: Error) => void = () => {}
      const impatience = new Promise<never>((_, reject) => {
        giveUp = reject
      })
      let shown = false
      const patience = setTimeout(() => {
        if (!shown) giveUp(new RelayAwayError('the relay does not answer'))
      }, RELAY_PATIENCE)
      const validity = setTimeout(() => giveUp(new Error('Proposal expired')), CODE_PATIENCE)
      const show = (uri: string) => {
        if (givenUp.has(pairingOf(uri))) return
        shown = true
        say({ uri, cancel: () => giveUp(new Error('another way was chosen')) })
      }
      provider.on('display_uri', show)
      const agreed = proposeSession(provider, chain.id, options.rpcUrl)
      try {
        await Promise.race([agreed, impatience])
      } catch (error) {
        // A wallet that agrees now is too late: nobody here waits for it.
        agreed.then(() => provider.disconnect()).catch(() => {})
        for (const pairing of pairingsOf(provider)) givenUp.add(pairing)
        withdrawProposals(provider, givenUp)
        void provider.cleanupPendingPairings()
        throw error
      } finally {
        clearTimeout(patience)
        clearTimeout(validity)
        provider.removeListener('display_uri', show)
        say(null)
      }
    }

    return {
      id: 'walletConnect',
      name: 'WalletConnect',
      type: 'walletConnect',
      async connect() {
        const provider = await open()
        if (provider.session === undefined) await agree(provider)
        await config.storage?.setItem('walletConnect.used', true)
        const accounts = accountsOf(provider).map((account) => getAddress(account))
        return { accounts, chainId: await this.getChainId() } as never
      },
      async disconnect() {
        const provider = await open()
        await config.storage?.removeItem('walletConnect.used')
        if (provider.session !== undefined) await provider.disconnect()
        dropRequests()
      },
      async getAccounts() {
        const provider = await open()
        return accountsOf(provider).map((account) => getAddress(account))
      },
      async getChainId() {
        const provider = await open()
        return Number(await provider.request({ method: 'eth_chainId' }))
      },
      async getProvider() {
        if (opening === undefined && (await config.storage?.getItem('walletConnect.used')) !== true)
          return undefined
        return requesterOf(await open())
      },
      async isAuthorized() {
        if ((await this.getProvider()) === undefined) return false
        return (await open()).session !== undefined
      },
      async switchChain({ chainId }) {
        const provider = await open()
        const wanted = config.chains.find(({ id }) => id === chainId)
        if (wanted === undefined) throw new SwitchChainError(new Error(`the page knows no chain ${chainId}`))
        await provider.request({
          method: 'wallet_switchEthereumChain',
          params: [{ chainId: `0x${chainId.toString(16)}` }],
        })
        config.emitter.emit('change', { chainId })
        return wanted
      },
      onAccountsChanged: changeAccounts,
      onChainChanged: (id) => config.emitter.emit('change', { chainId: Number(id) }),
      onDisconnect: end,
    }
  })
}

/** Whether there is a session: the library's store knows first when it has ended. */
const isOpen = ({ session, client }: Provider): boolean =>
  session !== undefined && client.session.keys.includes(session.topic)

/** The session's accounts, each once; CAIP-10 has them as `eip155:<chain>:<address>`. */
function accountsOf({ session }: Provider): string[] {
  const named = session?.namespaces.eip155?.accounts ?? []
  return [...new Set(named.map((account) => account.split(':')[2] ?? ''))].filter((account) => account !== '')
}
